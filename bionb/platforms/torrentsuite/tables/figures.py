"""Pictures of runs and reports, drawn from their tables; each function draws one and returns its axes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from bionb.drawing import (
    BLUE,
    CYAN,
    GREEN,
    GREY,
    PURPLE,
    RED,
    YELLOW,
    add_legend,
    bars,
    canvas,
    height_of,
    name_places,
    styled,
    words,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GOOD, BAD, QUIET = BLUE, RED, GREY
STATE_COLOURS = {"Completed": GREEN, "Error": RED, "Started": CYAN, "Pending": YELLOW}
OTHER_STATE = PURPLE
_DATES: dict[str, Any] = {  # whole dates, also where only the day changes
    **dict.fromkeys(("formats", "zero_formats"), ["%Y", "%Y-%m", "%Y-%m-%d", "%H:%M", "%H:%M", "%S.%f"]),
    "show_offset": False,
}
_WRITTEN = 110  # letters of a line below the panels


@styled
def bead_funnel(loading: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the way from wells to usable reads, with percent of the stage before.

    Parameters
    ----------
    loading : DataFrame
        ``RunReport.loading``.
    """
    rows = loading[loading["wells"].notna()]
    ax = _axes(ax, height_of(len(rows)))
    scale, unit = _scale(rows["wells"])
    drawn = bars(ax, rows["stage"], rows["wells"].astype(float) / scale, colour=GOOD)
    shares = [f"{share:.1f} % of {of}" if of else "" for share, of in zip(rows["percent"], rows["of"], strict=True)]
    ax.bar_label(drawn, [words(each, 26) for each in shares], padding=3, fontsize=9)
    ax.margins(x=0.6)
    ax.set(title="From wells to reads", xlabel=f"wells{unit}")
    return _said_if_empty(ax, rows)


