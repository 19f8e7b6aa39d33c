"""Sending: retries, rate limits, redirects and their guard. Only the session uses it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from bionb.address import is_loopback, same_origin
from bionb.errors import BionbError, ConnectionFailed, InsecureConnection, UnexpectedResponse
from bionb.http import answers, receiving
from bionb.http.allowance import LONGEST_WAIT, Allowance, RateBudget
from bionb.http.auth import Auth, NoAuth
from bionb.http.history import History
from bionb.http.receiving import TimedAdapter, TooLarge
from bionb.progress import pause
from bionb.secret import link_masked

ATTEMPTS = 5
TIMEOUT = (10.0, 60.0)
REDIRECTS = 5
READING = ("GET", "HEAD", "PROPFIND")  # methods that change nothing, however often they are sent
WHOLE = 10  # times the read timeout: how long an answer may take in all
Timeout = float | tuple[float, float]
_JITTER = random.Random()  # of our own: the global generator belongs to the user, who may have seeded it


@dataclass
class Call:
    """One request on its way."""

    prepared: requests.PreparedRequest
    path: str
    what: str
    auth: bool
    stream: bool
    repeatable: bool
    timeout: float | None = None


class Transport:
    """Two `requests` sessions that never change once built, one with credentials and one without.

    Parameters
    ----------
    url : str
        The server.
    auth : Auth
        Credentials for that server's origin only.
    label : str
        The platform's name in messages.
    workers : int
        Connections kept.
    timeout : float or (float, float)
        Seconds to connect and to wait for data.
    history : History
        Where requests are written down.
    """

    def __init__(self, url: str, auth: Auth, label: str, workers: int, timeout: Timeout, history: History) -> None:
        self._auth, self._bound = auth, receiving.largest_answer()
        self._label, self._url, self._host, self._timeout = label, url, urlsplit(url).netloc, timeout
        self.history = history
        self._allowance = Allowance(label)
        self._with_auth = _requests_session(url, auth, workers)
        self._without = _requests_session(url, NoAuth(), workers)

    @property
    def budget(self) -> RateBudget | None:
        """What the server last said about its rate limit, None if it has none."""
        return self._allowance.budget

    def prepare(self, request: requests.Request, auth: bool) -> requests.PreparedRequest:
        """Add credentials, or make sure that there are none."""
        return (self._with_auth if auth else self._without).prepare_request(request)

    def close(self) -> None:
        """Close all connections."""
        self._with_auth.close()
        self._without.close()

    def follow(self, call: Call) -> requests.Response:
        """Send, and follow redirects of reading requests on the same server only."""
        for _ in range(REDIRECTS):
            response = self._send(call)
            target = response.headers.get("Location") if response.is_redirect else None
            if target is None:
                return response
            response.close()
            here = call.prepared.url or ""
            target = self._joined(here, target, call.what)
            if not same_origin(target, here):
                raise InsecureConnection(
                    f'{self._label} answered "{call.what}" with a redirect to {urlsplit(target).netloc}, another '
                    "server; it was not followed and nothing was sent there. If the server has moved, connect to its "
                    "new URL."
                )
            if call.prepared.method not in ("GET", "HEAD"):
                raise ConnectionFailed(
                    f'{self._label} answered "{call.what}" with a redirect to '
                    f"{self._auth.hide(urlsplit(target).path)}; only reading "
                    "requests are repeated elsewhere. Check the URL you connected to."
                )
            call.prepared = call.prepared.copy()
            call.prepared.url = target
        raise ConnectionFailed(f'{self._label} redirects "{call.what}" in a circle. Check the URL you connected to.')

    def body(self, response: requests.Response, what: str, size: int) -> Iterator[bytes]:
        """Give a streamed body in pieces as they come: none is lost where it breaks off."""
        try:
            yield from receiving.pieces_of(response, size)
            return
        except requests.RequestException as error:
            failure = self._bare(error)
            told = self._connection_failed(error, what)
        finally:
            response.close()
        raise told from failure

    def _joined(self, here: str, target: str, what: str) -> str:
        """Return where a redirect leads, as the URL that would really be asked."""
        try:
            asked = requests.Request("GET", urljoin(here, target)).prepare().url
        except ValueError:  # of urllib and of requests alike
            asked = None
        if not asked:
            raise ConnectionFailed(
                f'{self._label} answered "{what}" with a redirect to nowhere. Check the URL you connected to.'
            )
        return asked

    def _send(self, call: Call) -> requests.Response:
        """Send one request, repeated as its kind allows."""
        waited = 0.0
        for attempt in range(ATTEMPTS):
            final: BionbError | None = None
            try:
                with self._allowance.held(call.auth):
                    response = self._send_once(call, attempt)
            except requests.RequestException as error:
                failure = self._bare(error)
                if _lasts(error) or _was_patient(error, call) or not call.repeatable or attempt + 1 == ATTEMPTS:
                    final = self._no_answer(error, call)
                delay, why = _backoff(attempt), "did not answer"
            else:
                told = self._repeat_after(response, call.repeatable, attempt)
                if told is None or waited + told > LONGEST_WAIT:
                    return response
                response.close()
                delay, why = told, f"answered {response.status_code}"
            if final is not None:  # raised here, where no error of the HTTP library is its context
                raise final from failure
            waited += delay
            pause(delay, f"{self._label} {why}")
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _send_once(self, call: Call, attempt: int) -> requests.Response:
        self._check_target(call)
        row, begun = self.history.start(), time.perf_counter()
        status, size = None, 0
        session = self._with_auth if call.auth else self._without
        try:
            timeout = self._patience(call)
            receiving.allow(None if timeout[1] is None else WHOLE * timeout[1], call.stream)
            response = session.send(
                call.prepared, timeout=timeout, stream=True, allow_redirects=False, **self._way(call.prepared.url or "")
            )
            status = response.status_code
            if not call.stream:
                receiving.read_whole(response, self._bound)
                size = len(response.content)
        except BaseException as error:  # also of an interrupt a verbose traceback would show the headers
            answers.without_frames(error)
            raise
        finally:
            ms = (time.perf_counter() - begun) * 1000
            self.history.add(row, call.prepared.method, call.path, status, ms, size, attempt)
        found = answers.rate_budget(response)
        if found is not None:
            self._allowance.note(RateBudget(*found))
        return response

    def _patience(self, call: Call) -> tuple[float | None, float | None]:
        """Return the seconds to connect and to wait for data: as the call needs, unless the user wants less."""
        connect, read = self._timeout if isinstance(self._timeout, tuple) else (self._timeout, self._timeout)
        if read is None or call.timeout is None or read < TIMEOUT[1]:
            return connect, read
        return connect, max(read, call.timeout)

    def _way(self, url: str) -> dict[str, Any]:
        """Return certificates and proxies for a URL: the same rule for the server and for signed links elsewhere."""
        if same_origin(url, self._url):
            return {}
        return {"proxies": {} if is_loopback(url) else dict(get_environ_proxies(url))}

    def _bare(self, error: requests.RequestException) -> requests.RequestException:
        """Return what an error of the HTTP library says, without all that it holds: request, headers, connections."""
        answers.without_frames(error)
        told: requests.RequestException = type(error).__new__(type(error))
        told.args, told.request, told.response = (self._auth.hide(link_masked(str(error))),), None, None
        return told

    def _check_target(self, call: Call) -> None:
        """Look at the URL that is really asked: with a backslash in it Python and urllib3 see two different hosts."""
        url = call.prepared.url or ""
        if call.auth and not same_origin(url, self._url):
            raise InsecureConnection(
                f'{self._label}: a link leads "{call.what}" to {urlsplit(url).netloc}, another server; it was not '
                "followed and nothing was sent there."
            )

    def _repeat_after(self, response: requests.Response, repeatable: bool, attempt: int) -> float | None:
        """Return the pause before a repeat, or None when this answer is final."""
        status = response.status_code
        if attempt + 1 == ATTEMPTS or not (status == 429 or (repeatable and status in (502, 503, 504))):
            return None
        # A window that ended in the past (clocks differ) or "after 0 seconds" must not become five requests at once.
        return max(answers.retry_after(response) or 0.0, _backoff(attempt))

    def _no_answer(self, error: requests.RequestException, call: Call) -> BionbError:
        if isinstance(error, TooLarge):
            size = f"more than {error.bound:g} MB (sent as {error.came:.1f} MB)"
            return UnexpectedResponse(
                f'{self._label} answered "{call.what}" with {size}. If that is meant, set the environment variable '
                f"{receiving.BOUND} to more before you connect."
            )
        if call.prepared.method in READING or not _may_have_arrived(error):
            if call.timeout is not None and isinstance(error, requests.ReadTimeout):
                seconds = f"{self._patience(call)[1]:g} s"
                return ConnectionFailed(
                    f'{self._label} at {self._host} did not answer "{call.what}" in time ({seconds}). Try again when '
                    f"it has less to do, or connect with a longer timeout= than {seconds}."
                )
            return self._connection_failed(error, call.what)
        timeout, longer = self._patience(call)[1], ""
        if isinstance(error, requests.Timeout):
            came, longer = (
                f"did not answer {{}} in time ({timeout:g} s)",
                f", with a longer timeout= than {timeout:g} s",
            )
        elif receiving.in_the_middle(error):
            came = "stopped in the middle of its answer to {}"
        elif isinstance(error, requests.exceptions.ChunkedEncodingError):
            came = "broke off in the middle of its answer to {}"
        else:
            came = "gave no answer to {}"
        asked = f'"{call.what}"'
        return ConnectionFailed(
            f"{self._label} at {self._host} {came.format(asked)}. It may have been done all the same, or still be "
            f"under way: look before you try again{longer}.",
            maybe_done=True,
        )

    def _connection_failed(self, error: requests.RequestException, what: str) -> ConnectionFailed:
        where = f"{self._label} at {self._host}"
        if receiving.overdue(error):
            return ConnectionFailed(
                f'{where} sent its answer to "{what}" so slowly that it was given up. Try again, or connect with a '
                f"longer timeout= than {self._timeout} s: an answer may take {WHOLE} times as long in all."
            )
        if receiving.in_the_middle(error):
            return ConnectionFailed(
                f'{where} stopped in the middle of its answer to "{what}". Try again, or connect with a longer '
                f"timeout= than {self._timeout} s."
            )
        if isinstance(error, requests.exceptions.SSLError):
            return ConnectionFailed(
                f'{where}: no secure connection for "{what}". If it is a plain http server of your own network, say so '
                "with an http:// URL and allow_http=True; else check the address and the certificate.",
                lasting=True,
            )
        if isinstance(error, requests.Timeout):
            return ConnectionFailed(
                f'{where} did not answer "{what}" in time. Try again, or connect with a longer timeout= than '
                f"{self._timeout} s."
            )
        if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
            return ConnectionFailed(f'{where} broke off in the middle of its answer to "{what}". Try again.')
        return ConnectionFailed(
            f'{where} could not be reached for "{what}". Check the URL and your network, and whether the server is up.'
        )


def _lasts(error: requests.RequestException) -> bool:
    """Tell whether asking again will not help: no certificate mends itself, and no flood ends."""
    return isinstance(error, requests.exceptions.SSLError | ValueError | TooLarge) or receiving.overdue(error)


def _was_patient(error: requests.RequestException, call: Call) -> bool:
    """Tell whether a request was waited for as long as its kind may take: five times that would be hours."""
    return call.timeout is not None and isinstance(error, requests.ReadTimeout)


def _may_have_arrived(error: requests.RequestException) -> bool:
    """Tell whether a request may have reached the server before this: not where no connection came about."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.SSLError):
        return False
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(cause, NewConnectionError | ConnectTimeoutError)


def _backoff(attempt: int) -> float:
    """Return a growing pause in seconds with jitter, so that many clients do not come back at once."""
    return min(0.3 * 2.0**attempt, 10.0) * _JITTER.uniform(0.8, 1.2)


class _PlainSession(requests.Session):
    """A session that leaves redirects alone: requests would parse the target before we can refuse it."""

    def resolve_redirects(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        """Give none."""
        return iter(())


def _requests_session(url: str, auth: Auth, workers: int) -> requests.Session:
    session = _PlainSession()
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = TimedAdapter(pool_connections=workers, pool_maxsize=workers, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Proxies and certificates are read once, here: the environment can't change a session in the middle of a listing.
    settings = session.merge_environment_settings(url, {}, None, None, None)
    session.verify = settings["verify"]
    session.proxies = {} if is_loopback(url) else dict(get_environ_proxies(url))
    session.trust_env = False
    return session
