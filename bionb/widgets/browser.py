"""The project browser: a filtered tree on the left, a page of the selected thing's table on the right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import ipywidgets
from ipywidgets import Layout

from bionb.errors import BionbError, UsageError
from bionb.http.answers import shorten
from bionb.http.story import told
from bionb.protocol import Client, Node
from bionb.widgets import looks
from bionb.widgets.login import Login
from bionb.widgets.status import Status
from bionb.widgets.table import TablePages
from bionb.widgets.tree import Branch, Tree

if TYPE_CHECKING:
    import pandas as pd


def browse(client: Client | Login, rows: int = 10) -> Browser:
    """Show what a client offers as a tree, and what is selected as a table.

    Parameters
    ----------
    client : Client or Login
        Of any platform.
    rows : int
        Rows of a table page, 50 at most.

    Returns
    -------
    Browser
        A widget; its ``.selection`` (a `Node`) and ``.frame`` (a DataFrame) are for the next cell. All that a click
        does can be called, too: ``open``, ``fold``, ``filter``, ``select``, ``next_page``, ``previous_page``.

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
    if isinstance(client, Login):
        client = client.client
    if not all(hasattr(client, name) for name in ("roots", "children", "frame")):
        raise UsageError(f"browse() takes a client, as bionb.connect() or bionb.login().client give; not {client!r}.")
    return Browser(client, min(max(1, rows), 50))


