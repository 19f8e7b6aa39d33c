"""All HTTP: base URL, authentication, timeouts, retries, rate limits, host guard, error mapping, history."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar
from urllib.parse import urlsplit

import requests

from bionb.address import checked_url, is_loopback
from bionb.crew import Crew, Errand
from bionb.errors import ResponseError, SessionClosed, UsageError
from bionb.http import answers, bodies, receiving
from bionb.http.allowance import RateBudget
from bionb.http.answers import Pick, Problem
from bionb.http.auth import Auth, NoAuth
from bionb.http.history import History
from bionb.http.links import absolute
from bionb.http.sent import SentRequest, sent_as
from bionb.http.story import carried, current_story, told
from bionb.http.transport import READING, TIMEOUT, Call, Transport
from bionb.paging.pages import Page
from bionb.plain import plain
from bionb.progress import meanwhile
from bionb.secret import conceal
from bionb.wording import printable, shorten

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd

T = TypeVar("T")
R = TypeVar("R")


class Session:
    """One authenticated connection to one server.

    It is complete when built and never changed afterwards, so that page threads may call it; history and rate budget
    stand behind a lock.

    Parameters
    ----------
    url : str
        The server; a sub-path is kept. ``https`` unless on this computer or with `allow_http`.
    auth : Auth
        How requests prove who sends them.
    label : str
        The platform's name in messages.
    read_problem : callable
        Turns an error response into a `Problem` (detail, code, hint).
    source : str
        Where the credentials came from, for the repr.
    workers : int
        Concurrent requests at most.
    timeout : float or (float, float)
        Seconds to connect and to wait for data.
    history : History, optional
        Where requests are written down, a new one by default.
    variable : str
        How plain calls name the server's address.
    """

    def __init__(
        self,
        url: str,
        auth: Auth,
        *,
        label: str,
        read_problem: Callable[[requests.Response], Problem] = answers.plain_problem,
        source: str = "argument",
        workers: int = 16,
        timeout: float | tuple[float, float] = TIMEOUT,
        allow_http: bool = False,
        history: History | None = None,
        variable: str = "url",
    ) -> None:
        self.url, self.label, self.source = checked_url(url, label, allow_http), label, source
        self.workers, self._variable = max(1, workers), variable
        self._auth, self._read_problem = auth, read_problem
        self.history = History() if history is None else history
        self._transport = Transport(self.url, auth, label, self.workers, timeout, self.history)
        self._crew, self._beside = Crew(self.workers), list[Session]()
        self._closed, self._allow_http, self._timeout = False, allow_http, timeout

    def beside(
        self,
        url: str,
        auth: Auth,
        *,
        label: str,
        read_problem: Callable[[requests.Response], Problem] = answers.plain_problem,
        variable: str = "url",
    ) -> Session:
        """Return a session of its own for another door of the platform: another server, or other credentials.

        It sends its credentials to its own server and this one's to none but this one's; timeout, workers and the rule
        about plain http are the same. What it sends stands in this session's history, and it is closed with this one.

        Parameters
        ----------
        url, auth, label, read_problem
            As for a session.
        variable : str
            How plain calls name its address.
        """
        kept = {"source": self.source, "workers": self.workers, "history": self.history}
        given: dict[str, Any] = {"timeout": self._timeout, "allow_http": self._allow_http, **kept}
        other = Session(url, auth, label=label, read_problem=read_problem, variable=variable, **given)
        self._beside.append(other)
        return other

    @property
    def budget(self) -> RateBudget | None:
        """What the server last said about its rate limit, None if it has none."""
        return self._transport.budget

    # -- asking ---------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        what: str,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: bool = True,
        stream: bool = False,
        repeatable: bool | None = None,
        opens: bool = True,
        accept: Collection[int] = (),
        timeout: float | None = None,
    ) -> requests.Response:
        """Send one request and return its successful answer.

        Parameters
        ----------
        method, path : str
            The path below the server's URL. An absolute URL must have the server's origin, unless `auth` is False.
        what : str
            For error messages, as an action: ``"list the projects"``.
        auth : bool
            False sends no credentials (open calls; signed links, which may lead to another host).
        stream : bool
            True leaves the body to the caller.
        repeatable : bool, optional
            Whether the request may be repeated after a failure; by default GET, HEAD and PROPFIND.
        opens : bool
            False for further pages, polls, and looks beforehand, so that ``last_request`` shows what was asked for.
        accept : collection of int
            Error statuses that the caller handles itself.
        timeout : float, optional
            Seconds to wait for data where this kind of request takes minutes; a line shows meanwhile that it is under
            way. A session that was made with a shorter timeout than the default keeps to that.

        Raises
        ------
        ResponseError, ConnectionFailed
            See `bionb.errors`.
        UsageError
            A value can't be sent, see `bionb.plain`.
        """
        method = method.upper()
        params = plain(params) if params is None or isinstance(params, Mapping) else plain(list(params))
        json, data = plain(json), plain(data) if isinstance(data, Mapping) else data
        url = self._absolute(path, auth)
        request = requests.Request(method, url, headers=headers, params=params, json=json, data=data, files=files)
        prepared = self._prepared(request, auth, what)
        reads = method in READING or (method == "POST" and repeatable is True)
        path = self._tell(request, auth, opens, changes=not reads)
        if repeatable is None:
            repeatable = reads
        with nullcontext() if timeout is None else meanwhile(f"{self.label}: {what}"):
            response = self._transport.follow(Call(prepared, path, what, auth, stream, repeatable, timeout))
        if (telling := current_story()) is not None:
            telling.answered = (self.label, what)
        if response.status_code >= 400 and response.status_code not in accept:
            raise self.error(response, what)
        return response

    def _tell(self, request: requests.Request, auth: bool, opens: bool, *, changes: bool) -> str:
        """Write a request into the history; return the path below the server's URL: what a learner adds to it."""
        path = str(urlsplit(request.url or "").path)
        if auth:
            path = path.removeprefix(urlsplit(self.url).path)
        sent = sent_as(request, path, self._auth if auth else NoAuth(), opens, self._variable)
        self.history.tell(sent, changes=changes)
        return path

    def body(self, response: requests.Response, *, what: str, size: int = 1 << 16) -> Iterator[bytes]:
        """Give the body of an answer that was asked for with ``stream=True``, in pieces of `size` bytes.

        Raises
        ------
        ConnectionFailed
            It broke off; all but the last piece were given.
        """
        return self._transport.body(response, what, size)

    def json(self, method: str, path: str, *, what: str, **options: Any) -> Any:
        """Send one request and return its JSON (None for an empty 204 answer)."""
        response = self.request(method, path, what=what, **options)
        return answers.parse_json(response, self.label, what)

    def record(
        self,
        method: str,
        path: str,
        *,
        what: str,
        ids: Collection[str] = (),
        needs: Collection[str] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """Send one request and return its JSON, which must be one record.

        Parameters
        ----------
        ids : collection of str
            Keys that must hold a text or a number.
        needs : collection of str
            Keys that must be there.

        Raises
        ------
        UnexpectedResponse
            It is anything else.
        """
        return self.record_of(self.json(method, path, what=what, **options), what=what, ids=ids, needs=needs)

    def records(
        self,
        method: str,
        path: str,
        *,
        what: str,
        within: str = "",
        ids: Collection[str] = (),
        needs: Collection[str] = (),
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Send one request and return its JSON, which must be a list of records, or hold it `within` a key.

        Raises
        ------
        UnexpectedResponse
            It is anything else.
        """
        body = self.json(method, path, what=what, **options)
        found = bodies.records_of(body, self.label, what, within=within, ids=ids, needs=needs)
        return list(map(conceal, found))

    def record_of(
        self, body: Any, *, what: str, ids: Collection[str] = (), needs: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return a body, or a part of one, that must be a record, its credentials concealed; see `record`."""
        return conceal(bodies.record_of(body, self.label, what, ids=ids, needs=needs))

    def page(self, path: str, *, what: str, pick: Pick, opens: bool = True, **options: Any) -> Page:
        """Fetch a page of a listing (GET), parsed when first looked at; `options` as of `request` and `page_of`."""
        parts = {name: options.pop(name) for name in ("total", "more", "cursor", "warnings", "ids") if name in options}
        response = self.request("GET", path, what=what, opens=opens, **options)
        return Page.later(lambda: self.page_of(response, what=what, pick=pick, **parts))

    def page_of(self, response: requests.Response, *, what: str, pick: Pick, **parts: Any) -> Page:
        """Return an answer as a page of a listing; see `answers.page_of`."""
        return answers.page_of(response, self.label, what, pick, **parts)

    def error(self, response: requests.Response, what: str, hint: str = "") -> ResponseError:
        """Return the error for an answer whose status the caller had accepted."""
        receiving.read_error(response)
        problem = self._read_problem(response)
        kept = {name: self._quiet(getattr(problem, name)) for name in ("detail", "summary", "more_info", "code")}
        problem = dataclasses.replace(problem, **kept, hint=hint or self._elsewhere(response) or problem.hint)
        request = response.request
        path = self._auth.hide(str(urlsplit(request.url or "").path))
        return answers.error_for(response, problem, label=self.label, what=what, method=request.method or "", path=path)

    def _elsewhere(self, response: requests.Response) -> str:
        """Return what to try where a page of the server may have been taken for its address."""
        parts = urlsplit(self.url)
        if response.status_code not in (404, 500) or not parts.path.strip("/") or bodies.is_json(response):
            return ""
        server = f"{parts.scheme}://{parts.netloc}"
        return f"If {parts.path} is a page of the server, connect to {server} instead; else check the URL."

    def _quiet(self, text: Any) -> Any:
        """Return a text of the server without control characters, and without the login's secrets if echoed."""
        return printable(self._auth.hide(text)) if isinstance(text, str) else text

    def map(self, function: Callable[[T], R], items: Iterable[T], ahead: int | None = None) -> Iterator[R]:
        """Call a function on items concurrently, in the session's threads; see `Crew.map`."""
        return self._crew.map(carried(function), items, ahead)

    def submit(self, function: Callable[[T], R], item: T) -> Errand[R]:
        """Run a function in one of the session's threads."""
        if self._closed:
            raise self._closed_error()
        return self._crew.submit(carried(function), item)

    def close(self) -> None:
        """Close all connections; the session sends nothing any more."""
        self._closed = True
        self._crew.dismiss()
        self._transport.close()
        for each in self._beside:
            each.close()

    @property
    def place(self) -> str:
        """The server for people: its host; without the port on this computer, where it differs from run to run."""
        if self.source == "sandbox":
            return "the sandbox"
        return "this computer" if is_loopback(self.url) else urlsplit(self.url).netloc

    def __repr__(self) -> str:
        return f"<{self.label} session at {self.place}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A session holds a secret and is not pickled: connect again in the other process.")

    def _absolute(self, path: str, auth: bool) -> str:
        if self._closed:
            raise self._closed_error()
        return absolute(path, self.url, self._auth, self.label, with_auth=auth, allow_http=self._allow_http)

    def _closed_error(self) -> SessionClosed:
        return SessionClosed(f"This {self.label} client is closed: connect again.")

    def _prepared(self, request: requests.Request, auth: bool, what: str) -> requests.PreparedRequest:
        try:
            return self._transport.prepare(request, auth)
        except (ValueError, TypeError, AttributeError) as error:  # a header that is no text, a body that is no JSON
            reason = self._auth.hide(f"{type(error).__name__}: {error}")
        raise UsageError(f'{self.label}: "{what}" cannot be sent ({shorten(reason, 160)}): check the arguments.')


class SessionOwner:
    """What every client has by owning a session: history, last request, closing, a repr without secrets."""

    session: Session

    if not TYPE_CHECKING:

        def __getattribute__(self, name):
            """Give a public method as one call: what it sends, directly or not, is its story."""
            found = object.__getattribute__(self, name)
            if name[0] != "_" and type(found) is types.MethodType and found.__self__ is self:
                return told(found)
            return found

    @property
    def label(self) -> str:
        """The platform's name for people."""
        return self.session.label

    @property
    def url(self) -> str:
        """The server's URL."""
        return self.session.url

    @property
    def place(self) -> str:
        """The server for people: its host, "the sandbox" or "this computer"."""
        return self.session.place

    @property
    def source(self) -> str:
        """Where the credentials came from: "argument", "environment", "keyring", "sandbox", a file."""
        return self.session.source

    @property
    def history(self) -> pd.DataFrame:
        """All requests so far, in the order they were started: see `bionb.http.history.History.to_frame`."""
        return self.session.history.to_frame()

    @property
    def last_request(self) -> SentRequest | None:
        """The request that did the work of the latest call that sent any; see its ``.python`` and ``.curl``.

        For a call that changes something that is the changing request, else the one that opened the listing.
        """
        return self.session.history.last

    @property
    def last_requests(self) -> tuple[SentRequest, ...]:
        """All requests of the latest call that sent any, in the order they were begun."""
        return self.session.history.latest

    def close(self) -> None:
        """Close all connections; the client sends nothing any more."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.session.label} client at {self.session.place}, credentials from {self.session.source}>"
