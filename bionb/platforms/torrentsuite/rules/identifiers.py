"""How a report or plan may be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.plain import plain

Ref = int | str | Mapping[str, Any]  # an identifier, or a record


def identifier(thing: Ref) -> str:
    """Return the identifier of a record, or the one given."""
    found = plain(thing.get("id") if isinstance(thing, Mapping) else thing)
    number = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not number:
        raise UsageError(f"{found!r} is no id: pass a record with an 'id', or the id as a number or text.")
    return number
