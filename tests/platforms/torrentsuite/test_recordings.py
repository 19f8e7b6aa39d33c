"""The sandbox answers as the real software did: every recorded call is made again."""

import json
import re

import pytest
import requests

from bionb.sandbox.tokens import token_of

CREDENTIALS = {"ApiKey valid": f"ApiKey ionadmin:{token_of('ionadmin')}"}
HEADERS = ("Content-Type", "Vary", "WWW-Authenticate", "Cache-Control", "Access-Control-Allow-Origin")
# The invented runs have other numbers of records than the three of the recording.
OWN_NUMBERS = ("compositeexperiment page", "results with Importing Failed", "detail 404")
# Answers of which the recording keeps only an excerpt.
SHORTENED = ("top level needs no credentials",)


@pytest.fixture(scope="module")
def recorded(reference_data):
    return json.loads((reference_data / "data/torrent-suite/recorded_responses_5.18.1.json").read_text())["recorded"]


def ask(url, request):
    """Send a recorded request; the key stands for any valid one."""
    headers = {"Accept": "*/*"}
    if request["auth"]:
        headers["Authorization"] = CREDENTIALS.get(request["auth"], request["auth"])
    body = request["body"]
    data = body if isinstance(body, str) else None
    if data is not None:
        headers["Content-Type"] = "application/json"
    return requests.request(
        request["method"],
        url + request["path"],
        headers=headers,
        data=data,
        json=body if isinstance(body, dict) else None,
        allow_redirects=False,
        timeout=20,
    )


def shape(value):
    """Return the form of a body: keys at every depth, kinds of values; a list has the keys of all its entries."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return [{key: form for each in value for key, form in shape(each).items()}]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def differences(theirs, ours, path=""):
    """Give the places where two forms differ; null and empty lists say nothing about what else might stand there."""
    vague = ("NoneType", [], {})
    if theirs in vague or ours in vague:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() | ours.keys():
            if key not in theirs or key not in ours:
                yield f"{path}/{key}: {'ours' if key in ours else 'theirs'} only"
            else:
                yield from differences(theirs[key], ours[key], f"{path}/{key}")
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from differences(theirs[0], ours[0], f"{path}/0")
    elif theirs != ours:
        yield f"{path}: {theirs} and {ours}"


def json_or_text(answer):
    return answer.json() if "json" in answer.headers["Content-Type"] else answer.text


@pytest.fixture
def answers(sandbox, recorded):
    """Every recorded call with our answer; identifiers of plans made on the way are translated."""
    made, found = {}, []
    for each in recorded:
        request = dict(each["request"])
        for theirs, ours in made.items():
            request["path"] = request["path"].replace(theirs, ours)
        answer = ask(sandbox.url("torrentsuite"), request)
        if "Location" in each["headers"] and answer.status_code == 201:
            made[re.sub(r"^\w+://[^/]+", "", each["headers"]["Location"])] = re.sub(
                r"^\w+://[^/]+", "", answer.headers["Location"]
            )
        found.append((each, answer))
    return found


def test_every_recorded_call_has_the_same_status(answers):
    """57 calls: logins, lists, details, and plans that were taken or refused."""
    assert 57 == len(answers)
    assert [] == [
        (each["name"], each["status"], answer.status_code)
        for each, answer in answers
        if each["status"] != answer.status_code
    ]


def test_the_headers_that_matter_are_the_same(answers):
    """A client reads the kind of body, the reason of a 401, what may be kept, and where a new plan is."""
    for each, answer in answers:
        for name in HEADERS:
            assert each["headers"].get(name) == answer.headers.get(name), (each["name"], name)
        assert ("Location" in each["headers"]) == ("Location" in answer.headers), each["name"]
        if "Location" in each["headers"]:
            pattern = re.sub(r"\d+", r"\\d+", re.sub(r"^\w+://[^/]+", "", each["headers"]["Location"]))
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+" + pattern, answer.headers["Location"])


def test_the_bodies_have_the_same_keys_and_kinds(answers):
    """At every depth, and so for every error shape; texts are our own words. The form of a status is tested below."""
    for each, answer in answers:
        theirs, ours = each["body"], json_or_text(answer)
        assert type(theirs) is type(ours), each["name"]
        assert bool(theirs) == bool(ours), each["name"]
        if each["name"] in SHORTENED or _trimmed(each):
            theirs = {key: value for key, value in theirs.items() if value is not None}
            ours = {key: value for key, value in ours.items() if key in theirs}
        told = [each for each in differences(shape(theirs), shape(ours)) if "/i18nstatus/" not in each]
        assert [] == told, each["name"]


def _trimmed(each):
    """Bodies of most new plans are recorded by their main fields only."""
    return each["status"] == 201 and "planGUID" not in each["body"]


def test_the_values_that_mean_something_are_the_same(answers):
    """Totals, links to the next page, names in order, and what a new plan becomes."""
    for each, answer in answers:
        theirs, ours = each["body"], json_or_text(answer)
        if not isinstance(theirs, dict):
            continue
        if "meta" in theirs and each["name"] not in OWN_NUMBERS:
            assert theirs["meta"] == ours["meta"], each["name"]
            assert [chip["name"] for chip in theirs["objects"]] == [chip["name"] for chip in ours["objects"]]
        if "meta" in theirs:
            assert theirs["meta"]["next"] == ours["meta"]["next"]
        for key in ("planName", "planDisplayedName", "planStatus", "flows", "runType", "origin", "chipType"):
            assert theirs.get(key) == ours.get(key), (each["name"], key)


def test_big_integers_and_unknown_statuses_come_as_in_reality(answers):
    """The quirks that a client must handle are on by default."""
    by_name = {each["name"]: answer for each, answer in answers}
    run = by_name["compositeexperiment page"].json()
    report = by_name["results with Importing Failed"].json()["objects"][0]

    assert "/rundb/api/mesh/v1/compositeexperiment/" in run["meta"]["next"]
    assert isinstance(run["objects"][0]["results"][0]["qualitymetrics"]["q0_bases"], str)
    assert ["Importing Failed"] == list(report["i18nstatus"])
    assert {"i18n", "state"} == set(report["i18nstatus"]["Importing Failed"])
    assert {"i18n", "state"} == set(by_name["results detail"].json()["i18nstatus"])
