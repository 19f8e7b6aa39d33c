"""Whatever a server calls its things, every figure can be drawn and shows them as they are."""

import importlib
import inspect

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Text

from bionb.drawing import add_legend, name_places, styled, words
from bionb.isatab import ISATab, plots
from bionb.platforms.odm.tables import figures as odm
from bionb.platforms.sevenbridges.tables import figures as bridges
from bionb.platforms.sodar.tables import figures as steward
from bionb.platforms.torrentsuite.tables import figures as torrent
from bionb.platforms.torrentsuite.tables import trends
from tests.isatab.sets import small

NASTY = [
    r"$\frac{$",
    "a$b$c^",
    "$",
    "$$",
    r"\$5 and $",
    "_hidden",
    "same",
    "same",
    "",
    "x" * 500 + "1",
    "x" * 500 + "2",
    "null \0 and \x1b[31m red",
    "two\nlines",
    "007",
    "2026-01-01",
    "100 %",
    "{braces}",
    r"\alpha",
]
COUNT = len(NASTY)
MODULES = (
    "isatab.plots",
    "platforms.odm.tables.figures",
    "platforms.sevenbridges.tables.figures",
    "platforms.sodar.tables.figures",
    "platforms.torrentsuite.tables.figures",
    "platforms.torrentsuite.tables.trends",
)


@pytest.fixture(autouse=True)
def _no_screen():
    mpl.use("agg")
    yield
    plt.close("all")


def nasty(**columns):
    """A frame with nasty texts in all columns that are not given."""
    return pd.DataFrame({name: NASTY if values is None else values for name, values in columns.items()})


def times(hours):
    return pd.to_datetime([f"2026-01-{1 + number:02d}T{hours:02d}:00Z" for number in range(COUNT)])


def tasks():
    return nasty(name=None, status=None, start_time=times(1), end_time=times(2))


def runs():
    frame = nasty(chipType=None, date=times(1), timeStamp=times(1), total_reads=range(COUNT))
    return frame.assign(thumbnail=False)


def matrix():
    return pd.DataFrame([[float(r * c % 7) for c in range(COUNT)] for r in range(COUNT)], index=NASTY, columns=NASTY)


def factor_set():
    rows = "".join(
        f"m{n}\ts{n}\t{text}\n" for n, text in enumerate([r"$\frac{$", "a$b$c^", "_x", "l" * 30, "l" * 30 + "2"])
    )
    text = f"Source Name\tSample Name\tFactor Value[$\\cost{{$]\n{rows}"
    return ISATab(small() | {"s_small.txt": text.encode()})


def plugins():
    return nasty(id=[str(number) for number in range(COUNT)], resultName=None, pluginName=None, state=None)


def draw_boxplots():
    samples = nasty(Group=None).assign(**{"Sample Source ID": NASTY})
    unique = matrix().loc[:, ~matrix().columns.duplicated()]
    return odm.expression_boxplots(
        unique, samples.drop_duplicates("Sample Source ID"), ["$\\frac{$"], "Group", label="$"
    )


def report():
    class Report:
        loading = nasty(stage=None, wells=range(COUNT), percent=[1.0] * COUNT, of=None)
        thresholds = nasty(check=None, value=[1.0] * COUNT, passed=[True] * COUNT, threshold=[0.5] * COUNT)
        summary = nasty(report=None, total_reads=range(COUNT), mapped_reads=range(COUNT))
        survival = nasty(quality=None, length=range(COUNT), reads=range(COUNT))
        test_fragments = nasty(name=None, aq17_50_percent=[1.0] * COUNT, aq17_100_percent=[1.0] * COUNT)
        not_told = NASTY
        record = {"resultsName": r"$\frac{$", "status": "$$"}

    return Report


DRAWN = {
    "isatab.plots.graph": lambda: plots.graph(factor_set()),
    "isatab.plots.stages": lambda: plots.stages(factor_set()),
    "isatab.plots.factors": lambda: plots.factors(factor_set()),
    "platforms.odm.tables.figures.sample_overview": lambda: odm.sample_overview(nasty(a=None, b=None), "a", "b"),
    "platforms.odm.tables.figures.expression_heatmap": lambda: odm.expression_heatmap(matrix(), label=r"$\frac{$"),
    "platforms.odm.tables.figures.expression_boxplots": draw_boxplots,
    "platforms.odm.tables.figures.link_completeness": lambda: odm.link_completeness(
        pd.DataFrame([[True] * COUNT] * COUNT, index=NASTY, columns=[f"{n}{text}" for n, text in enumerate(NASTY)])
    ),
    "platforms.odm.tables.figures.genotype_boxplots": lambda: odm.genotype_boxplots(
        pd.DataFrame({"alleles": [0, 1, 1, None, 2], "value.value": [1.0, 2.0, None, 3.0, 4.0]}), label=r"$\frac{$"
    ),
    "platforms.odm.tables.figures.data_model": odm.data_model,
    "platforms.sevenbridges.tables.figures.task_durations": lambda: bridges.task_durations(tasks()),
    "platforms.sevenbridges.tables.figures.task_states": lambda: bridges.task_states(tasks()),
    "platforms.sevenbridges.tables.figures.storage_by_type": lambda: bridges.storage_by_type(
        nasty(name=[f"x.{text}" for text in NASTY], size=[10**9] * COUNT)
    ),
    "platforms.sevenbridges.tables.figures.cost_by_project": lambda: bridges.cost_by_project(
        pd.DataFrame({"project_name": NASTY, "analysis_cost.amount": 1.0, "analysis_cost.currency": "$"})
    ),
    "platforms.sodar.tables.figures.members_by_project": lambda: steward.members_by_project(
        nasty(project=None, role=None)
    ),
    "platforms.sodar.tables.figures.zone_ages": lambda: steward.zone_ages(
        nasty(title=None, status=None, date_modified=times(1)), pd.Timestamp("2026-02-01", tz="UTC")
    ),
    "platforms.sodar.tables.figures.events_by_month": lambda: steward.events_by_month(nasty(time=times(1))),
    "platforms.sodar.tables.figures.storage_by_project": lambda: steward.storage_by_project(
        nasty(project=None, size=[10**6] * COUNT), "project"
    ),
    "platforms.torrentsuite.tables.figures.bead_funnel": lambda: torrent.bead_funnel(report().loading),
    "platforms.torrentsuite.tables.figures.quality_checks": lambda: torrent.quality_checks(report().thresholds),
    "platforms.torrentsuite.tables.figures.read_survival": lambda: torrent.read_survival(report().survival),
    "platforms.torrentsuite.tables.figures.aligned_reads": lambda: torrent.aligned_reads(report().summary),
    "platforms.torrentsuite.tables.figures.fragment_accuracy": (
        lambda: torrent.fragment_accuracy(report().test_fragments)
    ),
    "platforms.torrentsuite.tables.figures.run_trend": lambda: torrent.run_trend(runs()),
    "platforms.torrentsuite.tables.figures.plugin_matrix": lambda: torrent.plugin_matrix(plugins()),
    "platforms.torrentsuite.tables.figures.report_figure": lambda: torrent.report_figure(report()),
    "platforms.torrentsuite.tables.trends.report_trend": lambda: trends.report_trend(runs(), ["total_reads"]),
}


