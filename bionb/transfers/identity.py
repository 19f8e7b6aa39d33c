"""What tells one state of a server's file from another, and what the server says about its content."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)")
_MD5 = re.compile(r"[0-9a-f]{32}")
_DIGESTS = {"md5": "md5", "sha": "sha1", "sha-1": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
_AMAZON = {"x-amz-checksum-sha1": "sha1", "x-amz-checksum-sha256": "sha256"}
_PLAIN = ("", "identity", "aws-chunked")  # the last is left in some objects by the way they were uploaded


@dataclass(frozen=True)
class Identity:
    """One state of a file at a server.

    Attributes
    ----------
    etag, last_modified : str
        As the server says them, empty where it does not.
    size : int or None
        Bytes as they are sent.
    encoding : str
        ``Content-Encoding``, empty for none.
    proof : str
        What a later request can be bound to (``If-Range``): a strong ETag, or a date that is old enough; else empty.
    """

    etag: str = ""
    last_modified: str = ""
    size: int | None = None
    encoding: str = ""
    proof: str = ""

    def proves(self, other: Identity) -> bool:
        """Tell whether a later answer is surely of the same state."""
        if not self.proof or self.proof not in (other.etag, other.last_modified):
            return False
        pairs = ((self.etag, other.etag), (self.last_modified, other.last_modified), (self.encoding, other.encoding))
        return self.size == other.size and all(mine == theirs for mine, theirs in pairs if mine and theirs)


def identity_of(headers: Mapping[str, str], size: int | None) -> Identity:
    """Return the identity that an answer tells."""
    etag, date = headers.get("ETag", "").strip(), headers.get("Last-Modified", "").strip()
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if etag and not etag.startswith("W/"):
        proof = etag
    else:
        proof = date if date and _settled(date, headers.get("Date", "")) else ""
    return Identity(etag, date, size, "" if encoding in _PLAIN else encoding, proof)


def _settled(modified: str, now: str) -> bool:
    """Tell whether a date is old enough: within its second a file may have changed once more."""
    try:
        return parsedate_to_datetime(now) - parsedate_to_datetime(modified) >= timedelta(seconds=1)
    except (TypeError, ValueError, IndexError):
        return False


def date_of(text: str) -> int | None:
    """Return the Unix time in seconds of a date in a header, None for none."""
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())


def length_of(headers: Mapping[str, str]) -> int | None:
    """Return the announced length of a body."""
    told = headers.get("Content-Length", "").strip()
    return int(told) if told.isascii() and told.isdigit() and not headers.get("Transfer-Encoding") else None


def range_of(headers: Mapping[str, str]) -> tuple[int, int | None] | None:
    """Return where a range begins and how large the whole is, None without a range that can be read."""
    found = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if not found or int(found[2]) < int(found[1]):
        return None
    return int(found[1]), None if found[3] == "*" else int(found[3])


def checksums_of(headers: Mapping[str, str], whole: bool) -> dict[str, str]:
    """Return what the server says that the whole file's digests are, by algorithm, in hexadecimal.

    Parameters
    ----------
    headers : mapping
        Of an answer.
    whole : bool
        Whether its body is the whole file; some headers speak of the body only.
    """
    found: dict[str, str] = {}
    if whole:
        found |= _decoded([("md5", headers.get("Content-MD5", ""))])
        found |= _decoded(_items(headers.get("Content-Digest", "")))
    found |= _decoded(_items(headers.get("Digest", "")))
    found |= _decoded(_items(headers.get("Repr-Digest", "")))
    found |= _decoded(_items(headers.get("x-goog-hash", "")))
    # A checksum of checksums ("...-4", or said to be composite) is not one of the bytes.
    if headers.get("x-amz-checksum-type", "").upper() != "COMPOSITE":
        found |= _decoded([(name, headers.get(header, "")) for header, name in _AMAZON.items()])
    if tag := md5_of_tag(headers):
        found.setdefault("md5", tag)
    return found


def md5_of_tag(headers: Mapping[str, str], any_server: bool = False) -> str:
    """Return the MD5 that an ETag of object storage is; empty where it is not, as of parts or encrypted with a key."""
    tag = headers.get("ETag", "").strip().strip('"').lower()
    by_key = headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    by_key = by_key or "x-amz-server-side-encryption-customer-algorithm" in headers
    amazon = any_server or any(name.lower() in ("x-amz-request-id", "x-amz-id-2") for name in headers)
    return tag if amazon and not by_key and _MD5.fullmatch(tag) else ""


def _items(text: str) -> list[tuple[str, str]]:
    """Split ``md5=...,sha-256=:...:`` into names and values."""
    pairs = (item.strip().partition("=") for item in text.split(","))
    return [(_DIGESTS.get(name.strip().lower(), ""), value.strip().strip(":")) for name, _, value in pairs]


def _decoded(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = {}
    for name, value in pairs:
        try:
            digest = base64.b64decode(value, validate=True).hex()
        except (binascii.Error, ValueError):
            continue
        if name and len(digest) == {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}[name]:
            found[name] = digest
    return found
