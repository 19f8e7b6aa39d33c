"""The one style of all figures: for a lecture and for a notebook, in light and in dark, and for everyone's eyes.

A function that draws is decorated with `styled` and uses `canvas`, `bars`, `name_places` and `add_legend`. No letter is
smaller than 9 points at the size shown, since no figure is wider than a notebook; names that would overlap are turned,
then thinned out; each figure carries a description of itself for those who can't see it.

What a server calls things is shown as it is: to matplotlib ``$`` begins a formula, a label that begins with ``_`` is no
entry of a legend, and names that are equal are one place on an axis.
"""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bionb.describing import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure

LONGEST = 200  # characters of a line
LONGEST_NAME = 36  # characters of the name of a place
LONGEST_ENTRY = 24  # characters of an entry of a legend
WIDEST = 9.0  # inches; a wider figure is shrunk by a notebook, and its letters with it
BAR = 0.34  # inches of height for each bar, however few there are
SMALLEST = 9  # points

# Paul Tol's "bright" colours, told apart by colour-blind people, too.
BLUE, RED, GREEN, YELLOW, CYAN, PURPLE, GREY = PALETTE = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"),
)
INK = "#222222"
_SIZES: dict[str, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "figure.titlesize": 12,
    "legend.fontsize": SMALLEST,
    "legend.title_fontsize": SMALLEST,
    "xtick.labelsize": SMALLEST,
    "ytick.labelsize": SMALLEST,
    "legend.frameon": False,
}
# White behind dark letters also in a dark notebook: what is transparent there can't be read.
_COLOURS: dict[str, Any] = {
    **dict.fromkeys(("figure.facecolor", "axes.facecolor"), "white"),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "axes.edgecolor"), INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), INK),
    "figure.dpi": 100,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

P = ParamSpec("P")
T = TypeVar("T")


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Give a function that returns axes, a list of them or a figure the package's style, and its figure a description.

    In axes that the user gives, the colours of letters stay the user's.
    """
    signature = inspect.signature(draw)

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> T:
        from cycler import cycler

        given = signature.bind_partial(*arguments, **options).arguments.get("ax") is not None
        style: Any = _SIZES if given else _SIZES | _COLOURS | {"axes.prop_cycle": cycler(color=PALETTE)}
        with _set(style):
            result = draw(*arguments, **options)
            for each in result if isinstance(result, list) else [result]:
                _keep_plain(each)
            figure = _figure_of(result)
            if not given:
                _settle(figure)
        describe(figure)
        return result

    return drawn


def canvas(width: float = 6.5, height: float = 3.5, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a new figure and its panels, row by row; it is no wider than a notebook shows."""
    import matplotlib.pyplot as plt

    size = (min(width, WIDEST), min(height, 2 * WIDEST))
    figure, panels = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, list(panels.flat)


def bars(
    axes: Axes,
    names: Sequence[object],
    values: Sequence[float],
    *,
    colour: Any = BLUE,
    left: Sequence[float] | None = None,
) -> BarContainer:
    """Draw horizontal bars with their names, the first on top; a lone bar is no thicker than others."""
    from matplotlib.ticker import MaxNLocator

    drawn = axes.barh(range(len(names)), list(values), left=left, color=colour, height=0.7)
    name_places(axes.yaxis, names)
    axes.set_ylim(max(len(names), 2) - 0.5, -0.5)
    if all(float(value).is_integer() for value in values):
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    return drawn


def height_of(count: int, most: float = 2 * WIDEST) -> float:
    """Return the height in inches of a figure with so many bars below each other."""
    return min(1.1 + BAR * max(count, 2), most)


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
    axis.bionb_names = shown  # type: ignore[attr-defined]  # all of them, also where the labels are thinned out


def add_legend(axes: Any, handles: Mapping[Any, Any], **options: Any) -> None:
    """Add a legend of names and what they stand for, also of names that matplotlib would leave out."""
    if not handles:
        return
    options = {"loc": "upper left", "bbox_to_anchor": (1.02, 1)} | options  # beside, where it covers nothing
    legend = axes.legend(list(handles.values()), [str(number) for number in range(len(handles))], **options)
    for text, (name, handle) in zip(legend.get_texts(), handles.items(), strict=True):
        text.set_text(words(name, LONGEST_ENTRY))
        handle.set_label(words(name, LONGEST_ENTRY))


@contextmanager
def _set(style: Mapping[str, Any]) -> Iterator[None]:
    """Set parameters of matplotlib for a while, these alone.

    ``rc_context`` resets all, also those that a notebook's backend sets when the first figure loads it: later figures
    would not be shown.
    """
    from matplotlib import rcParams

    parameters: Any = rcParams  # its names are literals to a checker
    before = {name: parameters[name] for name in style}
    parameters.update(style)
    try:
        yield
    finally:
        parameters.update(before)


def _figure_of(drawn: Any) -> Figure:
    first = drawn[0] if isinstance(drawn, list) else drawn
    figure: Figure = first.get_figure(root=True) if hasattr(first, "get_figure") else first
    return figure


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


def _settle(figure: Figure) -> None:
    """Make room: wrap long titles, turn names that overlap, and leave some out where they overlap even so."""
    for text, width in _titles(figure):
        _wrap(text, width)
    for attempt in range(2):
        figure.draw_without_rendering()
        if figure.get_tightbbox().width > figure.get_figwidth() + 0.1:  # long names leave no room for what is drawn
            figure.set_figwidth(WIDEST)
            figure.draw_without_rendering()
        if not any([_spread(axes.xaxis, turn=attempt == 0) | _spread(axes.yaxis) for axes in figure.axes]):
            return
    figure.draw_without_rendering()


def _titles(figure: Figure) -> list[tuple[Any, float]]:
    """Return the titles, each with the width in inches that it has."""
    width = figure.get_figwidth()
    found: list[tuple[Any, float]] = [(figure._suptitle, width)] if figure.get_suptitle() else []  # type: ignore[attr-defined]
    for axes in figure.axes:
        place = axes.get_subplotspec()
        if place is not None and axes.get_title():
            found.append((axes.title, width * place.get_position(figure).width))
    return found


def _wrap(text: Any, width: float) -> None:
    letters = max(12, int(width * 72 / (0.6 * text.get_fontsize())))
    lines = [part for line in text.get_text().split("\n") for part in textwrap.wrap(line, letters) or [""]]
    text.set_text("\n".join(lines[:3]))


def _spread(axis: Any, turn: bool = False) -> bool:
    """Turn or thin out the names of an axis that overlap; tell whether anything was done."""
    names = getattr(axis, "bionb_names", [])
    if len(names) < 2:
        return False
    labels = axis.get_majorticklabels()
    across = axis.axis_name == "x"
    boxes = [label.get_window_extent() for label in labels if label.get_text()]
    if not boxes:
        return False
    ends = axis.axes.transData.transform([(0, 0), (1, 1)])
    room = abs(ends[1][0] - ends[0][0]) if across else abs(ends[1][1] - ends[0][1])
    need = max(box.width if across else box.height for box in boxes) + 2
    if need <= room:
        return False
    if across and turn and labels[0].get_rotation() == 0:
        axis.set_tick_params(labelrotation=90)
        figure = axis.get_figure(root=True)
        figure.set_figheight(figure.get_figheight() + need / figure.dpi)
        return True
    step = math.ceil(need / max(room, 0.1))
    axis.set_ticks(list(range(0, len(names), step)), labels=names[::step])
    for label in axis.get_majorticklabels():
        label.set_parse_math(False)
    return True
