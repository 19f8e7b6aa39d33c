"""Count the tests that ran against a real SODAR Core site, and insist on them in CI.

They are what keeps the sandbox honest: if they were skipped or left out, everything would still look green.
"""

import os
from pathlib import Path

import pytest

ENOUGH = 30
COUNTED = ("server", "a real SODAR Core site")


def ran(config: pytest.Config) -> int:
    """Count the tests of this run that talked to the site; their reports carry `COUNTED`."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [report for reports in reporter.stats.values() for report in reports]
    return sum(
        getattr(report, "when", "") == "call" and COUNTED in map(tuple, report.user_properties) for report in reports
    )


def too_few(config: pytest.Config) -> bool:
    """Tell whether CI ran all tests, as far as it knows, and too few of these."""
    asked = {Path(argument).absolute() for argument in config.args}
    everything = Path(__file__).parent in asked and "outside" not in config.option.markexpr
    return bool(os.environ.get("CI")) and everything and ran(config) < ENOUGH


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that was green for the wrong reason."""
    if not hasattr(session.config, "workerinput") and too_few(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the number, unless there was nothing to run and nobody misses it."""
    note = f", fewer than {ENOUGH}, which CI takes for a failure" if too_few(config) else ""
    if note or ran(config):
        terminalreporter.write_line(f"Tests that ran against {COUNTED[1]}: {ran(config)}{note}")
