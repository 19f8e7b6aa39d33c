"""Waiting: at once, never for ever, and never blind to what went wrong. All on a clock whose sleeping takes no time."""

import itertools
import re
import time

import pytest

from bionb.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    InsecureConnection,
    JobFailed,
    ServerFailed,
    WaitTimeout,
)
from bionb.progress import Progress, meanwhile, pause
from bionb.waiting import wait_for

GONE = ConnectionFailed("Test could not be reached.")


class Job:
    """Gives one state after the other, the last one for ever; an exception is raised."""

    def __init__(self, *states):
        self.states, self.polls = list(states), 0

    def poll(self):
        self.polls += 1
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BaseException):
            raise state
        return {"state": state, "poll": self.polls}


def wait(job, **options):
    options = {"wanted": {"DONE"}, "failed": {"FAILED"}, "what": "job 7", **options}
    return wait_for(job.poll, lambda record: record["state"], **options)


def test_what_is_done_already_takes_one_poll_and_no_time(clock):
    """Run All of a finished story must be quick."""
    job = Job("DONE")

    assert {"state": "DONE", "poll": 1} == wait(job)
    assert [] == clock.slept


def test_pauses_grow_up_to_a_limit_and_start_again_after_a_change(clock):
    """A long job must not be asked five times a second, a moving one must not be missed."""
    wait(Job(*["BUSY"] * 12, *["COPYING"] * 3, "DONE"), interval=1, longest=10)

    assert [1, 1.5, 2.25] == clock.slept[:3]
    assert 10 == max(clock.slept)
    # A change is seen at the end of a pause; the next pause is the shortest again.
    assert [10, 1, 1.5, 2.25] == clock.slept[-4:]


def test_a_failed_state_ends_at_once_with_the_servers_words(clock):
    """The log is on the exception, the message is one line."""
    with pytest.raises(JobFailed, match="job 7 ended as FAILED: no space left") as caught:
        wait(Job("BUSY", "FAILED"), explain=lambda record: "no space\n left")

    assert ("FAILED", 2) == (caught.value.state, caught.value.record["poll"])
    assert "\n" not in str(caught.value)


def test_an_unknown_state_counts_as_busy(clock):
    """Servers invent states."""
    assert "DONE" == wait(Job("NEVER HEARD OF", None, "DONE"))["state"]


def test_a_deadline_ends_the_wait_and_not_the_work(clock):
    """The message says that the work goes on, and the last record is kept."""
    with pytest.raises(WaitTimeout, match="job 7 is still BUSY after 60 s; the work goes on at the server") as caught:
        wait(Job("BUSY"), deadline=60)

    assert 60 == pytest.approx(sum(clock.slept), abs=0.1)
    assert ("BUSY", "BUSY") == (caught.value.state, caught.value.record["state"])


def test_the_last_poll_is_at_the_deadline(clock):
    """What is done in the last second counts."""
    states = itertools.chain(["BUSY"] * 3, itertools.repeat("DONE"))
    record = wait_for(
        lambda: {"state": next(states)}, lambda r: r["state"], wanted={"DONE"}, what="job 7", deadline=7, interval=2
    )
    assert {"state": "DONE"} == record


def test_a_deadline_of_nothing_asks_once(clock):
    """`deadline=0` is a way to look."""
    job = Job("BUSY")
    with pytest.raises(WaitTimeout):
        wait(job, deadline=0)
    assert 1 == job.polls


def test_without_a_deadline_it_waits_as_long_as_something_moves(clock):
    """A day is nothing for an upload."""
    job = Job(*(f"COPYING {n}" for n in range(1000)), "DONE")
    assert "DONE" == wait(job, deadline=None, interval=100, longest=100, stuck_after=150)["state"]
    assert sum(clock.slept) > 86_400


def test_what_does_not_move_any_more_is_told(clock):
    """A job whose worker died stays as it is for ever."""
    with pytest.raises(WaitTimeout, match="has been BUSY for 300 s without any change; it may be stuck") as caught:
        wait(Job("NEW", "BUSY"), deadline=None, stuck_after=300)
    assert "BUSY" == caught.value.state


def test_progress_counts_as_movement(clock):
    """The state is the same, the count of files is not."""
    job = Job(*["COPYING"] * 500, "DONE")
    assert wait(job, deadline=None, interval=10, longest=10, stuck_after=25, changed=lambda record: record["poll"])


def test_a_state_from_before_the_request_does_not_count(clock):
    """Right after submitting some servers still show how the last attempt ended."""
    stale = {"fresh": lambda record: record["poll"] > 2}
    assert 3 == wait(Job("DONE"), **stale)["poll"]
    with pytest.raises(JobFailed) as caught:
        wait(Job("FAILED"), **stale)
    assert 3 == caught.value.record["poll"]


