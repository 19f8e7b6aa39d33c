"""A page that a widget tells what to show, and a client that needs no server."""

import ipywidgets
import pandas as pd
import pytest

from bionb.protocol import Node, Nodes


class Page:
    """What a page is told by a widget, and what a person does in it."""

    def __init__(self, widget):
        self.view, self.told = widget._view, []
        self.view.send = lambda message, buffers=None: self.told.append(message)
        self.do("ready")

    def do(self, action, **more):
        """Send a message as the page does, and return what came back."""
        before = len(self.told)
        self.view._received(None, {"type": action, **more}, [])
        return self.told[before:]

    def latest(self, kind):
        """The newest message of a kind."""
        return next((each for each in reversed(self.told) if each["type"] == kind), None)

    @property
    def lines(self):
        """The lines of the tree, as far as the page was given them."""
        return self.latest("tree")["window"]["lines"]

    @property
    def titles(self):
        """The lines as a person sees them."""
        marks = {(False, True): "▾", (False, False): "▸"}
        return [
            f"{'  ' * (each['level'] - 1)}{marks.get((each['leaf'], each.get('open', False)), '•')} {each['title']}"
            for each in self.lines
        ]

    def key(self, title):
        """What names the line of a title."""
        return next(each["key"] for each in self.lines if each["title"] == title)

    def click(self, title):
        return self.do("select", node=self.key(title))

    @property
    def state(self):
        """Everything that is synchronised with a front end, and thus may be saved in a notebook."""
        return repr(ipywidgets.Widget.get_manager_state())


@pytest.fixture(autouse=True)
def _no_widgets_left_over():
    """A secret that another test left must not be found here."""
    ipywidgets.Widget.close_all()


@pytest.fixture
def page():
    return Page


class Library:
    """A client of a library: rooms with shelves with books; each call is written down."""

    label, place, source, url = "Library", "this computer", "argument", "http://127.0.0.1"

    def __init__(self, rooms=3, shelves=2, books=4, title="room {}"):
        self.rooms, self.shelves, self.books, self.title = rooms, shelves, books, title
        self.calls = []
        self.error = None

    def _count(self, *call):
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def roots(self):
        self._count("roots")
        return Nodes([Node("room", f"r{n}", self.title.format(n)) for n in range(self.rooms)])

    def children(self, node):
        self._count("children", node.id)
        if node.kind == "room":
            return Nodes([Node("shelf", f"{node.id}s{n}", f"shelf {n}") for n in range(self.shelves)])
        return Nodes([Node("book", f"{node.id}b{n}", f"book {n}", leaf=True) for n in range(self.books)])

    def frame(self, node):
        self._count("frame", node.id)
        return pd.DataFrame({"title": [f"page {n} of {node.title}" for n in range(25)], "number": range(25)})


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def make_library():
    return Library


@pytest.fixture(autouse=True)
def _no_figure_of_another_test():
    """Start without figures: pyplot keeps those of whatever ran before in this process."""
    import matplotlib.pyplot as plt

    plt.close("all")
