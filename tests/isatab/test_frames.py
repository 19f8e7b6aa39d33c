import pytest

from tests.isatab.sets import BOTH_PATHS, investigation, isatab, small, table, tsv


def test_repeated_headers_are_told_apart():
    """ISA-Tab has a Term Source REF after each term; a frame needs one name a column."""
    columns = table(["Source Name", "Unit", "Unit", "Unit.1", ""]).columns

    assert ["Source Name", "Unit", "Unit.1", "Unit.1.1", "Unnamed"] == columns["key"].tolist()
    assert ["Source Name", "Unit", "Unit", "Unit.1", ""] == columns["header"].tolist()


def test_the_column_table_tells_role_and_owner():
    """Which value does the third Term Source REF belong to? Nobody should have to count."""
    columns = isatab(small())["s_small.txt"].columns

    assert ["name", "value", "unit", "term_source", "term_accession"] == columns["role"].tolist()[:5]
    assert [1, 2, 2] == columns["owner"].tolist()[2:5]
    assert [0, 0, 0, 0, 0, 1, 2, 2, 2] == columns["node"].tolist()
    assert ["age", "dose"] == columns["label"].dropna().tolist()


@pytest.mark.parametrize(
    ("header", "kind", "label"),
    [
        ("sample name", "Sample Name", None),
        ("Parameter value [Scan m/z range]", "Parameter Value", "Scan m/z range"),
        ("Characteristics[a[b]]", "Characteristics", "a[b]"),
        ("Free Induction Decay Data File", "Free Induction Decay Data File", None),
        ("Something else", "", None),
    ],
)
def test_headers_are_recognised_as_people_write_them(header, kind, label):
    """Most public sets would not open otherwise."""
    columns = table([header]).columns

    assert kind == columns["kind"][0]
    assert label == (None if columns["label"].isna()[0] else columns["label"][0])


def test_a_process_name_belongs_to_the_protocol_before_it():
    """The second name in a row is a process of its own, as AltamISA has it."""
    columns = table(["Sample Name", "Protocol REF", "Assay Name", "Scan Name", "Raw Data File"]).columns

    assert [0, 1, 1, 2, 3] == columns["node"].tolist()


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_samples_are_tidy(columnar_from):
    """One row a sample, one column a property, the unit where a reader looks for it."""
    frame = isatab(small(), columnar_from).samples(numbers=True)

    assert ["liver 1", "liver 2"] == frame["Sample Name"].tolist()
    assert [8, 9] == frame["age [week]"].tolist()
    assert [0.5, 1.5] == frame["dose [mg]"].tolist()
    assert ["s_small.txt"] * 2 == frame["study"].tolist()


def test_terms_come_on_request():
    """Accessions clutter a first look, and are needed for the second."""
    frame = isatab(small()).samples(terms=True)

    assert ["UO:34", "UO:34"] == frame["age [unit accession]"].tolist()


def test_several_units_stand_in_a_column():
    """Averaging days and weeks must not look possible."""
    header = ["Source Name", "Characteristics[age]", "Unit", "Sample Name"]
    files = {"s_x.txt": tsv(header, ["a", "1", "week", "x"], ["b", "7", "day", "y"])}
    frame = isatab(files).samples()

    assert ["week", "day"] == frame["age unit"].tolist()


def test_a_value_without_unit_gets_none():
    """Five of nothing is not five weeks."""
    header = ["Source Name", "Characteristics[age]", "Unit", "Sample Name"]
    rows = ["a", "1", "week", "x"], ["b", "5", "", "y"], ["c", "", "", "z"]
    frame = isatab({"s_x.txt": tsv(header, *rows)}).samples()

    assert ["week", "", ""] == frame["age unit"].tolist()
    assert "age [week]" not in frame


def test_a_label_that_reads_like_a_unit_is_kept():
    """No column may vanish behind another of the same readable name."""
    header = ["Source Name", "Characteristics[age]", "Unit", "Characteristics[age unit]", "Sample Name"]
    rows = ["a", "1", "week", "guess", "x"], ["b", "7", "day", "known", "y"]
    frame = isatab({"s_x.txt": tsv(header, *rows)}).samples()

    assert ["week", "day"] == frame["age unit"].tolist()
    assert ["guess", "known"] == frame["Characteristics[age unit]"].tolist()


def test_a_pooled_sample_is_one_row():
    """Rows that multiply silently are how wrong statistics are made."""
    header = ["Source Name", "Characteristics[sex]", "Sample Name"]
    rows = ["a", "f", "pool"], ["b", "f", "pool"], ["c", "m", "single"]
    isa = isatab({"s_x.txt": tsv(header, *rows)})

    assert ["a;b", "c"] == isa.samples()["Source Name"].tolist()
    assert ["f", "m"] == isa.samples()["sex"].tolist()
    assert ["a", "b", "c"] == isa.samples(pairs=True)["Source Name"].tolist()


