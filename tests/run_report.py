"""What a test run says at its end: where its seconds went, and what the gates of the sandboxes rest on."""

from collections import Counter

import pytest

from bionb.registry import platform_card, platforms
from bionb.sandbox.gate import accepted_requests

SAID = "said"
PARTS = {"notebooks": ".ipynb", "browser": "tests/browser/", "SODAR Core site": "tests/sodar_core_site/"}


def sources(name: str) -> Counter[str]:
    """Count a platform's forms of requests by the source of their evidence."""
    return Counter(each["source"] for each in accepted_requests(platform_card(name).load_sandbox()))


def seconds(reports: list[pytest.TestReport]) -> Counter[str]:
    """Return how long each part took, all processes together."""
    found: Counter[str] = Counter()
    for each in reports:
        file = each.nodeid.partition("::")[0]
        part = next((part for part, mark in PARTS.items() if mark in file), "/".join(file.split("/")[:3][:-1]) or file)
        found[part] += each.duration
    return found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the numbers; tests insist on some of them, this is for whoever reads the log."""
    reports = [each for found in terminalreporter.stats.values() for each in found if hasattr(each, "duration")]
    said = {text for each in reports for key, text in each.user_properties if key == SAID}
    for text in sorted(said):
        terminalreporter.write_line(text)
    parts = ", ".join(f"{part} {spent:.0f} s" for part, spent in seconds(reports).most_common(8))
    terminalreporter.write_line(f"Seconds by part, both processes together: {parts}")
    for name in platforms():
        found = sources(name)
        shown = ", ".join(f"{number} {source}" for source, number in found.most_common())
        terminalreporter.write_line(f"Accepted forms of requests, {name}: {found.total()} ({shown})")