def figures():
    """All public functions of the modules that draw, by their names."""
    for module in MODULES:
        for name, function in vars(importlib.import_module(f"bionb.{module}")).items():
            own = inspect.isfunction(function) and inspect.unwrap(function).__module__ == f"bionb.{module}"
            if (
                own
                and not name.startswith("_")
                and str(inspect.signature(function).return_annotation) != "pd.DataFrame"
            ):
                yield f"{module}.{name}", function


def test_every_function_that_draws_is_tried_and_shows_styled():
    """A new one is found by itself."""
    helpers = ("most_variable", "grouped_values", "date_axis")
    found = {name: function for name, function in figures() if not name.endswith(helpers)}

    assert set(DRAWN) == set(found)
    assert [] == [name for name, function in found.items() if not hasattr(function, "__wrapped__")]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
def test_no_name_breaks_a_figure(name):
    """Formulas, hidden labels, equal names, characters without a picture, very long ones."""
    drawn = DRAWN[name]()
    first = drawn[0] if isinstance(drawn, list) else drawn
    figure = first if isinstance(first, plt.Figure) else first.figure
    figure.canvas.draw()

    assert [] == [text.get_text() for text in figure.findobj(Text) if "$" in text.get_text() and text.get_parse_math()]
    assert not any("\0" in text.get_text() for text in figure.findobj(Text))


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_equal_names_are_places_of_their_own():
    """One bar hid the other, and a record was lost in the figure."""
    assert COUNT == len(bridges.task_durations(tasks()).patches) == len(labels(bridges.task_durations(tasks()).yaxis))
    axes = plots.factors(factor_set())[0]
    assert 5 == len(labels(axes.yaxis))
    assert [1] * 5 == [bar.get_width() for bar in axes.patches]
    axes = torrent.aligned_reads(report().summary)
    assert sum(range(COUNT)) == sum(bar.get_width() for bar in axes.patches)


def test_names_are_shown_as_they_are():
    """With their dollars, in axes and legends alike."""
    axes = bridges.task_states(pd.DataFrame({"status": ["$x$", "$x$", "_y"]}))
    assert ["$x$", "_y"] == labels(axes.yaxis)
    legend = torrent.run_trend(runs()).get_legend()
    assert {"$$", "_hidden", r"\alpha"} < {text.get_text() for text in legend.get_texts()}
    assert "cost ($)" == DRAWN["platforms.sevenbridges.tables.figures.cost_by_project"]().get_xlabel()


def test_runs_without_a_chip_are_drawn():
    """They are runs all the same."""
    frame = runs().assign(chipType=[None, *["520"] * (COUNT - 1)])
    assert COUNT == sum(len(line.get_xdata()) for line in torrent.run_trend(frame).lines)


def test_a_users_own_formulas_stay():
    """Only what was drawn is plain, not the rest of the figure."""
    figure, (left, right) = plt.subplots(1, 2)
    right.set_title(r"$\alpha$")
    bridges.task_states(pd.DataFrame({"status": ["$x$"]}), ax=left)
    figure.canvas.draw()
    assert right.title.get_parse_math()


def test_words_are_readable():
    """Long ones shortened line by line."""
    assert ["a b", "\N{REPLACEMENT CHARACTER}", "None", "7"] == [words("a\tb"), words("\r"), words(None), words(7)]
    assert (3, 3) == tuple(len(line) for line in words("xxxxx\nyyyyy", 3).split("\n"))


def test_places_and_legends_take_what_there_is():
    """Numbers, missing values, nothing at all."""

    @styled
    def draw():
        _, axes = plt.subplots()
        name_places(axes.xaxis, [1, None, float("nan"), ("a", "b")])
        add_legend(axes, {})
        return axes

    assert ["1", "None", "nan", "('a', 'b')"] == labels(draw().xaxis)
