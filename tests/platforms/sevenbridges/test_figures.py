"""Figures show what the frames hold, with units."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from bionb.errors import UsageError
from bionb.platforms.sevenbridges.tables.figures import cost_by_project, storage_by_type, task_durations, task_states

from .conftest import PROJECT


@pytest.fixture(autouse=True)
def _no_screen():
    mpl.use("agg")
    yield
    plt.close("all")


def lengths(ax):
    return [float(bar.get_width()) for bar in ax.patches]


def test_tasks_by_state_and_duration(bridges):
    """Drafts have no duration; a state has one colour everywhere."""
    tasks = bridges.tasks(PROJECT).to_frame()
    ax = task_durations(tasks)
    minutes = sorted(float(bar.get_width()) for bar in ax.patches)
    ended = tasks.dropna(subset=["end_time"])

    assert [14, 1, 1, 1, 1] == lengths(task_states(tasks))
    assert 16 == len(minutes)
    assert pytest.approx((ended["end_time"] - ended["start_time"]).dt.total_seconds().sum() / 60) == sum(minutes)
    assert "duration (minutes)" == ax.get_xlabel()


def test_storage_adds_up(bridges):
    """Packed files count as what they hold; folders have no size."""
    files = bridges.files(PROJECT).to_frame()
    ax = storage_by_type(files)

    assert pytest.approx(files["size"].sum() / 1e9) == sum(lengths(ax))
    assert {"fastq", "bam", "vcf", "fasta", "html"} == {label.get_text() for label in ax.get_yticklabels()}
    assert "size (GB)" == ax.get_xlabel()
    assert storage_by_type(bridges.file_tree("RFranklin/rfranklins-experiments")).patches


def test_costs_add_up_in_one_currency(bridges):
    """Dollars and euros are no sum."""
    costs = bridges.billing_breakdown(bridges.billing_groups()[0]).to_frame()
    ax = cost_by_project(costs)
    mixed = costs.assign(**{"analysis_cost.currency": ["USD"] + ["EUR"] * (len(costs) - 1)})

    assert pytest.approx(costs["analysis_cost.amount"].sum()) == sum(lengths(ax))
    assert "cost (USD)" == ax.get_xlabel()
    with pytest.raises(UsageError, match="USD, EUR"):
        cost_by_project(mixed)


@pytest.mark.parametrize("draw", [task_durations, task_states, storage_by_type, cost_by_project])
def test_nothing_to_draw_is_an_empty_figure(bridges, sandbox, draw):
    """An empty project must not stop a notebook."""
    sandbox.reset("empty")
    tasks = bridges.tasks().to_frame()
    frame = {
        cost_by_project: bridges.billing_breakdown(bridges.billing_groups()[0]).to_frame(),
        storage_by_type: tasks.assign(size=0),
    }.get(draw, tasks)

    assert [] == list(draw(frame).patches)


def test_a_frame_of_selected_fields_is_refused(bridges):
    """The message says what to leave out."""
    with pytest.raises(UsageError, match="without fields="):
        storage_by_type(bridges.files(PROJECT, fields="id,name").to_frame())
