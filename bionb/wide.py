"""Text in two or four bytes a character, as spreadsheets save it under "Unicode Text"."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4096
_SHORTEST = 8  # bytes; a shorter text with zeros may be anything


def wide_encoding(data: bytes) -> str:
    """Return ``utf-16-le`` or the like, empty for text in single bytes.

    Without a byte order mark it is known by the zeros that stand beside each plain letter.

    Examples
    --------
    >>> wide_encoding("Sample".encode("utf-16-le")), wide_encoding(b"Sample")
    ('utf-16-le', '')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[: min(_LOOKED_AT, len(data) // 4 * 4)]
    if len(head) < _SHORTEST or 0 not in head:
        return ""
    zeros = [head[start::4].count(0) / max(1, len(head[start::4])) for start in range(4)]
    for name, pattern in (("utf-32-le", "l000"), ("utf-32-be", "000l"), ("utf-16-le", "l0l0"), ("utf-16-be", "0l0l")):
        if all(share > 0.7 if kind == "0" else share < 0.1 for share, kind in zip(zeros, pattern, strict=True)):
            return name
    return ""


def mark_of(data: bytes) -> bytes:
    """Return the byte order mark of wide text, or nothing."""
    return next((mark for mark, _ in _MARKS if data.startswith(mark)), b"")


def narrowed(data: bytes, encoding: str) -> bytes:
    """Return wide text as UTF-8 without mark.

    Raises
    ------
    UnicodeDecodeError
        It is broken: cut in the middle of a character.
    """
    return data.removeprefix(mark_of(data)).decode(encoding).encode()


def widened(data: bytes, encoding: str, mark: bytes) -> bytes:
    """Return UTF-8 as wide text: the opposite of `narrowed`."""
    return mark + data.decode().encode(encoding)
