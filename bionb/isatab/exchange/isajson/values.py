"""Cells and JSON values: texts, numbers with units, terms of ontologies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bionb.errors import InvalidSheet

#: Ids of what a table names and the investigation does not declare; it is not written into the investigation.
UNDECLARED = "#undeclared/"


def text_of(value: Any) -> str:
    """Return a JSON value as a cell.

    Raises
    ------
    InvalidSheet
        It is an object or a list, where one text is meant.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    raise InvalidSheet(f"this ISA-JSON has {type(value).__name__} where a text or number stands: {str(value)[:80]}")


def number_of(text: str) -> str | int | float:
    """Return a number where it is written as JSON would write it, else the text."""
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and math.isfinite(number):
            return number
    return text


def textual(found: Any, what: str) -> Mapping[str, Any]:
    """Return an object, refusing what is none."""
    if not isinstance(found, Mapping):
        raise InvalidSheet(
            f"this ISA-JSON has {type(found).__name__} where {what} stands; see isa-specs.readthedocs.io"
        )
    return found


def listed(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list; a missing one is empty."""
    value = found.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidSheet(f"this ISA-JSON has {type(value).__name__} where the list {key!r} stands.")
    return [textual(each, f"an entry of {key}") for each in value]


def id_of(found: Any) -> str:
    """Return what an object, or a reference to it, is called."""
    return text_of(textual(found or {}, "a reference").get("@id"))
