"""Odd but legal, or at least common: what sheets look like outside of textbooks."""

import pytest

from tests.isatab.sets import BOTH_PATHS, isatab, small, table, tsv


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_parameter_of_two_protocols_is_told_apart(columnar_from):
    """Temperature of extraction and of storage."""
    header = ["Sample Name", *["Protocol REF", "Parameter Value[temperature]"] * 2, "Raw Data File"]
    files = {"a_x.txt": tsv(header, ["s", "extraction", "20", "storage", "-80", "f"])}
    frame = isatab(files, columnar_from).assay("a_x.txt")

    assert ["20"] == frame["temperature (extraction)"].tolist()
    assert ["-80"] == frame["temperature (storage)"].tolist()


def test_equal_properties_of_one_protocol_keep_their_keys():
    """If nothing else tells them apart, the raw table does."""
    header = ["Sample Name", "Protocol REF", *["Parameter Value[x]"] * 2, "Raw Data File"]
    frame = isatab({"a_x.txt": tsv(header, ["s", "p", "1", "2", "f"])}).assay("a_x.txt")

    assert {"Parameter Value[x]", "Parameter Value[x].1"} <= set(frame.columns)


def test_a_unit_after_a_term_belongs_to_the_value():
    """And a term after the unit to the unit."""
    term = ["Term Source REF", "Term Accession Number"]
    columns = table(["Source Name", "Characteristics[x]", *term, "Unit", *term]).columns

    assert [1, 1, 1, 4, 4] == columns["owner"].tolist()[2:]


def test_columns_before_the_first_node_belong_to_none():
    """A comment in front of everything."""
    columns = table(["Comment[x]", "Source Name"]).columns

    assert columns["node"].isna().tolist() == [True, False]


def test_terms_of_an_empty_value_are_incomplete():
    """An accession without a name."""
    header = ["Source Name", "Characteristics[x]", "Term Source REF", "Term Accession Number", "Sample Name"]
    found = isatab(small(s_small__txt=tsv(header, ["m", "", "UO", "UO:1", "liver 1"]))).check()

    assert 1 == found["message"].str.startswith("Incomplete ontology term reference").sum()


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_name_in_two_columns_is_two_nodes(columnar_from):
    """An extract called as its sample is not that sample."""
    header = ["Sample Name", "Protocol REF", "Extract Name"]
    nodes = isatab({"a_x.txt": tsv(header, ["x", "p", "x"])}, columnar_from).nodes()

    assert ["S1-sample-x", "S1-A1-p-2-1", "S1-A1-x-COL3"] == nodes["id"].tolist()


def test_unnamed_nodes_between_equal_neighbours_are_one():
    """As AltamISA has it; the first node of a row is always its own."""
    header = ["Sample Name", "Extract Name", "Raw Data File"]
    nodes = isatab({"a_x.txt": tsv(header, ["s", "", "f"], ["s", "", "f"], ["s", "", "g"])}).nodes()

    assert 2 == (nodes["type"] == "Extract Name").sum()
    assert [False, False] == nodes.loc[nodes["type"] == "Extract Name", "named"].tolist()


@pytest.mark.parametrize("name", ["a_b c.txt", "a_\xe4\u03b1.txt", "sub folder/a_x.txt"])
def test_file_names_are_taken_as_they_are(tmp_path, name):
    """Blanks, letters beyond ASCII, sub-folders."""
    files = small()
    files[name] = files.pop("a_small.txt")
    files["i_small.txt"] = files["i_small.txt"].replace(b"a_small.txt", name.encode())
    isa = isatab(files)
    again = isatab(isa.files)

    assert [name] == isa.assays == again.assays
    assert isa.accepted()
    assert files[name] == (isa.write(tmp_path / "set") / name).read_bytes()


def test_a_path_of_an_investigation_is_found_by_its_base_name():
    """SODAR looks at nothing else."""
    files = small()
    files["tables/a_small.txt"] = files.pop("a_small.txt")

    assert ["tables/a_small.txt"] == isatab(files).assays
    assert isatab(files).accepted()


def test_two_studies_have_ids_of_their_own():
    """S2-A1 is the first assay of the second study."""
    first, second = small()["i_small.txt"].decode(), small()["i_small.txt"].decode()
    second = second[second.index("STUDY\n") :].replace("_small.txt", "_two.txt").replace("\tsmall\n", "\ttwo\n")
    files = small() | {
        "i_small.txt": (first + second).encode(),
        "s_two.txt": small()["s_small.txt"],
        "a_two.txt": small()["a_small.txt"],
    }
    isa = isatab(files)

    assert ["s_small.txt", "s_two.txt"] == isa.studies
    assert "S2-A1-run1.raw-COL5" in isa.nodes("a_two.txt")["id"].tolist()
    assert ["S1", "S2"] == isa.investigation["studies"]["study"].tolist()
    assert 4 == len(isa.samples())


def test_an_investigation_without_studies_opens():
    """A skeleton that somebody will fill."""
    text = small()["i_small.txt"].decode()
    isa = isatab({"i_small.txt": text[: text.index("STUDY\n")].encode()})

    assert [] == isa.studies
    assert not isa.accepted()
    assert "the set holds no study or assay table" in isa.check()["message"].tolist()


def test_rows_in_any_order_stay_so():
    """AltamISA's writer sorts them by sample; we do not."""
    header = ["Sample Name", "Raw Data File"]
    isa = isatab({"a_x.txt": tsv(header, ["b", "1"], ["a", "2"], ["b", "3"])})

    assert ["1", "2", "3"] == isa.assay("a_x.txt")["Raw Data File"].tolist()
    assert isa == isa.replace("a_x.txt", isa["a_x.txt"].frame)


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_a_nul_byte_is_a_character(columnar_from):
    """Found once in the wild; no reason to stop."""
    assert ["a\0b"] == isatab({"s_x.txt": b"Source Name\na\0b\n"}, columnar_from)["s_x.txt"].frame[
        "Source Name"
    ].tolist()


@pytest.mark.parametrize("twice", ["Characteristics[x]", "Unit"])
def test_a_column_that_a_node_has_twice_is_an_error(twice):
    """AltamISA stops at it; the table opens all the same, with both columns."""
    header = ["Source Name", "Characteristics[x]", twice, twice, "Sample Name"]
    isa = isatab(small(s_small__txt=tsv(header, ["m", "1", "2", "3", "liver 1"])))
    found = isa.check()

    assert ["2", "3"] == isa["s_small.txt"].frame.iloc[0, 2:4].tolist()
    assert ["s_small.txt"] == found.loc[found["level"] == "error", "file"].tolist()


def test_what_a_file_is_follows_the_edited_investigation():
    """Names need not begin with s_ or a_; the investigation says which is which."""
    files = small()
    files["mice.txt"] = files["s_small.txt"]
    isa = isatab(files)
    assert "assay" == isa["mice.txt"].kind
    frame = isa.investigation["studies"].assign(**{"Study File Name": "mice.txt"})
    edited = isa.replace("studies", frame)

    assert "study" == edited["mice.txt"].kind
    assert ["mice.txt", "s_small.txt"] == edited.studies