def test_equal_labels_are_told_apart_by_their_owner():
    """The batch of a source is not the batch of a sample."""
    header = ["Source Name", "Characteristics[batch]", "Sample Name", "Characteristics[batch]"]
    frame = isatab({"s_x.txt": tsv(header, ["a", "1", "x", "2"])}).samples()

    assert ["1"] == frame["batch (Source Name)"].tolist()
    assert ["2"] == frame["batch (Sample Name)"].tolist()


@pytest.mark.parametrize("columnar_from", BOTH_PATHS)
def test_an_assay_has_the_properties_of_its_samples(columnar_from):
    """Joined on Sample Name; three rows stay three."""
    frame = isatab(small(), columnar_from).assay("a_small.txt", numbers=True)

    assert [8, 9, 9] == frame["age [week]"].tolist()
    assert [10, 10, 20] == frame["gain"].tolist()
    assert [True] * 3 == frame["sample_in_study"].tolist()


def test_a_sample_that_the_study_does_not_know_is_reported():
    """Dropping it, as an inner join would, hides the mistake."""
    isa = isatab(small(a_small__txt=tsv(["Sample Name"], ["liver 1"], ["kidney"])))
    frame = isa.assay("a_small.txt")

    assert [True, False] == frame["sample_in_study"].tolist()
    assert ["8", ""] == frame["age [week]"].tolist()


def test_names_that_look_like_numbers_stay_text():
    """Sample 007 is not sample 7."""
    frame = isatab({"s_x.txt": tsv(["Source Name", "Sample Name"], ["007", "1e"])}).samples(numbers=True)

    assert ["007"] == frame["Source Name"].tolist()


def test_the_investigation_is_a_frame_a_section():
    """What SODAR asks for first: which studies, which files."""
    frames = isatab(small()).investigation

    assert ["S1"] == frames["studies"]["study"].tolist()
    assert ["s_small.txt"] == frames["studies"]["Study File Name"].tolist()
    assert ["a_small.txt"] == frames["assays"]["Study Assay File Name"].tolist()
    assert ["collection", "measurement"] == frames["protocols"]["Study Protocol Name"].tolist()
    assert [["measurement", "gain"]] == frames["parameters"].iloc[:, 2:4].to_numpy().tolist()


def test_an_empty_section_has_its_columns():
    """Code for a full set must not fail on an empty one."""
    frames = isatab({"i_x.txt": investigation()}).investigation

    assert (0, 7) == frames["factors"].shape[:1] + (len(frames["factors"].columns),)
    assert "Study Factor Name" in frames["factors"].columns


def test_studies_without_samples_have_an_empty_frame():
    """So does a set without studies."""
    assert ["study", "Sample Name"] == isatab({"i_x.txt": b""}).samples().columns.tolist()
    assert 0 == len(isatab({"s_x.txt": tsv(["Source Name"], ["a"])}).samples())


def test_two_studies_are_stacked():
    """What one study does not say is empty text, not NaN."""
    first = tsv(["Source Name", "Characteristics[a]", "Sample Name"], ["1", "2", "3"])
    second = tsv(["Source Name", "Characteristics[b]", "Sample Name"], ["4", "5", "6"])
    frame = isatab({"s_1.txt": first, "s_2.txt": second}).samples()

    assert ["2", ""] == frame["a"].tolist()
    assert ["", "5"] == frame["b"].tolist()


def test_a_set_says_what_it_holds():
    """The first thing shown in a notebook."""
    assert "<ISATab: 1 investigation file, 1 study file, 1 assay file>" == repr(isatab(small()))
    assert "<study table s_small.txt: 2 rows x 9 columns>" == repr(isatab(small())["s_small.txt"])


def test_a_factor_that_the_assay_leaves_empty_comes_from_the_study():
    """Factors may stand in study, assay or both; an empty cell must not hide what the study knows."""
    study = tsv(["Source Name", "Sample Name", "Factor Value[diet]"], ["mouse 1", "liver 1", "high fat"])
    assay = tsv(
        ["Sample Name", "Factor Value[diet]", "Extract Name"], ["liver 1", "", "e1"], ["liver 1", "standard", "e2"]
    )
    frame = isatab(small(s_small__txt=study, a_small__txt=assay)).assay("a_small.txt")

    assert ["high fat", "standard"] == frame["diet"].tolist()
