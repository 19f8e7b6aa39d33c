"""Say at the end of a test run what the gates of the sandboxes rest on."""

from collections import Counter

import pytest

from bionb.platforms import platform_card, platforms
from bionb.sandbox.gate import accepted_requests


def sources(name: str) -> Counter[str]:
    """Count a platform's forms of requests by the source of their evidence."""
    return Counter(each["source"] for each in accepted_requests(platform_card(name).load_sandbox()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the numbers; a test insists on them, this is for whoever reads the log."""
    for name in platforms():
        found = sources(name)
        shown = ", ".join(f"{number} {source}" for source, number in found.most_common())
        terminalreporter.write_line(f"Accepted forms of requests, {name}: {found.total()} ({shown})")
