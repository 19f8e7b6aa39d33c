"""What a figure shows, in words: for screen readers, and for those who see no pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from bionb.wording import one_line, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST = 1000  # characters; longer ones are skipped by those who have to listen to them
_NAMED = 8  # bars told one by one


def describe(figure: Figure) -> None:
    """Let a figure carry its description to the notebook, where it becomes the picture's ``alt`` text."""
    figure._repr_mimebundle_ = partial(_bundle, figure)  # type: ignore[attr-defined]


def _bundle(figure: Figure, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"image/png": {"alt": alt_text(figure)}}


def alt_text(figure: Figure) -> str:
    """Return what a figure shows in one or a few sentences.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> figure, axes = plt.subplots()
    >>> _ = axes.set(title="Tasks", xlabel="minutes")
    >>> _ = axes.barh([0, 1], [3, 4])
    >>> alt_text(figure)
    'Tasks. Bars, minutes: 3, 4.'
    """
    panels = [". ".join(_sentences(axes)) for axes in figure.axes if axes.get_visible()]
    said = [figure.get_suptitle(), *dict.fromkeys(filter(None, panels))]
    text = ". ".join(one_line(each).rstrip(".") for each in said if each)
    return shorten(f"{text}." if text else "An empty figure.", LONGEST)


def _sentences(axes: Axes) -> Iterator[str]:
    if axes.get_title():
        yield axes.get_title()
    found = [*_bars(axes), *_lines(axes), *_images(axes), *_points(axes)]
    yield from found
    words = [text.get_text() for text in axes.texts if text.get_text().strip()]
    if not axes.axison or not found:
        yield ", ".join(words)


def _bars(axes: Axes) -> Iterator[str]:
    for container in axes.containers:
        flat = getattr(container, "orientation", "") == "horizontal"
        values = [float(each.get_width() if flat else each.get_height()) for each in getattr(container, "patches", [])]
        if not values:
            continue
        places, measure = (axes.yaxis, axes.get_xlabel()) if flat else (axes.xaxis, axes.get_ylabel())
        names = getattr(places, "bionb_names", [""] * len(values))
        label = str(container.get_label() or "")
        what = ", ".join(filter(None, ["Bars", "" if label.startswith("_") else label, measure]))
        told = [f"{name} {value:g}".strip() for name, value in zip(names, values, strict=False)]
        rest = [f"and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
        yield f"{what}: {', '.join(told[:_NAMED] + rest)}"


def _lines(axes: Axes) -> Iterator[str]:
    lines = [each for each in axes.lines if len(each.get_xdata()) and axes.axison]  # type: ignore[arg-type]
    if lines and axes.get_ylabel():
        legend = axes.get_legend()
        names = [text.get_text() for text in legend.get_texts()] if legend else []
        groups = getattr(axes.xaxis, "bionb_names", None)
        if groups:
            yield f"{axes.get_ylabel()} by {axes.get_xlabel()}: {', '.join(groups[:_NAMED])}"
            return
        of = f" for {', '.join(names[:_NAMED])}" if names else ""
        yield f"{len(lines)} {'lines' if len(lines) > 1 else 'line'} of {axes.get_ylabel()} by {axes.get_xlabel()}{of}"


def _images(axes: Axes) -> Iterator[str]:
    for image in axes.images:
        rows, columns = image.get_size()
        yield f"Colours in {rows} rows and {columns} columns: {_listed(axes.yaxis)} by {_listed(axes.xaxis)}"


def _points(axes: Axes) -> Iterator[str]:
    counts: dict[str, int] = {}
    for each in axes.collections:
        label = str(each.get_label())
        if not label.startswith("_"):
            counts[label] = counts.get(label, 0) + len(each.get_offsets())  # type: ignore[arg-type]
    if counts:
        yield "Points: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def _listed(axis: Any) -> str:
    names: Iterable[str] = getattr(axis, "bionb_names", [])
    shown = list(names)
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return ", ".join(shown[:3]) + more
