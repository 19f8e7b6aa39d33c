"""Words in figures: what a server calls things is shown as it is, never read as a formula.

To matplotlib ``$`` begins a formula, a label that begins with ``_`` is no entry of a legend, and names that are equal
are one place on an axis. Every function that draws is decorated with `plain_words`, and uses `name_places` and
`add_legend` for names that come from a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axis import Axis

LONGEST = 200  # characters of a line
LONGEST_NAME = 60  # characters of the name of a place

P = ParamSpec("P")
T = TypeVar("T")


def plain_words(draw: Callable[P, T]) -> Callable[P, T]:
    """Let a function that returns axes, a list of them or a figure show all words as they are."""

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> T:
        result = draw(*arguments, **options)
        for each in result if isinstance(result, list) else [result]:
            _keep_plain(each)
        return result

    return drawn


def _keep_plain(drawn: Any) -> None:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter

    for axes in drawn.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), FixedFormatter):
                axis.get_major_ticks()  # made now, since those that are made later would read formulas
    for text in drawn.findobj(Text):
        shown = words(text.get_text())
        if shown != text.get_text():
            text.set_text(shown)
        text.set_parse_math(False)


def words(text: object, longest: int = LONGEST) -> str:
    r"""Return a text for a figure: no character that has no picture, no line that leaves no room.

    Examples
    --------
    >>> words("dose\x1b\t$1$")
    'dose� $1$'
    """
    lines = str(text).replace("\t", " ").split("\n")
    clean = ("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line) for line in lines)
    return "\n".join(line if len(line) <= longest else line[: longest - 1] + "…" for line in clean)


def name_places(axis: Axis, names: Iterable[object], **looks: Any) -> None:
    """Name the places 0, 1, ... of an axis; names may be equal, numbers or missing."""
    shown = [words(name, LONGEST_NAME).replace("\n", " ") for name in names]
    axis.set_ticks(list(range(len(shown))), labels=shown, **looks)


def add_legend(axes: Any, handles: Mapping[Any, Any], **options: Any) -> None:
    """Add a legend of names and what they stand for, also of names that matplotlib would leave out."""
    if not handles:
        return
    legend = axes.legend(list(handles.values()), [str(number) for number in range(len(handles))], **options)
    for text, (name, handle) in zip(legend.get_texts(), handles.items(), strict=True):
        text.set_text(words(name, LONGEST_NAME))
        handle.set_label(words(name, LONGEST_NAME))
