import subprocess
import sys

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionb.errors import UsageError
from bionb.isatab import ISATab, plots
from bionb.isatab.graph.layout import layers_of, positions_of, related
from tests.isatab.sets import isatab, small, tsv


@pytest.fixture(autouse=True)
def _closed_figures():
    """Draw into memory and leave no figure open."""
    from matplotlib import pyplot as plt

    mpl.use("agg")
    yield
    plt.close("all")


def points(axes):
    """Label of each collection -> its points."""
    return {c.get_label(): c.get_offsets().tolist() for c in axes.collections if not c.get_label().startswith("_")}


def texts(axes):
    return sorted(text.get_text() for text in axes.texts)


def test_the_graph_of_a_sample_shows_its_way():
    """From its source to its files, and nothing of other samples."""
    axes = plots.graph(isatab(small()), "liver 2")

    assert ["collection", "liver 2", "mouse 2", "run 2", "run 3", "run2.raw", "run3.raw"] == texts(axes)
    assert {"material": 2, "process": 3, "data": 2} == {kind: len(where) for kind, where in points(axes).items()}


def test_every_edge_leads_to_the_right():
    """Left is before, right is after: the one thing a reader must be able to trust."""
    isa = isatab(small())
    axes = plots.graph(isa)

    assert len(isa.edges()) == len(axes.lines)
    assert all(line.get_xdata()[0] < line.get_xdata()[1] for line in axes.lines)


def test_no_two_nodes_stand_on_one_place():
    """A hidden node is a wrong figure."""
    places = [tuple(place) for where in points(plots.graph(isatab(small()))).values() for place in where]

    assert len(places) == len(set(places)) == isatab(small()).nodes()["id"].nunique()


def test_a_study_is_drawn_alone():
    """Of a set with two."""
    data = b"Source Name\tSample Name\na\tx\n"
    isa = isatab({"s_1.txt": data, "s_2.txt": data.replace(b"a\tx", b"b\ty")})

    assert ["b", "y"] == texts(plots.graph(isa, study="s_2.txt"))


def test_too_large_a_graph_is_refused():
    """A hairball explains nothing; the way out is named."""
    rows = [[f"m{i}", f"s{i}"] for i in range(50)]
    isa = isatab({"s_x.txt": tsv(["Source Name", "Sample Name"], *rows)})
    with pytest.raises(UsageError, match="100 nodes cannot be read in one figure; give a sample"):
        plots.graph(isa)
    with pytest.raises(UsageError, match="no sample 'nobody'"):
        plots.graph(isa, "nobody")

    assert ["m7", "s7"] == texts(plots.graph(isa, "s7"))


def test_stages_count_distinct_nodes():
    """Three runs of two samples are three, two samples are two."""
    axes = plots.stages(isatab(small()))
    labels = [label.get_text() for label in axes.get_yticklabels()]
    drawn = dict(zip(labels, [bar.get_width() for bar in axes.patches], strict=True))

    expected = {
        "s_small.txt: Source Name": 2,
        "s_small.txt: collection": 2,
        "s_small.txt: Sample Name": 2,
        "a_small.txt: Sample Name": 2,
        "a_small.txt: measurement": 3,
        "a_small.txt: Raw Data File": 3,
    }
    assert expected == drawn
    assert ["2", "2", "2", "2", "3", "3"] == [text.get_text() for text in axes.texts]


def test_factors_count_samples():
    """One panel a factor, its unit in the title."""
    axes = plots.factors(isatab(small()))

    assert ["dose [mg]"] == [panel.get_title() for panel in axes]
    assert [1, 1] == [bar.get_width() for bar in axes[0].patches]
    assert ["0.5", "1.5"] == [label.get_text() for label in axes[0].get_yticklabels()]
    assert "samples" == axes[0].get_xlabel()


def test_rare_levels_are_summed_up():
    """Forty bars are no overview."""
    rows = [[f"m{i}", f"s{i}", str(i)] for i in range(40)]
    isa = isatab({"s_x.txt": tsv(["Source Name", "Sample Name", "Factor Value[day]"], *rows)})
    axes = plots.factors(isa)[0]

    assert ["other"] == [label.get_text() for label in axes.get_yticklabels()][plots.MAX_LEVELS :]
    assert 40 == sum(bar.get_width() for bar in axes.patches)


def test_a_set_without_factors_says_so():
    """Better than an empty figure."""
    with pytest.raises(UsageError, match="no study table has a Factor Value column"):
        plots.factors(isatab({"s_x.txt": b"Source Name\tSample Name\na\tb\n"}))


def test_real_sets_can_be_drawn(real_sets):
    """One sample of each that is not connected with all others, and the stages of all."""
    drawn = 0
    for files in real_sets.values():
        isa = ISATab(files)
        assert len(plots.stages(isa).patches) == isa.nodes().groupby(["file", "column"]).ngroups
        for study, name in isa.samples()[["study", "Sample Name"]].head(1).itertuples(index=False):
            try:
                axes = plots.graph(isa, name, study=study)
            except UsageError:  # a sample with hundreds of files
                continue
            assert any(text.startswith(name[:19]) for text in texts(axes))
            drawn += 1
        mpl.pyplot.close("all")

    assert 25 < drawn


edges = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12)


@given(edges)
def test_any_graph_has_a_place_for_each_node(pairs):
    """Cycles too: a broken table must not hang the kernel."""
    places = positions_of(layers_of("abcdef", pairs), pairs)

    assert set("abcdef") == set(places)
    assert 6 == len(set(places.values()))


@given(edges)
def test_related_nodes_are_those_before_and_behind(pairs):
    """And not the siblings, which share only a source."""
    found = related({"a"}, pairs)

    assert "a" in found
    assert {t for s, t in pairs if s == "a"} | {s for s, t in pairs if t == "a"} <= found


def test_plots_load_matplotlib_only_when_drawing():
    """Half the notebooks never draw."""
    code = "import sys, bionb.isatab.plots; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert "False" == run.stdout.strip()
