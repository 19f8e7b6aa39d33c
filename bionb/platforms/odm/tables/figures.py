"""Figures of studies: samples by attribute, expression, and which samples have data.

Each takes frames and returns a matplotlib figure; what is drawn can be computed without drawing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bionb.drawing import BAR, BLUE, GREY, INK, PALETTE, add_legend, bars, canvas, height_of, name_places, styled
from bionb.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEATMAP_ROWS = 60
ACROSS = 3  # panels beside each other
_HATCHES = ("", "//", "..", "xx")  # beyond seven colours nobody tells more of them apart
PLACES = {
    "study": (0.0, 1.0),
    "samples": (1.1, 1.0),
    "libraries": (2.2, 2.1),
    "preparations": (2.4, 1.5),
    "variant": (2.3, 0.35),
    "flow-cytometry": (2.2, -0.2),
    "cells": (4.1, 0.3),
    "expression": (3.7, 1.1),
}


def sample_counts(samples: pd.DataFrame, attribute: str, by: str | None = None) -> pd.DataFrame:
    """Return how many samples have each value of an attribute, split by a second one.

    Parameters
    ----------
    samples : DataFrame
        One row a sample, as ``odm.samples(...).to_frame()``.
    attribute, by : str
        Columns; multi-valued cells count for each of their values.

    Returns
    -------
    DataFrame
        Index: values of `attribute`; columns: values of `by`, or ``"samples"``; counts.

    Examples
    --------
    >>> import pandas as pd
    >>> sample_counts(pd.DataFrame({"Tissue": ["liver", ["liver", "blood"], None]}), "Tissue")["samples"].to_dict()
    {'(not given)': 1, 'blood': 1, 'liver': 2}
    """
    import pandas as pd

    names = [attribute] if by is None else [attribute, by]
    missing = [name for name in names if name not in samples]
    if missing:
        raise UsageError(f"The samples have no attribute {missing[0]!r}; they have: {', '.join(samples.columns)}.")
    table = samples[names].reset_index(drop=True)
    for name in names:
        table = table.explode(name)
        table[name] = table[name].astype(object).where(table[name].notna(), "(not given)").astype(str)
    if by is None:
        return table.groupby(attribute).size().to_frame("samples")
    return pd.crosstab(table[attribute], table[by])


@styled
def sample_overview(samples: pd.DataFrame, attribute: str, by: str | None = None) -> Figure:
    """Draw how many samples have each value of an attribute, as stacked bars split by a second one."""
    counts = sample_counts(samples, attribute, by)
    figure, axes = _figure(6.5, height_of(len(counts)))
    left, drawn = [0] * len(counts), {}
    for number, name in enumerate(counts.columns):
        colour, hatch = PALETTE[number % len(PALETTE)], _HATCHES[number // len(PALETTE) % len(_HATCHES)]
        drawn[name] = bars(axes, counts.index, counts[name], left=left, colour=colour)
        for bar in drawn[name]:
            bar.set(hatch=hatch, edgecolor="white")
        left = [old + new for old, new in zip(left, counts[name], strict=True)]
    axes.set(xlabel="samples", ylabel=attribute)
    if by is not None:
        add_legend(axes, drawn, title=by)
    return figure


@styled
def expression_heatmap(matrix: pd.DataFrame, *, scaled: bool = True, label: str = "expression") -> Figure:
    """Draw a matrix of features by samples in colours.

    Parameters
    ----------
    matrix : DataFrame
        As `stream_expression` or `to_wide` give; at most the 60 features that vary most are drawn.
    scaled : bool
        Show standard deviations from each feature's mean instead of values.
    label : str
        What the values are, with their unit.
    """
    if matrix.empty:
        return _nothing("no values")
    values = most_variable(matrix, HEATMAP_ROWS)
    if scaled:
        spread = values.std(axis=1).replace(0, 1)
        values = values.sub(values.mean(axis=1), axis=0).div(spread, axis=0)
    figure, axes = _figure(3.5 + 0.3 * values.shape[1], max(3.2, 1 + 0.2 * len(values)))
    image = axes.imshow(values.to_numpy("float64"), aspect="auto", cmap="RdBu_r" if scaled else "viridis")
    name_places(axes.xaxis, values.columns, rotation=90)
    name_places(axes.yaxis, map(_name, values.index))
    figure.colorbar(image, ax=axes, label=f"{label}\nstandard deviations from the mean" if scaled else label)
    return figure


def most_variable(matrix: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Return the features whose values vary most, in their own order."""
    if len(matrix) <= rows:
        return matrix
    chosen = matrix.var(axis=1).to_numpy().argsort(kind="stable")[::-1][:rows]
    return matrix.iloc[sorted(chosen)]


