"""Figures: what is drawn is what the frames say."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from bionb.errors import UsageError
from bionb.platforms.odm.tables import figures

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _closed():
    """No figure is left open for the next test."""
    yield
    plt.close("all")


@pytest.fixture
def samples(linked):
    """The samples of the guide's study."""
    return linked.samples(study="GSF1147033", fields="original").to_frame(drop_empty=True)


@pytest.fixture
def matrix(linked):
    """Its expression matrix."""
    return linked.stream_expression("GSF1147049").to_frame()


def test_bars_are_counts_of_samples(samples):
    """The overview must show every sample once, split by the second attribute."""
    axes = figures.sample_overview(samples, "Tissue", by="Genotype").axes[0]

    assert [3, 3, 3, 3] == [bar.get_width() for bar in axes.patches]
    assert ["stroma", "tumor"] == [label.get_text() for label in axes.get_yticklabels()]
    assert ("samples", "Tissue") == (axes.get_xlabel(), axes.get_ylabel())


def test_several_values_in_a_cell_count_each():
    """Lists must neither break the grouping nor count as one odd value."""
    frame = pd.DataFrame({"Raw": [["a", "b"], "a", None]})

    assert {"a": 2, "b": 1, "(not given)": 1} == figures.sample_counts(frame, "Raw")["samples"].to_dict()


def test_an_attribute_that_is_not_there_is_told_with_those_that_are(samples):
    """Attribute names are long and easily mistyped."""
    with pytest.raises(UsageError, match="no attribute 'Tisue'.*Tissue"):
        figures.sample_overview(samples, "Tisue")


def test_the_heat_map_shows_each_feature_around_its_mean(matrix):
    """Unscaled, the housekeeping gene would outshine everything."""
    figure = figures.expression_heatmap(matrix)
    shown = figure.axes[0].images[0].get_array()

    assert matrix.shape == shown.shape
    assert np.allclose(0, np.nanmean(shown.filled(np.nan), axis=1))
    assert "Stat3" == figure.axes[0].get_yticklabels()[0].get_text()
    assert "standard deviations" in figure.axes[1].get_ylabel()


def test_a_large_matrix_shows_what_varies_most():
    """A picture of twenty thousand rows shows nothing."""
    wide = pd.DataFrame(np.outer(np.arange(100), [0, 1, 2]), index=[f"g{n}" for n in range(100)])
    shown = figures.expression_heatmap(wide, scaled=False).axes[0].images[0].get_array()

    assert figures.HEATMAP_ROWS == len(shown)
    assert [80.0, 160.0] == shown[40, 1:].tolist()


def test_boxes_are_the_groups_of_samples(matrix, samples):
    """The knocked-out gene is low in the knockouts; the missing value is left out."""
    groups = figures.grouped_values(matrix, samples, "Stat3", "Genotype")
    assert (6, 6) == (len(groups["control"]), len(groups["knockout"]))
    assert max(groups["knockout"]) < min(groups["control"])
    assert 11 == sum(map(len, figures.grouped_values(matrix, samples, "Gzmb", "Tissue").values()))

    axes = figures.expression_boxplots(matrix, samples, ["Stat3", "Epcam"], "Genotype", label="log2").axes
    assert ["Stat3", "Epcam"] == [each.get_title() for each in axes]
    assert "log2" == axes[0].get_ylabel()
    assert ["control", "knockout"] == [label.get_text() for label in axes[0].get_xticklabels()]


def test_a_feature_that_is_not_there_is_told(matrix, samples):
    """Gene names differ between species and annotations."""
    with pytest.raises(UsageError, match="no feature 'STAT3'"):
        figures.grouped_values(matrix, samples, "STAT3", "Genotype")


def test_completeness_names_the_shares(odm):
    """Which samples lack which data is the first question of a joint analysis."""
    having = odm.completeness("GSF1146901")
    axes = figures.link_completeness(having).axes[0]

    assert (5, 8) == axes.images[0].get_array().shape
    assert "GSF1146930  4 of 8" in [label.get_text() for label in axes.get_yticklabels()]


def test_empty_frames_draw_empty_figures():
    """A study without data must not stop a notebook."""
    assert figures.expression_heatmap(pd.DataFrame()).axes
    assert figures.link_completeness(pd.DataFrame(index=["S1"])).axes
