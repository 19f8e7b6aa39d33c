"""What a platform offers to the rest of the package, so that core and widgets never name one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, overload

from bionb.secret import Secret

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd

    from bionb.http.sent import SentRequest


@dataclass(frozen=True)
class LoginField:
    """One field of the login form.

    Attributes
    ----------
    name : str
        Keyword argument of ``bionb.connect``.
    label : str
        What the form calls it.
    secret : bool
        Shown as dots, cleared once read.
    sent : bool
        Travels in a header, which takes printable ASCII only; False for a path on this computer.
    """

    name: str
    label: str
    secret: bool = True
    sent: bool = True

    def sealed(self, value: str | Secret, name: str) -> Secret:
        """Return a value of this field as a secret; `name` is what an error calls it.

        Raises
        ------
        UsageError
            It is empty, or would be sent and cannot.
        """
        return Secret(value, name, sent=self.sent)


@dataclass(frozen=True)
class Found:
    """Credentials and where they were found.

    Attributes
    ----------
    source : str
        For people: ``"environment"``, ``"file ~/.client/credentials [default]"``.
    url : str or None
        The server named by the same source.
    values : mapping of str to Secret
        By login field.
    """

    source: str
    url: str | None
    values: Mapping[str, Secret] = field(default_factory=dict)


def _nothing(profile: str | None) -> Iterable[Found]:
    return ()


@dataclass(frozen=True)
class Platform:
    """The card of a platform: what can be known before its client is loaded.

    Attributes
    ----------
    name, label : str
        For code and for people: ``"sodar"``, ``"SODAR"``.
    login_fields : tuple of LoginField
        All that the form may ask for.
    ways : tuple of tuple of str
        Sets of fields of which any one is enough: ``(("token",), ("username", "password"))``.
    token_help : str
        One sentence: where on the platform a token is made.
    environments : mapping of str to str
        Known servers by name.
    pages : tuple of str
        How the paths of a server's own pages and API begin, in lower case: an address is cut there.
    websites : mapping of str to str
        Hosts of web sites whose API has another address: that address by host.
    default_url : str, optional
        The server meant when none is named.
    token_page : str
        Path of the page below a server's address (or its web site's) on which a token is made; empty if unknown.
    official : callable
        Given a profile or None, yields what the official client's own variables and files hold.
    extras : tuple of LoginField
        What ``connect`` and the environment may give beside: it logs nobody in, and the form does not ask for it. The
        first is an address and the others are for it: where it is an argument, the environment gives none of them. Or
        the first is a secret of the server itself: then it comes with the server's address only.
    client, sandbox : str
        ``"module:Class"`` of the client and of the sandbox, loaded when needed.
    """

    name: str
    label: str
    login_fields: tuple[LoginField, ...]
    ways: tuple[tuple[str, ...], ...]
    token_help: str
    client: str
    sandbox: str
    environments: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    websites: Mapping[str, str] = field(default_factory=dict)
    default_url: str | None = None
    token_page: str = ""
    official: Callable[[str | None], Iterable[Found]] = _nothing
    extras: tuple[LoginField, ...] = ()

    def field_names(self) -> list[str]:
        """Return the credentials' keyword arguments."""
        return [each.name for each in self.login_fields]

    def keywords(self) -> dict[str, LoginField]:
        """Return all keyword arguments by name: the credentials, and what may be given beside."""
        return {each.name: each for each in (*self.login_fields, *self.extras)}

    def suffices(self, values: Mapping[str, Any]) -> bool:
        """Tell whether these credentials are enough to log in."""
        return any(set(way) <= set(values) for way in self.ways)

    def ways_text(self) -> str:
        """Return the ways to log in as words: ``token= (or username= and password=)``."""
        first, *others = (" and ".join(f"{name}=" for name in way) for way in self.ways)
        return first + (f" (or {' or '.join(others)})" if others else "")

    def variable(self, name: str) -> str:
        """Return the environment variable of a login field, e.g. ``BIONB_SODAR_TOKEN``."""
        return f"BIONB_{self.name}_{name}".upper()

    def load_client(self) -> Any:
        """Import and return the client class."""
        return _load(self.client)

    def load_sandbox(self) -> Any:
        """Import and return the sandbox class."""
        return _load(self.sandbox)


def _load(address: str) -> Any:
    module, _, name = address.partition(":")
    return getattr(importlib.import_module(module), name)