def grouped_values(matrix: pd.DataFrame, samples: pd.DataFrame, feature: Any, by: str) -> dict[str, list[float]]:
    """Return a feature's values by group of samples; samples without a value are left out.

    Parameters
    ----------
    matrix : DataFrame
        Features by ``Sample Source ID``.
    samples : DataFrame
        One row a sample, with ``Sample Source ID`` and the attribute `by`.
    feature : str or tuple
        A label of the matrix's index.
    by : str
        The attribute that makes the groups.
    """
    if feature not in matrix.index:
        raise UsageError(f"There is no feature {feature!r} in this matrix; it begins with {_name(matrix.index[0])!r}.")
    if by not in samples:
        raise UsageError(f"The samples have no attribute {by!r}; they have: {', '.join(samples.columns)}.")
    row = matrix.loc[feature].dropna()
    groups = samples.set_index("Sample Source ID")[by].dropna().astype(str)
    shared = [name for name in row.index if name in groups.index]
    found: dict[str, list[float]] = {}
    for name in shared:
        found.setdefault(groups[name], []).append(float(row[name]))
    return dict(sorted(found.items()))


@styled
def expression_boxplots(
    matrix: pd.DataFrame, samples: pd.DataFrame, features: list[Any], by: str, *, label: str = "expression"
) -> Figure:
    """Draw features as box plots, one group of samples a box, every sample a dot."""
    across = min(ACROSS, len(features))
    down = math.ceil(len(features) / ACROSS)
    figure, panels = canvas(2.8 * across + 0.6, 3.2 * down, down, across)
    for axes in panels[len(features) :]:
        axes.remove()
    for axes, feature in zip(panels, features, strict=False):
        groups = grouped_values(matrix, samples, feature, by)
        axes.boxplot(list(groups.values()), positions=range(len(groups)), showfliers=False)
        name_places(axes.xaxis, groups)
        for place, values in enumerate(groups.values()):
            axes.plot([place] * len(values), values, "o", color=BLUE, alpha=0.7, markersize=4)
        axes.set_title(_name(feature))
        axes.set_xlabel(by)
    panels[0].set_ylabel(label)
    return figure


@styled
def genotype_boxplots(pairs: pd.DataFrame, *, value: str = "value.value", label: str = "expression") -> Figure:
    """Draw a gene's expression by the genotype of a variant: a box a genotype, every sample a dot, and their trend.

    Parameters
    ----------
    pairs : DataFrame
        One row a sample: ``alleles`` (as of ``odm.variants(...).to_frame(counts=True)``) and the value; samples that
        lack one of them are left out.
    value : str
        The column of values.
    label : str
        What the values are, with their unit.
    """
    used = pairs[["alleles", value]].dropna().astype("float64")
    if used.empty:
        return _nothing("no sample with both")
    groups = {int(count): each[value].tolist() for count, each in used.groupby("alleles")}
    figure, axes = _figure(3.4, 3.2)
    axes.boxplot(list(groups.values()), positions=list(groups), showfliers=False)
    for count, values in groups.items():
        axes.plot([count] * len(values), values, "o", color=BLUE, alpha=0.7, markersize=4)
    if len(groups) > 1:
        slope = used["alleles"].cov(used[value]) / used["alleles"].var()
        start = used[value].mean() - slope * used["alleles"].mean()
        axes.plot(list(groups), [start + slope * count for count in groups], "--", color=PALETTE[1])
    axes.set_xlabel("alleles that are not the reference")
    axes.set_ylabel(label)
    return figure


@styled
def link_completeness(having: pd.DataFrame) -> Figure:
    """Draw which samples have data: one row a data group, one column a sample.

    Parameters
    ----------
    having : DataFrame
        As ``odm.completeness(study)`` gives.
    """
    if having.empty:
        return _nothing("no data groups")
    figure, axes = _figure(3.5 + 0.25 * len(having), 2 + BAR * having.shape[1])
    axes.imshow(having.to_numpy("float64").T, aspect="auto", cmap="Greens", vmin=0, vmax=1.3)
    name_places(axes.xaxis, having.index, rotation=90)
    shares = [f"{name}  {int(having[name].sum())} of {len(having)}" for name in having.columns]
    name_places(axes.yaxis, shares)
    axes.set_xlabel("sample (dark: has data)")
    return figure


@styled
def data_model() -> Figure:
    """Draw the data model: an arrow leads from what is linked to what it is linked to."""
    from bionb.platforms.odm.rules.linking import TARGETS

    figure, axes = _figure(9, 3.6)
    for start, targets in TARGETS.items():
        for end in targets:
            arrow = {"arrowstyle": "->", "color": GREY, "shrinkA": 26, "shrinkB": 26}
            axes.annotate("", PLACES[end], PLACES[start], arrowprops=arrow)
    for name, (x, y) in PLACES.items():
        axes.text(
            x, y, name, ha="center", va="center", bbox={"boxstyle": "round", "facecolor": "#e8f0fe", "edgecolor": INK}
        )
    axes.set(xlim=(-0.4, 4.4), ylim=(-0.3, 2.3), title="is linked to")
    axes.set_axis_off()
    return figure


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure, panels = canvas(width, height)
    return figure, panels[0]


def _nothing(words: str) -> Figure:
    figure, axes = _figure(4, 1.5)
    axes.set_axis_off()
    axes.text(0.5, 0.5, words, ha="center", va="center")
    return figure


def _name(feature: Any) -> str:
    return " ".join(map(str, feature)) if isinstance(feature, tuple) else str(feature)
