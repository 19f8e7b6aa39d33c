"""Files: read, write and check metadata sheets and GCT, and see their faults before the upload."""

import gzip
import logging
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionb.errors import FileFailed, InvalidInput, InvalidSheet, JobFailed, UsageError
from bionb.platforms.odm.rules.checking import check_file
from bionb.platforms.odm.rules.gct import GctWarning, check_gct, read_gct, write_gct
from bionb.platforms.odm.rules.sheets import WARNING, check_sheet, read_sheet, write_sheet
from tests.platforms.odm.conftest import DATA, LIVER, sent
from tests.servers import Answer, Server

GCT = b"#1.2\n2\t2\nNAME\tDescription\tS1\tS2\nStat3\tgene\t1.5\t\nCd8a\t\tNaN\t-Inf\n"
SYNTHETIC = "synthetic-gse60871"


def texts(findings):
    return [str(each) for each in findings]


# -- sheets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "name", "kind", "rows"),
    [
        (SYNTHETIC, "study.tsv", "study", 1),
        (SYNTHETIC, "samples.tsv", "samples", 12),
        (SYNTHETIC, "expression.gct.tsv", "metadata", 1),
        ("vendor-mit/study-samples-libraries-omics", "Test.samples.tsv", "samples", 4),
        ("vendor-mit/study-samples-libraries-omics", "Test.libraries.tsv", "libraries", None),
        ("vendor-mit/study-samples-libraries-omics", "Test.preparations.tsv", "preparations", None),
        ("vendor-mit/study-samples-omics", "Test.study.tsv", "study", 1),
    ],
)
def test_good_files_pass_and_are_read_whole(examples, folder, name, kind, rows):
    """The vendor's own examples must not be refused by a check that is stricter than the server."""
    file = examples / folder / name
    frame = read_sheet(file)

    assert [] == check_sheet(file, kind)
    assert rows is None or rows == len(frame)
    assert file.read_text("utf-8").splitlines()[0].split("\t") == frame.columns.tolist()


def test_lists_and_doubled_bars_are_read(examples):
    """One cell may hold several files; a doubled bar is a bar."""
    assert ["raw_SYN01_1.CEL", "raw_SYN01_2.CEL"] == read_sheet(examples / SYNTHETIC / "samples.tsv")[
        "Data Files / Raw"
    ][0]
    assert [["a", "b|c"], None, "d"] == read_sheet(b"x\ty\tz\na|b||c\t \td\n").iloc[0].tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad_samples_no_key.tsv", "line 1: the column Sample Source ID is missing"),
        ("bad_samples_duplicate_header.tsv", "line 1: the attribute 'Sex' stands 2 times in the header"),
    ],
)
def test_a_broken_sheet_is_not_uploaded(sandbox, odm, examples, name, expected):
    """The error shows here with its line, not in a failed job."""
    with pytest.raises(InvalidInput, match=expected) as caught:
        odm.import_samples(examples / SYNTHETIC / name)

    assert "error" == caught.value.findings[0]["level"]
    assert [] == sent(sandbox)


@pytest.mark.parametrize(("name", "reason"), [("no_key", "Required attributes"), ("duplicate_header", "not unique")])
def test_the_server_refuses_what_the_check_refuses(odm, served, clock, name, reason):
    """By a link, the same files fail in the job: the check is no stricter than the server."""
    with pytest.raises(JobFailed, match=reason):
        odm.wait_job(odm.import_samples(served(f"{SYNTHETIC}/bad_samples_{name}.tsv")))


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "samples", "the file is empty"),
        (b"Sample Source\tSample Source ID\n", "samples", "no record below the header"),
        (b"Sample Source\tSample Source ID\nx\t\n", "samples", "line 2: Sample Source ID is empty"),
        (b"a\t\nx\ty\n", "study", "column 2 has no name"),
        (b"a\nx\ny\n", "study", "exactly one record, not 2"),
        (b"a\nx\ty\n", "study", "line 2: 2 cells, but the header has 1"),
        (b"Library ID\tSample Source ID\nL\tS\nL\tS\n", "libraries", "Library ID L stands 2 times"),
        (b"Sample Source\tSample Source ID\nx\tS\ny\tS\n", "samples", "Sample Source ID S stands 2 times"),
        (b"barcode\nB1\n", "cells", "the column batch is missing"),
        (b"x" * 300 + b"\ny\n", "study", "longer than 255"),
        ("Größe\nx\n".encode("latin-1"), "study", "no UTF-8 text"),
    ],
)
def test_every_fault_of_a_sheet_is_named(content, kind, expected):
    """Each with its line and what would be right."""
    assert [each for each in texts(check_sheet(content, kind)) if expected in each]


cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1),
    st.lists(st.sampled_from(["a", "b|c", "d e"]), min_size=2, max_size=3),
)


@given(st.lists(st.tuples(st.just("S"), cells), min_size=1, max_size=4))
def test_what_is_written_is_read_again(rows):
    """Lists, bars, missing values: nothing is lost between frame and file."""
    frame = pd.DataFrame(rows, columns=["Sample Source", "Data Files / Raw"], dtype=object)
    again = read_sheet(write_sheet(frame))

    assert frame.astype(object).where(frame.notna(), None).values.tolist() == again.values.tolist()


def test_a_cell_that_the_format_cannot_hold_is_refused(tmp_path):
    """A tab inside a value would shift all that follow."""
    with pytest.raises(InvalidSheet, match="Line 2 holds a tab"):
        write_sheet(pd.DataFrame({"a": ["x\ty"]}))
    with pytest.raises(InvalidSheet, match="'a' stands 2 times"):
        write_sheet(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    write_sheet(pd.DataFrame({"a": ["x"]}), tmp_path / "sheet.tsv")
    assert b"a\r\nx\r\n" == (tmp_path / "sheet.tsv").read_bytes()


def test_packed_files_and_both_line_ends_are_read(tmp_path):
    """The server unpacks .gz and .zip, and takes both line ends."""
    content = b"Sample Source\tSample Source ID\r\nx\tS1\r\n"
    (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "a.tsv.zip", "w") as archive:
        archive.writestr("a.tsv", content)

    for name in ("a.tsv.gz", "a.tsv.zip"):
        assert [["x", "S1"]] == read_sheet(tmp_path / name).values.tolist()


# -- GCT ------------------------------------------------------------------------------------------------------------


def test_gct_becomes_numbers_and_nothing_else(examples):
    """Empty and NaN are missing, infinity stays infinite, the description is text."""
    frame = read_gct(GCT)

    assert ("NAME", ["Stat3", "Cd8a"]) == (frame.index.name, frame.index.tolist())
    assert ["Description", "S1", "S2"] == frame.columns.tolist()
    assert np.isnan(frame.loc["Stat3", "S2"])
    assert -np.inf == frame.loc["Cd8a", "S2"]
    assert (8, 13) == read_gct(examples / SYNTHETIC / "expression.gct").shape


def test_wrong_counts_warn_but_do_not_kill(examples):
    """An official example breaks its own count: what the server takes must be read."""
    official = examples / "vendor-mit" / "study-samples-omics" / "Test.expression.gct"
    with pytest.warns(GctWarning, match="line 2: announces 3 rows and 3 columns, but there are 2 and 3"):
        assert (2, 4) == read_gct(official).shape
    with pytest.warns(GctWarning, match="announces 9 rows"):
        read_gct(examples / SYNTHETIC / "bad_counts.gct")


def test_wrong_counts_are_told_before_an_upload(odm, examples, caplog):
    """A warning is shown, and the file goes on its way."""
    caplog.set_level(logging.WARNING, "bionb")
    job = odm.wait_job(odm.import_expression(examples / SYNTHETIC / "bad_counts.gct"))

    assert "bad_counts.gct: line 2: announces 9 rows" in caplog.text
    assert job.result["warnings"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "line 1: must be #1.2"),
        (GCT.replace(b"#1.2", b"#1.3"), "ODM takes no other GCT"),
        (GCT.replace(b"NAME", b"Gene"), "line 3: must begin with NAME and Description"),
        (GCT.replace(b"S2", b"S1"), "line 3: the sample S1 stands 2 times"),
        (GCT.replace(b"S2", b"S 2"), "'S 2' holds white space"),
        (GCT.replace(b"1.5", b"high"), "line 4: 'high' is no number"),
        (GCT.replace(b"-Inf", b"1\t2\t3"), "line 5: has 4 values for 2 samples"),
        (GCT.replace(b"Cd8a", b"Stat3"), "the feature Stat3 stands 2 times"),
        (b"#1.2\n0\t0\nNAME\tDescription\n", "at least one row"),
    ],
)
def test_every_fault_of_a_gct_file_is_named(content, expected):
    """Each with its line."""
    assert [each for each in texts(check_gct(content)) if expected in each]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (GCT.replace(b"\t-Inf", b""), "line 5: is shorter than the header: 1 values for 2 samples"),
        (GCT.replace(b"\t\tNaN\t-Inf", b""), "line 5: is shorter"),
        (GCT.replace(b"\tS1", b"\t"), "line 3: column 3 has no name"),
        (GCT.replace(b"S1", b"Description"), "cannot be called Description"),
        (GCT.replace(b"1.5", b"1_000"), "line 4: '1_000' is no number"),
        (GCT.replace(b"1.5", "１２".encode()), "line 4: '１２' is no number"),
        (GCT.replace(b"1.5", "١٢".encode()), "is no number"),
        (GCT.replace(b"1.5", b"0x10"), "is no number"),
        (GCT.replace(b"1.5", b"1,5"), "is no number"),
        (GCT.replace(b"1.5", b"1 5"), "is no number"),
        (GCT.decode().encode("utf-16"), "UTF-16"),
    ],
)
def test_what_would_shift_or_mislead_is_found(content, expected):
    """A value under the name of another sample is the worst that a reader can do."""
    assert [each for each in texts(check_gct(content)) if expected in each]
    if "UTF-16" not in expected:
        with pytest.raises(InvalidSheet, match="no GCT"):
            read_gct(content)