FAILURES = [GONE, ServerFailed("Test answered 503.", status=503), ServerFailed("Test answered 500.", status=500)]


class Restarting:
    """A job on a server that is away for some time, on the test's clock."""

    def __init__(self, clock, failure, begins, seconds):
        self.clock, self.failure, self.begins, self.seconds = clock, failure, clock.now() + begins, seconds

    def poll(self):
        now = self.clock.now()
        if self.begins <= now < self.begins + self.seconds:
            raise self.failure
        return {"state": "BUSY" if now < self.begins + self.seconds + 5 else "DONE"}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("begins", [0, 20])
def test_a_wait_survives_a_server_that_is_down_for_a_minute(clock, failure, begins):
    """A server restarts while a job of two hours runs, or right after it was begun."""
    assert "DONE" == wait(Restarting(clock, failure, begins, 60))["state"]


def test_a_server_that_is_away_is_told_on_the_line_of_the_wait(clock, capfd):
    """Who looks at a bar that stands still wants to know why."""
    wait(Restarting(clock, FAILURES[1], 20, 60))

    assert re.search(r"no answer for \d+ s \(status 503\), asking on", capfd.readouterr().err)


def test_the_time_without_answers_is_not_taken_for_standing_still(clock):
    """Nobody knows what the job did meanwhile."""
    job = Restarting(clock, GONE, 5, 100)
    assert "DONE" == wait(job, deadline=None, stuck_after=50, longest=2)["state"]


def test_a_server_that_stays_away_is_told_with_the_last_record(clock):
    """After some minutes, and nothing that was known is lost."""
    with pytest.raises(ConnectionFailed, match="job 7 was waited for.*wait again later") as caught:
        wait(Job("BUSY", ConnectionFailed("Test could not be reached.")))
    assert {"state": "BUSY", "poll": 1} == caught.value.partial
    assert 300 == pytest.approx(sum(clock.slept), abs=40)


def test_what_no_time_mends_ends_a_wait_at_once(clock):
    """A link to another server does not come back to ours."""
    with pytest.raises(InsecureConnection):
        wait(Job("BUSY", InsecureConnection("Test: another server.")))
    assert 1 == len(clock.slept)


def test_a_failure_that_will_not_pass_is_not_forgiven(clock):
    """An expired token does not come back."""
    job = Job("BUSY", AuthenticationFailed("Test answered 401.", status=401))
    with pytest.raises(AuthenticationFailed):
        wait(job)
    assert 2 == job.polls


def test_the_deadline_holds_while_nothing_answers(clock):
    """Forgiving must not become endless."""
    with pytest.raises(WaitTimeout, match="no answer yet"):
        wait(Job(GONE), deadline=5, patience=10**6)


def test_an_interrupt_ends_the_wait(clock, monkeypatch):
    """Pressing stop raises as everywhere, in the middle of a pause."""

    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(clock, "sleep", interrupted)
    job = Job("BUSY")
    with pytest.raises(KeyboardInterrupt):
        wait(job)
    assert 1 == job.polls


# -- what is shown ------------------------------------------------------------------------------------------------


def test_short_work_shows_nothing(clock, capfd):
    """A bar that flashes up would stay in the stored notebook."""
    with Progress("files", total=3) as bar:
        bar.update(1)
        bar.update(3)
    assert ("", "") == capfd.readouterr()


def test_a_long_pause_says_why_and_for_how_long(clock, caplog):
    """Short ones are nobody's business."""
    pause(1.9, "Test: rate limit")
    assert "" == caplog.text
    pause(30, "Test: rate limit")
    assert "Test: rate limit: going on in 30 s (interrupt to stop)" in caplog.text
    assert 31.9 == pytest.approx(sum(clock.slept), abs=0.1)


def test_one_long_request_shows_that_it_is_under_way(clock, capfd):
    """A server that works for two minutes on one request says nothing meanwhile."""
    with meanwhile("Test: import sheets"):
        clock.slept.append(75.0)
        time.sleep(1.3)
    shown = capfd.readouterr().err
    assert "Test: import sheets" in shown
    assert "the server is at work" in shown


def test_pauses_within_a_wait_are_told_on_the_line_of_the_wait(clock, caplog, capfd):
    """A log message for every retry of every poll would fill a notebook; a rate limit of minutes must be seen."""

    def poll():
        pause(30, "Test: rate limit")
        return {"state": "DONE"}

    wait_for(poll, lambda record: record["state"], wanted={"DONE"}, what="job 7")
    assert "" == caplog.text
    assert re.search(r"Test: rate limit: going on in \d+ s", capfd.readouterr().err)
    assert 30 == pytest.approx(sum(clock.slept), abs=0.1)