@styled
def quality_checks(thresholds: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw loading, key signal and usable sequence against the plan's thresholds: blue above, red below.

    Parameters
    ----------
    thresholds : DataFrame
        ``RunReport.thresholds``.
    """
    rows = thresholds[thresholds["value"].notna()]
    ax = _axes(ax, height_of(len(rows)))
    colours = [GOOD if passed in (True, None) else BAD for passed in _plain(rows["passed"])]
    drawn = bars(ax, rows["check"], rows["value"].astype(float), colour=colours)
    ax.bar_label(drawn, [f"{value:.1f}" for value in rows["value"]], padding=3, fontsize=9)
    for place, least in enumerate(_plain(rows["threshold"])):
        if least is not None:
            ax.vlines(least, place - 0.45, place + 0.45, colors="black", linestyles="dashed")
    ax.set(title="Quality checks (dashed: threshold)", xlabel="percent; key signal in counts")
    ax.set_xlim(0, max([115.0, *(float(value) * 1.15 for value in rows["value"])]))
    return _said_if_empty(ax, rows)


@styled
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


@styled
def aligned_reads(summary: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw aligned and unaligned reads, one bar a report: to compare several.

    Parameters
    ----------
    summary : DataFrame
        ``RunReport.summary``, or several of them joined.
    """
    rows = summary[summary["total_reads"].notna()]
    ax = _axes(ax, height_of(len(rows)))
    scale, unit = _scale(rows["total_reads"])
    total = rows["total_reads"].astype(float) / scale
    aligned = rows["mapped_reads"].fillna(0).astype(float) / scale
    # Without a reference nothing was aligned, which says nothing about the reads.
    known = rows["mapped_reads"].notna().astype(float)
    drawn = {"aligned": bars(ax, rows["report"], aligned, colour=GOOD)}
    drawn["unaligned"] = bars(ax, rows["report"], (total - aligned) * known, left=aligned, colour=QUIET)
    if not known.all():
        drawn["no reference"] = bars(ax, rows["report"], total * (1 - known), colour="none")
        for bar in drawn["no reference"]:
            bar.set(edgecolor=QUIET, hatch="//")
    add_legend(ax, drawn if len(rows) else {})
    ax.set(title="Aligned reads", xlabel=f"reads{unit}", ylabel="report")
    return _said_if_empty(ax, rows)


@styled
def fragment_accuracy(fragments: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much of the test fragments is right at AQ17 over 50 and 100 bases.

    Parameters
    ----------
    fragments : DataFrame
        ``RunReport.test_fragments``.
    """
    ax = _axes(ax, height_of(2 * len(fragments)))
    drawn = {}
    for shift, column, colour in ((-0.2, "aq17_50_percent", GOOD), (0.2, "aq17_100_percent", CYAN)):
        places = [place + shift for place in range(len(fragments))]
        values = list(fragments[column].fillna(0).astype(float))
        drawn[f"over {column.split('_')[1]} bases"] = ax.barh(places, values, height=0.38, color=colour)
    name_places(ax.yaxis, fragments["name"])
    ax.set_ylim(max(len(fragments), 2) - 0.5, -0.5)
    add_legend(ax, drawn if len(fragments) else {}, loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=2)
    ax.set(title="Test fragments right at AQ17", xlabel="reads (percent)", xlim=(0, 105))
    return _said_if_empty(ax, fragments)


@styled
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
    scale, unit = UNITS.get(figure, (1.0, figure.replace("_", " ")))
    lines = {}
    for chip, points in rows.groupby(rows["chipType"].astype(object).where(rows["chipType"].notna(), "(not given)")):
        points = points.sort_values("date")
        values = points[figure].astype(float) / scale
        lines[chip] = ax.plot(points["date"], values, marker="o", linestyle=":")[0]
    add_legend(ax, lines, title="chip")
    ax.set(title="From run to run", xlabel="date of the run", ylabel=unit)
    date_axis(ax)
    return _said_if_empty(ax, rows)


def date_axis(ax: Axes, most: int = 5) -> None:
    """Write whole dates below axes, few enough to be read."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    dates = AutoDateLocator(minticks=min(most, 5), maxticks=most)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(dates)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(dates, **_DATES))  # type: ignore[no-untyped-call]


UNITS = {
    "total_reads": (1e6, "reads (millions)"),
    "mapped_reads": (1e6, "aligned reads (millions)"),
    "total_bases": (1e9, "bases (billions)"),
    "q20_bases": (1e9, "Q20 bases (billions)"),
    "mean_read_length": (1.0, "mean read length (bases)"),
    "key_signal": (1.0, "key signal (counts)"),
    "loading_percent": (1.0, "loading (percent)"),
    "usable_percent": (1.0, "usable sequence (percent)"),
    "q20_percent": (1.0, "Q20 bases (percent)"),
    "on_target_percent": (1.0, "on target (percent)"),
    "uniformity_percent": (1.0, "uniformity (percent)"),
    "mean_depth": (1.0, "mean depth (times)"),
}


@styled
def plugin_matrix(plugins: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the state of each plugin on each report as coloured squares.

    Parameters
    ----------
    plugins : DataFrame
        ``suite.plugin_results().to_frame()``; where a plugin ran twice on a report, its latest state is shown.
    """
    import pandas as pd

    latest = plugins.assign(number=pd.to_numeric(plugins["id"], errors="coerce")).sort_values("number")
    table = latest.pivot_table(index="resultName", columns="pluginName", values="state", aggfunc="last")
    ax = _axes(ax, 1.5 + 0.25 * len(table), 3.5 + 0.3 * table.shape[1])
    drawn = {}
    for state in sorted(set(latest["state"].dropna())):
        down, across = (table == state).to_numpy().nonzero()
        colour = STATE_COLOURS.get(state, OTHER_STATE)
        drawn[state] = ax.scatter(across, down, marker="s", s=90, color=colour, label=words(state))
    name_places(ax.xaxis, table.columns)
    name_places(ax.yaxis, table.index)
    ax.set(xlim=(-0.5, max(table.shape[1], 1) - 0.5), ylim=(max(len(table), 1) - 0.5, -0.5))
    ax.set(title="Plugins by report")
    add_legend(ax, drawn)
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


@styled
def report_figure(report: _Report) -> Figure:
    """Draw all pictures of one report, and write down what the API does not tell."""
    lines = [line for each in report.not_told for line in textwrap.wrap(words(f"- {each}"), _WRITTEN)]
    most = max(6, len(report.loading), len(report.thresholds), 2 * len(report.test_fragments))
    figure, panels = canvas(9, 2 * height_of(most) + 0.9 + 0.16 * len(lines), 2, 2)
    drawn: list[tuple[Callable[..., Axes], pd.DataFrame]] = [
        (bead_funnel, report.loading),
        (quality_checks, report.thresholds),
        (read_survival, report.survival),
        (fragment_accuracy, report.test_fragments),
    ]
    for (draw, frame), ax in zip(drawn, panels, strict=True):
        draw(frame, ax=ax)
    said = "\n".join(["Not told by the API:", *lines]) if lines else ""
    figure.supxlabel(said, fontsize=9, x=0.01, ha="left")
    title = f"{report.record.get('resultsName')} ({report.record.get('status')})"
    figure.suptitle("\n".join([words(title, 80), *_reads(report.summary)]))
    return figure


def _reads(summary: pd.DataFrame) -> list[str]:
    """Say how many reads were aligned: one bar would fill a panel and say no more."""
    total, aligned = (next(iter(_plain(summary[name])), None) for name in ("total_reads", "mapped_reads"))
    if total is None:
        return []
    share = f"{100 * aligned / total:.1f} % aligned" if aligned is not None and total else "not aligned to a reference"
    return [f"{total:,} reads, {share}"]


def _axes(ax: Axes | None, height: float = 3.5, width: float = 6.5) -> Axes:
    return canvas(width, height)[1][0] if ax is None else ax


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
