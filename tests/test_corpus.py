"""Many sets as one: the same tables whoever reads them, columns united, broken sets told and never among samples."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import bionb
from bionb.corpora.many import DifferentUnits
from bionb.corpora.parallel import BATCH
from bionb.errors import UsageError
from tests.platforms.sodar.sources import EXOME

TABLES = ("samples", "assays", "findings", "files")


def made(number, **columns):
    """A set of two samples."""
    table = pd.DataFrame({"Sample Name": [f"N{number}-1", f"N{number}-2"], **columns})
    return bionb.new_isatab(table, template="germline", investigation=f"Study {number}")


@pytest.fixture
def studies(tmp_path):
    """Folders, a zip and an Excel file; one set is broken in the middle."""
    home = tmp_path / "studies"
    made(1, **{"Age [year]": [3, 4]}).write(home / "a")
    made(2, **{"Age [month]": [30, 44], "Sex": ["male", ""]}).write(home / "b.zip")
    (home / "c.zip").write_bytes(b"PK broken")
    made(3, **{"age [year]": ["", 7]}).write(home / "d" / "deep")
    made(4).to_excel(home / "e.xlsx")
    (home / "readme.md").write_text("none of ours")
    return home


def tables(corpus):
    """All four tables."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DifferentUnits)
        return {name: getattr(corpus, name)() for name in TABLES}


def test_columns_of_one_name_and_unit_are_one(studies):
    """age in years and Age in years are the same; months are told and stay apart."""
    corpus = bionb.corpus(studies)
    with pytest.warns(DifferentUnits, match=r"'Age \[year\]', 'Age \[month\]' are the same in several units"):
        samples = corpus.samples()

    assert 5 == len(corpus)
    assert ["source", "study", "Sample Name", "Source Name", "Organism", "Age [year]"] == list(samples)[:6]
    assert ["a", "a", "b.zip", "b.zip", "d/deep", "d/deep", "e.xlsx", "e.xlsx"] == samples["source"].tolist()
    assert ["3", "4", None, None, "", "7", None, None] == samples["Age [year]"].astype(object).where(
        samples["Age [year]"].notna(), None
    ).tolist()
    assert ["male", ""] == samples.loc[samples["source"] == "b.zip", "Sex"].tolist()
    assert {"str"} == set(map(str, samples.dtypes))


def test_a_broken_set_is_a_finding_and_not_among_samples(studies):
    """One bad download must not cost the other thousand studies."""
    found = tables(bionb.corpus(studies))
    errors = found["findings"].query("level == 'error'")

    assert ["c.zip"] == errors["source"].tolist()
    assert "zip" in errors["message"].item()
    for name in ("samples", "assays", "files"):
        assert {"a", "b.zip", "d/deep", "e.xlsx"} == set(found[name]["source"])
    notes = found["findings"].query("source == ''")
    assert ["note", "note"] == notes["level"].tolist()
    assert notes["message"].str.contains("several units").all()
    assert {"investigation", "study", "assay"} == set(found["files"]["kind"])
    assert {"a_exome.txt"} == set(found["assays"]["assay"])
    assert found["assays"]["sample_in_study"].all()


def test_a_corpus_of_nothing_has_all_columns(tmp_path):
    """A query for a column must not fail because a folder is empty."""
    found = tables(bionb.corpus(tmp_path))

    assert {"samples": 3, "assays": 5, "findings": 9, "files": 7} == {name: len(t.columns) for name, t in found.items()}
    assert all(frame.empty for frame in found.values())


def many(folder, count):
    """Write small sets and return where they are."""
    text = made(0).files
    for number in range(count):
        bionb.ISATab({name: data.replace(b"N0-", f"N{number}-".encode()) for name, data in text.items()}).write(
            folder / f"study_{number:03}"
        )
    return folder


def equal(left, right):
    """Whether the tables of two readings are the same."""
    for name in TABLES:
        pd.testing.assert_frame_equal(left[name], right[name])


def test_threads_read_the_same(tmp_path, studies):
    """An executor of one's own will do."""
    home = many(tmp_path / "many", BATCH + 3)
    with ThreadPoolExecutor(3) as pool:
        equal(tables(bionb.corpus([home, studies])), tables(bionb.corpus([home, studies], workers=pool)))


@pytest.mark.slow
def test_processes_read_the_same(tmp_path, studies):
    """Two processes, results in the order of the sets."""
    home = many(tmp_path / "many", BATCH + 3)
    equal(tables(bionb.corpus([home, studies])), tables(bionb.corpus([home, studies], workers=2)))


@pytest.mark.slow
def test_a_dask_cluster_reads_and_writes_the_same(tmp_path, studies):
    """The same code on two workers of a cluster."""
    distributed = pytest.importorskip("distributed")
    home = many(tmp_path / "many", BATCH + 3)
    alone = bionb.corpus([home, studies])
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        together = bionb.corpus([home, studies], workers=client)
        assert 2 == len(client.scheduler_info()["workers"])
        equal(tables(alone), tables(together))
        together.to_parquet(tmp_path / "cluster")
    alone.to_parquet(tmp_path / "alone")

    for name in ("samples", "assays", "findings"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / "alone" / name), pd.read_parquet(tmp_path / "cluster" / name)
        )


