"""Faults of a plan: what one is, how they are told, and how a plan's values are read before they are judged."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bionb.errors import InvalidInput
from bionb.wording import joined

NEXT = "Change what is named, and try again."

Plan = Mapping[str, Any]
Record = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One fault of a plan.

    Attributes
    ----------
    path : tuple of str
        The field, and within the barcoded samples the sample and the barcode.
    message : str
        What is wrong and what is right.
    level : str
        ``"error"`` (refused) or ``"warning"``.
    """

    path: tuple[str, ...]
    message: str
    level: str = "error"


def finding_rows(found: Iterable[Finding]) -> list[Record]:
    """Return findings as records; what a finding is not about is empty."""
    return [
        {**dict(zip(("field", "sample", "barcode"), (*each.path, "", ""), strict=False)), "level": each.level,
         "message": each.message}
        for each in found
    ]  # fmt: skip


def refuse(found: list[Finding], what: str) -> None:
    """Raise if there is any error among the findings; nothing has been sent."""
    errors = [each for each in found if each.level == "error"]
    if errors:
        shown = joined(" > ".join(filter(None, each.path)) + f": {each.message}" for each in errors[:5])
        rest = f" There are {len(errors) - 5} more: see .findings of this error." if len(errors) > 5 else ""
        raise InvalidInput(f"{what}, and nothing was sent: {shown}{rest} {NEXT}", finding_rows(errors))


def near(name: str, known: Iterable[Any]) -> str:
    """Say which known name is closest, nothing where none is close."""
    lowered = {str(each).lower(): str(each) for each in known}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f" (did you mean {lowered[found[0]]}?)" if found else ""


def filled(value: Any) -> bool:
    """Tell whether a field has a value."""
    return value is not None and not (isinstance(value, str | dict | list | tuple) and not value)


def text_of(plan: Plan, name: str) -> str:
    """Return the text of a field, empty where there is none."""
    return plan.get(name) or ""


def is_true(value: Any) -> bool:
    """Tell whether a flag is set, also as text."""
    return value.strip().lower() in ("true", "1", "yes", "y", "t") if isinstance(value, str) else bool(value)


def parsed(text: str) -> Any:
    """Return the value that a text stands for as the server reads it, None for a text that it can't read."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
