"""Ways to press and read a widget, and a client that needs no server."""

import ipywidgets
import pandas as pd
import pytest

from bionb.protocol import Node, Nodes


def inside(widget):
    """Give a widget and all that it is made of."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


class Face:
    """What a person sees of a widget and can touch."""

    def __init__(self, shown):
        self.box = next(value for value in vars(shown).values() if isinstance(value, ipywidgets.Box) and _top(value))

    def all(self, kind):
        return [each for each in inside(self.box) if isinstance(each, kind)]

    def field(self, label):
        found = [each for each in inside(self.box) if label in (each_words(each))]
        assert 1 == len(found), [each_words(each) for each in inside(self.box)]
        return found[0]

    def press(self, label):
        self.field(label).click()

    @property
    def html(self):
        return "\n".join(each.value for each in self.all(ipywidgets.HTML))

    @property
    def state(self):
        """Everything that is sent to a front end, and thus may be saved in a notebook."""
        return repr(ipywidgets.Widget.get_manager_state())


def each_words(widget):
    return [getattr(widget, "description", ""), getattr(widget, "placeholder", "")]


def _top(box):
    return box.layout.border_top is not None


@pytest.fixture(autouse=True)
def _no_widgets_left_over():
    """A secret that another test left must not be found here."""
    ipywidgets.Widget.close_all()


@pytest.fixture
def face():
    return Face


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
