import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionb.isatab import ISATab
from tests.isatab.altamisa_oracle import readable, rows_written
from tests.isatab.sets import BOTH_PATHS, COLUMNAR, PLAIN, REENCODINGS, isatab, small, tsv

POOL = tsv(
    ["Sample Name", "Protocol REF", "Extract Name", "Protocol REF", "Raw Data File"],
    *([f"s{i}", "extraction", "pool", "measurement", f"{i}.raw"] for i in range(4)),
)


def graph_frames(isa, name):
    return isa.nodes(name), isa.edges(name), isa.annotations(name)


def ids_of(isa, name):
    return isa.ids[name]


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_nodes_and_edges_are_those_of_altamisa(real_sets, columnar_from):
    """Same ids, same order, wherever AltamISA reads the file: so the two can be compared node by node."""
    compared = 0
    for files in real_sets.values():
        isa = ISATab(files, columnar_from=columnar_from)
        for name in [*isa.studies, *isa.assays]:
            model = readable(files[name], *ids_of(isa, name), name)
            if model is None:
                continue
            nodes, edges = isa.nodes(name), isa.edges(name)
            assert {*model.materials, *model.processes} == set(nodes["id"])
            assert len(model.materials) + len(model.processes) == len(nodes)
            assert [(arc.tail, arc.head) for arc in model.arcs] == list(
                edges[["source", "target"]].itertuples(index=False, name=None)
            )
            compared += 1

    assert 100 < compared


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_expansion_counts_the_rows_that_altamisa_writes(real_sets, columnar_from):
    """Without writing them: MTBLS1892 would have 5,329 rows for its 73."""
    compared = 0
    for files in real_sets.values():
        isa = ISATab(files, columnar_from=columnar_from)
        expected = isa.expansion().set_index("file")["rows_after"]
        for name in [*isa.studies, *isa.assays]:
            model = readable(files[name], *ids_of(isa, name), name)
            if model is None or len(isa[name]) > 500:  # AltamISA's writer is quadratic
                continue
            after = None if pd.isna(expected[name]) else expected[name]
            assert rows_written(model) == after
            compared += 1

    assert 95 < compared


@pytest.mark.parametrize("encoding", REENCODINGS)
def test_both_paths_give_equal_frames(real_sets, encoding):
    """All tables of all real sets, written in seven ways: the threshold must never show."""
    for files in real_sets.values():
        names = [name for name in files if name.split("/")[-1].startswith(("s_", "a_"))]
        files = files | {name: REENCODINGS[encoding](files[name]) for name in names}
        plain, columnar = (ISATab(files, columnar_from=path) for path in (PLAIN, COLUMNAR))
        for name in names:
            assert plain[name].frame.equals(columnar[name].frame)
            assert plain[name].text == columnar[name].text
            for one, other in zip(graph_frames(plain, name), graph_frames(columnar, name), strict=True):
                assert one.equals(other)
        assert plain.expansion().equals(columnar.expansion())


HEADERS = [
    *("Source Name", "Sample Name", "Extract Name", "Protocol REF", "Assay Name", "Scan Name"),
    *("Raw Data File", "Parameter Value[p]", "Characteristics[c]", "Unit", "Term Source REF"),
]


@st.composite
def tables(draw):
    header = draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=7))
    width = st.integers(len(header) - 1, len(header) + 1)
    cell = st.sampled_from(["", "a", "b", "a ", "c"])
    rows = draw(st.lists(width.flatmap(lambda n: st.lists(cell, min_size=n, max_size=n)), max_size=6))
    return tsv(header, *rows)


@given(tables())
def test_both_paths_agree_on_any_table(data):
    """Unnamed nodes, blanks around names, ragged rows, shared samples."""
    plain, columnar = (isatab({"a_x.txt": data}, path) for path in (PLAIN, COLUMNAR))

    assert plain["a_x.txt"].frame.equals(columnar["a_x.txt"].frame)
    for one, other in zip(graph_frames(plain, "a_x.txt"), graph_frames(columnar, "a_x.txt"), strict=True):
        assert one.equals(other)
    assert plain.expansion().equals(columnar.expansion())
    assert plain.samples().equals(columnar.samples())
    assert plain.assay("a_x.txt").equals(columnar.assay("a_x.txt"))