def test_findings_name_the_line_of_the_file_where_lines_are_blank():
    """Whoever opens the file in an editor looks at that line, and blank ones count there."""
    content = GCT.replace(b"1.5", b"high").replace(b"\n", b"\n\n")
    sheet = b"\nSample Source\tSample Source ID\n\n\nBiobank\t\n"

    assert ["line 7: 'high' is no number"] == texts(check_gct(content))
    assert ["line 5: Sample Source ID is empty"] == texts(check_sheet(sheet, "samples"))


def test_what_is_too_large_to_be_checked_here_is_left_to_the_server(odm, tmp_path, caplog):
    """An import has no bound of its own: a large file goes up with a warning, and can be checked with another bound."""
    caplog.set_level(logging.WARNING, "bionb")
    big = GCT.replace(b"1.5", b"high") + b"\n" * 30_000_000
    (path := tmp_path / "x.gct.gz").write_bytes(gzip.compress(big))
    before = len(odm.history)

    assert [WARNING] == [each.level for each in check_file("expression", path)]
    assert ["line 4: 'high' is no number"] == texts(check_file("expression", path, max_bytes=len(big)))
    odm.import_expression(path)
    assert "300 times its size" in caplog.text
    assert len(odm.history) > before


def test_an_unnamed_column_never_shifts_the_others():
    """Whatever stands in it."""
    content = b"#1.2\n1\t3\nNAME\tDescription\tA\t\tC\ng\t\t1\t2\t3\n"
    with pytest.raises(InvalidSheet, match="column 4 has no name"):
        read_gct(content)


@pytest.mark.parametrize("value", [b"nAn", b"N/a", b"FILTERED", b"NULL", b""])
def test_missing_values_in_any_case_are_missing(value):
    """As the check has it."""
    frame = read_gct(b"#1.2\n1\t2\nNAME\tDescription\tA\tB\ng\t\t" + value + b"\t+.5e1\n")

    assert [True, False] == frame[["A", "B"]].isna().iloc[0].tolist()
    assert 5 == frame.loc["g", "B"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-8-sig"])
def test_files_of_a_spreadsheet_are_read_as_they_are(encoding):
    """And the check says that the server will not."""
    sheet = "Sample Source\tSample Source ID\nBiobank\tS1\n"
    assert ["S1"] == read_sheet(sheet.encode(encoding))["Sample Source ID"].tolist()
    pd.testing.assert_frame_equal(read_gct(GCT), read_gct(GCT.decode().encode(encoding)))
    assert ("8-sig" in encoding) == (check_sheet(sheet.encode(encoding), "samples") == [])


def test_packed_bombs_are_refused_with_a_way_to_raise_the_bound(tmp_path):
    """A few KB must not fill the memory, in either form of packing."""
    big = GCT + b"\n" * 30_000_000
    (tmp_path / "x.gct.gz").write_bytes(gzip.compress(big))
    with zipfile.ZipFile(tmp_path / "x.gct.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.gct", big)
    for path in sorted(tmp_path.iterdir()):
        for read in (read_gct, read_sheet):
            with pytest.raises(InvalidSheet, match=r"300 times its size.*max_bytes"):
                read(path)
        assert "max_bytes" in texts(check_gct(path))[0]
        pd.testing.assert_frame_equal(read_gct(GCT), read_gct(path, max_bytes=len(big)))


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(18), b"PK\x03\x04junk", b"\x1f\x8bjunk", b"\xff\xfea"])
def test_packed_files_that_are_broken_are_one_clear_error(tmp_path, content):
    """Not whatever the library under it raises."""
    for source in (content, tmp_path / "x.gct.gz", tmp_path / "gone", tmp_path / ("x" * 300), "a\0b", None, 5):
        if source == tmp_path / "x.gct.gz":
            source.write_bytes(content)
        for read in (read_gct, read_sheet):
            with pytest.raises(InvalidSheet):
                read(source)


