"""Every figure of the package, measured: letters to read from the last row, nothing on another, words for all."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from nbclient import NotebookClient

import bionb
from bionb import drawing
from bionb.describing import LONGEST, alt_text
from bionb.isatab import plots
from bionb.platforms.odm.tables import figures as odm
from bionb.platforms.sevenbridges.tables import figures as bridges
from bionb.platforms.torrentsuite.tables import figures as torrent
from bionb.platforms.torrentsuite.tables import trends
from tests.test_drawing import DRAWN, factor_set, tasks

OVERLAP = 2  # pixels that boxes of two texts may share: a box has room around its letters


@pytest.fixture(autouse=True)
def _no_screen():
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def clients():
    """One client a platform, on sandboxes with the data of the lessons."""
    return {name: bionb.connect(name, sandbox=True) for name in bionb.platforms()}


def sheets(clients):
    return clients["sodar"].export_sheets(clients["sodar"].projects()[1])


def frame_of(clients):
    samples = clients["odm"].samples().to_frame()
    return samples.dropna(axis="columns", how="all")


def numbers(rows, columns):
    values = np.arange(rows * columns).reshape(rows, columns) % 7.0
    return pd.DataFrame(values, [f"gene {n}" for n in range(rows)], [f"sample {n}" for n in range(columns)])


REAL = {
    "graph of a sample": lambda of: plots.graph(sheets(of), sheets(of).samples()["Sample Name"][0]),
    "graph of a set": lambda of: plots.graph(factor_set()),
    "stages": lambda of: plots.stages(sheets(of)),
    "factors": lambda of: plots.factors(sheets(of)),
    "overview": lambda of: odm.sample_overview(frame_of(of), frame_of(of).columns[1], frame_of(of).columns[2]),
    "heat map, small": lambda of: odm.expression_heatmap(numbers(5, 4), label="expression (TPM)"),
    "heat map, large": lambda of: odm.expression_heatmap(numbers(90, 120), label="expression (TPM)"),
    "links": lambda of: odm.link_completeness(numbers(80, 4) > 2),
    "model": lambda of: odm.data_model(),
    "durations": lambda of: bridges.task_durations(of["sevenbridges"].tasks().to_frame()),
    "states": lambda of: bridges.task_states(of["sevenbridges"].tasks().to_frame()),
    "one state": lambda of: bridges.task_states(tasks().assign(status="COMPLETED")),
    "report 3": lambda of: of["torrentsuite"].run_report(3).plot(),
    "report 5": lambda of: of["torrentsuite"].run_report(5).plot(),
    "reports": lambda of: torrent.aligned_reads(
        pd.concat([of["torrentsuite"].run_report(number).summary for number in (3, 4, 5)])
    ),
    "trend": lambda of: torrent.run_trend(of["torrentsuite"].runs().to_frame()),
    "project": lambda of: trends.report_trend(of["torrentsuite"].project_reports(2).to_frame()),
    "plugins": lambda of: torrent.plugin_matrix(of["torrentsuite"].plugin_results().to_frame()),
}
NO_REPORT = "report_figure"  # of eighteen stages, checks and qualities with names of 500 letters; real ones have six
ALL = {**{name: lambda of, draw=draw: draw() for name, draw in DRAWN.items() if NO_REPORT not in name}, **REAL}


def figure_of(drawn):
    figure = drawing._figure_of(drawn)
    figure.canvas.draw()
    return figure


def texts(figure):
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    renderer = figure.canvas.get_renderer()
    hidden = {
        id(t)
        for axes in figure.axes
        if not axes.axison
        for axis in (axes.xaxis, axes.yaxis)
        for t in axis.findobj(Text)
    }
    shown = [text for text in found if id(text) not in hidden]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            outside = [t for t in ticks if not low - 1e-9 <= t.get_loc() <= high + 1e-9]
            gone = {id(each) for tick in outside for each in (tick.label1, tick.label2)}
            shown = [text for text in shown if id(text) not in gone]
    return [(text, text.get_window_extent(renderer)) for text in shown]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
def test_a_figure_can_be_shown_in_a_lecture(name, clients):
    """At the size shown: 9 points at least, no text on another, no wider than a notebook, described in words."""
    figure = figure_of(ALL[name](clients))
    found = texts(figure)
    boxes = [(text.get_text(), box) for text, box in found]
    on_each_other = [
        (one, other)
        for (one, box), (other, second) in itertools.combinations(boxes, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > OVERLAP
        and min(box.y1, second.y1) - max(box.y0, second.y0) > OVERLAP
    ]
    width = figure.get_tightbbox().width

    assert [] == [text.get_text() for text, _ in found if text.get_fontsize() < drawing.SMALLEST]
    assert [] == on_each_other
    assert drawing.WIDEST + 0.3 >= width
    assert 20 < len(alt_text(figure)) <= LONGEST


def test_a_notebook_gets_the_description_with_the_picture(clients):
    """It is the image's alt text there, and in the saved file."""
    figure = figure_of(REAL["states"](clients))
    formatter = DisplayFormatter()
    formatter.formatters["image/png"].for_type(plt.Figure, lambda each: b"png")
    data, metadata = formatter.format(figure)

    assert b"png" == data["image/png"]
    assert metadata["image/png"]["alt"].startswith("Tasks by state. Bars, tasks (count): COMPLETED 1")