@dataclass(frozen=True)
class Node:
    """One thing in the project browser.

    Attributes
    ----------
    kind : str
        The platform's own word: ``"project"``, ``"assay"``, ``"run"``.
    id, title : str
        For the server and for people.
    leaf : bool
        True when there is nothing below it.
    record : mapping
        The server's record, normalised.
    near : bool
        True when what is below is known already: a search looks there without being told to.
    call : str
        The call of the client that gives this node's table: ``members('a3dc').to_frame()``; empty if there is no
        single one.
    draw : callable, optional
        Given the node's table, returns a matplotlib figure or axes of it.
    files : callable, optional
        Given rows of the node's table, returns what ``download_files`` takes for them.
    """

    kind: str
    id: str
    title: str
    leaf: bool = False
    record: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    near: bool = field(default=False, repr=False, compare=False)
    call: str = field(default="", repr=False, compare=False)
    draw: Callable[[pd.DataFrame], Any] | None = field(default=None, repr=False, compare=False)
    files: Callable[[pd.DataFrame], Any] | None = field(default=None, repr=False, compare=False)


class Nodes(Sequence[Node]):
    """Nodes made from records when they are looked at, so that a long listing is never read for its first rows.

    Parameters
    ----------
    source : sequence
        A `Listing` or a list.
    make : callable
        Turns one record into a `Node`.
    find : callable, optional
        How the server itself finds some of these: given a text, returns their records.
    """

    def __init__(
        self,
        source: Sequence[Any],
        make: Callable[[Any], Node] = lambda node: node,
        find: Callable[[str], Sequence[Any]] | None = None,
    ) -> None:
        self._source, self._node, self._find, self._story = source, make, find, None
        if not isinstance(source, list | tuple):
            from bionb.http.story import story_to_read  # the cards of platforms are read without what sends requests

            self._story = story_to_read()

    def _make(self, record: Any) -> Node:
        return self._node(record) if self._story is None else self._story.run(self._node, record)

    def __len__(self) -> int:
        return len(self._source)

    def __iter__(self) -> Iterator[Node]:
        return map(self._make, self._source)

    @overload
    def __getitem__(self, index: int) -> Node: ...

    @overload
    def __getitem__(self, index: slice) -> list[Node]: ...

    def __getitem__(self, index: int | slice) -> Node | list[Node]:
        if isinstance(index, slice):
            return [self._make(each) for each in self._source[index]]
        return self._make(self._source[index])

    @property
    def known_total(self) -> int | None:
        """How many nodes there are, None if that is not known without reading on."""
        known: int | None = getattr(self._source, "known_total", None)
        return len(self._source) if known is None and isinstance(self._source, list | tuple) else known

    @property
    def at_hand(self) -> bool:
        """True when looking at all of them sends nothing."""
        return isinstance(self._source, list | tuple)

    @property
    def can_find(self) -> bool:
        """True when the server finds some of them by a text."""
        return self._find is not None

    def find(self, text: str, most: int) -> list[Node]:
        """Return at most so many of the nodes that the server finds by a text; none where it can't."""
        return [] if self._find is None else Nodes(self._find(text), self._node).first(most)

    def first(self, n: int) -> list[Node]:
        """Return the first `n` nodes, reading no more than they need."""
        return self[:n]

    def __repr__(self) -> str:
        return f"<Nodes of {self._source!r}>"


class Client(Protocol):
    """What every client offers."""

    @property
    def label(self) -> str:
        """The platform's name for people."""

    @property
    def url(self) -> str:
        """The server's URL."""

    @property
    def place(self) -> str:
        """The server for people: its host, "the sandbox" or "this computer"."""

    @property
    def source(self) -> str:
        """Where the credentials came from."""

    @property
    def history(self) -> pd.DataFrame:
        """All requests so far, in the order they were started."""

    @property
    def last_request(self) -> SentRequest | None:
        """The request that opened the latest call."""

    def whoami(self) -> str:
        """Return the account's name, by one real request."""

    def roots(self) -> Nodes:
        """Return the top of the tree."""

    def children(self, node: Node) -> Nodes:
        """Return what is below a node."""

    def frame(self, node: Node) -> pd.DataFrame:
        """Return a node as a table."""

    def close(self) -> None:
        """Close all connections."""

    def __enter__(self) -> Client: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
