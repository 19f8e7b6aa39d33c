"""What the platform takes as the metadata of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UsageError

MOST_KEYS, LONGEST_KEY, LONGEST_VALUE = 1_000, 100, 300  # pairs, characters, bytes


def checked_metadata(metadata: Mapping[str, Any] | None) -> dict[str, str | None]:
    """Return metadata that the platform takes.

    Raises
    ------
    UsageError
        A value is no text (or None, which removes it) or has more than 300 bytes, a key has more than 100 characters,
        or there are more than 1,000 of them.

    Examples
    --------
    >>> checked_metadata({"sample_id": "S01", "library": None})
    {'sample_id': 'S01', 'library': None}
    """
    if not isinstance(metadata, Mapping):
        raise UsageError(f"Metadata is a dict of texts, such as {{'sample_id': 'S01'}}, not {metadata!r}.")
    if len(metadata) > MOST_KEYS:
        raise UsageError(f"A file has at most {MOST_KEYS} metadata fields; these are {len(metadata)}.")
    for key, value in metadata.items():
        if problem := _problem(key, value):
            raise UsageError(f"The metadata field {str(key)[:LONGEST_KEY]!r} {problem}.")
    return dict(metadata)


def _problem(key: Any, value: Any) -> str:
    if not isinstance(key, str) or not key.strip():
        return "has no name: a name is a text"
    if len(key) > LONGEST_KEY:
        return f"has a name of {len(key)} characters; {LONGEST_KEY} are the most"
    if value is not None and not isinstance(value, str):
        return f"is {value!r}: write a text such as {str(value)!r}, or None to remove it"
    size = len((value or "").encode())
    return f"has {size} bytes; {LONGEST_VALUE} are the most" if size > LONGEST_VALUE else ""
