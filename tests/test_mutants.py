"""Wrong facts in the package, each of which must be noticed: in a client alone, and in client and sandbox alike."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.mutating import ROOT

PLATFORMS = ROOT / "bionb" / "platforms"


@dataclass(frozen=True)
class Mutant:
    """A wrong fact: what stands in a platform's client, and in its sandbox, becomes something else."""

    platform: str
    client: tuple[str, str]
    test: str  # that fails
    sandbox: tuple[str, str] | None = None  # None where the sandbox does not say it

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """File, text and replacement, the file being the only one of its side with that text."""
        sides = [(False, self.client), *([(True, self.sandbox)] if self.sandbox else [])]
        return [(self._file(served, text), text, replacement) for served, (text, replacement) in sides]

    def _file(self, served: bool, text: str) -> str:
        folder = PLATFORMS / self.platform
        side = [path for path in folder.rglob("*.py") if (folder / "sandbox" in path.parents) == served]
        found = [path for path in side for _ in range(path.read_text("utf-8").count(text))]
        if len(found) != 1:
            raise LookupError(f"{text!r} stands {len(found)} times in the {'sandbox' if served else 'client'}")
        return str(found[0].relative_to(ROOT / "bionb"))


def both(platform: str, text: str, wrong: str, test: str, served: tuple[str, str] | None = None) -> Mutant:
    """A fact that is wrong on both sides, so that they agree."""
    return Mutant(platform, (text, wrong), test, served or (text, wrong))


