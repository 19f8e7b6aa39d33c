"""The project browser: a tree to search on the left, and on the right what is selected: table, figure, code, files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from bionb.errors import BionbError, UsageError
from bionb.http.answers import shorten
from bionb.http.story import told
from bionb.protocol import Client, Node
from bionb.widgets import looks
from bionb.widgets.detail import Detail
from bionb.widgets.status import Status
from bionb.widgets.tree import Branch, Line, Tree
from bionb.widgets.view import Shown, View, on_main_thread

if TYPE_CHECKING:
    import pandas as pd

Message = dict[str, Any]
LINES = 200  # of the tree in one answer
SCRIPTS = ("dom", "tree", "grid", "browser")


class LoggedIn(Protocol):
    """What has a client once somebody has logged in: what ``bionb.login()`` returns."""

    @property
    def client(self) -> Client:
        """The client."""


def browse(client: Client | LoggedIn, rows: int = 10) -> Browser:
    """Show what a client offers as a tree, and what is selected as a table to look around in.

    Parameters
    ----------
    client : Client or Login
        Of any platform.
    rows : int
        Rows of the table that stay in a saved notebook, 50 at most.

    Returns
    -------
    Browser
        A widget; its ``.selection`` (a `Node`), ``.frame`` and ``.selected_rows`` (DataFrames) are for the next cell.
        All that a click does can be called, too: ``open``, ``fold``, ``filter``, ``select``.

    Raises
    ------
    UsageError
        Not a client.
    NotLoggedIn
        A login without one.

    Examples
    --------
    >>> browser = browse(bionb.connect("sodar", sandbox=True))
    >>> browser.select(browser.nodes[0].id)                     # or click on it
    >>> browser.frame.columns                                   # in the next cell
    """
    if isinstance(getattr(type(client), "client", None), property):
        client = cast(LoggedIn, client).client
    if not all(hasattr(client, name) for name in ("roots", "children", "frame")):
        raise UsageError(f"browse() takes a client, as bionb.connect() or bionb.login().client give; not {client!r}.")
    return Browser(cast(Client, client), min(max(1, rows), 50))


class Browser(Shown):
    """The widget that `browse` returns.

    Attributes
    ----------
    selection : Node
        What is selected.
    frame : DataFrame
        The selected thing's table, all of it.
    selected_rows : DataFrame
        The rows of it that were marked.
    nodes : list of Node
        What the tree shows now.
    status : str
        What the status area says.
    """

    def __init__(self, client: Client, rows: int = 10) -> None:
        self._client, self._rows, self._version = client, rows, 0
        self._view = View(SCRIPTS, "createBrowser", self.receive)
        self._tellers: list[Callable[[Message], None]] = [self._view.tell]
        self._tree, self._status = Tree(client), Status(self._tell)
        self._lines: list[Line] = []
        self._selected: Branch | None = None
        self._detail: Detail | None = None  # of what is selected, once its table was read
        self._shown: Detail | None = None  # what the page shows: of what was selected before, where reading failed
        with contextlib.suppress(BionbError):  # it stands in the status area
            self.reload()

    # -- what a notebook uses -------------------------------------------------------------------------------------

    @property
    def selection(self) -> Node:
        """The selected node.

        Raises
        ------
        UsageError
            Nothing is selected yet.
        """
        if self._selected is None or self._selected.node is None:
            why = f" ({shorten(self.status)})" if self.status else ""
            raise UsageError(f"Nothing is selected yet{why}: click a line of the tree, or call .select(id).")
        return self._selected.node

    @property
    def frame(self) -> pd.DataFrame:
        """The table of the selection, read when first asked for.

        Raises
        ------
        UsageError
            Nothing is selected yet.
        """
        return self._read().grid.frame

    @property
    def selected_rows(self) -> pd.DataFrame:
        """The rows of `frame` that were marked in the table; none of them while nothing is."""
        return self._read().grid.selected_rows

    @property
    def nodes(self) -> list[Node]:
        """What the tree shows now, from top to bottom."""
        return [line.branch.node for line in self._lines if line.branch.node and not line.more]

    @property
    def status(self) -> str:
        """What the status area says, as plain text."""
        return self._status.text

    @told
    def select(self, what: str | Node, kind: str | None = None) -> Node:
        """Select a node, open it, and show its table.

        Parameters
        ----------
        what : str or Node
            An identifier, a title that only one thing has, or a node.
        kind : str, optional
            For identifiers that several kinds of things share.

        Raises
        ------
        BionbError
            Shown in the widget, too.
        """
        with self._status.showing(""):
            self._choose(self._tree.find(what, kind))
        return self.selection

    @told
    def open(self, what: str | Node, kind: str | None = None) -> list[Node]:
        """Show what is below a node in the tree, and return it as far as it was read."""
        with self._status.showing("Reading …"):
            branch = self._tree.find(what, kind)
            self._open(branch)
        return [each.node for each in branch.read if each.node]

    @told
    def fold(self, what: str | Node, kind: str | None = None) -> None:
        """Hide what is below a node."""
        with self._status.showing(""):
            self._tree.fold(self._tree.find(what, kind))
            self._show_tree()

    @told
    def filter(self, text: str, further: bool = False) -> list[Node]:
        """Show only what has all these words in its title or identifier.

        Parameters
        ----------
        text : str
            The words; none shows everything again.
        further : bool
            Also look into nodes that were never opened, 25 of them at a time. Else these are only searched where that
            sends nothing, or where the server itself can find; the line below the tree says what was left out.
        """
        with self._status.showing("Searching …"):
            try:
                if further:
                    self._tree.search_further()
                self._tree.filter(text)
            finally:
                self._show_tree()
        return self.nodes

    @told
    def reload(self) -> None:
        """Ask the server again; what was open is folded and nothing is selected. What fails changes nothing."""
        with self._status.showing(f"Reading from {self._client.label} …"):
            self._tree.load()
            self._selected = self._detail = self._shown = None
            self._show_tree()
            self._show_detail()

    def __repr__(self) -> str:
        where = f"{self._client.label}, {self._client.place}"
        if self._selected is None or self._selected.node is None:
            return f"<Browser: {where}, nothing selected{': ' + shorten(self.status, 160) if self.status else ''}>"
        node = self._selected.node
        return f"<Browser: {where}, {node.kind} {shorten(node.title or node.id, 80)}>"

    def _picture(self) -> str:
        """Return what stays in a saved notebook."""
        title = f"{self._client.label} · {self._client.place}"
        detail = self._detail
        if detail is None:
            titles = [shorten(node.title or node.id, 80) for node in self.nodes[: self._rows]]
            more = f"and {len(self.nodes) - len(titles):,} more" if len(self.nodes) > len(titles) else ""
            return looks.picture(title, [*titles, more, shorten(self.status)])
        path = " › ".join(shorten(each.title or each.id, 60) for each in detail.path)
        rows = detail.first_rows(self._rows)
        return looks.picture(title, [path, detail.grid.words()], rows)

    # -- messages of the page -------------------------------------------------------------------------------------

    def also_tell(self, tell: Callable[[Message], None]) -> None:
        """Give all messages to another page, too: that of a login in which this browser stands."""
        self._tellers.append(tell)

    def _tell(self, message: Message) -> None:
        for tell in self._tellers:
            tell(message)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Do what a page asks for; what only looks is answered at once, also while a cell runs."""
        looks_only = message.get("type") == "lines" or _type_of(message.get("message")) == "rows"
        if looks_only:
            self._do(message)
        else:
            on_main_thread(lambda: self._do(message))

    def _do(self, message: Mapping[str, Any]) -> None:
        action = getattr(self, f"_on_{message.get('type')}", None)
        if action is not None:
            self._status.run(lambda: action(message))
        self._tell({"type": "done", "of": message.get("of")})

    def _on_ready(self, message: Mapping[str, Any]) -> None:
        self._tell({"type": "title", "text": f"{self._client.label} · {self._client.place}"})
        self._tell_tree()
        self._show_detail()
        self._tell(self._status.message)

    def _on_lines(self, message: Mapping[str, Any]) -> None:
        if message.get("version") == self._version:
            self._tell(self._window(int(message["start"])))

    def _on_select(self, message: Mapping[str, Any]) -> None:
        self._choose(self._tree.by_key(message["node"]))

    def _on_open(self, message: Mapping[str, Any]) -> None:
        with self._status.showing("Reading …"):
            self._open(self._tree.by_key(message["node"]))

    def _on_fold(self, message: Mapping[str, Any]) -> None:
        self._tree.fold(self._tree.by_key(message["node"]))
        self._show_tree()

    def _on_more(self, message: Mapping[str, Any]) -> None:
        with self._status.showing("Reading …"):
            self._tree.read_more(self._tree.by_key(message["node"]))
            self._show_tree()

    def _on_filter(self, message: Mapping[str, Any]) -> None:
        self.filter(str(message["text"]), bool(message.get("further")))

    def _on_type(self, message: Mapping[str, Any]) -> None:
        """Find the next line whose title begins with what was typed."""
        text, start = str(message["text"]).lower(), int(message["place"])
        places = [*range(start, len(self._lines)), *range(min(start, len(self._lines)))]
        titles = ((place, self._lines[place].branch.node) for place in places if not self._lines[place].more)
        found = next((place for place, node in titles if node and node.title.lower().startswith(text)), None)
        if found is not None:
            self._tell({"type": "go", "place": found})

    def _on_reload(self, message: Mapping[str, Any]) -> None:
        self.reload()

    def _on_grid(self, message: Mapping[str, Any]) -> None:
        detail = self._shown_as(message)
        if detail is not None:
            for answer in detail.grid.receive(message["message"]):
                self._tell({"type": "grid", "node": detail.key, "message": answer})

    def _on_tab(self, message: Mapping[str, Any]) -> None:
        detail = self._shown_as(message)
        if detail is not None and message["tab"] in detail.tabs:
            detail.tab = str(message["tab"])
            with self._status.showing("Drawing …" if detail.tab == "Figure" else ""):
                self._tell_all(detail.content())

    def _on_download(self, message: Mapping[str, Any]) -> None:
        detail = self._shown_as(message)
        if detail is not None:
            with self._status.showing("Downloading; the stop button of the notebook ends it …"):
                came = detail.download(str(message["folder"]), bool(message.get("chosen")))
            self._status.show("good", "Downloaded", came)

    def _shown_as(self, message: Mapping[str, Any]) -> Detail | None:
        """Return what is shown, if that is still what the page means."""
        return self._shown if self._shown is not None and self._shown.key == message.get("node") else None

    # -- what happens ---------------------------------------------------------------------------------------------

    def _choose(self, branch: Branch) -> None:
        """Select a line: open it and show its table; what was shown stays when there is no table."""
        if branch.node is None:
            raise UsageError("This is no line of the tree; choose one.")
        self._selected, self._detail = branch, None
        with self._status.showing(f"Reading {branch.node.kind} {shorten(branch.node.title, 80)} …"):
            try:
                self._open(branch)
                self._read()
            finally:
                self._view.save(self._picture())

    def _open(self, branch: Branch) -> None:
        try:
            self._tree.open(branch)
        finally:
            self._show_tree()

    def _read(self) -> Detail:
        """Return the selection with its table, read if need be."""
        if self._detail is None:
            node, branch = self.selection, self._selected
            assert branch is not None
            with self._status.showing(f"Reading {node.kind} {shorten(node.title, 80)} …"):
                detail = Detail(self._client, branch.path, branch.key, self._client.frame(node))
            self._detail = self._shown = detail
            self._show_detail()
        return self._detail

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_tree(self) -> None:
        self._lines = self._tree.lines()
        self._tell_tree()

    def _tell_tree(self) -> None:
        self._version += 1
        chosen = (place for place, line in enumerate(self._lines) if line.branch is self._selected and not line.more)
        self._tell(
            {
                "type": "tree",
                "version": self._version,
                "total": len(self._lines),
                "words": self._tree.told(self._lines),
                "text": self._tree.text,
                "further": bool(self._tree.text and self._tree.unsearched),
                "selected": self._selected.key if self._selected else None,
                "place": next(chosen, None),
                "window": self._window(0),
            }
        )

    def _window(self, start: int) -> Message:
        lines = [each.told() for each in self._lines[max(0, start) : max(0, start) + LINES]]
        return {"type": "lines", "version": self._version, "start": max(0, start), "lines": lines}

    def _show_detail(self) -> None:
        detail = self._shown
        if detail is None:
            self._tell({"type": "shown", "node": None})
            return
        grid = {"type": "grid", "node": detail.key, "message": detail.grid.table()}
        self._tell_all([detail.head(), grid, *detail.content()])

    def _tell_all(self, messages: Iterator[Message] | list[Message]) -> None:
        for each in messages:
            self._tell(each)


def _type_of(message: Any) -> Any:
    return message.get("type") if isinstance(message, Mapping) else None
