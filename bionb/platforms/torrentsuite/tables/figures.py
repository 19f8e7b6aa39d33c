"""Pictures of runs and reports, drawn from their tables; each function draws one and returns its axes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from bionb.drawing import add_legend, name_places, plain_words, words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GOOD, BAD, QUIET = "#2b6cb0", "#c53030", "#a0aec0"
STATE_COLOURS = {"Completed": "#2f855a", "Error": BAD, "Started": "#d69e2e", "Pending": "#ecc94b"}
OTHER_STATE = QUIET


@plain_words
def bead_funnel(loading: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the way from wells to usable reads, with percent of the stage before.

    Parameters
    ----------
    loading : DataFrame
        ``RunReport.loading``.
    """
    ax = _axes(ax)
    rows = loading[loading["wells"].notna()]
    scale, unit = _scale(rows["wells"])
    bars = ax.barh(range(len(rows)), rows["wells"].astype(float) / scale, color=GOOD)
    name_places(ax.yaxis, rows["stage"])
    shares = [f"{share:.1f} % of {of}" if of else "" for share, of in zip(rows["percent"], rows["of"], strict=True)]
    ax.bar_label(bars, shares, padding=3, fontsize=8)
    ax.invert_yaxis()
    ax.margins(x=0.45)
    ax.set(title="From wells to reads", xlabel=f"wells{unit}")
    return _said_if_empty(ax, rows)


