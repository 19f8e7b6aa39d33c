"""Texts of servers and people as they may be shown: one line, no control characters, not too long."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHOWN = 300
# Escape sequences first: of "ESC [ 31 m" nothing may stay. Then C0 and C1 controls, marks that turn the direction of
# writing, and halves of characters that no terminal can print.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]", re.DOTALL)
_LONG_WORD = re.compile(r"[^\s/?&='\".,:;]{200,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text that a terminal shows as it is: without escape sequences and control characters.

    Examples
    --------
    >>> printable(f"a {chr(27)}[31mred{chr(27)}[0m word{chr(7)}")
    'a red word'
    """
    return text if text.isascii() and text.isprintable() else _CONTROLS.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    """Return a text as one plain line."""
    return " ".join(printable(" ".join(text.split())).split())


def message_of(text: str) -> str:
    r"""Return the message of an error as one plain line, in which no word is longer than a line.

    Examples
    --------
    >>> message_of("There is no\nproject " + "x" * 1000)[:24], len(message_of("x" * 1000))
    ('There is no project xxxx', 81)
    """
    line = " ".join(text.splitlines()) if len(text.splitlines()) > 1 else text
    return _LONG_WORD.sub(lambda word: word[0][:80] + "…", printable(line))


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one; only the last keeps its full stop.

    Examples
    --------
    >>> joined(["There is no chip 9.", "Two samples are alike."])
    'There is no chip 9; Two samples are alike.'
    """
    *others, last = [*filter(None, (each.strip() for each in sentences))] or [""]
    return "; ".join([*(each.rstrip(".") for each in others), last])


def ended(text: str) -> str:
    """Return a text with a full stop, unless it ends in one or is empty.

    Examples
    --------
    >>> ended("the file is gone"), ended("is it there?")
    ('the file is gone.', 'is it there?')
    """
    return f"{text}." if text and text[-1] not in ".!?" else text


def shorten(text: str, length: int = SHOWN) -> str:
    """Return a text as one plain line of at most `length` characters."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
