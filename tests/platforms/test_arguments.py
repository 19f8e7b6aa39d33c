"""Every argument of every public method, of a wrong type or an odd value: one clear line, or a result."""

import inspect
import logging
import sys
import warnings

import pandas as pd
import pytest

import bionb
from bionb.arguments import _annotated, _fits
from bionb.errors import BionbError, InvalidInput, InvalidSheet, UsageError
from bionb.listing import Listing
from tests.matrix.test_matrix import PLATFORMS, PatientClock, faults_of, methods
from tests.matrix.wire import Endless
from tests.platforms.arguments import arguments_of

THING = object()
ODD = {
    "None": None,
    "an empty text": "",
    "3.5": 3.5,
    "an object": THING,
    "an empty list": [],
    "an empty dict": {},
    "a table": pd.DataFrame({"x": [1]}),
    "a very long text": "x" * 100_000,
    "a text with line ends": "a\nb\r\nc\u2028d",
    "a list of nothing": [None],
    "a NUL": "a\0b",
}
VARIOUS = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
RAW = ("call", "request")  # pass on to the HTTP library what they are given


def given(function, positional, keyword):
    """Return what a method gets, by name; further names that it takes as well; those that go by place only."""
    parameters = inspect.signature(function).parameters
    bound = inspect.signature(function).bind(None, *positional, **keyword).arguments
    named = {name: each for name, each in bound.items() if name != "self"}
    for name, each in parameters.items():
        if each.kind is each.VAR_KEYWORD:
            named.update(named.pop(name, {}))
    known = ("self", *named)
    others = [name for name, each in parameters.items() if name not in known and each.kind not in VARIOUS]
    return named, others, [name for name, each in parameters.items() if each.kind is each.POSITIONAL_ONLY]


def use(found):
    """Look at a result as far as it is lazy."""
    if isinstance(found, Listing):
        found.first(2)
    elif inspect.isgenerator(found):
        next(found, None)


def outcome(function, named, placed=()):
    """Return the error of a call, None without one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rest = {name: each for name, each in named.items() if name not in placed}
            use(function(*(named[each] for each in placed), **rest))
        except (Exception, Endless) as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            return error
    return None


def is_usage(error):
    """Tell whether an error is about arguments alone; it says what they are to be."""
    return isinstance(error, UsageError | InvalidInput | InvalidSheet)


def fault(error, function, name, odd):
    """Return what is wrong with an error, empty if it is one clear line."""
    if error is None:
        return ""
    if not isinstance(error, BionbError):
        return f"{error!r:.300}"
    # What is wrong here needs no step beyond what would be right.
    found = ", ".join(each for each in faults_of(error, ()) if each != "no next step" or not is_usage(error))
    kinds = _annotated(function)[1]
    told = name in kinds and not _fits(odd, kinds[name])  # not where an annotation leaves it open
    if odd is THING and told and not str(error).startswith(f"{function.__name__}({name}=...) takes "):
        found += " does not name the method and its argument"
    return f"{found}: {error!s:.300}" if found or len(str(error)) > 1_000 else ""


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_argument_ends_in_a_bare_python_error(platform, monkeypatch, tmp_path, say):
    """What is expected and what was given is all that a person needs, and it is known before anything is sent."""
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger("bionb"), "disabled", True)
    bad, calls = [], 0
    with bionb.start_sandbox(platform) as sandbox:
        for method, function in methods(platform).items():
            if method in RAW:
                continue
            sandbox.reset()
            with bionb.connect(platform, sandbox.url(platform), workers=2, **sandbox.credentials(platform)) as client:
                named, others, placed = given(function, *arguments_of(platform, method, function, client))
                for name in (*named, *others):
                    for what, odd in ODD.items():
                        clock = PatientClock()
                        for module in list(sys.modules.values()):
                            if getattr(module, "__name__", "").startswith("bionb.") and "CLOCK" in vars(module):
                                monkeypatch.setattr(module, "CLOCK", clock)
                        calls += 1
                        there = [each for each in placed if each in (*named, name)]
                        error = outcome(getattr(client, method), {**named, name: odd}, there)
                        wrong = fault(error, function, name, odd)
                        bad += [f"{method}({name}={what}): {wrong}"] if wrong else []
    say(f"Odd arguments of {platform}: {calls:,} calls, {len(bad)} faults")

    assert [] == bad, f"{len(bad)} faults:\n" + "\n".join(bad[:300])


GOOD = {
    "browse": {"client": None},
    "connect": {"platform": "sodar", "url": "https://sodar.example.org", "token": "invented"},
    "copy_notebooks": {"folder": "course"},
    "new_isatab": {"samples": [{"Sample Name": "S1"}]},
    "read_isatab": {"source": "nowhere"},
    "start_sandbox": {},
}


@pytest.mark.parametrize("called", [each for each in bionb.__all__ if inspect.isfunction(getattr(bionb, each))])
def test_no_argument_of_a_public_function_ends_in_a_bare_python_error(called, monkeypatch, tmp_path):
    """They are the first that a beginner calls, and calls wrongly."""
    monkeypatch.chdir(tmp_path)
    for platform in PLATFORMS:
        monkeypatch.setenv(f"BIONB_{platform.upper()}_URL", "https://127.0.0.1:9")
    function, bad = getattr(bionb, called), []
    parameters = inspect.signature(function).parameters.values()
    names = [each.name for each in parameters if each.kind not in VARIOUS] + (["token"] if called == "connect" else [])
    for name in names:
        for what, odd in ODD.items():
            error = outcome(function, {**GOOD.get(called, {}), name: odd}, tuple(GOOD.get(called, {}))[:1])
            wrong = fault(error, function, "", odd)
            bad += [f"{called}({name}={what}): {wrong}"] if wrong else []

    assert [] == bad, f"{len(bad)} faults:\n" + "\n".join(bad)
