"""Local servers with invented data that answer like the real platforms: no account, no network.

One server a platform, on 127.0.0.1 and a free port, in a thread of this process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from bionb.errors import UsageError
from bionb.registry import platform_card
from bionb.registry import platforms as all_platforms
from bionb.sandbox.application import PlatformSandbox
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import guarded
from bionb.sandbox.server import Received, Server
from bionb.secret import shown

__all__ = ["Received", "Sandbox", "shared_sandbox", "start_sandbox"]


class Sandbox:
    """Running sandbox servers; each starts when its URL is first asked for.

    Parameters
    ----------
    names : tuple of str
        The platforms it may start.
    state : str, optional
        Named state of the data to start with.
    generation : str, optional
        ``"old"`` or ``"new"``, on platforms whose servers come in generations.
    """

    def __init__(self, names: tuple[str, ...], state: str | None = None, generation: str | None = None) -> None:
        for name in names:
            platform_card(name)
        self._names, self._state, self._generation = names, state, generation
        self._running: dict[str, tuple[Server, PlatformSandbox, Faults]] = {}
        self._lock = threading.Lock()

    def url(self, name: str) -> str:
        """Return a server's URL, starting it if need be."""
        return self._get(name)[0].url

    def credentials(self, name: str, user: str | None = None, *, fields: Sequence[str] = ()) -> dict[str, str]:
        """Return keyword arguments for ``bionb.connect``, of the default user or another one.

        Parameters
        ----------
        name : str
            The platform.
        user : str, optional
            One of `users`; the first by default.
        fields : sequence of str, optional
            Another way to log in than the usual one: ``("username", "password")``.

        Returns
        -------
        dict of str
            Invented words whose end is another one in every process; where no `fields` are asked for, also what the
            platform takes beside.
        """
        known: dict[str, str] = self._get(name)[1].credentials(user)
        ways = [fields] if fields else platform_card(name).ways
        for way in ways:
            if set(way) <= set(known):
                beside = [] if fields else [each.name for each in platform_card(name).extras if each.name in known]
                return {each: known[each] for each in (*way, *beside)}
        raise UsageError(f"The {name} sandbox has no {', '.join(fields)}; it has: {', '.join(known)}.")

    def users(self, name: str) -> tuple[str, ...]:
        """Return the users that a sandbox has; the first is the default."""
        return tuple(self._get(name)[1].users)

    def reset(self, state: str | None = None) -> Sandbox:
        """Put the data of all running servers back to the start, or to a named state."""
        known = {each for _, app, _ in self._running.values() for each in app.states}
        if state is not None and self._running and state not in known:
            raise UsageError(f"No running sandbox has a state {state!r}; there are: {', '.join(sorted(known))}.")
        self._state = state or self._state
        for server, app, _ in self._running.values():
            app.reset(state if state in app.states else None)
            server.received.clear()
        return self

    @contextmanager
    def fault(self, platform: str, kind: str, **options: Any) -> Iterator[None]:
        """Let a server misbehave inside a ``with`` block.

        Parameters
        ----------
        platform : str
            Whose server.
        kind : str
            ``latency`` (ms), ``rate_limit``, ``maintenance``, ``drop_connection``, ``malformed``, ``hang``,
            ``redirect``, ``web_page``, or a quirk of the platform such as ``drifting``, ``short_page``,
            ``foreign_link``.
        **options
            ``times`` (how often; always by default), ``path`` (regular expression), ``method``, and the kind's own.
        """
        _, app, faults = self._get(platform)
        fault = faults.add(kind, options, quirks=app.quirks)
        try:
            yield
        finally:
            faults.remove(fault)

    def received(self, name: str) -> list[Received]:
        """Return the requests that a server got since the last reset, for tests and lessons."""
        return list(self._get(name)[0].received)

    def app(self, name: str) -> PlatformSandbox:
        """Return a platform's own sandbox object, for what stands in for the outside world (e.g. file uploads)."""
        return self._get(name)[1]

    def stop(self) -> None:
        """Stop all servers."""
        with self._lock:
            for server, _, _ in self._running.values():
                server.stop()
            self._running.clear()

    def _get(self, name: str) -> tuple[Server, PlatformSandbox, Faults]:
        if name not in self._names:
            raise UsageError(f"This sandbox has no {shown(name)}; it was started for {', '.join(self._names)}.")
        with self._lock:
            if name not in self._running:
                self._running[name] = self._start(name)
            return self._running[name]

    def _start(self, name: str) -> tuple[Server, PlatformSandbox, Faults]:
        kind = platform_card(name).load_sandbox()
        state = self._state if self._state in kind.states else None
        if self._state is not None and state is None and len(self._names) == 1:
            raise UsageError(f"The {name} sandbox has no state {self._state!r}; it has: {', '.join(kind.states)}.")
        if self._generation is not None and kind.generations and self._generation not in kind.generations:
            raise UsageError(f"The {name} sandbox has the generations {', '.join(kind.generations)}.")
        faults = Faults()
        generation = (self._generation or kind.generations[0]) if kind.generations else None
        app = kind(state=state, generation=generation, faults=faults)
        server = Server(guarded(app, generation), faults, app.refusal)
        app.url = server.url
        return server, app, faults

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox of {', '.join(self._names)}>"


_shared: Sandbox | None = None
_shared_lock = threading.Lock()


def start_sandbox(*platforms: str, state: str | None = None, generation: str | None = None) -> Sandbox:
    """Start local servers with invented data.

    Parameters
    ----------
    *platforms : str
        Which platforms; all by default.
    state : str, optional
        A named state, so that a notebook can start in the middle of a story.
    generation : str, optional
        ``"old"`` or ``"new"`` where servers come in generations.

    Returns
    -------
    Sandbox
        Also a context manager; ``.url(name)`` and ``.credentials(name)`` are what ``connect`` needs.

    Examples
    --------
    >>> with start_sandbox("sodar", generation="old") as sandbox:
    ...     client = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
    ...     client.whoami()
    'alice@EXAMPLE'
    """
    return Sandbox(platforms or _all(), state, generation)


def shared_sandbox() -> Sandbox:
    """Return the sandbox that ``connect(..., sandbox=True)`` uses, one a process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Sandbox(_all())
        return _shared


def _all() -> tuple[str, ...]:
    return all_platforms()
