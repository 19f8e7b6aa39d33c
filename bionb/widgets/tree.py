"""The tree of a browser, without any widget: lines of opened nodes, read when opened, filtered, and capped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bionb.errors import UsageError
from bionb.http.answers import shorten
from bionb.protocol import Client, Node, Nodes

SHOWN = 200  # lines in the browser at a time: front ends become slow beyond
SEARCHED = 10_000  # nodes of one branch that a filter looks at


@dataclass(eq=False)
class Branch:
    """A node in the tree and what is below it, as far as it was read.

    Attributes
    ----------
    node : Node or None
        None for the invisible top.
    depth : int
        0 for roots.
    parent : Branch or None
        What it is below.
    open, complete : bool
        Whether its children are shown, and whether all of them were read.
    read : list of Branch
        The children read so far.
    nodes : Nodes or None
        Where to read them from.
    """

    node: Node | None
    depth: int = -1
    parent: Branch | None = None
    open: bool = False
    read: list[Branch] = field(default_factory=list)
    nodes: Nodes | None = None
    complete: bool = False

    @property
    def label(self) -> str:
        """The line in the tree: indented, with a mark that says whether it can be opened."""
        node = self.node
        if node is None:
            return ""
        mark = "•" if node.leaf else "▾" if self.open else "▸"
        return f"{'   ' * self.depth}{mark} {shorten(node.title or node.id, 120)}"

    @property
    def path(self) -> list[Node]:
        """The nodes from the root down to this one."""
        above = self.parent.path if self.parent else []
        return [*above, self.node] if self.node else above

    def give(self, nodes: Nodes) -> None:
        """Take the children to read from."""
        self.nodes, self.read, self.complete = nodes, [], False

    def read_to(self, count: int) -> None:
        """Read children up to a number of them."""
        if self.nodes is None or self.complete or len(self.read) >= count:
            return
        found = self.nodes.first(count)
        self.read += [Branch(node, self.depth + 1, self) for node in found[len(self.read) :]]
        self.complete = len(found) < count or self.nodes.known_total == len(found)

    @property
    def unread(self) -> str:
        """How many children were not read yet, in words; empty when all were."""
        if self.complete or self.nodes is None:
            return ""
        total = self.nodes.known_total
        return "more" if total is None else f"{total - len(self.read)} more"

    def visible(self) -> Iterator[Branch]:
        """Give this branch's lines in order, those of opened branches below included."""
        for each in self.read:
            yield each
            if each.open:
                yield from each.visible()

    def opened(self) -> Iterator[Branch]:
        """Give all branches whose children are shown."""
        yield self
        for each in self.read:
            if each.open:
                yield from each.opened()


class Tree:
    """The opened part of what a client offers.

    Parameters
    ----------
    client : Client
        Asked for roots and children.
    """

    def __init__(self, client: Client) -> None:
        self._client, self._text = client, ""
        self._top = Branch(None, open=True)

    def load(self) -> None:
        """Read the roots anew and forget everything below them; a lone root is opened."""
        self._top = Branch(None, open=True)
        self._top.give(self._client.roots())
        self._top.read_to(SHOWN)
        if len(self._top.read) == 1:
            self.open(self._top.read[0])

    def open(self, branch: Branch) -> None:
        """Show what is below a node; it is read the first time."""
        assert branch.node is not None
        if branch.node.leaf:
            return
        if branch.nodes is None:
            branch.give(self._client.children(branch.node))
        branch.read_to(SHOWN)
        branch.open = True

    def fold(self, branch: Branch) -> None:
        """Hide what is below a node; it stays read."""
        branch.open = False

    def filter(self, text: str) -> None:
        """Show only nodes of opened branches that have all these words in title or identifier, and what they are in."""
        self._text = text.strip().lower()
        if self._text:
            self._read_for_search()

    def find(self, what: str | Node, kind: str | None = None) -> Branch:
        """Return the branch of a node, identifier or title that is in an opened part of the tree.

        Raises
        ------
        UsageError
            There is none, more than one kind of it, or more than one of that title.
        """
        wanted, kind = (what.id, what.kind) if isinstance(what, Node) else (str(what), kind)
        found = self._matches(wanted, kind)
        if not found:
            self._read_for_search()
            found = self._matches(wanted, kind) or self._titled(wanted, kind)
        if not found:
            raise UsageError(f"No {kind or 'line'} {wanted!r} in the opened part of the tree: open its parent first.")
        kinds = dict.fromkeys(each.node.kind for each in found if each.node)
        if len(kinds) > 1:
            raise UsageError(f"{wanted!r} is the id of several things here; name its kind, too: {', '.join(kinds)}.")
        return found[0]

    def lines(self, around: Branch | None = None) -> list[Branch]:
        """Return the lines to show, `SHOWN` at most; where there are more, those near one branch."""
        matches = self._matches_and_parents()
        below = set(around.read) if around in matches and around.open else set()
        lines = [each for each in self._top.visible() if each in matches or each in below]
        if around in lines and lines.index(around) >= SHOWN:
            start = min(lines.index(around) - SHOWN // 10, len(lines) - SHOWN)
            return lines[start : start + SHOWN]
        return lines[:SHOWN]

    def words(self, shown: int) -> str:
        """Say how much of the tree is shown, so that nothing is hidden silently."""
        unread = [branch.unread for branch in self._top.opened() if branch.unread]
        if self._text:
            known = sum(map(self._is_match, self._top.visible()))
            rest = f"; only the first {SEARCHED:,} of a branch were searched" if unread else ""
            return f"{known} {'match' if known == 1 else 'matches'} in what is open{rest}"
        known = sum(1 for _ in self._top.visible())
        if not unread and shown == known:
            return f"{known} shown"
        rest = f" and {unread[0]} not read yet" if len(unread) == 1 else " and more not read yet" if unread else ""
        return f"{shown} of {known}{rest}: type above to find others"

    def _is_match(self, branch: Branch) -> bool:
        assert branch.node is not None
        said = f"{branch.node.title} {branch.node.id}".lower()
        return all(word in said for word in self._text.split())

    def _matches_and_parents(self) -> set[Branch]:
        kept: set[Branch] = set()
        for each in filter(self._is_match, self._top.visible()):
            above: Branch | None = each
            while above is not None and above not in kept:
                kept.add(above)
                above = above.parent
        return kept

    def _matches(self, wanted: str, kind: str | None) -> list[Branch]:
        lines = ((each, each.node) for each in self._top.visible())
        return [each for each, node in lines if node and node.id == wanted and kind in (None, node.kind)]

    def _titled(self, title: str, kind: str | None) -> list[Branch]:
        """Return what has a title, if only one thing has."""
        lines = ((each, each.node) for each in self._top.visible())
        known = [(each, node) for each, node in lines if node and kind in (None, node.kind)]
        found = [(each, node) for each, node in known if node.title.strip() == title.strip()]
        if len({node.id for _, node in found}) > 1:
            ids = ", ".join(node.id for _, node in found[:5])
            raise UsageError(f"{len(found)} things here are called {title!r}; select one by its id: {ids}.")
        return [each for each, _ in found]

    def _read_for_search(self) -> None:
        for branch in list(self._top.opened()):
            branch.read_to(SEARCHED)
