"""One call, one story: the requests that one call of a person led to, and which of them did the work.

A client's public methods begin a story when nothing else has; calls within calls, threads that work for them, and
listings that are read later go on with it. It lives in a context variable that is only ever set inside a copied
context: whatever an interrupt stops, nothing of it stays behind.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from bionb.arguments import Call, fault_of, unusable
from bionb.errors import BionbError, UnexpectedResponse, UsageError
from bionb.wording import shorten

if TYPE_CHECKING:
    from bionb.http.sent import SentRequest

P = ParamSpec("P")
R = TypeVar("R")

NEXT_STEP = "Is the URL that of the right server, and its API version one that bionb knows?"

_CURRENT: ContextVar[Story | None] = ContextVar("bionb_story", default=None)


class Story:
    """What one call sent.

    Parameters
    ----------
    name : str
        The method that was called.
    method : callable, optional
        The method itself, whose signature an error about its arguments shows.

    Attributes
    ----------
    answered : (str, str) or None
        Platform and action of the latest answer.
    """

    def __init__(self, name: str = "", method: Callable[..., Any] | None = None) -> None:
        self.name, self._method = name, method
        self._lock = threading.Lock()
        self._sent: tuple[SentRequest, ...] = ()
        self._first: SentRequest | None = None
        self.answered: tuple[str, str] | None = None
        self._change: SentRequest | None = None

    def add(self, sent: SentRequest, *, changes: bool) -> None:
        """Take note of a request."""
        with self._lock:
            if changes and (self._change is None or (sent.opens and not self._change.opens)):
                self._change = sent
            if self._first is None or (sent.opens and not self._first.opens):
                self._first = sent
            self._sent += (sent,)

    @property
    def requests(self) -> tuple[SentRequest, ...]:
        """All requests, in the order they were begun."""
        return self._sent

    @property
    def work(self) -> SentRequest | None:
        """The request that did the work: the first that changed something, else the one that opened the listing."""
        return self._change or self._first

    def run(self, function: Callable[..., R], *arguments: Any) -> R:
        """Call a function so that what it sends belongs to this story, or to the one that is being told already."""
        if _CURRENT.get() is not None:
            return function(*arguments)
        return copy_context().run(_within, self, function, *arguments)

    def odd(self, error: Exception) -> BionbError:
        """Return the error of a call that could not read an answer, or could not use its arguments."""
        if self.answered is None and self._method is not None:
            return unusable(self._method, error)
        words = shorten(f"{type(error).__name__}: {error}", 160)
        if self.answered is None:
            return UsageError(f"The call cannot use what it was given ({words}). See its help().")
        label, what = self.answered
        return UnexpectedResponse(
            f'{label} answered "{what}" with something that cannot be read ({words}). {NEXT_STEP}'
        )

    def later(self) -> Story:
        """Return the story of what is read after the call: this one as long as it has sent nothing, else a new one."""
        return Story(self.name) if self._sent else self


# What Python raises where an answer is read that is not of the form that was documented.
_ODD = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)


def _within(story: Story, function: Callable[..., R], *arguments: Any) -> R:
    _CURRENT.set(story)
    try:
        return function(*arguments)
    except _ODD as error:
        if isinstance(error, BionbError):
            raise
        odd = error
    raise story.odd(odd) from odd


def current_story() -> Story | None:
    """Return the story that is being told, None outside of calls."""
    return _CURRENT.get()


def story_to_read() -> Story:
    """Return the story that a thing made now goes on with when it is read later."""
    return _CURRENT.get() or Story()


def carried(function: Callable[..., R]) -> Callable[..., R]:
    """Return a function for another thread whose requests belong to the present story."""
    story = _CURRENT.get()
    return function if story is None else functools.partial(story.run, function)


def told(method: Callable[P, R]) -> Callable[P, R]:
    """Return a method of a client or widget as one call, a story of its own when it is the outermost."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        work = Call(method, *args, **kwargs)
        del args, kwargs
        if _CURRENT.get() is not None:
            found: R = work()
            return found
        if fault := fault_of(work):
            raise UsageError(fault)
        return cast(R, Story(method.__name__, method).run(work))

    return call