FACTS = "test_facts.py::test_"
MUTANTS = [
    both(
        "odm",
        "LIMIT = 2000",
        "LIMIT = 1000",
        FACTS + "the_default_pages_are_the_greatest_that_servers_take",
    ),
    both(
        "odm",
        'SORTS = ("id", "creation", "last_update", "name")',
        'SORTS = ("id", "creation", "last_change", "name")',
        "odm/test_requests.py::test_the_enumeration_of_sorting_is_the_vendors",
        ('"last_update": lambda', '"last_change": lambda'),
    ),
    both(
        "odm",
        '"original_data_included"',
        '"original_data"',
        "odm/test_figures.py::test_bars_are_counts_of_samples",
        ('"original_data_included" if', '"original_data" if'),
    ),
    both(
        "odm",
        '{"", "nan", "null", "n/a", "na", "filtered"}',
        '{"", "nan", "null", "n/a", "na"}',
        "odm/test_files.py::test_missing_values_in_any_case_are_missing[FILTERED]",
    ),
    both(
        "odm",
        "Genestack-API-Token",
        "X-Genestack-Token",
        "odm/test_login.py::test_a_token_travels_in_the_platforms_own_header",
    ),
    Mutant(
        "odm",
        ('ENDED_BADLY = ("FAILED", "STOPPED", "ABANDONED")', 'ENDED_BADLY = ("FAILED", "STOPPED")'),
        "odm/test_jobs.py::test_an_abandoned_job_has_failed",
    ),
    Mutant(
        "odm",
        ("CHUNK = 100", "CHUNK = 1000"),
        "odm/test_filters.py::test_long_lists_of_values_are_cut",
    ),
    both(
        "sevenbridges",
        "X-Total-Matching-Query",
        "X-Total-Count",
        FACTS + "seven_bridges_tells_totals_and_limits_in_headers[X-Total-Matching-Query]",
    ),
    both(
        "sevenbridges",
        '("read", "write", "copy", "execute", "admin")',
        '("read", "write", "copy", "run", "admin")',
        "sevenbridges/test_tasks.py::test_a_draft_runs_and_its_results_are_found",
    ),
    both(
        "sevenbridges",
        "PART_SIZE = 32 * 1024 * 1024",
        "PART_SIZE = 3 * 1024 * 1024",
        "sevenbridges/test_transfers.py::test_what_goes_up_comes_down",
        ("PART_SIZE = 5 * 1024 * 1024", "PART_SIZE = 3 * 1024 * 1024"),
    ),
    both(
        "sevenbridges",
        "X-SBG-Auth-Token",
        "X-SBG-Token",
        FACTS + "a_login_travels_in_the_header_that_servers_read[sevenbridges-X-SBG-Auth-Token-{token}]",
    ),
    both(
        "sodar",
        "application/vnd.bihealth.sodar.landingzones+json",
        "application/vnd.bihealth.sodar.zones+json",
        FACTS + "sodar_is_asked_for_media_type_and_version_of_the_api[zones]",
    ),
    both(
        "sodar",
        '("1.2", "1.1", "1.0")',
        '("1.3", "1.1", "1.0")',
        FACTS + "sodar_is_asked_for_media_type_and_version_of_the_api[investigation]",
        ('("1.0", "1.1", "1.2")', '("1.0", "1.1", "1.3")'),
    ),
    both(
        "sodar",
        "application/vnd.bihealth.sodar-core.projectroles+json",
        "application/vnd.bihealth.sodar-core.projects+json",
        FACTS + "sodar_is_asked_for_media_type_and_version_of_the_api[projects]",
    ),
    both(
        "sodar",
        "application/vnd.bihealth.sodar-core.timeline+json",
        "application/vnd.bihealth.sodar-core.events+json",
        FACTS + "sodar_is_asked_for_media_type_and_version_of_the_api[timeline]",
    ),
    Mutant(
        "sodar",
        ('[] if ticket is None else list(self.ticket(ticket).get("allowed_hosts") or [])', "[]"),
        "sodar/test_access.py::test_a_change_keeps_the_hosts_that_it_does_not_name",
    ),
    both(
        "torrentsuite",
        "LARGEST = 1000",
        "LARGEST = 900",
        FACTS + "the_default_pages_are_the_greatest_that_servers_take",
    ),
    both(
        "torrentsuite",
        '("undefined", "pending", "voided", "reserved"',
        '("undefined", "pending", "reserved"',
        "torrentsuite/test_planning.py::test_a_cancelled_plan_can_be_made_again",
        ("undefined pending voided reserved", "undefined pending reserved"),
    ),
    both(
        "torrentsuite",
        'API = "/rundb/api/v1/"',
        'API = "/rundb/api/v2/"',
        "torrentsuite/test_login.py::test_an_api_key_logs_in",
    ),
    both(
        "torrentsuite",
        "QUALITIES = (7, 10, 17, 20, 47)",
        "QUALITIES = (7, 10, 17, 20, 40)",
        "torrentsuite/test_objects.py::test_runs_are_read_on_their_own_path",
    ),
    Mutant(
        "torrentsuite",
        ('"planName": 60', '"planName": 70'),
        "torrentsuite/test_planning.py::test_one_fault_is_one_finding[change1-planName]",
    ),
    Mutant(
        "torrentsuite",
        ("THUMBNAIL_WELLS = 960_000", "THUMBNAIL_WELLS = 96_000"),
        "torrentsuite/test_runs.py::test_thumbnails_are_known_by_any_of_three_signs",
    ),
]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outcomes(reference_data) -> list[tuple[int, str]]:
    """Exit code and output of the test of each mutant."""
    asked = [(changes_of(each), [f"tests/platforms/{each.test}"]) for each in MUTANTS]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutating"],
        input=json.dumps(asked),
        cwd=pathlib.Path(ROOT),
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert 0 == done.returncode, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def changes_of(mutant: Mutant) -> list[tuple[str, str, str]]:
    """What a mutant changes, nothing where its fact is written otherwise by now: its own test says so."""
    try:
        return mutant.changes
    except LookupError:
        return []


@pytest.mark.parametrize("number", range(len(MUTANTS)), ids=lambda number: f"{MUTANTS[number].platform}-{number}")
def test_a_wrong_fact_is_noticed(outcomes, number):
    """Sandbox and client of one author may agree on what no server does: the fact has to stand in a test as well."""
    code, output = outcomes[number]

    assert MUTANTS[number].changes
    assert 1 == code, f"{MUTANTS[number]} survived:\n{output}"
    assert MUTANTS[number].test in output.partition("short test summary")[2], output


def test_there_are_twenty():
    """Of all platforms, and most of them wrong on both sides."""
    assert len(MUTANTS) >= 20
    assert {path.name for path in PLATFORMS.glob("[a-z]*/")} == {each.platform for each in MUTANTS}
    assert sum(each.sandbox is not None for each in MUTANTS) >= 15
