"""How SODAR refuses what breaks a rule: one rule a line."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")
FORBIDDEN = "Your role does not allow this."


class Refused(Exception):
    """An error answer: a status and a body (a text becomes ``detail``; None a web page)."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status, self.body = status, {"detail": body} if isinstance(body, str) else body


def refuse_if(wrong: object, status: int, body: Any) -> None:
    """Refuse a request that breaks a rule."""
    if wrong:
        raise Refused(status, body)


def forbid_if(wrong: object) -> None:
    """Refuse what the caller's role does not allow."""
    refuse_if(wrong, 403, FORBIDDEN)


def crash_if(fault: object) -> None:
    """Fail with a web page, where real servers have a fault."""
    refuse_if(fault, 500, None)


def invalid_if(wrong: object, text: str) -> None:
    """Refuse fields that do not go together."""
    refuse_if(wrong, 400, {"non_field_errors": [text]})


def there(found: T | None, words: Any = "There is no such object.") -> T:
    """Return what was found; nothing is refused with 404."""
    if found is None:
        raise Refused(404, words)
    return found