@given(tables())
def test_any_table_that_altamisa_reads_has_its_graph(data):
    """Also where no real set goes."""
    isa = isatab({"a_x.txt": data}, COLUMNAR)
    model = readable(data, *ids_of(isa, "a_x.txt"), "a_x.txt")
    if model is not None:
        edges = isa.edges("a_x.txt")
        assert {*model.materials, *model.processes} == set(isa.nodes("a_x.txt")["id"])
        assert [(arc.tail, arc.head) for arc in model.arcs] == list(
            edges[["source", "target"]].itertuples(index=False, name=None)
        )
        after = isa.expansion()["rows_after"][0]
        assert rows_written(model) in (None, None if pd.isna(after) else after)


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_pool_is_combined_with_itself(columnar_from):
    """Four samples in one pool, four files from it: sixteen rows in SODAR's export."""
    expansion = isatab({"a_x.txt": POOL}, columnar_from).expansion().iloc[0]

    assert [4, 16] == [expansion["rows"], expansion["rows_after"]]
    assert "4 rows become 16: rows that share Extract Name 'pool' are combined with each other" == expansion["message"]


def test_lost_lines_are_told():
    """Comments do not survive AltamISA."""
    expansion = isatab({"s_x.txt": b"Source Name\tSample Name\n#c\na\tb\n\n"}).expansion().iloc[0]

    assert [1, 1, 2] == expansion[["rows", "rows_after", "skipped_lines"]].tolist()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (tsv(["Source Name", "Sample Name"]), "without rows"),
        (tsv(["Sample Name"], ["a"]), "without Source Name"),
        (tsv(["Source Name", "Sample Name", "Sample Name"], ["a", "x", "x"]), "leads back to itself"),
    ],
)
def test_tables_that_cannot_be_written_are_told(data, message):
    """AltamISA ends in an IndexError or in endless recursion."""
    expansion = isatab({"s_x.txt": data}).expansion().iloc[0]

    assert pd.isna(expansion["rows_after"])
    assert message in expansion["message"]


def test_a_huge_expansion_is_only_counted():
    """Ten pools in a row: two to the power of ten, not a memory error."""
    header = ["Sample Name", *["Protocol REF", "Extract Name"] * 60]
    rows = [["s", *[cell for level in range(60) for cell in ("p", f"{level}-{side}")]] for side in "ab"]
    rows += [["s", *[cell for level in range(60) for cell in ("p", f"{level}-{'ab'[level % 2]}")]]]
    rows += [["s", *[cell for level in range(60) for cell in ("p", f"{level}-{'ba'[level % 2]}")]]]

    assert 2**60 == isatab({"a_x.txt": tsv(header, *rows)}).expansion()["rows_after"][0]


def test_annotations_are_in_long_form():
    """One row a filled value, with unit and term beside it."""
    frame = isatab(small()).annotations("s_small.txt")
    first = frame[frame["label"] == "age"].iloc[0]

    assert ["S1-source-mouse 1", "8", "week", "UO", "UO:34"] == first[
        ["node", "value", "unit", "unit_term_source", "unit_accession"]
    ].tolist()
    assert ["age", "age", "dose", "dose"] == frame["label"].tolist()


def test_all_tables_come_together():
    """A sample has one id in study and assay: edges of both make one graph."""
    isa = isatab(small())
    nodes = isa.nodes()

    assert ["s_small.txt", "a_small.txt"] == nodes[nodes["id"] == "S1-sample-liver 2"]["file"].tolist()
    assert len(isa.edges("s_small.txt")) + len(isa.edges("a_small.txt")) == len(isa.edges())
    assert {"material", "process", "data"} == set(nodes["kind"])


def test_empty_sets_have_empty_frames_of_the_same_form():
    """Code for a full set must not fail on an empty one."""
    isa, empty = isatab(small()), isatab({"i_x.txt": b""})

    for frame, other in zip(graph_frames(isa, None), graph_frames(empty, None), strict=True):
        assert frame.dtypes.equals(other.dtypes)
