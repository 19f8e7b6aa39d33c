"""Credentials of the sandboxes: plainly invented words with an end that is drawn anew in every process.

On a shared computer everybody can reach the loopback port of everybody else: words that stand in a document would let
them in.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b

_KEY = secrets.token_bytes(32)
_LETTERS = "abcdefghijkmnpqrstuvwxyz"


def _ending(word: str) -> str:
    """Return eight characters, letters and digits in turn, that only this process can tell of a word."""
    drawn = blake2b(word.encode(), key=_KEY, digest_size=8).digest()
    return "".join(_LETTERS[each % len(_LETTERS)] if n % 2 == 0 else str(each % 10) for n, each in enumerate(drawn))


def token_of(user: str) -> str:
    """Return a user's token or API key: ``sandbox-alice-`` and eight characters."""
    return f"sandbox-{user}-{_ending(user)}"


def user_of(token: str) -> str:
    """Return the user whose token this is, empty for anything else."""
    user = token.removeprefix("sandbox-").rpartition("-")[0]
    return user if secrets.compare_digest(token.encode(), token_of(user).encode()) else ""


def password_of(user: str) -> str:
    """Return a user's password, where a platform has both."""
    return f"password-of-{user}-{_ending(f'the password of {user}')}"
