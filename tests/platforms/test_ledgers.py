"""The ledgers of accepted requests: every route of a sandbox has evidence from outside."""

import re
from collections import Counter

import flask
import pytest
from werkzeug.exceptions import HTTPException

from bionb.registry import platform_card, platforms
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import accepted_requests

PLATFORMS = [each for each in platforms() if accepted_requests(platform_card(each).load_sandbox())]
CATCH_ALL = re.compile(r"/(<path:\w+>)?")  # an application that tells paths apart by itself


@pytest.fixture(params=PLATFORMS)
def sandbox_kind(request):
    """The sandbox class of a platform."""
    return platform_card(request.param).load_sandbox()


def flask_apps(kind, patch):
    """Return the Flask applications that a sandbox is made of."""
    made, begin = [], flask.Flask.__init__

    def noted(self, *args, **options):
        made.append(self)
        begin(self, *args, **options)

    patch.setattr(flask.Flask, "__init__", noted)
    for generation in kind.generations or [None]:
        kind(state=None, generation=generation, faults=Faults())
    return made


def test_every_route_of_a_sandbox_has_evidence(sandbox_kind, monkeypatch):
    """A route that no recording, client or description names may be one that no server has."""
    entries = accepted_requests(sandbox_kind)
    for app in flask_apps(sandbox_kind, monkeypatch):
        served = {
            (method, rule.rule)
            for rule in app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}
            if rule.endpoint != "static" and not CATCH_ALL.fullmatch(rule.rule)
        }
        found = {route for entry in entries for route in routes_of(app.url_map.bind(""), entry)}
        assert set() == served - found, "no entry in accepted_requests.json has these routes"


def routes_of(adapter, entry):
    """Give the routes that an entry's path leads to, with a number, a word or a UUID for what varies."""
    for example in ("1", "word", "00000000-0000-4000-8000-000000000000"):
        path = re.sub(r"\{\w+\.\.\.\}", f"{example}/word", entry["path"])
        path = re.sub(r"\{\w+\}", example, path)
        for each in dict.fromkeys((path, path.rstrip("/") or "/", path.rstrip("/") + "/")):
            try:
                rule, _ = adapter.match(each, method=entry["method"], return_rule=True)
            except HTTPException:
                continue
            yield entry["method"], rule.rule


def test_the_evidence_is_never_our_own(sandbox_kind):
    """What bionb sends proves nothing about what a server takes."""
    sources = Counter(each["source"] for each in accepted_requests(sandbox_kind))

    assert sources
    assert [] == [each for each in sources if not each.strip() or "bionb" in each.lower()]


def test_no_entry_is_there_twice(sandbox_kind):
    """Counts of entries by source would mean nothing."""
    lines = Counter(repr(sorted(each.items(), key=str)) for each in accepted_requests(sandbox_kind))

    assert [] == [line for line, count in lines.items() if count > 1]
