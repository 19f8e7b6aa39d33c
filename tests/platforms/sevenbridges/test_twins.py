"""The same action through bionb and through the official client: the same requests, but for what is listed here."""

import inspect
import json
import re
from collections import Counter

import pytest

import bionb
from bionb.errors import ResponseError
from bionb.platforms.sevenbridges.client import SevenBridgesClient
from bionb.sandbox.tokens import token_of
from bionb.session import SessionOwner
from tests.ledgers import recorder, template, templates
from tests.platforms.sevenbridges import twin
from tests.platforms.sevenbridges.ledger import official_actions

pytestmark = pytest.mark.outside

# What differs everywhere. Page size: documents say 50 and 25, so bionb always says 100. Fields: both clients ask for
# all of them, but not always for the same lists. True and true are the same to the server.
PAGING = ("limit", "offset", "fields")
READ_AGAIN = "the official client reads what it changed once more; the answer says it already"
CHECKED = "bionb compares inputs with the app's description and the files' project before anything is sent"
GIVEN = "nothing is sent that was not given"
NAMED = "documents show files as class, path and name"
APP, APP_REVISION = "/v2/apps/{owner}/{project}/{short}/raw", "/v2/apps/{owner}/{project}/{short}/{revision}/raw"
INPUTS = {
    "request POST /v2/bulk/files/get: bionb": CHECKED,
    'body inputs input_bam name "S01.bam": bionb': NAMED,
    'body inputs input_bam name "S02.bam": bionb': NAMED,
}
TASK = {**INPUTS, f"request GET {APP}: bionb": CHECKED}
BATCH = {
    **TASK,
    "body description null: official": GIVEN,
    "body batch true: bionb": "documents and the R client say it",
}
LOOKED = "a file that is there already is not sent again"
DIFFERENCES = {
    "update_metadata": {"request GET /v2/files/{name}: official": READ_AGAIN},
    "update_metadata_replace": {"request GET /v2/files/{name}: official": READ_AGAIN},
    "upload": {
        "query overwrite=false: bionb": "the R client always says whether a file may be replaced",
        "request GET /v2/files: bionb": LOOKED,
    },
    "upload_to_folder": {"request GET /v2/files: bionb": LOOKED},
    "download": {"request POST /v2/bulk/files/get: bionb": "a file is whole when it has the size its record tells"},
    "apps_public": {
        "query q=bam merge: bionb": "the R client sends all words as one text",
        "query q=bam: official": "as above",
        "query q=merge: official": "as above",
    },
    "create_task": {**TASK, "body description null: official": GIVEN},
    "create_task_full": TASK,
    "create_batch": BATCH,
    "create_batch_by_item": {**BATCH, "query batch=false: official": "it stands for not splitting after all"},
    "update_task": {
        **INPUTS,
        f"request GET {APP_REVISION}: bionb": CHECKED,
        "request GET /v2/tasks/{name}: bionb": "the draft knows its app, with which the inputs are compared",
    },
    "export_files": {"body items properties {}: official": GIVEN},
}
# Methods that send what other methods send, or whose requests only the documents and the R client show.
WITHOUT_TWIN = {
    "app_cwl": "documents only",
    "app_inputs": "app_cwl",
    "call": "whatever is asked for",
    "create_tasks": "tasks, create_task and run_task",
    "file_tree": "files",
    "plan_tasks": "app_cwl, files and files_by_id",
    "task_inputs": "task",
    "task_outputs": "tasks_by_id and tasks",
    "wait_task": "task",
    "wait_tasks": "tasks_by_id",
}


@pytest.fixture(scope="module")
def official():
    """Requests of the official client, by action."""
    actions, app = official_actions()
    known = templates(app)
    return {name: [normal(each, known) for each in found] for name, found in actions if name}


