"""Jobs: every state, both forms of time, failures with their reasons, and an end to all waiting."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import bionb
from bionb.errors import Conflict, JobFailed, NotFound, UnexpectedResponse, UsageError, WaitTimeout
from bionb.platforms.odm.wire.jobs import Job, when
from bionb.sandbox.tokens import token_of
from tests.platforms.odm.conftest import BUCKET, DATA, sent
from tests.servers import Answer, Server

STUDY = BUCKET + "study.tsv"


def polls(sandbox):
    return [each for each in sent(sandbox) if each.endswith("/output")]


def test_the_first_look_is_at_once(sandbox, odm, clock):
    """A job that is done must cost no waiting; the vendor's importer sleeps five seconds."""
    with sandbox.fault("odm", "instant_jobs"):
        job = odm.import_study(STUDY)
    assert "COMPLETED" == odm.wait_job(job).status

    assert 1 == len(polls(sandbox))
    assert [] == clock.slept


def test_pauses_grow(sandbox, odm, clock):
    """A long import must not be asked about five times a second for an hour."""
    with sandbox.fault("odm", "slow_jobs", polls=6):
        job = odm.import_study(STUDY)
    odm.wait_job(job)

    assert 0.2 == clock.slept[0]
    assert sorted(clock.slept) == clock.slept
    assert clock.slept[-1] > 3 * clock.slept[0]


def test_a_job_that_never_ends_is_given_up_at_the_deadline(sandbox, odm, clock):
    """No wait is endless; the job itself goes on."""
    with sandbox.fault("odm", "endless_jobs"):
        job = odm.import_study(STUDY)
    with pytest.raises(WaitTimeout, match="job 1268 is still RUNNING after 60 s") as caught:
        odm.wait_job(job, deadline=60)

    assert "RUNNING" == caught.value.record.status


@pytest.mark.parametrize("status", ["STARTED", "SOMETHING_NEW"])
def test_a_state_of_no_list_counts_as_running(sandbox, odm, clock, status):
    """STARTED is in the vendor's examples but not in its list; its own client raises on it."""
    with sandbox.fault("odm", "odd_status", status=status, polls=3):
        job = odm.import_study(STUDY)
    assert "GSF1147033" == odm.wait_job(job).accession


def test_unknown_may_pass_but_not_forever(sandbox, odm, clock):
    """UNKNOWN is no declared end: it is asked again a bounded number of times."""
    with sandbox.fault("odm", "odd_status", status="UNKNOWN", polls=4):
        job = odm.import_study(STUDY)
    assert "COMPLETED" == odm.wait_job(job).status

    with sandbox.fault("odm", "odd_status", status="UNKNOWN", polls=99):
        lost = odm.import_samples(BUCKET + "samples.tsv")
    with pytest.raises(JobFailed, match="UNKNOWN at 10 looks"):
        odm.wait_job(lost)


def test_an_abandoned_job_has_failed(sandbox, odm, clock):
    """The server was restarted in the middle of it."""
    with sandbox.fault("odm", "odd_status", status="ABANDONED", polls=99):
        job = odm.import_study(STUDY)
    with pytest.raises(JobFailed, match="ABANDONED.*Import again"):
        odm.wait_job(job)


def test_a_failed_job_says_at_which_stage_and_why(odm, clock):
    """HTTP status is 200 also for a failed job: the reasons are in its stages and stacks."""
    job = odm.import_samples("s3://example_data/nowhere/gone.tsv")
    with pytest.raises(JobFailed) as caught:
        odm.wait_job(job)

    assert "import job 1268 ended as FAILED: FETCH: No such file" in str(caught.value)
    assert "restart_job(1268)" in str(caught.value)
    assert "java.nio.file.NoSuchFileException" == caught.value.record.errors[0]["stack"][0]["type"]


def test_a_link_that_the_server_cannot_reach_fails_the_job(odm, clock):
    """The server fetches links itself: what this computer can reach says nothing."""
    job = odm.import_study("https://files.example.org/study.tsv")
    with pytest.raises(JobFailed, match="cannot reach"):
        odm.wait_job(job)


def test_a_failed_job_can_be_restarted(sandbox, odm, clock):
    """A storage that did not answer may answer the second time."""
    with sandbox.fault("odm", "failing_jobs"):
        job = odm.import_study(STUDY)
    with pytest.raises(JobFailed, match="did not answer"):
        odm.wait_job(job)

    again = odm.restart_job(job)
    assert (job.id, "STARTING") == (again.id, again.status)
    assert "COMPLETED" == odm.wait_job(again).status


