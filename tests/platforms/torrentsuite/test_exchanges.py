"""Twenty-five exchanges with the genuine server 5.18.1, repeated with the sandbox."""

import json
import re

import pytest
import requests

from tests.platforms.torrentsuite.test_recordings import differences, shape

HEADERS = ("Content-Type", "Vary", "Allow")
# What the recording shows of a plan whose values count.
PLAIN = ("planName", "planStatus", "flows", "projects", "chipType", "notes", "not_found")
FIRST = 217  # the plan that the recording overwrites


@pytest.fixture(scope="module")
def exchanges(reference_data):
    return json.loads((reference_data / "data/torrent-suite/exchanges_2026_11.json").read_text())["recorded"]


@pytest.fixture
def answers(suite, sandbox, exchanges):
    """Every exchange with our answer; the identifiers of plans are translated."""
    first = suite.create_plan(
        planName="first", sample="s", chipType="520", templatingKitName="Ion 520/530 Kit-OT2", again=True
    )
    login = sandbox.credentials("torrentsuite")
    headers = {"Authorization": f"ApiKey {login['username']}:{login['api_key']}"}
    found = []
    for each in exchanges:
        asked = each["request"]
        path = asked["path"].replace(f"/{FIRST}/", f"/{first['id']}/")
        body = {**asked["json"], **({"id": first["id"]} if "id" in asked["json"] else {})} if asked["json"] else None
        url = sandbox.url("torrentsuite") + path
        found.append((each, requests.request(asked["method"], url, json=body, headers=headers, timeout=20)))
    return found


def test_every_exchange_has_the_same_status_and_headers(answers):
    """What is taken, what is refused, and on what the server fails."""
    assert 25 == len(answers)
    for each, answer in answers:
        name = each["note"] or each["request"]["path"]
        assert each["status"] == answer.status_code, (name, answer.text)
        for header in HEADERS:
            assert each["headers"].get(header) == answer.headers.get(header), (name, header)
        assert ("Location" in each["headers"]) == ("Location" in answer.headers), name


def test_every_exchange_has_a_body_of_the_same_form(answers):
    """At every depth; of a plan the recording shows some fields, and their values are the same."""
    for each, answer in answers:
        if "json" not in answer.headers["Content-Type"]:
            assert each["body"] == answer.text
            continue
        theirs, ours = each["body"], answer.json()
        if "error" not in theirs and "error_message" not in theirs:
            assert {key: theirs[key] for key in PLAIN if key in theirs} == {
                key: ours[key] for key in PLAIN if key in theirs
            }
            ours = _like(theirs, ours)
        assert [] == list(differences(shape(theirs), shape(ours))), each["note"]


def _like(theirs, ours):
    """Our answer with the keys that the recording shows."""
    if isinstance(theirs, dict):
        return {key: _like(theirs[key], ours[key]) for key in theirs if key in ours}
    if isinstance(theirs, list):
        return [_like(theirs[0], each) for each in ours] if theirs else ours
    return ours


def test_the_exchanges_tell_the_same_words_where_they_decide(answers):
    """A refusal names the thing that is wrong: the kit, the application, the sample, the file."""
    for each, answer in answers:
        if each["status"] != 400 or not isinstance(each["body"]["error"], dict):
            continue
        told = json.dumps(answer.json()["error"])
        for value in re.findall(r"value of (\w+)\b", json.dumps(each["body"]["error"])):
            assert value in told or value in ("s1", "IonXpress_001"), (each["note"], told)
