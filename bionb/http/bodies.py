"""What an answer's body holds: text and JSON by one rule, and whether it has the form that was asked for."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection
from typing import Any

import requests

from bionb.errors import UnexpectedResponse
from bionb.http.story import NEXT_STEP
from bionb.wording import shorten

Record = dict[str, Any]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NestedTooDeeply(ValueError):
    """JSON that no computer's stack can follow."""


def is_json(response: requests.Response) -> bool:
    """Tell whether the answer calls itself JSON (vendor types included)."""
    return "json" in response.headers.get("Content-Type", "").lower()


def charset_of(response: requests.Response) -> str:
    """Return the charset that the answer names, empty without one that Python knows."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", response.headers.get("Content-Type", ""), re.IGNORECASE)
    try:
        return codecs.lookup(found[1]).name if found else ""
    except LookupError:
        return ""


def decoded(content: bytes, charset: str = "") -> str:
    """Return bytes as text: by their mark, else as UTF-8 (16 and 32 without a mark too), else as the charset named.

    Raises
    ------
    UnicodeDecodeError
        They are none of it.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content.decode(name)
    if b"\0" in content[:4]:
        return content.decode(json.detect_encoding(content))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if not charset or charset == "utf-8":
            raise
        return content.decode(charset)


def text_of(response: requests.Response) -> str:
    """Return the body as text; what is no text at all has its odd bytes replaced."""
    charset = charset_of(response)
    try:
        return decoded(response.content, charset)
    except UnicodeDecodeError:
        return response.content.decode("utf-8", "replace")


def loads(content: bytes, charset: str = "") -> Any:
    """Return JSON bytes as a value; the one way in which bodies are read, at the first look and at every other.

    Raises
    ------
    ValueError
        It is no JSON, or nested more deeply than can be read.
    """
    text = decoded(content, charset)
    try:
        return json.loads(text)
    except RecursionError:
        raise NestedTooDeeply("it is nested too deeply") from None


def json_of(response: requests.Response) -> Any:
    """Return the body of an answer as JSON.

    Raises
    ------
    ValueError
        It is none.
    """
    return loads(response.content, charset_of(response))


def parse_json(response: requests.Response, label: str, what: str) -> Any:
    """Return the body as JSON, None for an empty success.

    Raises
    ------
    UnexpectedResponse
        A web page or broken JSON.
    """
    if not response.content and response.status_code in (200, 201, 202, 204):
        return None
    if is_json(response):
        try:
            return json_of(response)
        except NestedTooDeeply:
            reason = "JSON that is nested too deeply"
        except ValueError:  # its own kinds hold the whole body: nothing of them goes on
            reason = "broken JSON"
    else:
        reason = "a web page" if "html" in response.headers.get("Content-Type", "") else "something that is no JSON"
    raise UnexpectedResponse(
        f'{label} answered "{what}" with {reason} (status {response.status_code}). Is the URL that of the server\'s '
        "API, and not of a login page or proxy?"
    )


def unexpected(label: str, what: str, reason: Exception | str) -> UnexpectedResponse:
    """Return the error for an answer that is JSON but not what it should be."""
    if isinstance(reason, KeyError):
        reason = f"no {reason}"
    elif not isinstance(reason, str):
        reason = "another form than documented"
    return UnexpectedResponse(f'{label} answered "{what}" with {shorten(reason, 120)}. {NEXT_STEP}')


def record_of(body: Any, label: str, what: str, *, ids: Collection[str] = (), needs: Collection[str] = ()) -> Record:
    """Return a body that must be one record.

    Parameters
    ----------
    ids : collection of str
        Keys that must hold a text or a number.
    needs : collection of str
        Keys that must be there.

    Raises
    ------
    UnexpectedResponse
        It is another form of JSON, nothing, or lacks a key.
    """
    if not isinstance(body, dict):
        raise unexpected(label, what, f"{form_of(body)} where a record was expected")
    for name in (*ids, *needs):
        if name not in body:
            raise unexpected(label, what, f"a record without {name!r}")
    for name in ids:
        if not is_id(body[name]):
            raise unexpected(label, what, f"a record whose {name!r} is {form_of(body[name])}")
    return body


def records_of(
    body: Any, label: str, what: str, *, within: str = "", ids: Collection[str] = (), needs: Collection[str] = ()
) -> list[Record]:
    """Return a body that must be a list of records, or a record that holds the list `within` a key.

    Raises
    ------
    UnexpectedResponse
        It is anything else, or one of the records is none.
    """
    if within:
        body = record_of(body, label, what, needs=(within,))[within]
    if not isinstance(body, list):
        raise unexpected(label, what, f"{form_of(body)} where a list was expected")
    if ids or needs or set(map(type, body)) != {dict}:  # long listings pass here
        for each in body:
            record_of(each, label, what, ids=ids, needs=needs)
    return body


def is_id(value: Any) -> bool:
    """Tell whether a value can be an identifier."""
    return (isinstance(value, str) and bool(value)) or (isinstance(value, int) and not isinstance(value, bool))


def form_of(value: Any) -> str:
    """Return what kind of JSON a value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the word {str(value).lower()}"
    names = {dict: "a record", list: "a list", str: "a text", int: "a number", float: "a number"}
    return "an empty text" if value == "" else names.get(type(value), "something else")
