"""Figures of tasks, storage and costs, from the frames of `tasks`, `files` and `billing_breakdown`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bionb.drawing import BLUE, CYAN, GREEN, GREY, PURPLE, RED, YELLOW, add_legend, bars, canvas, height_of, styled
from bionb.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

COLOURS = {"COMPLETED": GREEN, "FAILED": RED, "ABORTED": YELLOW, "RUNNING": BLUE, "QUEUED": CYAN, "DRAFT": GREY}


@styled
def task_durations(tasks: pd.DataFrame, ax: Any = None) -> Any:
    """Draw how long each task ran, coloured by its state.

    Parameters
    ----------
    tasks : DataFrame
        Of ``client.tasks(...)``; tasks that have not ended are left out.
    ax : matplotlib axes, optional
        Where to draw.

    Returns
    -------
    matplotlib axes
        One bar a task, in minutes, in the order of their start.
    """
    _check(tasks, "name", "status", "start_time", "end_time")
    ended = tasks.dropna(subset=["start_time", "end_time"]).sort_values("start_time", kind="stable")
    minutes = (ended["end_time"] - ended["start_time"]).dt.total_seconds() / 60
    ax = ax or _axes(len(ended))
    drawn = bars(ax, ended["name"], minutes, colour=_colours(ended["status"]))
    ax.set(xlabel="duration (minutes)", title="Tasks")
    add_legend(ax, dict(zip(ended["status"], drawn, strict=True)))
    return ax


@styled
def task_states(tasks: pd.DataFrame, ax: Any = None) -> Any:
    """Draw how many tasks are in each state.

    Returns
    -------
    matplotlib axes
        One bar a state, the most frequent first.
    """
    _check(tasks, "status")
    counts = tasks["status"].value_counts()
    ax = ax or _axes(len(counts))
    ax.bar_label(bars(ax, counts.index, counts, colour=_colours(counts.index)), padding=3)
    ax.set(xlabel="tasks (count)", title="Tasks by state")
    return ax


@styled
def storage_by_type(files: pd.DataFrame, ax: Any = None) -> Any:
    """Draw how much is stored in each type of file.

    Parameters
    ----------
    files : DataFrame
        Of ``client.files(...)`` or ``client.file_tree(...)``; a type is the ending of the name, without ``.gz``.

    Returns
    -------
    matplotlib axes
        One bar a type in GB (10⁹ bytes), the largest first.
    """
    _check(files, "name", "size")
    kept = files.dropna(subset=["size"])
    ending = kept["name"].str.removesuffix(".gz").str.extract(r"\.([^.]+)$", expand=False).fillna("other")
    sizes = (kept["size"].astype("float64") / 1e9).groupby(ending).sum().sort_values(ascending=False)
    ax = ax or _axes(len(sizes))
    bars(ax, sizes.index, sizes)
    ax.set(xlabel="size (GB)", title="Storage by type of file")
    return ax


@styled
def cost_by_project(breakdown: pd.DataFrame, ax: Any = None) -> Any:
    """Draw what the analyses of each project cost.

    Parameters
    ----------
    breakdown : DataFrame
        Of ``client.billing_breakdown(group)``.

    Returns
    -------
    matplotlib axes
        One bar a project, in the currency of the breakdown.

    Raises
    ------
    UsageError
        Several currencies, which cannot be added.
    """
    _check(breakdown, "project_name", "analysis_cost.amount", "analysis_cost.currency")
    currencies = breakdown["analysis_cost.currency"].dropna().unique()
    if len(currencies) > 1:
        raise UsageError(f"Costs in {', '.join(currencies)} cannot be added: select the rows of one currency.")
    costs = breakdown.groupby("project_name")["analysis_cost.amount"].sum().sort_values(ascending=False)
    ax = ax or _axes(len(costs))
    bars(ax, costs.index, [float(each) for each in costs])
    ax.set(xlabel=f"cost ({currencies[0]})" if len(currencies) else "cost", title="Cost of analyses by project")
    return ax


def _axes(count: int) -> Any:
    return canvas(height=height_of(count))[1][0]


def _colours(states: Iterable[str]) -> list[str]:
    return [COLOURS.get(each, PURPLE) for each in states]


def _check(frame: pd.DataFrame, *names: str) -> None:
    if missing := [name for name in names if name not in frame]:
        raise UsageError(f"The frame lacks {', '.join(missing)}: make it of a whole listing, without fields=.")
