"""Every wait of every platform goes on through a server that is down for a minute in the middle."""

import contextlib

import pytest

import bionb

CRASH = {"kind": "maintenance", "status": 500}
PROXY = {"kind": "maintenance", "status": 502}
PROJECT, MERGE = "RFranklin/my-project", "RFranklin/my-project/bamtools-merge-2-4-0"
GONE = {"kind": "drop_connection", "after": 0}


@pytest.fixture
def down(clock, monkeypatch):
    """Take a server down now, for a time on the test's clock."""

    @contextlib.contextmanager
    def down(sandbox, platform, kind, seconds=60, **options):
        begun, sleep, fault = clock.now(), clock.sleep, contextlib.ExitStack()
        fault.enter_context(sandbox.fault(platform, kind, **options))

        def slept(pause):
            sleep(pause)
            if clock.now() - begun >= seconds:
                fault.close()

        monkeypatch.setattr(clock, "sleep", slept)
        with fault:
            yield
        assert clock.now() - begun >= seconds

    return down


@contextlib.contextmanager
def client_of(platform, state=None):
    with (
        bionb.start_sandbox(platform, state=state) as sandbox,
        bionb.connect(platform, sandbox.url(platform), **sandbox.credentials(platform)) as client,
    ):
        yield sandbox, client


@pytest.mark.parametrize("how", [CRASH, PROXY, GONE], ids=["crash", "proxy", "gone"])
def test_a_landing_zone_is_waited_for(down, how):
    """Its server is restarted for an update."""
    with client_of("sodar", "collections") as (sandbox, sodar):
        project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        zone = sodar.create_zone(project, "exome_pilot")
        with down(sandbox, "sodar", **how):
            assert "ACTIVE" == sodar.wait_zone(zone)["status"]


@pytest.mark.parametrize("how", [CRASH, PROXY, GONE], ids=["crash", "proxy", "gone"])
def test_an_import_job_is_waited_for(down, how):
    """Jobs of an hour meet a restart."""
    with client_of("odm") as (sandbox, odm):
        job = odm.import_study("s3://example_data/GSE60871/GSE60871_study.tsv")
        with down(sandbox, "odm", **how):
            assert odm.wait_job(job).accession


@pytest.mark.parametrize("how", [CRASH, PROXY, GONE], ids=["crash", "proxy", "gone"])
def test_a_task_is_waited_for(down, how):
    """A task of a day costs money: its end must not be missed for one 502."""
    with client_of("sevenbridges") as (sandbox, sbg):
        bams = [each["id"] for each in sbg.files(PROJECT) if each["name"].endswith(".bam")][:2]
        task = sbg.run_task(sbg.create_task(PROJECT, MERGE, {"input_bam": bams}, name="Merge two"))
        with down(sandbox, "sevenbridges", **how):
            assert "COMPLETED" == sbg.wait_task(task)["status"]