def test_a_job_can_be_stopped(sandbox, odm, clock):
    """Stopping is a request; the job is stopped when it says so."""
    with sandbox.fault("odm", "endless_jobs"):
        job = odm.import_study(STUDY)
    assert "STOPPING" == odm.stop_job(job).status
    with pytest.raises(JobFailed, match="ended as STOPPED"):
        odm.wait_job(job)


def test_an_unknown_job_is_not_found(odm):
    """The server has no list of jobs, so a number is all there is."""
    with pytest.raises(NotFound, match="look up job 99"):
        odm.wait_job(99)


@pytest.mark.parametrize("call", ["job", "wait_job", "stop_job", "restart_job"])
def test_what_is_no_job_is_refused_here(sandbox, odm, call):
    """An accession is easily passed instead of the number of its job."""
    with pytest.raises(UsageError, match="'GSF1146901' is no job"):
        getattr(odm, call)("GSF1146901")
    assert [] == sandbox.received("odm")


@pytest.mark.parametrize("fault", [False, True])
def test_both_forms_of_time_are_read(sandbox, odm, fault):
    """The server has been seen writing both; the vendor's client raises on the first."""
    if fault:
        with sandbox.fault("odm", "day_first_times"):
            job = odm.import_study(STUDY)
    else:
        job = odm.import_study(STUDY)

    assert job.created_on is not None
    assert (2026, 1, 5) == (job.created_on.year, job.created_on.month, job.created_on.day)
    assert UTC == job.created_on.tzinfo


def test_a_job_is_known_by_its_number(odm):
    """After a kernel restart the number is what is left."""
    job = odm.job(1241)

    assert ("IMPORT_STUDY_TSV", "alice@example.org") == (job.name, job.started_by)
    assert isinstance(job.ended_on, datetime)


@pytest.mark.parametrize("key", ["accession", "groupAccession", "someAccession"])
def test_the_accession_is_found_whatever_its_key(key):
    """The specification says groupAccession for a study, the server says accession."""
    assert "GSF1" == Job(1, "COMPLETED", result={"warnings": [], key: "GSF1"}).accession


def test_a_job_without_result_says_to_wait(odm):
    """Linking a job that is not done is a usage error, and sends nothing."""
    with pytest.raises(UsageError, match=r"wait_job\(1268\)"):
        odm.link_samples(odm.import_samples(BUCKET + "samples.tsv"), "GSF1146901")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15-07-2024 11:23:43", datetime(2024, 7, 15, 11, 23, 43, tzinfo=UTC)),
        ("2025-04-16 07:42:38", datetime(2025, 4, 16, 7, 42, 38, tzinfo=UTC)),
        ("2025-04-16T09:42:38+02:00", datetime(2025, 4, 16, 7, 42, 38, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_are_read_leniently(text, expected):
    """A form of time that nobody has seen yet must not lose the job."""
    assert expected == when(text)


def test_a_conflict_that_names_no_job_is_told(odm):
    """Not every 409 is a duplicate."""
    with Server(Answer(409, b'{"error": {"message": "The storage is locked."}}')) as web:
        busy = bionb.connect("odm", web.url, token=token_of("alice"))
        with pytest.raises(Conflict, match=r"409 to .import study.: The storage is locked\."):
            busy.import_study(STUDY)


def test_answers_that_lack_what_they_should_hold_are_told():
    """A proxy in front of the server answers in forms of its own."""
    with Server(Answer(body=b'{"status": "queued"}')) as web:
        odd = bionb.connect("odm", web.url, token=token_of("alice"))
        with pytest.raises(UnexpectedResponse, match="import study"):
            odd.import_study(STUDY)
        with pytest.raises(UnexpectedResponse, match="list the studies"):
            odd.studies().first(1)


def test_imports_at_the_same_time_do_not_mix(sandbox, odm):
    """Parallel imports are allowed: every job has its own number, every sample its own accession."""
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda _: odm.import_samples(DATA / "GSE60871_samples.tsv"), range(8)))
        groups = {job.accession for job in pool.map(odm.wait_job, jobs)}

    assert 8 == len(groups) == len({job.id for job in jobs})
    assert 8 + 12 * 8 == len({each["genestack:accession"] for each in odm.samples()})
