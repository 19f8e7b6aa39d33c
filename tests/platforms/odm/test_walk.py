"""The guide's two walks: import three files, link them; with the guide's own numbers."""

import pytest

from bionb.platforms.odm.wire.jobs import Job
from tests.platforms.odm.conftest import BUCKET, LIVER, sent


def imported(odm):
    """The guide's three imports, finished."""
    started = [
        odm.import_study(BUCKET + "study.tsv"),
        odm.import_samples(BUCKET + "samples.tsv"),
        odm.import_expression(BUCKET + "expression.gct", metadata_link=BUCKET + "expression.gct.tsv"),
    ]
    return [odm.wait_job(job) for job in started]


def test_the_import_walk_gives_the_guides_numbers(odm):
    """Whoever reads the guide beside the notebook must see the same numbers."""
    jobs = imported(odm)

    assert [1268, 1269, 1271] == [job.id for job in jobs]
    assert ["GSF1147033", "GSF1147034", "GSF1147049"] == [job.accession for job in jobs]
    assert ["IMPORT_STUDY_TSV", "IMPORT_SAMPLES_TSV"] == [job.name for job in jobs[:2]]
    assert {"COMPLETED"} == {job.status for job in jobs}


def test_the_walk_has_the_same_numbers_with_other_files_of_that_shape(odm, served):
    """The numbers come from rules (gaps included), not from the file names."""
    folder = "synthetic-gse60871/"
    study, samples = odm.import_study(served(folder + "study.tsv")), odm.import_samples(served(folder + "samples.tsv"))
    data = odm.import_expression(served(folder + "expression.gct"))

    found = [odm.wait_job(job).accession for job in (study, samples, data)]
    assert ["GSF1147033", "GSF1147034", "GSF1147049"] == found
    assert 204 == odm.link_samples(found[1], found[0]).status
    assert 204 == odm.link_expression(found[2], found[1]).status


def test_the_samples_have_the_numbers_between(odm):
    """The guide's pictures show GSF1147036 as the first sample."""
    imported(odm)

    samples = odm.samples('"Organism"="Mus musculus"')
    assert [f"GSF{number}" for number in range(1147036, 1147048)] == [each["genestack:accession"] for each in samples]


def test_the_link_walk_answers_204_and_then_200(odm):
    """The guide shows both codes; the second says that one column found no sample."""
    study, samples, data = imported(odm)
    first, second = odm.link_samples(samples, study), odm.link_expression(data, samples)

    assert (204, True) == (first.status, first.complete)
    assert (200, ["POOL"], []) == (second.status, second.runs_left, second.samples_left)
    assert "columns without a sample: POOL" in repr(second)
    assert 12 == len(odm.samples(study=study))
    assert ["GSF1147049"] == [each["itemId"] for each in odm.groups(study=study)]


def test_imported_objects_are_invisible_in_a_study_until_they_are_linked(odm):
    """The guide warns of it: without links nothing appears, but the accession answers."""
    study, samples, _ = imported(odm)

    assert 0 == len(odm.samples(study=study))
    assert not odm.groups(study=study)
    assert "MCT01" == odm.sample("GSF1147036")["Sample Source ID"]
    assert "GSE60871" not in {each.get("Study Source ID") for each in odm.omics_samples()}

    odm.link_samples(samples, study)
    odm.unlink_samples(samples, study)
    assert 0 == len(odm.samples(study=study))


def test_the_requests_are_the_guides(sandbox, odm):
    """Five readable lines stand for exactly these calls."""
    study, samples, data = imported(odm)
    odm.link_samples(samples, study)
    odm.link_expression(data, samples)

    posted = [each.removeprefix("POST /api/v1/") for each in sent(sandbox) if each.startswith("POST")]
    assert [
        "jobs/import/study",
        "jobs/import/samples",
        "jobs/import/expression",
        "as-curator/integration/link/sample/group/GSF1147034/to/study/GSF1147033",
        "as-curator/integration/link/expression/group/GSF1147049/to/sample/group/GSF1147034",
    ] == posted
    assert "GET /api/v1/jobs/1268/output" in sent(sandbox)


def test_a_named_state_starts_in_the_middle_of_the_walk(sandbox, odm):
    """Each notebook starts alone, with the numbers of the one before."""
    sandbox.reset("imported")
    assert "GSF1147049" == odm.job(1271).accession
    assert 0 == len(odm.samples(study="GSF1147033"))

    sandbox.reset("linked")
    assert 12 == len(odm.samples(study="GSF1147033"))

    sandbox.reset("empty")
    assert 0 == len(odm.studies())


def test_running_the_walk_twice_changes_nothing(odm, caplog):
    """Run All twice is what people do; the server's 409 must lead to the earlier jobs."""
    first = imported(odm)
    second = imported(odm)

    assert [job.accession for job in first] == [job.accession for job in second]
    assert [True] * 3 == [job.reused for job in second]
    assert "job 1268 (COMPLETED) is used again" in caplog.text
    assert 2 == len(odm.studies())


def test_a_duplicate_can_be_wanted(odm):
    """The server's own switch for tests."""
    imported(odm)
    again = odm.wait_job(odm.import_study(BUCKET + "study.tsv", allow_duplicates=True))

    assert not again.reused
    assert "GSF1147033" != again.accession
    assert 3 == len(odm.studies())


@pytest.mark.parametrize("thing", [LIVER, {"genestack:accession": LIVER}, {"itemId": LIVER}])
def test_methods_take_accessions_and_records(odm, thing):
    """A record from a listing is as good as its accession."""
    assert "LIV2045" == odm.study(thing)["Study Source ID"]


def test_a_finished_job_stands_for_what_it_made(odm):
    """link_samples(samples_job, study_job) needs no copying of accessions."""
    assert 8 == len(odm.samples(study=odm.job(1241)))
    assert "LIV2045" == odm.study(Job(1, result={"accession": LIVER}))["Study Source ID"]
