"""Files in iRODS over WebDAV: its few methods, its answers in XML, and where its server is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from bionb.errors import ResponseError, UnexpectedResponse
from bionb.http import answers
from bionb.http.answers import Problem
from bionb.session import Session
from bionb.transfers import Answer, linked
from bionb.transfers.sources import Opener

PART = ".part"  # the end of a file's name as long as it is not whole
_MAYBE_THERE = (403, 405, 409)
_ASKED = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getetag/></prop></propfind>"
)
_HINTS = {
    401: "Check webdav_password: it is the password of SODAR's web login, which may differ from other passwords.",
    403: (
        "Sample data is read-only; a landing zone takes files from its own user only, while it is ACTIVE or FAILED: "
        "zone(zone) shows it."
    ),
    404: "It is not there (any more): list it again.",
    405: "Check webdav_url: this may be no WebDAV server.",
    409: "A collection above is missing: collections(zone) shows those that are there.",
    412: "Something of that name is there already: overwrite=True replaces it.",
    413: "It, or a proxy before it, takes no file of this size (Apache's LimitRequestBody): ask its administrators.",
    423: "Someone else writes there, or the zone is being validated: wait, then make the same call again.",
    507: "The server has no space left, nothing of the file was kept: ask its administrators, then make the same call.",
}


@dataclass(frozen=True)
class Entry:
    """A collection or a file.

    Attributes
    ----------
    path : str
        In iRODS, without a slash at its end.
    is_collection : bool
        Which of the two.
    size : int or None
        Bytes of a file.
    """

    path: str
    is_collection: bool
    size: int | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return basename(self.path)


def read_problem(response: requests.Response) -> Problem:
    """Read an error: WebDAV's servers answer with web pages, of which only the status can be relied on."""
    problem = answers.plain_problem(response)
    return Problem(problem.detail, hint=_HINTS.get(response.status_code, ""))


def token_refused(response: requests.Response) -> Problem:
    """Read an error where the API token was tried as the password, as sites with single sign-on have it."""
    problem = read_problem(response)
    if response.status_code != 401:
        return problem
    return Problem(
        problem.detail,
        hint="It does not take the API token here: pass the password of SODAR's web login, "
        "connect(..., webdav_password=...).",
    )


class WebDav:
    """Collections and files by their paths in iRODS.

    Parameters
    ----------
    session : Session
        To the WebDAV server, with its own credentials.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def look(self, path: str) -> Entry | None:
        """Return what is at a path, None for nothing."""
        what = f"look at {path}"
        try:
            return self._entries(path, 0, what)[0]
        except ResponseError as error:
            if error.status != 404:
                raise
            return None

    def inside(self, path: str) -> list[Entry]:
        """Return what is directly in a collection, by name.

        Raises
        ------
        NotFound
            It is not there.
        """
        return sorted(self._entries(path, 1, f"list the collection {path}")[1:], key=lambda each: each.path)

    def below(self, path: str) -> list[Entry]:
        """Return everything below a collection, at any depth, by path."""
        found, level = list[Entry](), [path]
        while level:
            inside = [each for entries in self.session.map(self.inside, level) for each in entries]
            found += inside
            level = [each.path for each in inside if each.is_collection]
        return sorted(found, key=lambda each: each.path)

    def make_all(self, paths: Iterable[str]) -> None:
        """Make collections, those above before those below."""
        by_depth: dict[int, list[str]] = {}
        for path in dict.fromkeys(paths):
            by_depth.setdefault(path.count("/"), []).append(path)
        for depth in sorted(by_depth):
            for _ in self.session.map(self.make, by_depth[depth]):
                pass

    def make(self, path: str) -> bool:
        """Make a collection, and tell whether it is new."""
        what = f"make the collection {path}"
        # 405 says that it is there; 403 and 409 may, where another program made it at the same moment.
        response = self.session.request("MKCOL", _address(path) + "/", what=what, repeatable=True, accept=_MAYBE_THERE)
        if response.status_code not in _MAYBE_THERE:
            return True
        found = self.look(path)
        if found is None or not found.is_collection:
            raise self.session.error(response, what, "A file has that name: choose another." if found else "")
        return False

    def put(self, path: str, body: Any, what: str) -> None:
        """Write a file; the collection must be there. Where it breaks off, it is sent again from the start."""
        headers = {"Content-Type": "application/octet-stream"}
        self.session.request("PUT", _address(path), what=what, data=body, headers=headers, repeatable=True)

    def move(self, old: str, new: str, what: str, *, overwrite: bool = False) -> None:
        """Give a file its name.

        Raises
        ------
        ResponseError
            412: something has that name, and `overwrite` is not set.
        """
        headers = {
            "Destination": self.session.url + "/" + _address(new),
            "Overwrite": "T" if overwrite else "F",
        }
        self.session.request("MOVE", _address(old), what=what, headers=headers)

    def remove(self, path: str, what: str) -> bool:
        """Delete a file, and tell whether it was there."""
        response = self.session.request(
            "DELETE", _address(path), what=what, opens=False, repeatable=True, accept=(404,)
        )
        return response.status_code != 404

    def opener(self, path: str, what: str) -> Opener:
        """Return how to ask for a file's bytes."""
        ask = linked(self.session, lambda: self.session.url + "/" + _address(path), what=what, auth=True)

        def open_at(headers: Mapping[str, str]) -> Answer:
            answer = ask(headers)
            kind = answer.headers.get("Content-Type", "")
            if answer.status == 200 and kind.startswith("text/html") and not path.lower().endswith((".html", ".htm")):
                answer.close()
                raise _web_page(self.session.label, what)
            return answer

        return open_at

    def text(self, path: str) -> str | None:
        """Return a short text file, None if it is not there."""
        response = self.session.request("GET", _address(path), what=f"read {path}", opens=False, accept=(404,))
        return None if response.status_code == 404 else response.text

    def _entries(self, path: str, depth: int, what: str) -> list[Entry]:
        """Return what a path is, and at depth 1 what is in it."""
        headers = {"Depth": str(depth), "Content-Type": "application/xml"}
        address = _address(path) + ("/" if depth else "")
        response = self.session.request(
            "PROPFIND", address, what=what, data=_ASKED, headers=headers, repeatable=True, opens=bool(depth)
        )
        if response.status_code != 207:
            raise _web_page(self.session.label, what)
        return _read(response.content, path, self.session.label, what)