class Watched:
    """A client that notes which methods are called."""

    def __init__(self, client):
        self.client, self.called = client, set()

    def __getattr__(self, name):
        self.called.add(name)
        return getattr(self.client, name)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Requests of bionb, by action, and the methods called; the sandbox is behind its gate."""
    found = {}
    with recorder("sevenbridges", gated=True) as running:
        known = templates(running.app)
        with bionb.connect("sevenbridges", running.url, token=token_of("RFranklin")) as client:
            watched = Watched(client)
            for name, act in twin.steps(watched, tmp_path_factory.mktemp("twin")):
                start = len(running.exchanges)
                try:
                    act()
                except ResponseError:
                    if name not in ("users", "invoice"):  # a division and an invoice that are not there
                        raise
                found[name] = [normal(each, known) for each in running.exchanges[start:]]
    return found, watched.called


@pytest.fixture
def ours(walked):
    """Requests of bionb, by action."""
    return walked[0]


def normal(exchange, known):
    """Return a request as something to compare: ids are alike, a body of nothing is none."""
    query = sorted((name, value.lower()) for name, value in exchange.query if name not in PAGING)
    body = b"" if exchange.body in (b"null", b"{}") else exchange.body
    path = template(exchange.path.rstrip("/"), known)
    assert path is not None, exchange.path
    is_json = "json" in exchange.content
    sent = json.loads(body) if body and is_json else len(body)
    return {
        "request": f"{exchange.method} {path}",
        "query": json.loads(alike(json.dumps(query))),
        "body": json.loads(alike(json.dumps(sent))) if body else None,
        "content": exchange.content if body else "",
    }


def alike(text):
    """Put one word for all ids: each server makes its own."""
    return re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{24,40}\b", "ID", text)


def differences(official, ours):
    """Return in words what one client sends and the other does not, whatever the order of requests."""
    found = set()
    left = list(ours)
    for each in official:
        twin = next((other for other in left if other["request"] == each["request"]), None)
        if twin is None:
            if each["request"] not in {other["request"] for other in ours}:
                found.add(f"request {each['request']}: official")
            continue
        left.remove(twin)
        found |= {f"query {name}={value}: official" for name, value in minus(each["query"], twin["query"])}
        found |= {f"query {name}={value}: bionb" for name, value in minus(twin["query"], each["query"])}
        found |= body_differences("body", each["body"], twin["body"])
        if each["content"] != twin["content"] and each["body"]:
            found.add(f"content type {each['content']}: official, {twin['content']}: bionb")
    asked = {each["request"] for each in official}
    return found | {f"request {each['request']}: bionb" for each in left if each["request"] not in asked}


def minus(one, other):
    return (Counter(map(tuple, one)) - Counter(map(tuple, other))).keys()


def body_differences(name, official, ours):
    if isinstance(official, dict) and isinstance(ours, dict):
        found = set()
        for key in official.keys() | ours.keys():
            if key not in ours:
                found.add(f"{name} {key} {json.dumps(official[key])}: official")
            elif key not in official:
                found.add(f"{name} {key} {json.dumps(ours[key])}: bionb")
            else:
                found |= body_differences(f"{name} {key}", official[key], ours[key])
        return found
    if isinstance(official, list) and isinstance(ours, list) and len(official) == len(ours):
        pairs = zip(official, ours, strict=True)
        return {each for one, other in pairs for each in body_differences(name, one, other)}
    if official != ours:
        return {f"{name} {json.dumps(official)}: official, {json.dumps(ours)}: bionb"}
    return set()


def test_both_clients_send_the_same(official, ours):
    """Only the official client is known to be understood; what differs needs a reason from the documents."""
    found = {name: differences(official[name], ours[name]) for name in ours}
    listed = {name: set(reasons) for name, reasons in DIFFERENCES.items()}

    assert listed == {name: each for name, each in found.items() if each}


def test_every_method_of_bionb_that_sends_has_a_twin(walked):
    """A method without a twin is one whose requests nobody compared."""
    home = SevenBridgesClient.__module__.rpartition(".")[0]
    parts = [each for each in SevenBridgesClient.__mro__ if each.__module__.startswith(home)]
    shared = {name for name in dir(SessionOwner) if callable(getattr(SessionOwner, name))}
    protocol = {"roots", "children", "frame", "whoami"}
    methods = {name for part in parts for name, each in vars(part).items() if inspect.isfunction(each)}
    sending = {name for name in methods if not name.startswith("_")} - shared - protocol

    assert set(WITHOUT_TWIN) == sending - walked[1]
