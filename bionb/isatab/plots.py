"""Figures of an ISA-Tab: the way of a sample, counts per stage, the levels of the factors.

Each function draws into given axes or a new figure and returns the axes; nothing is saved or shown.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.drawing import BLUE, GREEN, WIDEST, YELLOW, bars, canvas, height_of, styled
from bionb.errors import UsageError
from bionb.isatab.graph.layout import layers_of, positions_of, related
from bionb.isatab.model.headers import FACTOR, SAMPLE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from bionb.isatab.frames.shapes import Shapes

#: More nodes than this cannot be read in one figure.
MAX_NODES = 80
#: More levels of a factor than this are summed up as "other".
MAX_LEVELS = 12
_LABEL = 20  # characters
_LETTER = 0.078  # inches at 9 points
ACROSS = 3  # panels beside each other
_LOOKS = {"material": ("o", BLUE), "process": ("s", YELLOW), "data": ("D", GREEN)}  # marker, colour


@styled
def graph(isa: Shapes, sample: str | None = None, *, study: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw materials, processes and data files in layers, from sources on the left to data files on the right.

    Parameters
    ----------
    isa : ISATab
        The set.
    sample : str, optional
        Only what leads to this sample and what comes from it; without it, everything.
    study : str, optional
        A study file: only this study and its assays.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
        One collection of points for each kind (``material``, ``process``, ``data``), labelled so; a text for each
        node.

    Raises
    ------
    UsageError
        There is no such sample, or more than `MAX_NODES` nodes to draw.

    Examples
    --------
    >>> from bionb.isatab import plots
    >>> axes = plots.graph(isa, "liver 1")
    """
    files = _files(isa, study)
    nodes = isa.nodes()
    nodes = nodes[nodes["file"].isin(files)].drop_duplicates("id")
    edges = isa.edges()
    edges = edges[edges["file"].isin(files)].drop_duplicates(["source", "target"])
    if sample is not None:
        nodes, edges = _of_sample(nodes, edges, sample)
    if len(nodes) > MAX_NODES:
        raise UsageError(f"{len(nodes)} nodes cannot be read in one figure; give a sample, see isa.samples()")
    pairs = list(zip(edges["source"], edges["target"], strict=True))
    places = positions_of(layers_of(list(nodes["id"]), pairs), pairs)
    axes = ax or _axes(places)
    for source, target in pairs:
        (x, y), (x2, y2) = places[source], places[target]
        axes.plot([x, x2], [y, y2], color="0.7", linewidth=1, zorder=1)
    _draw_nodes(axes, nodes, places)
    axes.set_title(f"sample {sample}" if sample else "materials, processes and data files")
    axes.set_axis_off()
    axes.margins(0.1, 0.15)
    return axes


def _files(isa: Shapes, study: str | None) -> set[str]:
    if study is None:
        return {*isa.studies, *isa.assays}
    name = isa[study].name
    id_ = isa.ids[name][0]
    return {file for file, (study_id, _) in isa.ids.items() if study_id == id_}


def _of_sample(nodes: pd.DataFrame, edges: pd.DataFrame, sample: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = nodes.loc[(nodes["type"] == SAMPLE) & (nodes["name"] == sample), "id"]
    if starts.empty:
        raise UsageError(f"there is no sample {sample!r} to draw; see isa.samples()")
    pairs = zip(edges["source"], edges["target"], strict=True)
    kept = related(set(starts), list(pairs))
    return nodes[nodes["id"].isin(kept)], edges[edges["source"].isin(kept) & edges["target"].isin(kept)]


def _axes(places: dict[str, tuple[float, float]]) -> Axes:
    """Make room: so much for each layer as the width of a notebook has, so much for each node in the fullest one."""
    width = 1 + max((x for x, _ in places.values()), default=0)
    height = 1 + max((abs(y) for _, y in places.values()), default=0) * 2
    return canvas(max(4, 1.5 * width), max(2.6, 1 + 0.7 * height))[1][0]


def _draw_nodes(axes: Axes, nodes: pd.DataFrame, places: dict[str, tuple[float, float]]) -> None:
    figure = axes.get_figure(root=True)
    width = figure.get_figwidth() if figure else WIDEST
    layers = 1 + max((x for x, _ in places.values()), default=0)
    # Names stand above and below in turn, so that each has the room of two layers.
    letters = min(_LABEL, int(2 * width / (layers + 0.5) / _LETTER) - 1)
    for kind, (marker, colour) in _LOOKS.items():
        chosen = nodes[nodes["kind"] == kind]
        if chosen.empty:
            continue
        points = [places[id_] for id_ in chosen["id"]]
        x_places, y_places = zip(*points, strict=True)
        axes.scatter(x_places, y_places, s=90, label=kind, zorder=2, marker=marker, color=colour)
        labels = chosen["name"].where(chosen["name"] != "", chosen["protocol"])
        for (x, y), text in zip(points, labels, strict=True):
            above = x % 2 == 0
            axes.annotate(
                _short(text, letters),
                (x, y),
                (0, 8 if above else -8),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=9,
                zorder=3,
            )
    if len(nodes):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3)