def _address(path: str) -> str:
    return quote(path.strip("/"), safe="/")


def _web_page(label: str, what: str) -> UnexpectedResponse:
    return UnexpectedResponse(
        f'{label} answered "{what}" with a web page, perhaps of a proxy or a login: check webdav_url, which SODAR '
        "shows behind “Copy WebDAV URL”."
    )


def _read(content: bytes, path: str, label: str, what: str) -> list[Entry]:
    """Read the answer to PROPFIND: first what was asked for, then what is directly in it and nothing else."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        answers_ = ElementTree.fromstring(content).findall("{DAV:}response")
        found = [_entry(each) for each in answers_]
    except (ElementTree.ParseError, DefusedXmlException, ValueError, AttributeError):
        raise UnexpectedResponse(
            f'{label} answered "{what}" with something that is no list of files: check webdav_url.'
        ) from None
    # A proxy may stand between and shorten or lengthen all addresses alike, so only what follows the first counts.
    wanted = path.strip("/")
    above = min((href for href, _, _ in found if href.endswith(wanted)), key=len, default=None)
    if above is None:
        raise UnexpectedResponse(f'{label} answered "{what}" with a list of something else: check webdav_url.')
    entries, own = [], []
    for href, is_collection, size in found:
        inner = href.removeprefix(above).strip("/")
        if href == above:
            own = [Entry(path.rstrip("/"), is_collection, size)]
        elif href.startswith(above + "/") and inner and "/" not in inner and inner not in (".", ".."):
            entries.append(Entry(f"{path.rstrip('/')}/{inner}", is_collection, size))
    return own + entries


def _entry(response: Any) -> tuple[str, bool, int | None]:
    """Return address, kind and size of one entry."""
    href = unquote(urlsplit(response.find("{DAV:}href").text.strip()).path).rstrip("/")
    is_collection = response.find(".//{DAV:}resourcetype/{DAV:}collection") is not None
    told = response.findtext(".//{DAV:}getcontentlength") or ""
    return href, is_collection, int(told) if told.isascii() and told.isdigit() and not is_collection else None


def parent(path: str) -> str:
    """Return the collection that something is in."""
    return dirname(path.rstrip("/"))


def digest_in(text: str | None, algorithm: str) -> str:
    """Return the digest that a checksum file holds, alone or before a name; empty where there is none."""
    first = (text or "").split(maxsplit=1)[:1]
    length = {"md5": 32, "sha256": 64}[algorithm]
    return first[0].lower() if first and re.fullmatch(f"[0-9a-fA-F]{{{length}}}", first[0]) else ""
