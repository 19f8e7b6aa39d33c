"""How a report or plan may be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError

Ref = int | str | Mapping[str, Any]  # an identifier, or a record


def identifier(thing: Ref) -> str:
    """Return the identifier of a record, or the one given."""
    number = str(thing.get("id", "") if isinstance(thing, Mapping) else thing).strip()
    if not number:
        raise UsageError("No id: pass a record with an 'id', or the id.")
    return number
