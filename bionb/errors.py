"""Everything that can go wrong, in one tree.

::

    BionbError
    ├── UsageError                 a wrong argument, seen before anything is sent
    │   ├── UnknownPlatform
    │   └── UnknownFilter
    ├── NotLoggedIn                no client yet
    ├── SessionClosed              the client was closed
    ├── ConnectionFailed           nothing came back (the cause is chained)
    │   └── InsecureConnection     http where https is demanded, or another host
    ├── ResponseError              the server refused (status, code, detail)
    │   ├── AuthenticationFailed   401
    │   ├── PermissionDenied       403
    │   ├── NotFound               404
    │   ├── VersionRejected        406
    │   ├── Conflict               409
    │   ├── RateLimited            429
    │   └── ServerFailed           5xx
    ├── UnexpectedResponse         not JSON, or a key is missing
    ├── JobFailed                  a job, task or landing zone ended badly
    ├── WaitTimeout                a state was not reached in time
    ├── FileFailed                 a file here cannot be read or written, or changed while it was sent
    │   └── FileBusy               another program or thread is writing it
    ├── TransfersFailed            some of several files were not moved (partial: the table of all)
    ├── InvalidSheet               ISA-Tab, TSV or GCT that cannot be read
    ├── InvalidInput               findings of a local check, before anything is sent
    └── UnsupportedPandas          the pandas of this Python is too old (an ImportError too)

A message is one line: what was asked, what came back, what to try next. No error ever holds a secret, nor does what it
is chained to, and no control character of a server reaches a terminal by it.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any, Self

from bionb.wording import message_of


class BionbError(Exception):
    """Root of all errors of this package.

    Attributes
    ----------
    partial : object or None
        Whatever was fetched or created before the failure, so that nothing is lost.
    hint : str
        What to do next; the message as it is shown ends with it.
    lasting : bool
        Asking again in some minutes is sure to fail alike, as with a wrong certificate.
    """

    partial: Any = None
    lasting = False
    hint = ""

    def __init__(self, *words: Any, hint: str = "") -> None:
        super().__init__(*(message_of(each) if isinstance(each, str) else each for each in words))
        self.hint = message_of(hint)

    def __str__(self) -> str:
        return f"{super().__str__()} {self.hint}".strip()

    def __reduce__(self) -> Any:
        """Pickle what was said; what had been obtained may hold connections, which do not travel."""
        return _remade, (type(self), self.args, {name: each for name, each in vars(self).items() if _travels(each)})

    def with_partial(self, partial: Any) -> Self:
        """Return this error carrying what had been obtained before it."""
        self.partial = partial
        return self

    def retell(self, message: str, hint: str = "") -> None:
        """Give this error another message and hint, by someone who knows more about what was tried."""
        self.args, self.hint = (message_of(message),), message_of(hint)

    def advise(self, hint: str) -> None:
        """Add to what the hint says."""
        self.hint = message_of(f"{self.hint} {hint}".strip())


def _travels(value: Any) -> bool:
    try:
        pickle.dumps(value)
    except (TypeError, AttributeError, pickle.PicklingError):
        return False
    return True


def _remade(kind: type[BionbError], words: tuple[Any, ...], state: dict[str, Any]) -> BionbError:
    error = kind.__new__(kind)
    error.args = words
    vars(error).update(state)
    return error


class UsageError(BionbError, ValueError):
    """An argument is wrong; nothing was sent."""


class UnknownPlatform(UsageError):
    """There is no platform of that name."""


class UnknownFilter(UsageError):
    """The server has no filter of that name and would silently ignore it."""


class NotLoggedIn(BionbError):
    """There is no client yet; the message says how to get one."""


class SessionClosed(BionbError):
    """The client was closed and sends nothing any more."""


class ConnectionFailed(BionbError):
    """No answer came back: wrong address, dead server, timeout, broken transfer.

    Attributes
    ----------
    maybe_done : bool
        A request that changes something was sent, and its answer was lost: the change may have been made.
    """

    def __init__(self, message: str, *, hint: str = "", lasting: bool = False, maybe_done: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.lasting, self.maybe_done = lasting, maybe_done


class InsecureConnection(ConnectionFailed):
    """The request would have carried a token over plain http or to another host; it was not sent."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, lasting=True)


class ResponseError(BionbError):
    """The server answered with an error.

    Attributes
    ----------
    platform, method, path : str
        What was asked, without query and without any header.
    status : int
        HTTP status code.
    code : int, str or None
        The platform's own error code, if it has one.
    detail : str
        The server's full explanation (the message holds a shortened one).
    more_info : str
        Where the server says more, empty if it does not.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        platform: str = "",
        method: str = "",
        path: str = "",
        status: int = 0,
        code: int | str | None = None,
        detail: str = "",
        more_info: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.platform, self.method, self.path = platform, method, path
        self.status, self.code, self.detail, self.more_info = status, code, detail, more_info


class AuthenticationFailed(ResponseError):
    """401: the token or password is missing, wrong or expired."""


class PermissionDenied(ResponseError):
    """403: the account is known but may not do this."""


class NotFound(ResponseError):
    """404: there is no such object, or this account cannot see it."""


class VersionRejected(ResponseError):
    """406: the server does not speak the API version that was asked for."""


class Conflict(ResponseError):
    """409: the object exists already or is in another state."""


class RateLimited(ResponseError):
    """429: too many requests; ``reset_at`` says when more are allowed.

    Attributes
    ----------
    reset_at : float or None
        Unix time in seconds.
    """

    reset_at: float | None = None


class ServerFailed(ResponseError):
    """5xx: the server failed or is under maintenance."""


class UnexpectedResponse(BionbError):
    """The answer was a success but not of the documented form."""


class JobFailed(BionbError):
    """A job, task or landing zone ended in a failed state.

    Attributes
    ----------
    state : str
        The state it ended in.
    record : dict or None
        The last answer about it.
    """

    def __init__(self, message: str, *, hint: str = "", state: str = "", record: Any = None) -> None:
        super().__init__(message, hint=hint)
        self.state, self.record = state, record


class WaitTimeout(BionbError):
    """The awaited state was not reached before the deadline.

    Attributes
    ----------
    state : str
        The state it was in when waiting ended.
    record : dict or None
        The last answer about it.
    """

    def __init__(self, message: str, *, hint: str = "", state: str = "", record: Any = None) -> None:
        super().__init__(message, hint=hint)
        self.state, self.record = state, record


class FileFailed(BionbError):
    """A file here cannot be read or written, or changed while it was sent; nothing half written is left."""


class FileBusy(FileFailed):
    """Another program or thread is writing this file."""


class TransfersFailed(BionbError):
    """Some of several files were not moved; the others are whole.

    Attributes
    ----------
    partial : DataFrame
        One row a file: ``name, source, target, bytes, checksum, status, seconds, error``.
    """


class InvalidSheet(BionbError, ValueError):
    """A sheet (ISA-Tab, TSV, GCT) that cannot be read or written; the message names file and line."""


class InvalidInput(BionbError, ValueError):
    """A local check found faults; nothing was sent.

    Attributes
    ----------
    findings : list of dict
        One entry a fault, as shown in the message.
    """

    def __init__(self, message: str, findings: Sequence[Any] = (), *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.findings = list(findings)


class UnsupportedPandas(BionbError, ImportError):
    """The installed pandas is too old; the message names its version and the one needed."""
