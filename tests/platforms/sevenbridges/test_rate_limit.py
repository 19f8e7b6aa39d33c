"""The rate limit: seen, waited for, and never a reason to lose a record."""

import pytest

import bionb

from .conftest import MANY, PROJECT

LARGE = "RFranklin/large-cohort"


def test_the_limit_can_be_asked_for_and_is_in_every_answer(bridges):
    """`rate_limit` does not count; the budget is known without asking."""
    assert bridges.budget is None
    bridges.files(PROJECT).first(1)
    asked = bridges.rate_limit()["rate"]

    assert (1000, 999) == (asked["limit"], asked["remaining"])
    assert (1000, 999) == (bridges.budget.limit, bridges.budget.remaining)


def test_a_reset_in_milliseconds_is_understood(bridges, sandbox):
    """One environment's documentation shows 13 digits."""
    with sandbox.fault("sevenbridges", "reset_milliseconds"):
        bridges.whoami()

    assert bridges.budget.reset_at < 1e11


@pytest.mark.parametrize("limit", [3, 5])
def test_a_listing_goes_on_after_each_window(bridges, sandbox, clock, limit, caplog):
    """The budget runs out several times in one listing; nobody is told 429, and each wait is announced."""
    with sandbox.fault("sevenbridges", "budget", limit=limit, window=300):
        ids = [file["id"] for file in bridges.files(MANY)]

    assert 950 == len(set(ids)) == len(ids)
    assert 10 == len(sandbox.received("sevenbridges"))
    assert {200} == set(bridges.history["status"])
    assert sum(clock.slept) > 300
    assert f"rate limit of {limit} requests used up" in caplog.text


def test_a_hundred_thousand_files_cost_the_whole_budget_and_lose_none(running, clock):
    """1,000 requests and one to begin with are one more than a window allows."""
    running.reset("large")
    url, token = running.url("sevenbridges"), running.credentials("sevenbridges")["token"]
    with bionb.connect("sevenbridges", url, token=token) as client:
        client.whoami()
        count, last = 0, ""
        for page in client.files(LARGE, fields="id").pages():
            assert last < page[0]["id"]
            count, last = count + len(page), page[-1]["id"]

        assert 100_000 == count
        assert 1_001 == len(client.history)
        assert {200} == set(client.history["status"])
    assert 0 < sum(clock.slept) < 301
    running.reset("default")


def test_the_budget_of_others_is_waited_for_too(bridges, sandbox, clock):
    """Another program with the same token uses up the window: 429 comes, is waited for, and nothing is lost."""
    files = bridges.files(MANY)
    files.first(1)
    with sandbox.fault("sevenbridges", "rate_limit", reset_after=120, times=9):
        assert 950 == files.to_frame()["id"].nunique()
    assert sum(clock.slept) >= 119
