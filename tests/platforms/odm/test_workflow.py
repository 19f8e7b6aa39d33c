"""build_study: one call, every step told, and after a failure nothing twice."""

import shutil

import pytest

import bionb
from bionb.errors import InvalidInput, JobFailed, UsageError
from tests.platforms.odm.conftest import BUCKET, DATA, sent

LIVER = "s3://example_data/LIV2045/LIV2045_"
FILES = (BUCKET + "study.tsv", BUCKET + "samples.tsv", BUCKET + "expression.gct")


def test_three_links_become_a_linked_study(odm):
    """The whole guide in one line, each step in a table."""
    built = odm.build_study(*FILES)

    assert {"study": "GSF1147033", "samples": "GSF1147034", "expression": "GSF1147049"} == built.accessions
    assert [
        "import study",
        "import samples",
        "import expression",
        "link samples to study",
        "link expression to samples",
        "verify samples",
        "verify expression",
    ] == built.steps["step"].tolist()
    assert {"done"} == set(built.steps["outcome"])
    assert "200; without a match: POOL" == built.steps["detail"][4]
    assert 12 == len(odm.samples(study=built.study))


def test_again_it_makes_nothing(odm):
    """Run All twice is what people do."""
    odm.build_study(*FILES)
    before = len(odm.studies()), len(odm.samples())
    again = odm.build_study(*FILES)

    assert ["reused"] * 4 == again.steps["outcome"].tolist()[:4]
    assert before == (len(odm.studies()), len(odm.samples()))


def test_after_a_failure_it_goes_on_without_duplicates(sandbox, odm, clock):
    """The study was made before the samples failed: the second call must use it."""
    with sandbox.fault("odm", "failing_jobs", times=1), pytest.raises(JobFailed) as caught:
        odm.build_study(*FILES)
    failed = caught.value.partial
    assert ["failed", "done", "done", "failed"] == failed.steps["outcome"].tolist()
    assert {"samples", "expression"} == set(failed.accessions)

    built = odm.build_study(*FILES)
    assert 2 == len(odm.studies())
    assert 12 == len(odm.samples(study=built.study))
    assert failed.accessions["samples"] == built.accessions["samples"]


def test_a_local_file_that_was_uploaded_is_not_uploaded_again(sandbox, odm, tmp_path):
    """The server knows links again, but not uploads: the client has to remember them."""
    samples = shutil.copy(DATA / "GSE60871_samples.tsv", tmp_path)
    first = odm.build_study(FILES[0], samples)
    second = odm.build_study(FILES[0], samples)

    assert first.accessions == second.accessions
    assert 1 == sum(each.endswith("samples/multipart") for each in sent(sandbox))
    assert "reused" == second.steps["outcome"][1]


def test_what_is_there_is_given_by_its_accession(odm):
    """After a restart of the kernel, the accessions in the table of steps are enough to go on."""
    first = odm.build_study(*FILES[:2])
    built = odm.build_study(first.study, first.accessions["samples"], FILES[2])

    assert ["given", "given", "done"] == built.steps["outcome"].tolist()[:3]


def test_libraries_and_preparations_go_along(odm):
    """Data may hang on libraries; their order is kept."""
    built = odm.build_study(
        BUCKET + "study.tsv",
        odm.wait_job(odm.import_samples(LIVER + "samples.tsv", allow_duplicates=True)),
        odm.wait_job(
            odm.import_expression(
                LIVER + "expression.tsv", data_class="Proteomics", number_of_feature_attributes=2, allow_duplicates=True
            )
        ),
        libraries=odm.wait_job(odm.import_libraries(LIVER + "libraries.tsv", allow_duplicates=True)),
        preparations=odm.wait_job(odm.import_preparations(LIVER + "preparations.tsv", allow_duplicates=True)),
        expression_to="libraries",
    )

    steps = built.steps["step"].tolist()
    order = [
        "link samples to study",
        "link libraries to samples",
        "link preparations to samples",
        "link expression to libraries",
    ]
    assert order == [step for step in steps if step.startswith("link")]
    assert [8] == odm.completeness(built.study).sum().tolist()
    again = odm.build_study(BUCKET + "study.tsv", built.accessions["samples"], libraries=built.accessions["libraries"])
    assert ["reused", "reused"] == again.steps.loc[again.steps["step"].str.startswith("link"), "outcome"].tolist()


def test_all_local_files_are_looked_at_before_anything_is_imported(sandbox, odm, tmp_path):
    """A wrong data file must not leave a study and samples behind."""
    broken = tmp_path / "data.gct"
    broken.write_text("#1.2\n1\t1\nNAME\tDescription\tS1\nStat3\t\tabc\n")
    with pytest.raises(InvalidInput, match="'abc' is no number"):
        odm.build_study(FILES[0], FILES[1], broken)
    with pytest.raises(UsageError, match="no upload of study files"):
        odm.build_study(tmp_path / "study.tsv", FILES[1])
    with pytest.raises(UsageError, match="expression_to="):
        odm.build_study(*FILES, expression_to="libraries")
    assert [] == sent(sandbox)


def test_a_job_that_never_ends_stops_the_build_with_what_there_is(sandbox, odm, clock):
    """The table tells which job to look after."""
    with sandbox.fault("odm", "endless_jobs", times=1), pytest.raises(bionb.BionbError) as caught:
        odm.build_study(*FILES, deadline=30)

    assert "1268" == caught.value.partial.steps["job"][0]
    assert "still RUNNING after 30 s" in str(caught.value)


def test_an_earlier_job_that_failed_is_started_again(sandbox, odm, clock, monkeypatch):
    """A server may answer 409 with the number of a job that never finished."""
    with sandbox.fault("odm", "failing_jobs", times=1), pytest.raises(JobFailed):
        odm.build_study(*FILES)
    jobs = sandbox.app("odm").jobs
    monkeypatch.setattr(jobs, "earlier", lambda kind, link: next(j for j in jobs.jobs.values() if j.kind == kind))
    jobs.jobs = {number: job for number, job in jobs.jobs.items() if number >= 1268}
    built = odm.build_study(*FILES)

    assert ["1268", "1269", "1271"] == built.steps["job"].tolist()[:3]
    assert any(each == "PUT /api/v1/jobs/1268/restart" for each in sent(sandbox))


def test_the_vendors_own_example_sets_become_studies(odm, served, examples, caplog):
    """Two small official sets: data on libraries, and data that leaves one sample without."""
    folder = "vendor-mit/study-samples-libraries-omics/Test."
    with_libraries = odm.build_study(
        served(folder + "study.tsv"),
        served(folder + "samples.tsv"),
        served(folder + "expression.gct"),
        libraries=served(folder + "libraries.tsv"),
        preparations=served(folder + "preparations.tsv"),
        expression_to="libraries",
        metadata_link=served(folder + "expression.gct.tsv"),
    )
    assert [True] * 4 == odm.completeness(with_libraries.study)[with_libraries.accessions["expression"]].tolist()

    folder = examples / "vendor-mit" / "study-samples-omics"
    study = served("vendor-mit/study-samples-omics/Test.study.tsv")
    plain = odm.build_study(study, folder / "Test.samples.tsv", folder / "Test.expression.gct")
    assert [True, True, True, False] == odm.completeness(plain.study)[plain.accessions["expression"]].tolist()
    assert "announces 3 rows and 3 columns, but there are 2 and 3" in caplog.text