def counted(written):
    return tuple(written)[1:]


def test_parquet_is_read_again_only_where_something_changed(tmp_path, studies):
    """A nightly run over thousands of studies reads the three that were touched."""
    home = many(tmp_path / "many", BATCH + 3)
    corpus = bionb.corpus([home, studies])
    target = tmp_path / "dataset"

    assert (BATCH + 8, 0, 0) == counted(corpus.to_parquet(target))
    assert (0, BATCH + 8, 0) == counted(corpus.to_parquet(target))
    made(99, **{"Tissue": ["blood", "skin"]}).write(home / "study_003", overwrite=True)
    shutil.rmtree(home / "study_004")
    made(98).write(home / "study_new")
    assert (2, BATCH + 6, 1) == counted(bionb.corpus([home, studies]).to_parquet(target))

    order = ["source", "Sample Name"]
    samples = pd.read_parquet(target / "samples").sort_values(order, ignore_index=True)
    expected = tables(bionb.corpus([home, studies]))["samples"].sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(expected, samples[list(expected)], check_dtype=False)
    assert {"error"} <= set(pd.read_parquet(target / "findings")["level"])


def test_every_reader_sees_one_table(tmp_path, studies):
    """All parts have the same columns: pandas, DuckDB and dask need no options."""
    import duckdb

    dask = pytest.importorskip("dask.dataframe")
    target = tmp_path / "dataset"
    bionb.corpus([many(tmp_path / "many", BATCH + 3), studies]).to_parquet(target)
    question = f"SELECT count(*), count(Sex) FROM '{target}/samples/*.parquet'"
    read = pd.read_parquet(target / "samples")

    assert (2 * BATCH + 14, 2) == (len(read), int(read["Sex"].notna().sum())) == duckdb.sql(question).fetchall()[0]
    assert len(read) == len(dask.read_parquet(target / "samples"))


def test_a_run_that_was_broken_off_is_made_good(tmp_path, studies):
    """The electricity fails between a part and the list of parts: nothing is there twice afterwards."""
    target = tmp_path / "dataset"
    bionb.corpus(studies).to_parquet(target)
    whole = pd.read_parquet(target / "samples")
    manifest = target / "_corpus.json"
    found = json.loads(manifest.read_text())
    found["marks"].pop("a")
    manifest.write_text(json.dumps(found))

    assert (1, 4, 0) == counted(bionb.corpus(studies).to_parquet(target))
    assert sorted(whole["Sample Name"]) == sorted(pd.read_parquet(target / "samples")["Sample Name"])


def test_projects_of_a_server_are_sets_and_those_without_sheets_are_rows():
    """The account's permissions are the server's; who has no sheets yet is seen."""
    with bionb.connect("sodar", sandbox=True) as sodar:
        corpus = bionb.corpus(sodar)
        found = tables(corpus)
        titles = [each["full_title"] for each in sodar.projects() if each["type"] == "PROJECT"]
        files = found["files"]

    assert set(titles) == set(files["source"])
    assert "none" in set(files["kind"])
    bare = set(files.loc[files["kind"] == "none", "source"])
    assert bare == set(found["findings"].query("message == 'no sheets yet'")["source"])
    assert set(titles) - bare == set(found["samples"]["source"])


@pytest.mark.parametrize(
    ("sources", "options", "words"),
    [
        ("nowhere", {}, "there is no nowhere"),
        ("nowhere/*.zip", {}, "no file or folder fits 'nowhere/.*zip'"),
        (7, {}, "a corpus is made of folders, files, patterns"),
        ([], {"workers": 0}, "workers is a number of processes from 1 on"),
        ([], {"workers": "many"}, "or a distributed.Client, not 'many'"),
        ([EXOME, EXOME], {}, "two sets of this corpus are called"),
    ],
)
def test_bad_input_is_one_clear_error(sources, options, words):
    """What to give instead."""
    with pytest.raises(UsageError, match=words):
        bionb.corpus(sources, **options).samples()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    """No dataset is written between the files of another."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds something else"):
        bionb.corpus([made(1)]).to_parquet(tmp_path)
    assert ["thesis.txt"] == os.listdir(tmp_path)


def test_real_sets_are_one_corpus(reference_data, tmp_path):
    """All of them, also through Parquet: the cells are those of each set alone."""
    corpus = bionb.corpus(reference_data / "isatab" / "*.zip")
    corpus.to_parquet(tmp_path / "dataset")
    back = pd.read_parquet(tmp_path / "dataset" / "samples")

    assert len(corpus) >= 43
    for path in sorted((reference_data / "isatab").glob("*.zip")):
        alone = bionb.read_isatab(path).samples()
        mine = back[back["source"] == path.name].reset_index(drop=True)
        assert alone["Sample Name"].tolist() == mine["Sample Name"].tolist(), path.name
        if alone.empty:
            continue
        assert sorted(alone.fillna("").sum()) == sorted(
            mine.drop(columns="source").dropna(axis=1, how="all").fillna("").sum()
        ), path.name
