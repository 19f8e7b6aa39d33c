"""What results look like in a notebook: readable, narrow enough, and nothing of a server's words runs."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import bionb
from bionb import showing
from bionb.frames import columns
from bionb.isatab import ISATab
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.odm.workflows.building import StudyBuild
from bionb.platforms.sevenbridges.rules.inputs import Inputs
from bionb.platforms.sodar.wire.investigation import Investigation
from bionb.platforms.sodar.workflows.replacing import Replacement
from bionb.platforms.torrentsuite.tables.report import RunReport
from bionb.platforms.torrentsuite.wire.catalogue import Schema
from tests.isatab.sets import small

ROOT = Path(bionb.__file__).parent
SCRIPT, ATTRIBUTE = "<script>alert(1)</script>", '"><img src=x onerror=1>'
NASTY = [SCRIPT, "$x$ and $$y$$", r"\(z\)", "a\u202eb\u2066c", ATTRIBUTE, "w" * 5000]
ALLOWED = {"div", "p", "b", "span", "code", "table", "thead", "tbody", "tr", "th", "td"}


class Tags(HTMLParser):
    """Which tags and attributes there are."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.texts.append(data)


def listing(name, texts):
    records = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    return Listing(name, lambda: Whole(lambda params, opens: Page(records)), columns("id text"))


def sheets(text):
    clean = text.replace('"', "").replace("\n", " ")
    table = f"Source Name\tSample Name\tCharacteristics[{clean}]\n{clean}\ts1\t{clean}\n"
    return ISATab(small() | {"s_small.txt": table.encode("utf-8")})


def investigation(text):
    assay = {"file_name": text, "sodar_uuid": text}
    study = {"file_name": text, "title": text, "assays": {"1": assay}}
    return Investigation({"project": "p", "sodar_uuid": "u", "title": text, "studies": {"1": study}})


def replacement(text):
    isa = ISATab(small())
    frame = isa["s_small.txt"].frame
    changes = isa.diff(isa.replace("s_small.txt", frame.assign(**{"Sample Name": text.replace('"', "")})))
    uuids = pd.DataFrame({"kept": [True]})
    return Replacement(changes, pd.DataFrame({"missing": [0], "added": [0]}), uuids, [], isa)


def build(text):
    made = StudyBuild({"study": text})
    made.note(text, text, detail=text)
    return made


SHOWN = {
    "listing": lambda text: listing(text, [text] * 12),
    "set": sheets,
    "table": lambda text: sheets(text)["s_small.txt"],
    "report": lambda text: RunReport({"id": 3, "resultsName": text, "status": text}, notes=[text]),
    "investigation": investigation,
    "replacement": replacement,
    "study build": build,
    "inputs": lambda text: Inputs({"inputs": [{"id": text, "type": "string", "label": text}]}),
    "schema": lambda text: Schema(text, {"fields": {text: {"type": text, "help_text": text}}}),
}


def test_everything_with_a_display_is_tried_here():
    """A new one is found by itself, so that none shows a server's words unescaped."""
    sources = [path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py"))]
    assert len(SHOWN) == sum(text.count("def _repr_html_") for text in sources)


@pytest.mark.parametrize("kind", SHOWN)
@pytest.mark.parametrize("text", NASTY, ids=["script", "formula", "tex", "direction", "attribute", "long"])
def test_no_text_runs_or_tears_a_display_apart(kind, text):
    """A project may be called anything, and everybody in a class opens it."""
    shown = SHOWN[kind](text)._repr_html_()
    seen = Tags(shown)

    assert seen.tags <= ALLOWED
    assert seen.attributes <= {"style", "class", "scope"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    assert 10 * showing.LONGEST_TITLE >= max(map(len, seen.texts))
    assert "mathjax_ignore" in shown[:200]
    assert 30_000 > len(shown)


@pytest.mark.parametrize("kind", SHOWN)
def test_the_plain_text_is_short_and_equal(kind):
    """It is what nbval compares, and what a shell shows."""
    made = [repr(SHOWN[kind]("a name")) for _ in range(2)]
    if kind == "schema":
        return  # a dict as it came
    assert made[0] == made[1]
    assert 200 > len(made[0])
    assert " at 0x" not in made[0]


def test_a_display_says_how_many_there_are_and_how_to_get_all():
    """The first rows alone would be taken for all."""
    shown = html.unescape(re.sub(r"<[^>]*>", " ", listing("projects", map(str, range(95)))._repr_html_()))
    assert "first 10 of 95" in shown
    assert "All of it: .to_frame()" in " ".join(shown.split())


def test_a_wide_table_is_cut_to_the_width_of_a_notebook():
    """Twelve columns of identifiers were three screens wide."""
    frame = pd.DataFrame({f"column {number}": ["x" * 30] for number in range(30)})
    shown = showing.table("wide", frame)

    assert 3 == shown.count("</td>")
    assert "and 27 more columns: column 3, column 4" in shown


def test_columns_that_say_nothing_make_room():
    """Most attributes of a study are empty, and the filled ones stood behind them."""
    shown = showing.table("t", pd.DataFrame({"empty": [None, None], "full": ["a", None]}))
    assert "empty</th>" not in shown
    assert "1 empty column left out" in shown


def test_one_column_is_shown_however_wide():
    """An empty table would say nothing at all."""
    shown = showing.table("t", pd.DataFrame({"n" * 300: ["v"]}))
    assert 1 == shown.count("</td>")


def test_numbers_stand_right_and_text_left():
    """As people read them."""
    shown = showing.table("t", pd.DataFrame({"name": ["a"], "size": pd.array([7], dtype="Int64")}))
    assert 2 == shown.count("text-align:left")
    assert 2 == shown.count("text-align:right")


def test_an_empty_listing_names_its_columns():
    """No rows is an answer, too."""
    assert "Columns: id, text" in listing("tasks", [])._repr_html_()


def test_a_set_lists_its_files():
    """What is in a set, at one look; a file that cannot be read is no reason to show nothing."""
    files = small()
    shown = ISATab(files)._repr_html_()
    assert all(name in shown for name in files)
    broken = "Source Name\tSample Name\n".encode("utf-16") + b"\x00"
    assert "cannot be read" in ISATab(files | {"s_small.txt": broken})._repr_html_()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.NaT, ""),
        (pd.NA, ""),
        (float("nan"), ""),
        (float("inf"), "inf"),
        (True, "True"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (pd.Timestamp("2026-01-31T10:00:30Z"), "2026-01-31 10:00"),
        (["a", None], "a, "),
    ],
)
def test_values_are_written_for_people(value, expected):
    """Missing ones are blank, times without seconds, numbers without noise."""
    assert expected == showing.text_of(value)
