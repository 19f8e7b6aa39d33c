"""The tree of a browser, without any widget: what was read of it, what of that is shown, and what a search finds.

Each line is named by its `key`, which says what it is and what it is in; what a page asks for is always a key, so that
a click means the line that was seen, whatever has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bionb.errors import BionbError, UsageError
from bionb.http.answers import shorten
from bionb.protocol import Client, Node, Nodes

FIRST = 100  # children of a node that are read when it is opened, where reading sends requests: mostly one
MORE = 1_000  # and each time that more are asked for
SEARCHED = 10_000  # nodes of one branch that a search looks at
FOUND = 200  # nodes that a server is asked to find
FURTHER = 25  # unopened nodes that a search into them reads at a time


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
        The children read so far, in the server's order.
    found : list of Branch
        Children that the server found and that were not read yet.
    nodes : Nodes or None
        Where to read them from.
    wanted : bool
        Whether a person opened or selected it: then it stays in sight, also where it was only found.
    found_by : str
        The text by which the server found it last.
    """

    node: Node | None
    depth: int = -1
    parent: Branch | None = None
    open: bool = False
    read: list[Branch] = field(default_factory=list)
    found: list[Branch] = field(default_factory=list)
    nodes: Nodes | None = None
    complete: bool = False
    wanted: bool = False
    found_by: str = ""
    words: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Make the key and what a search looks at once; both are asked for at every key stroke."""
        if self.node is not None:
            above = f"{self.parent.key}\n" if self.parent and self.parent.node else ""
            self.key = f"{above}{self.node.kind} {self.node.id}"
            self.words = f"{self.node.title} {self.node.id}".lower()

    @property
    def path(self) -> list[Node]:
        """The nodes from the root down to this one."""
        above = self.parent.path if self.parent else []
        return [*above, self.node] if self.node else above

    @property
    def below(self) -> list[Branch]:
        """All children that are known."""
        return [*self.read, *self.found]

    def give(self, nodes: Nodes) -> None:
        """Take the children to read from."""
        self.nodes, self.read, self.complete = nodes, [], False

    def read_to(self, count: int) -> None:
        """Read children up to a number of them, or all where that sends nothing."""
        if self.nodes is None or self.complete or (len(self.read) >= count and not self.nodes.at_hand):
            return
        found = list(self.nodes) if self.nodes.at_hand else self.nodes.first(count)
        self._add(found[len(self.read) :])
        self.complete = self.nodes.at_hand or len(found) < count or self.nodes.known_total == len(found)

    def _add(self, nodes: list[Node]) -> None:
        """Add children that were read; one that had been found stays what it is."""
        met = {each.key: each for each in self.found}
        new = [Branch(node, self.depth + 1, self) for node in nodes]
        self.read += [met.pop(each.key, each) for each in new]
        self.found = list(met.values())

    def add_found(self, nodes: list[Node], text: str) -> None:
        """Add children that the server found by a text, which their titles need not hold."""
        known = {each.key: each for each in self.below}
        for node in nodes:
            new = Branch(node, self.depth + 1, self)
            if new.key not in known:
                self.found.append(new)
            known.get(new.key, new).found_by = text

    @property
    def unread(self) -> int | None:
        """How many children were not read yet; None if that is not known."""
        if self.complete or self.nodes is None:
            return 0
        total = self.nodes.known_total
        return None if total is None else total - len(self.read)

    def known(self) -> Iterator[Branch]:
        """Give all branches below this one that are known, whether shown or not."""
        for each in self.below:
            yield each
            yield from each.known()

    def opened(self) -> Iterator[Branch]:
        """Give all branches whose children are shown, this one first."""
        yield self
        for each in self.below:
            if each.open:
                yield from each.opened()


@dataclass(frozen=True)
class Line:
    """A line of the tree as it is shown.

    Attributes
    ----------
    branch : Branch
        What it shows; for a line that stands for children not read yet, their parent.
    position, size : int
        Its place among the lines of the same parent, from 1, and how many these are.
    up : int
        The place of its parent's line; -1 for roots.
    more : bool
        True for a line that stands for children not read yet.
    open : bool
        Whether lines below it are shown.
    """

    branch: Branch
    position: int
    size: int
    up: int
    more: bool = False
    open: bool = False

    def told(self) -> dict[str, Any]:
        """Return the line for a page."""
        branch, node = self.branch, self.branch.node
        place = {"key": branch.key, "position": self.position, "size": self.size, "up": self.up}
        if self.more or node is None:
            unread = branch.unread
            words = (
                "More: show them" if unread is None else f"{unread:,} more: show {'some' if unread > MORE else 'them'}"
            )
            return place | {"more": True, "level": branch.depth + 2, "title": words, "leaf": True, "kind": ""}
        title = shorten(node.title or node.id, 160)
        return place | {
            "level": branch.depth + 1,
            "title": title,
            "kind": node.kind,
            "leaf": node.leaf,
            "open": self.open,
        }


class Tree:
    """What a client offers, as far as it was opened or found.

    Parameters
    ----------
    client : Client
        Asked for roots and children.
    """

    def __init__(self, client: Client) -> None:
        self._client, self.text = client, ""
        self._top = Branch(None, open=True)
        self._unreadable: set[str] = set()
        self.asked = False  # whether the server was asked to find something

    # -- reading --------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the roots anew; a lone root is opened. What was there stays when that fails."""
        top = Branch(None, open=True)
        top.give(self._client.roots())
        top.read_to(FIRST)
        self._top = top
        if len(top.read) == 1:
            self.open(top.read[0])

    def open(self, branch: Branch) -> None:
        """Show what is below a node; it is read the first time."""
        branch.wanted = True
        self._read(branch)
        branch.open = branch.node is not None and not branch.node.leaf

    def _read(self, branch: Branch, count: int = FIRST) -> None:
        if branch.node is None or branch.node.leaf:
            return
        if branch.nodes is None:
            branch.give(self._client.children(branch.node))
        branch.read_to(count)

    def read_more(self, branch: Branch) -> None:
        """Read more children of a node of which not all were read."""
        branch.read_to(len(branch.read) + MORE)

    def fold(self, branch: Branch) -> None:
        """Hide what is below a node; it stays read."""
        branch.open = False

    # -- finding --------------------------------------------------------------------------------------------------

    def filter(self, text: str) -> None:
        """Show only nodes that have all these words in title or identifier, and what they are in.

        What is known is looked at, shown or not; of what was opened but not read whole, the server is asked where it
        can find by a text, and the rest is read where it can't.
        """
        self.text, self.asked = text.strip().lower(), False
        if not self.text:
            return
        for branch in list(self._top.opened()):
            if branch.nodes is not None and branch.nodes.can_find and not branch.complete:
                branch.add_found(branch.nodes.find(text.strip(), FOUND), self.text)
                self.asked = True
            else:
                branch.read_to(SEARCHED)
        self._read_near(self._top)

    def _read_near(self, branch: Branch) -> None:
        for each in branch.below:
            if each.node is not None and each.node.near:
                self._read(each)
                self._read_near(each)

    def search_further(self) -> None:
        """Read what is in nodes that were never opened, some at a time, those nearest to the top first."""
        for branch in self._unopened()[:FURTHER]:
            try:
                self._read(branch, SEARCHED)
            except BionbError:
                self._unreadable.add(branch.key)  # it is not tried again, so that the search comes to an end
                raise

    def _unopened(self) -> list[Branch]:
        """Return nodes of which nobody has looked what is below, those nearest to the top first."""
        found = [
            each
            for each in self._top.known()
            if each.node and not each.node.leaf and each.nodes is None and each.key not in self._unreadable
        ]
        return sorted(found, key=lambda each: each.depth)

    def find(self, what: str | Node, kind: str | None = None) -> Branch:
        """Return the branch of a node, identifier or title that is known in the tree.

        Raises
        ------
        UsageError
            There is none, more than one kind of it, or more than one of that title.
        """
        wanted, kind = (what.id, what.kind) if isinstance(what, Node) else (str(what), kind)
        found = self._matches(wanted, kind)
        if not found:
            for branch in list(self._top.opened()):
                branch.read_to(SEARCHED)
            found = self._matches(wanted, kind) or self._titled(wanted, kind)
        if not found:
            raise UsageError(f"No {kind or 'line'} {wanted!r} in the opened part of the tree: open its parent first.")
        kinds = dict.fromkeys(each.node.kind for each in found if each.node)
        if len(kinds) > 1:
            raise UsageError(f"{wanted!r} is the id of several things here; name its kind, too: {', '.join(kinds)}.")
        return found[0]

    def by_key(self, key: str) -> Branch:
        """Return the branch that a page names.

        Raises
        ------
        UsageError
            It is not there any more.
        """
        branch = self._top
        if not key:
            return branch
        names = key.split("\n")
        for depth in range(len(names)):
            wanted = "\n".join(names[: depth + 1])
            inner = next((each for each in branch.below if each.key == wanted), None)
            if inner is None:
                raise UsageError("This line is not in the tree any more; choose again.")
            branch = inner
        return branch

    def _matches(self, wanted: str, kind: str | None) -> list[Branch]:
        lines = ((each, each.node) for each in self._top.known())
        found = [each for each, node in lines if node and node.id == wanted and kind in (None, node.kind)]
        return sorted(found, key=lambda each: not self._seen(each))  # of several places, one that is in sight

    def _seen(self, branch: Branch) -> bool:
        above = branch.parent
        while above is not None and above.open:
            above = above.parent
        return above is None

    def _titled(self, title: str, kind: str | None) -> list[Branch]:
        """Return what has a title, if only one thing has."""
        lines = ((each, each.node) for each in self._top.known())
        known = [(each, node) for each, node in lines if node and kind in (None, node.kind)]
        found = [(each, node) for each, node in known if node.title.strip() == title.strip()]
        if len({node.id for _, node in found}) > 1:
            ids = ", ".join(node.id for _, node in found[:5])
            raise UsageError(f"{len(found)} things here are called {title!r}; select one by its id: {ids}.")
        return [each for each, _ in found]

    # -- showing --------------------------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """Return all lines, from top to bottom."""
        kept = self._matches_and_parents() if self.text else None
        found: list[Line] = []
        self._add_lines(found, self._top, -1, kept)
        return found

    def _add_lines(self, lines: list[Line], branch: Branch, up: int, kept: set[Branch] | None) -> None:
        shown = [*branch.read, *(each for each in branch.found if each.wanted or kept is not None)]
        if kept is not None and not (branch.open and branch.node and self._is_match(branch)):
            shown = [each for each in shown if each in kept]
        more = int(kept is None and branch.unread != 0)
        size = len(shown) + more
        for position, each in enumerate(shown, 1):
            is_open = each.open or (kept is not None and any(inner in kept for inner in each.below))
            lines.append(Line(each, position, size, up, open=is_open))
            if is_open:
                self._add_lines(lines, each, len(lines) - 1, kept)
        if more:
            lines.append(Line(branch, size, size, up, more=True))

    def _matches_and_parents(self) -> set[Branch]:
        kept: set[Branch] = set()
        for each in self._top.known():
            if not self._is_match(each):
                continue
            above: Branch | None = each
            while above is not None and above not in kept:
                kept.add(above)
                above = above.parent
        return kept

    @property
    def unsearched(self) -> int:
        """How many nodes were never looked into."""
        return len(self._unopened())

    def told(self, lines: list[Line]) -> str:
        """Say how much of the tree is shown, and what a search did not look at, so that nothing is hidden silently."""
        if not self.text:
            shown = sum(not line.more for line in lines)
            return f"{shown:,} line{'' if shown == 1 else 's'}" if shown else "nothing here"
        known = sum(self._is_match(each) for each in self._top.known())
        count = f"{known:,} match{'' if known == 1 else 'es'}"
        asked = "; the server was asked" if self.asked else ""
        cut = any(each.unread != 0 and not each.nodes.can_find for each in self._top.opened() if each.nodes)
        rest = f"; only the first {SEARCHED:,} of a branch were searched" if cut else ""
        unopened = self.unsearched
        inside = f"; not searched: what is in {unopened:,} never opened" if unopened else ""
        return count + asked + rest + inside

    def _is_match(self, branch: Branch) -> bool:
        return branch.found_by == self.text or all(word in branch.words for word in self.text.split())