def test_an_archive_of_several_files_is_not_read_at_random(tmp_path):
    """The first is not the one that is meant; what a Mac adds does not count."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/x.gct", GCT)
        archive.writestr("__MACOSX/x.gct", b"junk")
    pd.testing.assert_frame_equal(read_gct(GCT), read_gct(path))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("y.gct", GCT)
    with pytest.raises(InvalidSheet, match="holds 2 files"):
        read_gct(path)


@pytest.mark.parametrize("write", [write_gct, write_sheet])
def test_a_file_is_not_written_over_another(tmp_path, write):
    """Nor through a link, nor half."""
    frame, path = read_gct(GCT), tmp_path / "x.tsv"
    path.write_bytes(b"mine")
    (tmp_path / "link").symlink_to(path)
    for overwrite, target in ((False, path), (True, tmp_path / "link"), (False, tmp_path / "link")):
        with pytest.raises(UsageError):
            write(frame, target, overwrite=overwrite)
    with pytest.raises(FileFailed, match="make the folder"):
        write(frame, tmp_path / "gone" / "x")
    assert b"mine" == path.read_bytes()
    assert write(frame, path, overwrite=True) == path.read_bytes()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"S1": ["x"]}, index=["g"]),
        pd.DataFrame([[1.0, 2.0]], columns=["S1", "S1"], index=["g"]),
        pd.DataFrame([["a", "b"]], columns=["Description", "Description"], index=["g"]),
        pd.DataFrame({"S1": [1.0]}, index=["g\th"]),
        pd.DataFrame({"S1": [1.0], "Description": ["a\nb"]}, index=["g"]),
        pd.DataFrame({"": [1.0], "S1": [2.0]}, index=["g"]),
    ],
)
def test_a_frame_that_would_shift_is_not_written(frame):
    """One clear error, not Python's."""
    with pytest.raises(InvalidSheet, match="cannot be written"):
        write_gct(frame)


def test_missing_numbers_of_any_kind_are_written(tmp_path):
    """Of pandas' own integers too."""
    frame = pd.DataFrame({"S1": pd.array([1, None], dtype="Int64")}, index=["g", "h"])
    assert [1.0, True] == [
        read_gct(write_gct(frame))["S1"].iloc[0],
        bool(np.isnan(read_gct(write_gct(frame))["S1"].iloc[1])),
    ]


def test_trailing_tabs_and_any_case_are_taken():
    """The vendor's own tool writes trailing tabs on the first lines."""
    content = GCT.replace(b"#1.2\n", b"#1.2\t\t\n").replace(b"2\t2\n", b"2\t2\t\t\n").replace(b"NAME", b"name")

    assert [] == check_gct(content)
    pd.testing.assert_frame_equal(read_gct(GCT), read_gct(content))


@given(
    st.lists(
        st.tuples(st.floats(allow_nan=True, width=64), st.floats(allow_nan=True, width=64)), min_size=1, max_size=5
    )
)
def test_a_matrix_is_written_without_loss(rows):
    """Every float comes back bit for bit, NaN as missing."""
    index = pd.Index([f"g{n}" for n in range(len(rows))], name="NAME", dtype="str")
    frame = pd.DataFrame(rows, index=index, columns=["S1", "S2"])

    pd.testing.assert_frame_equal(frame, read_gct(write_gct(frame)).drop(columns="Description"), check_exact=True)


def test_a_frame_that_is_no_gct_is_refused(tmp_path):
    """Sample names with white space would fail at the server."""
    with pytest.raises(InvalidSheet, match="white space"):
        write_gct(pd.DataFrame({"S 1": [1.0]}, index=["g"]))
    write_gct(read_gct(GCT), tmp_path / "x.gct")
    pd.testing.assert_frame_equal(read_gct(GCT), read_gct(tmp_path / "x.gct"))


def test_other_files_are_not_judged(tmp_path):
    """A VCF file is the server's business."""
    assert [] == check_file("variant", tmp_path / "calls.vcf")


# -- uploads and options --------------------------------------------------------------------------------------------


