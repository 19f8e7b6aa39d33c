"""How SODAR refuses what breaks a rule: one rule a line, in one of four forms of body."""

from __future__ import annotations

from typing import TypeVar

from bionb.sandbox.application import Refused, refuse_if

__all__ = ["Refused", "crash_if", "forbid_if", "invalid_if", "refuse_if", "there", "unfit_if"]

T = TypeVar("T")


def forbid_if(wrong: object) -> None:
    """Refuse what the caller's role does not allow."""
    refuse_if(wrong, 403, "Your role does not allow this.")


def crash_if(fault: object) -> None:
    """Fail with a web page, where real servers have a fault."""
    refuse_if(fault, 500, "", page=True)


def invalid_if(wrong: object, words: str) -> None:
    """Refuse fields that do not go together."""
    refuse_if(wrong, 400, words, body={"non_field_errors": [words]})


def unfit_if(wrong: object, words: str) -> None:
    """Refuse as views do that look at the request themselves: with a bare list."""
    refuse_if(wrong, 400, words, body=[words])


def there(found: T | None, words: str = "There is no such object.") -> T:
    """Return what was found; nothing is refused with 404."""
    if found is None:
        raise Refused(404, words)
    return found