def _short(text: str, letters: int = _LABEL) -> str:
    return text if len(text) <= letters else f"{text[: max(1, letters - 1)]}…"


@styled
def stages(isa: Shapes, *, ax: Axes | None = None) -> Axes:
    """Draw how many materials, processes and data files each stage of each table has, first stage on top.

    Returns
    -------
    matplotlib.axes.Axes
        Horizontal bars, one a stage; the number at its end.
    """
    nodes = isa.nodes()
    counts = nodes.groupby(["file", "column"], sort=False).agg(
        count=("id", "size"), kind=("kind", "first"), protocol=("protocol", "first"), alike=("protocol", "nunique")
    )
    labels = [_stage(row) for row in counts.reset_index().to_dict("records")]
    axes = ax or canvas(7, height_of(len(counts)))[1][0]
    colours = [_LOOKS[kind][1] for kind in counts["kind"]]
    axes.bar_label(bars(axes, labels, counts["count"], colour=colours), padding=3)
    axes.set(title="Distinct nodes by stage", xlabel="distinct nodes")
    return axes


def _stage(row: Mapping[Hashable, Any]) -> str:
    one_protocol = row["kind"] == "process" and row["alike"] == 1 and row["protocol"] != "Unknown"
    what = row["protocol"] if one_protocol else row["column"]
    return f"{row['file'].rsplit('/', 1)[-1]}: {_short(what)}"


@styled
def factors(isa: Shapes) -> list[Axes]:
    """Draw how many samples have each level of each factor, one panel a factor.

    Returns
    -------
    list of matplotlib.axes.Axes
        Horizontal bars, the commonest level on top; beyond `MAX_LEVELS` levels the rest is ``other``. A unit stands
        in the title. Factors with one level are no panels but words below them. Factor values of study files only,
        where ISA-Tab has them.

    Raises
    ------
    UsageError
        No study table has a factor value.
    """
    levels = _levels(isa)
    if not levels:
        raise UsageError("no study table has a Factor Value column, so there are no factors to draw")
    varying = {name: counts for name, counts in levels.items() if len(counts) > 1}
    same = [
        f"{name} is {_short(next(iter(counts)))} in all {sum(counts.values())} samples that say it"
        for name, counts in levels.items()
        if len(counts) == 1
    ]
    across, down = min(ACROSS, max(1, len(varying))), max(1, math.ceil(len(varying) / ACROSS))
    tallest = max(map(len, varying.values()), default=0)
    figure, panels = canvas(3 * across + 1, down * height_of(tallest) + 0.2 * len(same), down, across)
    for axes, (name, counts) in zip(panels, varying.items(), strict=False):
        axes.bar_label(bars(axes, [_short(each) for each in counts], list(counts.values())), padding=3)
        axes.set(title=name, xlabel="samples")
        axes.margins(x=0.15)
    for axes in panels[max(1, len(varying)) :]:
        axes.remove()
    if same and not varying:
        panels[0].set_axis_off()
        panels[0].text(0.5, 0.5, "\n".join(same), ha="center", va="center", transform=panels[0].transAxes)
    elif same:
        figure.supxlabel("\n".join(same), fontsize=9)
    return panels[: max(1, len(varying))]


def _levels(isa: Shapes) -> dict[str, dict[str, int]]:
    """Return for each factor how many samples have each level."""
    result: dict[str, dict[str, int]] = {}
    for study in isa.studies:
        labels = dict.fromkeys(column.label for column in isa[study].find(FACTOR))
        samples = isa.samples(study)
        for label in labels:
            for name in _named(samples.columns, str(label)):
                counts = samples.loc[samples[name] != "", name].value_counts()
                known = result.setdefault(name, {})
                for level, count in counts.items():
                    known[str(level)] = known.get(str(level), 0) + int(count)
    return {name: _trimmed(counts) for name, counts in result.items() if counts}


def _named(columns: Iterable[str], label: str) -> list[str]:
    """Return the tidy column of a factor: its label, with a unit or the factor's owner behind it."""
    return [name for name in columns if name == label or name.startswith((f"{label} [", f"{label} ("))]


def _trimmed(counts: dict[str, int]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    rest = sum(count for _, count in ordered[MAX_LEVELS:])
    return dict(ordered[:MAX_LEVELS]) | ({"other": rest} if rest else {})