def test_local_files_are_uploaded_the_file_as_the_last_part(sandbox, odm, examples):
    """The server reads the form in one pass: options first, metadata, then the file."""
    folder = examples / SYNTHETIC
    job = odm.wait_job(
        odm.import_expression(
            folder / "proteomics_4features.tsv",
            metadata_link=folder / "expression.gct.tsv",
            data_class="Proteomics",
            number_of_feature_attributes=4,
            measurement_separator=".",
        )
    )

    upload = next(each for each in sandbox.received("odm") if each.path.endswith("/expression/multipart"))
    names = [b"numberOfFeatureAttributes", b"measurementSeparator", b"metadataFile", b'name="file"']
    places = [upload.body.index(name) for name in names]
    assert sorted(places) == places
    assert "GSF1147034" == job.accession


def test_the_request_behind_an_upload_is_one_that_a_learner_could_send(odm):
    """Fields of the form, and the names of its files; no open file and no path of this computer."""
    odm.import_samples(DATA / "LIV2045_samples.tsv", template_id="GSF000065")

    assert "data={'templateId': 'GSF000065'}" in odm.last_request.python
    assert 'files={"file": ...}' in odm.last_request.python
    assert "-F templateId=GSF000065 -F file=@FILE" in odm.last_request.curl


def test_every_kind_can_be_uploaded(odm):
    """Nothing has to be put on a web server first, except the study."""
    jobs = [
        odm.import_samples(DATA / "LIV2045_samples.tsv", template_id="GSF000065"),
        odm.import_libraries(DATA / "LIV2045_libraries.tsv"),
        odm.import_preparations(DATA / "LIV2045_preparations.tsv"),
        odm.import_cells(DATA / "LIV2045_cells.tsv"),
        odm.import_variant(DATA / "LIV2045_variants.vcf"),
        odm.import_flow_cytometry(DATA / "LIV2045_flow.tsv"),
        odm.import_file(DATA / "LIV2045_protocol.txt", LIVER),
    ]

    assert {"COMPLETED"} == {odm.wait_job(job).status for job in jobs}
    assert 2 == len(odm.files())
    with pytest.raises(UsageError, match="no upload of study files"):
        odm.import_study(DATA / "LIV2045_study.tsv")


def test_links_over_http_and_file_are_fetched_by_the_server(sandbox, odm, served, tmp_path, clock):
    """http links of this computer work; file links only below the given folder."""
    with Server(Answer(body=b"Study Source\tStudy Source ID\nx\tHTTP1\n", type="text/plain")) as web:
        sandbox.app("odm").serves[:] = [web.url]
        over_http = odm.wait_job(odm.import_study(f"{web.url}/study.tsv"))
    assert "HTTP1" == odm.study(over_http)["Study Source ID"]
    assert odm.wait_job(odm.import_study(served(f"{SYNTHETIC}/study.tsv"))).accession
    outside = tmp_path / "study.tsv"
    outside.write_text("Study Source\nx\n")
    for link in (f"file://{outside}", "file:///../../../../etc/hostname"):
        with pytest.raises(JobFailed, match="No such file"):
            odm.wait_job(odm.import_study(link))


def test_a_chain_of_versions_replaces_data(odm):
    """The file before is no longer the active one; both can be asked for."""
    link = "s3://example_data/LIV2045/LIV2045_expression.tsv"
    options = {"data_class": "Bulk transcriptomics", "number_of_feature_attributes": 2, "allow_duplicates": True}
    new = odm.wait_job(odm.import_expression(link, previous_version="GSF1146928", **options))
    odm.link_expression(new, "GSF1146912", to="libraries")

    groups = odm.groups(study=LIVER).to_frame().set_index("itemId")
    assert {"GSF1146928": 1, new.accession: 2} == groups["genestack:versionInChain"].dropna().to_dict()
    assert {new.accession} == set(odm.expression("CD36", attribute="gene").to_frame()["group"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"source": "s3://b/x.tsv", "data_class": "Proteomics"}, "number_of_feature_attributes="),
        ({"source": "s3://b/x.tsv"}, "Data needs data_class="),
        ({"source": "s3://b/x.tsv", "data_class": "Proteomic"}, "did you mean 'Proteomics'"),
        ({"source": "s3://b/x.gct", "data_class": "Proteomics"}, "must be 'Bulk transcriptomics'"),
        ({"source": "ftp://b/x.gct"}, "not ftp:"),
        ({"source": "nowhere.gct"}, "no file nowhere.gct"),
        ({"source": "s3://b/x.gct", "metadata_link": "here.tsv"}, "two links or two local files"),
    ],
)
def test_wrong_options_are_told_before_anything_is_sent(sandbox, odm, arguments, expected):
    """A job that must fail need not be started."""
    with pytest.raises(UsageError, match=expected):
        odm.import_expression(**arguments)
    assert [] == sent(sandbox)