class Browser:
    """The widget that `browse` returns.

    Attributes
    ----------
    selection : Node
        What is selected.
    frame : DataFrame
        The selected thing's table, all of it.
    nodes : list of Node
        What the tree shows now.
    status : str
        What the status area says.
    """

    def __init__(self, client: Client, rows: int) -> None:
        self._client, self._rows = client, rows
        self._tree, self._status = Tree(client), Status()
        self._selected: Branch | None = None
        self._table: TablePages | None = None
        self._build()
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
        if self._table is None:
            with self._status.showing(f"Reading {self.selection.kind} {self.selection.title} …"):
                self._table = TablePages(self._client.frame(self.selection), self._rows)
        return self._table.frame

    @property
    def nodes(self) -> list[Node]:
        """What the tree shows now, from top to bottom."""
        return [each.node for each in self._lines if each.node]

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
            self._tree.open(branch)
        self._show_tree()
        return [each.node for each in branch.read if each.node]

    @told
    def fold(self, what: str | Node, kind: str | None = None) -> None:
        """Hide what is below a node."""
        with self._status.showing(""):
            self._tree.fold(self._tree.find(what, kind))
        self._show_tree()

    @told
    def filter(self, text: str) -> list[Node]:
        """Show only what has all these words in its title or identifier, in the opened part of the tree."""
        with self._silently():
            self._filter.value = text
        with self._status.showing("Searching …"):
            self._tree.filter(text)
        self._show_tree()
        return self.nodes

    @told
    def next_page(self) -> None:
        """Show the next page of the table."""
        self._turn(1)

    @told
    def previous_page(self) -> None:
        """Show the previous page of the table."""
        self._turn(-1)

    @told
    def reload(self) -> None:
        """Ask the server again; what was open is folded and nothing is selected."""
        with self._status.showing(f"Reading from {self._client.label} …"):
            self._selected = self._table = None
            try:
                self._tree.load()
            finally:
                self._show_tree()
                self._show_table()

    def __repr__(self) -> str:
        where = f"{self._client.label}, {self._client.place}"
        if self._selected is None or self._selected.node is None:
            return f"<Browser: {where}, nothing selected{': ' + shorten(self.status, 160) if self.status else ''}>"
        node = self._selected.node
        return f"<Browser: {where}, {node.kind} {shorten(node.title or node.id, 80)}>"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**self._box._repr_mimebundle_(**options), "text/plain": repr(self)}

    # -- what it is made of ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        wide = Layout(width="auto")
        title = f"{self._client.label} · {self._client.place}"
        self._filter = ipywidgets.Text(placeholder="Filter", layout=wide)
        self._list = ipywidgets.Select(options=[], rows=16, layout=wide)
        self._count = ipywidgets.HTML(layout=wide)
        self._fold = self._button("Fold", self._toggle)
        self._reload = self._button("Reload", self.reload)
        self._heading, self._page_words = ipywidgets.HTML(layout=wide), ipywidgets.HTML()
        self._page = ipywidgets.HTML()
        self._page.add_class("jp-RenderedHTMLCommon")  # makes it look like Lab's own tables
        self._previous = self._button("Previous", self.previous_page)
        self._next = self._button("Next", self.next_page)
        left = [ipywidgets.HTML(looks.heading(title)), self._filter, self._list, self._count]
        left.append(ipywidgets.HBox([self._fold, self._reload]))
        sheet = ipywidgets.Box([self._page], layout=Layout(width="auto", max_height="420px", overflow="auto"))
        self._pager = ipywidgets.HBox(
            [self._previous, self._next, self._page_words], layout=Layout(align_items="center")
        )
        right = [self._heading, self._status.html, sheet, self._pager]
        self._box = ipywidgets.HBox(
            [
                ipywidgets.VBox(left, layout=Layout(width="280px", flex="0 0 auto", padding="0 12px 0 0")),
                ipywidgets.VBox(right, layout=Layout(flex="1 1 auto", width="auto", min_width="0")),
            ],
            layout=Layout(border=looks.BORDER, padding="12px"),
        )
        self._lines: list[Branch] = []
        self._showing = False
        self._list.observe(self._clicked, "value")
        self._filter.observe(self._typed, "value")

    def _button(self, words: str, action: Callable[[], Any]) -> Any:
        button = ipywidgets.Button(description=words, layout=Layout(width="88px"))
        button.on_click(self._status.callback(action))
        return button

    # -- what happens ---------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _silently(self) -> Iterator[None]:
        """Set fields without taking it for a person's doing."""
        self._showing = True
        try:
            yield
        finally:
            self._showing = False

    def _clicked(self, change: Any) -> None:
        number = change["new"]
        if not self._showing and number is not None and number < len(self._lines):
            self._status.callback(lambda: self._choose(self._lines[number]))(None)

    def _typed(self, change: Any) -> None:
        if not self._showing:
            self._status.callback(lambda: self.filter(change["new"]))(None)

    def _choose(self, branch: Branch) -> None:
        """Select a line: open it and show its table; what was opened stays when there is no table."""
        assert branch.node is not None
        self._selected, self._table = branch, None
        self._show_table()  # nobody should take the old table for the new one meanwhile
        with self._status.showing(f"Reading {branch.node.kind} {shorten(branch.node.title, 80)} …"):
            try:
                self._tree.open(branch)
                self.frame  # noqa: B018 - reads it
            finally:
                self._show_tree()
                self._show_table()

    def _toggle(self) -> None:
        branch = self._selected
        if branch is None or branch.node is None:
            return
        if branch.open:
            self._tree.fold(branch)
        else:
            with self._status.showing("Reading …"):
                self._tree.open(branch)
        self._show_tree()

    def _turn(self, by: int) -> None:
        self.frame  # noqa: B018 - says what to do when nothing is selected
        if self._table is not None:
            self._table.turn(by)
        self._show_table()

    # -- showing --------------------------------------------------------------------------------------------------

    def _show_tree(self) -> None:
        self._lines = self._tree.lines(self._selected)
        with self._silently():
            self._list.options = [(each.label, number) for number, each in enumerate(self._lines)]
            self._list.value = self._lines.index(self._selected) if self._selected in self._lines else None
        self._count.value = looks.faint(self._tree.words(len(self._lines)))
        branch = self._selected
        self._fold.disabled = branch is None or branch.node is None or branch.node.leaf
        self._fold.description = "Fold" if branch is None or branch.open else "Open"

    def _show_table(self) -> None:
        table, branch = self._table, self._selected
        self._heading.value = looks.where(branch.path if branch is not None else [])
        self._page.value = table.html() if table is not None and len(table.frame) else ""
        self._page_words.value = looks.faint(table.words()) if table is not None else ""
        self._previous.disabled = table is None or table.at_start
        self._next.disabled = table is None or table.at_end
        self._pager.layout.visibility = "hidden" if table is None else "visible"
