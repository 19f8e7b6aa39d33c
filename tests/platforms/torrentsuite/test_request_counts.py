"""How many requests long tables take: what makes them fast, and does not depend on the machine."""

import pytest

import bionb
from benchmarks.torrent import asked, server


@pytest.fixture(scope="module")
def url():
    """The benchmark's server: 5,000 chip-like records, 1,000 reports with metrics."""
    with server(5_000, 1_000) as url:
        yield url


@pytest.fixture
def long_suite(url):
    with bionb.connect("torrentsuite", f"{url}/0", username="u", api_key="sandbox-u") as client:
        yield client


def test_5000_chips_are_exactly_5_requests(long_suite, url):
    """The documented loop needs 250."""
    before = asked(url)
    frame = long_suite.chips().to_frame()

    assert (5_000, 5_000) == (len(frame), frame["id"].nunique())
    assert 5 == asked(url) - before


def test_1000_reports_with_metrics_are_exactly_10_requests(long_suite, url):
    """A loop with detail calls needs 3,001."""
    before = asked(url)
    frame = long_suite.reports().to_frame()

    assert 1_000 == len(frame)
    assert not frame[["total_reads", "total_bases", "loading_percent"]].isna().any().any()
    assert 10 == asked(url) - before
