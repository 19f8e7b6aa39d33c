"""Figures for stewards: of the members, landing zones, events and files of many projects, one below the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.drawing import BLUE, CYAN, GREEN, GREY, PURPLE, RED, YELLOW, add_legend, bars, canvas, height_of, styled
from bionb.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

ROLES = {
    "project owner": RED,
    "project delegate": YELLOW,
    "project contributor": BLUE,
    "project guest": CYAN,
    "project viewer": GREEN,
    "project finder": GREY,
}
STATES = {"ACTIVE": BLUE, "FAILED": RED, "MOVED": GREEN, "DELETED": GREY, "NOT CREATED": YELLOW}


@styled
def members_by_project(members: pd.DataFrame, by: str = "project", ax: Any = None) -> Any:
    """Draw how many people of each role a project has.

    Parameters
    ----------
    members : DataFrame
        Of ``client.members(...)``, of several projects one below the other.
    by : str
        The column that names the projects.

    Returns
    -------
    matplotlib axes
        One bar a project, its parts the roles (people).
    """
    _check(members, by, "role")
    counts = members.groupby([by, "role"], sort=True).size().unstack("role", fill_value=0)
    ax = ax or _axes(len(counts))
    left = [0.0] * len(counts)
    shown = [role for role in ROLES if role in counts] + [role for role in counts if role not in ROLES]
    for role in shown:
        bars(ax, counts.index, counts[role], colour=ROLES.get(role, PURPLE), left=left)
        left = [before + more for before, more in zip(left, counts[role], strict=True)]
    _add_legend(ax, {str(role).removeprefix("project "): ROLES.get(role, PURPLE) for role in shown})
    ax.set(xlabel="people (count)", title="Members by project")
    return ax


@styled
def zone_ages(zones: pd.DataFrame, now: pd.Timestamp, ax: Any = None) -> Any:
    """Draw since when nothing has happened in landing zones.

    Parameters
    ----------
    zones : DataFrame
        Of ``client.zones(...)``.
    now : Timestamp
        Until when days are counted, with a time zone.

    Returns
    -------
    matplotlib axes
        One bar a zone (days), the longest first, coloured by its status.
    """
    _check(zones, "title", "status", "date_modified")
    kept = zones.dropna(subset=["date_modified"]).sort_values("date_modified")
    days = (now - kept["date_modified"]).dt.total_seconds() / 86400
    ax = ax or _axes(len(kept))
    bars(ax, kept["title"], days, colour=[STATES.get(each, PURPLE) for each in kept["status"]])
    _add_legend(ax, {each: STATES.get(each, PURPLE) for each in kept["status"].unique()})
    ax.set(xlabel="without a change (days)", title="Landing zones by age")
    return ax


@styled
def events_by_month(events: pd.DataFrame, ax: Any = None) -> Any:
    """Draw how much was done in each month.

    Parameters
    ----------
    events : DataFrame
        Of ``client.timeline(...)``.

    Returns
    -------
    matplotlib axes
        One bar a month from the first to the last (events).
    """
    import pandas as pd

    _check(events, "time")
    months = events["time"].dropna().dt.strftime("%Y-%m")
    every = pd.period_range(months.min(), months.max(), freq="M").strftime("%Y-%m") if len(months) else months
    counts = months.value_counts().reindex(every, fill_value=0)
    ax = ax or _axes(len(counts))
    bars(ax, counts.index, counts)
    ax.set(xlabel="events (count)", title="What was done, by month")
    return ax


@styled
def storage_by_project(files: pd.DataFrame, by: str, ax: Any = None) -> Any:
    """Draw how much is stored in each project.

    Parameters
    ----------
    files : DataFrame
        Of ``client.files(...)``, of several projects one below the other.
    by : str
        The column that names the projects.

    Returns
    -------
    matplotlib axes
        One bar a project in MB (10⁶ bytes), the largest first.
    """
    _check(files, by, "size")
    sizes = (files["size"].astype("float64") / 1e6).groupby(files[by]).sum().sort_values(ascending=False)
    ax = ax or _axes(len(sizes))
    bars(ax, sizes.index, sizes)
    ax.set(xlabel="size (MB)", title="Storage by project")
    return ax


def _axes(count: int) -> Any:
    return canvas(height=height_of(count))[1][0]


def _add_legend(ax: Any, colours: Mapping[str, str]) -> None:
    from matplotlib.patches import Patch

    add_legend(ax, {name: Patch(color=colour) for name, colour in colours.items()})


def _check(frame: pd.DataFrame, *names: str) -> None:
    if missing := [name for name in names if name not in frame]:
        raise UsageError(f"The frame lacks {', '.join(missing)}: make it of a listing's to_frame().")
