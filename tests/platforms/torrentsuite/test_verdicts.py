"""What the genuine server 5.18.1 said to 150 plans: the client's check and the sandbox must say the same."""

import json

import pytest
import requests

# A plan that the server takes and the check refuses, and why.
STRICTER = {"id given": "the server overwrites the plan of that id, one that has run included"}
STATUS = {"accepted": 201, "refused": 400, "server error": 500}
LEAST = 0.95


@pytest.fixture(scope="module")
def verdicts(reference_data):
    return json.loads((reference_data / "data/torrent-suite/plan_verdicts_5.18.1.json").read_text())["plans"]


def test_the_check_says_what_the_server_says(suite, sandbox, verdicts):
    """Before anything is sent, with the catalogues of the server; a failure of the server counts as a refusal."""
    differ = {}
    for each in verdicts:
        found = suite.check_plan(each["plan"])
        errors = found[found["level"] == "error"]["message"].tolist()
        if (each["verdict"] == "accepted") != (not errors):
            differ[each["name"]] = errors
    posts = [each.method for each in sandbox.received("torrentsuite") if each.method != "GET"]

    assert 150 == len(verdicts)
    assert STRICTER.keys() == differ.keys(), differ
    assert LEAST < 1 - len(differ) / len(verdicts)
    assert [] == posts


def test_the_sandbox_says_what_the_server_says(suite, sandbox, verdicts):
    """By rules of its own, so that an error of the client's rules shows."""
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/plannedexperiment/"
    login = sandbox.credentials("torrentsuite")
    headers = {"Authorization": f"ApiKey {login['username']}:{login['api_key']}"}
    differ = {}
    for each in verdicts:
        plan = {**each["plan"], **({"id": 91} if "id" in each["plan"] else {})}  # a plan that is there
        answer = requests.post(url, json=plan, headers=headers, timeout=20)
        if STATUS[each["verdict"]] != answer.status_code:
            differ[each["name"]] = answer.text

    assert {} == differ


def test_a_refusal_names_the_fields_that_the_server_names(suite, sandbox, verdicts):
    """The first words of the recorded reason: a right verdict for a wrong reason helps nobody."""
    url = sandbox.url("torrentsuite") + "/rundb/api/v1/plannedexperiment/"
    login = sandbox.credentials("torrentsuite")
    headers = {"Authorization": f"ApiKey {login['username']}:{login['api_key']}"}
    for each in (each for each in verdicts if each["verdict"] == "refused"):
        answer = requests.post(url, json=each["plan"], headers=headers, timeout=20).json()
        reason = each["reason"].split('": ', 1)[1] if '": ' in each["reason"] else each["reason"]
        field = reason.split(":")[0].split(" > ")[0].strip()

        assert field in answer["error"], (each["name"], answer)
