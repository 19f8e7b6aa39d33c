"""Figures for stewards: what stands in the frames is what the bars say."""

import pandas as pd
import pytest

from bionb.errors import UsageError
from bionb.platforms.sodar.tables.figures import events_by_month, members_by_project, storage_by_project, zone_ages


def widths(axes):
    """Lengths of the bars, from the first on."""
    return [bar.get_width() for bar in axes.patches]


def test_members_are_counted_by_role():
    """The strongest role stands first in every bar."""
    frame = pd.DataFrame({"project": ["a", "a", "b"], "role": ["project guest", "project owner", "project owner"]})
    axes = members_by_project(frame)

    assert [1, 1, 1, 0] == widths(axes)
    assert ["owner", "guest"] == [each.get_text() for each in axes.get_legend().get_texts()]


def test_the_oldest_zone_stands_first():
    """It is the one to look at."""
    times = pd.to_datetime(["2026-01-03", "2026-01-01"], utc=True)
    frame = pd.DataFrame({"title": ["new", "old"], "status": ["ACTIVE", "MOVED"], "date_modified": times})

    assert [4, 2] == widths(zone_ages(frame, pd.Timestamp("2026-01-05", tz="UTC")))


def test_months_without_events_are_shown():
    """Left out, a quiet year would look like a busy month."""
    frame = pd.DataFrame({"time": pd.to_datetime(["2026-01-03", "2026-03-01", "2026-03-02"], utc=True)})

    assert [1, 0, 2] == widths(events_by_month(frame))


def test_storage_is_in_megabytes():
    """The largest project stands first."""
    frame = pd.DataFrame({"in": ["a", "b", "a"], "size": pd.array([10**6, 5 * 10**6, None], dtype="Int64")})

    assert [5, 1] == widths(storage_by_project(frame, "in"))


@pytest.mark.parametrize("draw", [members_by_project, events_by_month])
def test_another_frame_is_told(draw):
    """By the column that it lacks."""
    with pytest.raises(UsageError, match="lacks"):
        draw(pd.DataFrame({"x": []}))
