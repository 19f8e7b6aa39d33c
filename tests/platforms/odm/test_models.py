"""Every request of bionb, and every answer of the sandbox, conforms to the models of the vendor's own client."""

import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest
import requests
from werkzeug.exceptions import HTTPException

import bionb
from bionb.registry import platform_card
from bionb.sandbox.tokens import token_of
from tests.environments import plain_environ
from tests.ledgers import recorder
from tests.missing import python_of
from tests.platforms.odm.conftest import BUCKET, DATA, LIVER
from tests.platforms.odm.ledger import read_facts
from tests.platforms.odm.test_operations import CELLS, EX, FLOW, LIB, PREP, SAMPLES, VAR, everything
from tests.platforms.test_ledgers import flask_apps

JUDGE = Path(__file__).with_name("judge.py")
pytestmark = pytest.mark.outside

QUERIES = {
    "groupAccession": EX,
    "firstId": EX,
    "exQuery": "feature.gene=CD36",
    "vxQuery": "region = chr1:1-200000000",
    "fxQuery": "MinValue=0",
    "accessions": "GSF000107",
}
METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"]
BODIES = {
    r"/xrefsets$": {"xrefSetType": "gene-transcript", "dataLink": "s3://example_data/LIV2045/LIV2045_mapping.tsv"},
    r"import/(study|samples|libraries|preparations)$": {
        "metadataLink": "s3://example_data/LIV2045/LIV2045_samples.tsv"
    },
    r"import/file$": {
        "dataLink": "s3://example_data/LIV2045/LIV2045_protocol.txt",
        "studyAccession": LIVER,
        "dataClass": "Document",
    },
    r"import/[\w-]+$": {"dataLink": "s3://example_data/LIV2045/LIV2045_cells.tsv"},
    r"search/studies$": {"filters": [{"type": "FULL_TEXT", "match": "liver", "mode": "STRICT"}]},
    r"get-batch$": {"firstType": "expressionGroup", "firstIds": [EX], "offset": 0, "limit": 10},
    r"/links$": [{"firstId": EX, "firstType": "expressionGroup", "secondId": LIVER, "secondType": "study"}],
    r"reference-genomes$": {"organism": "Mus musculus", "assembly": "GRCm39", "release": "110"},
    r"/\{id\}$": {"Note": "x"},
}


@pytest.fixture(scope="module")
def facts(reference_data):
    """Operations and models of the vendor's client."""
    return read_facts(reference_data)


class Watched:
    """A client that notes which methods are called."""

    def __init__(self, client):
        self.client, self.called = client, set()

    def __getattr__(self, name):
        self.called.add(name)
        return getattr(self.client, name)


@pytest.fixture(scope="module")
def walked(facts):
    """All exchanges of bionb's methods, and the methods called."""
    with recorder("odm", gated=True) as running, bionb.connect("odm", running.url, token=token_of("alice")) as client:
        watched = Watched(client)
        everything(watched)
        the_rest(watched)
        yield running.exchanges, watched.called


def the_rest(odm):
    """Call what is made of other methods, or is not in the walk through all operations."""
    odm.may_curate()
    odm.may_manage()
    odm.reference_genome("GSF000107")
    studies = odm.roots()
    for node in [studies[0], *odm.children(studies[0])]:
        odm.frame(node)
    bucket = DATA / "LIV2045_"
    odm.build_study(BUCKET + "study.tsv", BUCKET + "samples.tsv", BUCKET + "expression.gct")
    mapping = odm.import_mapping(f"{bucket}mapping.tsv".replace(f"{DATA}/", "s3://example_data/LIV2045/"))
    odm.link_mapping(mapping, EX)
    odm.unlink_mapping(mapping, EX)


@pytest.fixture(scope="module")
def driven(facts):
    """One exchange with each operation that the sandbox serves, also where bionb has no method for it."""
    with recorder("odm", gated=True, state="linked") as running, requests.Session() as session:
        session.headers["Genestack-API-Token"] = token_of("alice")

        def ask(method, path, **options):
            return session.request(method, running.url + path, **options)

        examples = examples_of(ask)
        for each in sorted(served(facts["endpoints"]), key=lambda each: METHODS.index(each["method"])):
            named = {param["name"] for param in each["params"] if param["in"] == "query"}
            params = {name: value for name, value in QUERIES.items() if name in named}
            if "variant/streamed" in each["path"]:
                params["groupAccession"] = VAR
            body = next((body for pattern, body in BODIES.items() if re.search(pattern, each["path"])), None)
            path = filled(each["method"], each["path"], examples)
            if path and "multipart" not in path:  # uploads are in the walk
                ask(each["method"], path, params=params, json=body if each["method"] in ("POST", "PATCH") else None)
        yield running.exchanges


def filled(method, path, examples):
    """Return a path with examples for its placeholders; empty where there is none."""
    if link := re.search(r"link/([\w-]+)/(group/)?\{sourceId\}/to/(\w+)/(group/)?\{targetId\}", path):
        source, group, target, groups = link.groups()
        ends = examples[f"end {source} {group or ''}"], examples[f"end {target} {groups or ''}"]
        return path.replace("{sourceId}", ends[0]).replace("{targetId}", ends[1])
    path = path.replace("{version}", "v1")
    found = next((example for pattern, example in examples.items() if re.search(pattern, f"{method} {path}")), "")
    return re.sub(r"\{\w+\}", found, path) if found or "{" not in path else ""