def test_a_lone_bar_is_no_thicker_than_others(clients):
    """A factor that is the same for all filled a panel with one bar."""
    one = REAL["one state"](clients)
    height = one.patches[0].get_window_extent().height / one.figure.dpi
    assert 0.1 < height < 0.4


def test_a_constant_factor_is_said_and_not_drawn():
    """Forty samples of one strain are a sentence."""
    from bionb.isatab import ISATab
    from tests.isatab.sets import small

    rows = "".join(f"m{n}\ts{n}\twild type\t{n}\n" for n in range(4))
    table = f"Source Name\tSample Name\tFactor Value[strain]\tFactor Value[dose]\n{rows}"
    drawn = plots.factors(ISATab(small() | {"s_small.txt": table.encode()}))

    assert ["dose"] == [axes.get_title() for axes in drawn]
    assert "strain" in drawn[0].figure.get_supxlabel()


def test_a_report_has_no_panel_for_one_bar(clients):
    """What is one number stands in the title."""
    figure = REAL["report 3"](clients)
    assert 4 == len(figure.axes)
    assert "reads" in figure.get_suptitle()


def test_every_figure_of_a_notebook_is_shown():
    """The first one loads the notebook's backend; a style that forgot what that had set hid all later ones."""
    draw = "from bionb.platforms.odm.tables import figures\nfigures.data_model().suptitle('model')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(draw) for _ in range(2)])
    NotebookClient(notebook, kernel_name="python3").execute()

    shown = [output for cell in notebook.cells for output in cell.outputs if "image/png" in output.data]
    assert 2 == len(shown)
    assert all(output.metadata["image/png"]["alt"].startswith("model. is linked to.") for output in shown)


def test_axes_of_a_users_own_style_keep_their_colours():
    """White letters on a dark slide stay white."""
    with plt.style.context("dark_background"):
        axes = bridges.task_states(pd.DataFrame({"status": ["COMPLETED"]}), ax=plt.subplots()[1])

    assert to_rgb("white") == to_rgb(axes.title.get_color())
    assert to_rgb("black") == to_rgb(axes.get_facecolor())


# Machado, Oliveira and Fernandes (2009): what people without one kind of cones see, in linear light.
SIGHT = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def seen(colour, sight):
    """A colour as lightness and two hues (CIELAB), as people of one kind of sight see it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.array(TO_XYZ) @ np.clip(np.array(sight) @ linear, 0, 1) / [0.9505, 1.0, 1.089]
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


@pytest.mark.parametrize("sight", SIGHT)
def test_the_colours_differ_for_everyone(sight):
    """One man in twelve sees red and green alike."""
    found = [
        float(np.linalg.norm(seen(one, SIGHT[sight]) - seen(other, SIGHT[sight])))
        for one, other in itertools.combinations(drawing.PALETTE, 2)
    ]
    assert 10 < min(found)


def test_a_figure_brings_its_own_ground():
    """Dark letters on nothing can't be read in a dark notebook."""
    with plt.style.context("dark_background"):
        axes = DRAWN["platforms.sevenbridges.tables.figures.task_states"]()

    assert to_rgb("white") == to_rgb(axes.figure.get_facecolor()) == to_rgb(axes.get_facecolor())
    assert to_rgb(drawing.INK) == to_rgb(axes.title.get_color())