@plain_words
def quality_checks(thresholds: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw loading, key signal and usable sequence against the plan's thresholds: blue above, red below.

    Parameters
    ----------
    thresholds : DataFrame
        ``RunReport.thresholds``.
    """
    ax = _axes(ax)
    rows = thresholds[thresholds["value"].notna()]
    colours = [GOOD if passed in (True, None) else BAD for passed in _plain(rows["passed"])]
    bars = ax.bar(range(len(rows)), rows["value"].astype(float), color=colours, width=0.6)
    name_places(ax.xaxis, rows["check"])
    ax.bar_label(bars, [f"{value:.1f}" for value in rows["value"]], fontsize=8)
    for place, least in enumerate(_plain(rows["threshold"])):
        if least is not None:
            ax.hlines(least, place - 0.4, place + 0.4, colors="black", linestyles="dashed")
    ax.set(title="Quality checks (dashed: threshold)", ylabel="percent; key signal in counts")
    ax.set_ylim(0, max([110.0, *(float(value) * 1.1 for value in rows["value"])]))
    ax.tick_params(axis="x", labelsize=7)
    return _said_if_empty(ax, rows)


@plain_words
def read_survival(survival: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many reads stay aligned over each length, one line a quality.

    Parameters
    ----------
    survival : DataFrame
        ``RunReport.survival``.
    """
    ax = _axes(ax)
    scale, unit = _scale(survival["reads"])
    lines = {}
    for quality, rows in survival.groupby("quality", sort=False):
        lines[quality] = ax.plot(rows["length"].astype(int), rows["reads"].astype(float) / scale, marker=".")[0]
    add_legend(ax, lines, title="quality")
    ax.set(title="Reads aligned over at least a length", xlabel="length (bases)", ylabel=f"reads{unit}")
    return _said_if_empty(ax, survival, "not aligned to a reference")


@plain_words
def aligned_reads(summary: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw aligned and unaligned reads, one bar a report.

    Parameters
    ----------
    summary : DataFrame
        ``RunReport.summary``, or several of them joined.
    """
    ax = _axes(ax)
    rows = summary[summary["total_reads"].notna()]
    scale, unit = _scale(rows["total_reads"])
    total = rows["total_reads"].astype(float) / scale
    aligned = rows["mapped_reads"].fillna(0).astype(float) / scale
    places = range(len(rows))
    ax.bar(places, aligned, color=GOOD, label="aligned")
    # Without a reference nothing was aligned, which says nothing about the reads.
    known = rows["mapped_reads"].notna().astype(float)
    ax.bar(places, (total - aligned) * known, bottom=aligned, color=QUIET, label="unaligned")
    if not known.all():
        ax.bar(places, total * (1 - known), color="none", edgecolor=QUIET, hatch="//", label="no reference")
    if len(rows):
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    name_places(ax.xaxis, rows["report"])
    ax.set(title="Aligned reads", xlabel="report", ylabel=f"reads{unit}")
    ax.margins(x=0.6 / max(1, len(rows)))
    return _said_if_empty(ax, rows)


@plain_words
def fragment_accuracy(fragments: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much of the test fragments is right at AQ17 over 50 and 100 bases.

    Parameters
    ----------
    fragments : DataFrame
        ``RunReport.test_fragments``.
    """
    ax = _axes(ax)
    for shift, column, colour in ((-0.2, "aq17_50_percent", GOOD), (0.2, "aq17_100_percent", "#63b3ed")):
        places = [place + shift for place in range(len(fragments))]
        label = f"over {column.split('_')[1]} bases"
        ax.bar(places, fragments[column].fillna(0).astype(float), width=0.4, color=colour, label=label)
    name_places(ax.xaxis, fragments["name"])
    if len(fragments):
        ax.legend(loc="lower right")
    ax.set(title="Test fragments right at AQ17", xlabel="test fragment", ylabel="reads (percent)", ylim=(0, 110))
    return _said_if_empty(ax, fragments)


@plain_words
def run_trend(runs: pd.DataFrame, figure: str = "total_reads", ax: Axes | None = None) -> Axes:
    """Draw a figure from run to run, coloured by chip; thumbnails are left out.

    Parameters
    ----------
    runs : DataFrame
        ``suite.runs().to_frame()``.
    figure : str
        A column of it: ``"total_reads"``, ``"q20_bases"``, ``"mean_read_length"``, ``"key_signal"``, ...
    """
    ax = _axes(ax)
    rows = runs[runs[figure].notna() & ~runs["thumbnail"].fillna(False).astype(bool)]
    scale, unit = _UNITS.get(figure, (1.0, figure.replace("_", " ")))
    lines = {}
    for chip, points in rows.groupby(rows["chipType"].astype(object).where(rows["chipType"].notna(), "(not given)")):
        points = points.sort_values("date")
        values = points[figure].astype(float) / scale
        lines[chip] = ax.plot(points["date"], values, marker="o", linestyle=":")[0]
    add_legend(ax, lines, title="chip")
    ax.set(title="From run to run", xlabel="date of the run", ylabel=unit)
    ax.tick_params(axis="x", labelrotation=30)
    return _said_if_empty(ax, rows)


_UNITS = {
    "total_reads": (1e6, "reads (millions)"),
    "mapped_reads": (1e6, "aligned reads (millions)"),
    "total_bases": (1e9, "bases (billions)"),
    "q20_bases": (1e9, "Q20 bases (billions)"),
    "mean_read_length": (1.0, "mean read length (bases)"),
    "key_signal": (1.0, "key signal (counts)"),
    "loading_percent": (1.0, "loading (percent)"),
    "usable_percent": (1.0, "usable sequence (percent)"),
}


@plain_words
def plugin_matrix(plugins: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the state of each plugin on each report as coloured squares.

    Parameters
    ----------
    plugins : DataFrame
        ``suite.plugin_results().to_frame()``; where a plugin ran twice on a report, its latest state is shown.
    """
    import pandas as pd
    from matplotlib.patches import Patch

    ax = _axes(ax)
    latest = plugins.assign(number=pd.to_numeric(plugins["id"], errors="coerce")).sort_values("number")
    table = latest.pivot_table(index="resultName", columns="pluginName", values="state", aggfunc="last")
    for down, report in enumerate(table.index):
        for across, plugin in enumerate(table.columns):
            state = table.loc[report, plugin]
            if isinstance(state, str):
                ax.scatter(across, down, marker="s", s=120, color=STATE_COLOURS.get(state, OTHER_STATE))
    name_places(ax.xaxis, table.columns, rotation=40, ha="right", fontsize=8)
    name_places(ax.yaxis, table.index, fontsize=8)
    ax.invert_yaxis()
    states = list(dict.fromkeys(latest["state"].dropna()))
    ax.set(title="Plugins by report")
    patches = {state: Patch(color=STATE_COLOURS.get(state, OTHER_STATE)) for state in sorted(states)}
    add_legend(ax, patches, bbox_to_anchor=(1.02, 1), loc="upper left", fontsize=8)
    return _said_if_empty(ax, table, "no plugin results")


class _Report(Protocol):
    """What is drawn of a report."""

    record: dict[str, Any]
    not_told: tuple[str, ...]

    @property
    def loading(self) -> pd.DataFrame: ...
    @property
    def thresholds(self) -> pd.DataFrame: ...
    @property
    def summary(self) -> pd.DataFrame: ...
    @property
    def survival(self) -> pd.DataFrame: ...
    @property
    def test_fragments(self) -> pd.DataFrame: ...


@plain_words
def report_figure(report: _Report) -> Figure:
    """Draw all pictures of one report, and write down what the API does not tell."""
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(3, 2, figsize=(11, 11), layout="constrained")
    drawn: list[tuple[Callable[..., Axes], pd.DataFrame]] = [
        (bead_funnel, report.loading),
        (quality_checks, report.thresholds),
        (aligned_reads, report.summary),
        (read_survival, report.survival),
        (fragment_accuracy, report.test_fragments),
    ]
    for (draw, frame), ax in zip(drawn, panels.flat, strict=False):
        draw(frame, ax=ax)
    last = panels.flat[-1]
    last.axis("off")
    # Wrapped here: matplotlib's own wrapping would read formulas.
    lines = "\n".join(textwrap.fill(words(f"- {each}"), 48, subsequent_indent="  ") for each in report.not_told)
    last.text(0, 1, f"Not told by the API:\n{lines}", va="top", fontsize=9).set_in_layout(False)
    figure.suptitle(f"{report.record.get('resultsName')} ({report.record.get('status')})")
    return figure


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained")[1]


def _scale(counts: pd.Series[Any]) -> tuple[float, str]:
    """Return what to divide counts by, and the words for it: a thumbnail has thousands, a chip has millions."""
    most = max([0.0, *counts.dropna().astype(float)])
    return (1e6, " (millions)") if most >= 1e6 else (1.0, "")


def _plain(values: pd.Series[Any]) -> list[Any]:
    """Return values with None for what is missing."""
    return [None if missing else value for value, missing in zip(values, values.isna(), strict=True)]


def _said_if_empty(ax: Axes, rows: pd.DataFrame, words: str = "no metrics") -> Axes:
    """Write into an empty picture why it is empty."""
    if not len(rows):
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color="gray")
    return ax