def examples_of(ask):
    """Return what stands for the placeholder of a path, by the words before it; the first that fits."""

    def first(kinds):
        return ask("GET", f"/api/v1/as-user/{kinds}").json()["data"][0]["genestack:accession"]

    def item(kinds):
        return ask("GET", f"/api/v1/as-user/{kinds}").json()["data"][0]["itemId"]

    def run(kinds, group):
        return ask("GET", f"/api/v1/as-user/{kinds}/runs/by/group/{group}").json()["data"][0]["runId"]

    task = ask("POST", f"/api/v1/as-curator/integration/studies/{LIVER}/tasks/publish-versions")
    objects = {
        "end library ": first("libraries"),
        "end preparation ": first("preparations"),
        "end sample ": "GSF1146904",
        "end study ": LIVER,
        "end expression ": run("expressions", EX),
        "end variant ": run("variants", VAR),
        "end flow-cytometry ": run("flow-cytometries", FLOW),
    }
    groups = {"sample": SAMPLES, "library": LIB, "preparation": PREP, "cell": CELLS}
    groups |= {"expression": EX, "variant": VAR, "flow-cytometry": FLOW}
    return {
        **objects,
        **{f"end {kind} group/": accession for kind, accession in groups.items()},
        r"(studies|by/study)/\{": LIVER,
        r"(samples|by/sample)/\{": "GSF1146904",
        r"(libraries|by/library)/\{": first("libraries"),
        r"(preparations|by/preparation)/\{": first("preparations"),
        r"(files|by/file)/\{": first("files"),
        r"cells/by/group/\{": CELLS,
        r"cells/\{": "GSF1146937",
        r"reference-genomes/\{": "GSF000107",
        **{rf"GET .*/{kinds}/\{{id\}}$": item(kinds) for kinds in ("expressions", "variants", "flow-cytometries")},
        r"expressions/\{": EX,
        r"variants/\{": VAR,
        r"flow-cytometries/\{": FLOW,
        r"expressions/group/by/run/\{": run("expressions", EX),
        r"variants/group/by/run/\{": run("variants", VAR),
        r"flow-cytometries/group/by/run/\{": run("flow-cytometries", FLOW),
        r"librar\w+(-to-samples)?/by/group/\{": LIB,
        r"preparation\w*(/preparations-to-samples)?/by/group/\{": PREP,
        r"variant.*group/\{": VAR,
        r"flow.*group/\{": FLOW,
        r"group/\{": EX,
        r"jobs/\{": "1241",
        r"xrefsets/\{": ask("POST", "/api/v1/xrefsets", json=BODIES["/xrefsets$"]).json()["xrefSetId"],
        r"tasks/\{": task.json()["id"],
    }


def served(endpoints):
    """Return the operations that the sandbox has a route for."""
    with pytest.MonkeyPatch.context() as patch:
        (app,) = flask_apps(platform_card("odm").load_sandbox(), patch)
    adapter = app.url_map.bind("")
    for each in endpoints:
        for example in ("1", "word"):
            try:
                adapter.match(re.sub(r"\{\w+\}", example, each["path"]), method=each["method"])
            except HTTPException:
                continue
            yield each
            break


@pytest.fixture(scope="module")
def spoilt(walked):
    """Exchanges that do not conform: each differs in one thing from one that does."""
    told = next(each for each in walked[0] if each.path.endswith("/as-user/studies") and each.status == 200)
    page = json.loads(told.answer)
    pagination = {**page["meta"]["pagination"], "total": "three"}
    answers = [{**page, "surplus": 1}, {**page, "meta": {"pagination": pagination}}, {**page, "data": "none"}]
    spoilt = [dataclasses.replace(told, answer=json.dumps(each).encode()) for each in answers]
    return spoilt + [dataclasses.replace(told, query=[pair]) for pair in (("sort", "size"), ("order", "name"))]


@pytest.fixture(scope="module")
def verdicts(facts, walked, driven, spoilt):
    """What the vendor's models find wrong; one run, for they take long to load."""
    exchanges = {"walked": walked[0], "driven": driven, "spoilt": spoilt}
    told = {name: [as_told(each) for each in found] for name, found in exchanges.items()}
    done = subprocess.run(
        [str(python_of("odm")), str(JUDGE)],
        input=json.dumps({"endpoints": facts["endpoints"], "exchanges": told}),
        env=plain_environ(),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def as_told(exchange):
    """Return an exchange as the judge reads it."""
    found = dataclasses.asdict(exchange)
    return found | {name: found[name].decode("utf-8", "replace") for name in ("body", "answer")}


def test_bionb_asks_and_the_sandbox_answers_as_the_models_say(walked, verdicts):
    """Names, enumerations, what is required, what is unknown, and types: in requests and answers."""
    assert 90 < len(walked[0])
    assert [] == verdicts["walked"]


def test_each_operation_of_the_sandbox_answers_as_the_models_say(driven, verdicts):
    """Other clients ask what bionb has no method for."""
    answers = {f"{each.method} {each.path} {each.status} {each.answer[:90]!r}": each for each in driven}
    refused = {words for words, each in answers.items() if each.status >= (400 if each.method == "GET" else 500)}

    assert 230 < len(driven)
    assert set() == refused
    assert [] == verdicts["driven"]


def test_the_walk_calls_every_method(walked):
    """A method that is not called here is one whose requests nobody judged."""
    client = platform_card("odm").load_client()
    methods = {name for name in dir(client) if not name.startswith("_") and callable(getattr(client, name))}

    assert set() == methods - walked[1] - {"close"}


def test_what_does_not_conform_is_found(spoilt, verdicts):
    """A judge that takes everything proves nothing."""
    assert len(spoilt) == len(verdicts["spoilt"])


def test_the_facts_are_of_the_client_that_judges(verdicts):
    """Facts of another release would judge by operations that are no more."""
    assert [] == verdicts["facts"]
