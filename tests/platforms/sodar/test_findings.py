"""What real servers were found to answer, each exchange replayed on the sandbox of its generation."""

import contextlib
import json
import re

import pytest
import requests

import bionb
from bionb.sandbox.tokens import password_of

GENERATIONS = {"114": "new", "0141": "old"}
# SODAR 1.1.4 is older than what the sandbox shows otherwise: it has neither tokens by API nor files of zones.
FAULTS = {"114": ("release_1_1",), "0141": ()}
PREPARED = {"/landingzones/api/submit/delete/<uuid>": "creating", "/landingzones/api/file/list/<uuid>": "creating"}


@pytest.fixture(scope="module")
def findings(reference_data):
    """The recorded exchanges."""
    return json.loads((reference_data / "data" / "sodar" / "sodar_server_findings.json").read_text("utf-8"))


class Replay:
    """One sandbox, made ready for one exchange."""

    def __init__(self, sandbox, found):
        self.sandbox, self.found = sandbox, found
        self.sodar = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
        self.method, self.path = found["request"].split(" ")
        records = {each["title"]: each for each in self.sodar.projects()}
        self.category, self.project = records["Genomics"], records["Exome pilot"]

    def answer(self):
        """Send the exchange as it was recorded, in the identifiers of the sandbox."""
        body, faults = self._body(), [*FAULTS[self.found["server"]]]
        if self._title_is_taken():
            self.sodar.create_zone(self.project, "exome_pilot")
            faults.append("same_second")
        with contextlib.ExitStack() as stack:
            for name in faults:
                stack.enter_context(self.sandbox.fault("sodar", name))
            return requests.request(
                self.method,
                self.sandbox.url("sodar") + self.path.replace("<uuid>", self._uuid()),
                json=body,
                headers={"Authorization": f"token {self.sandbox.credentials('sodar')['token']}"},
                timeout=30,
            )

    def _title_is_taken(self):
        return self.path.startswith("/landingzones/api/create") and self.found["status"] == 500

    def _body(self):
        body = self.found["json"]
        assay = self.sodar.investigation(self.project).assays[0]["sodar_uuid"]
        return {**body, "assay": assay} if body and "assay" in body else body

    def _uuid(self):
        if self.path in PREPARED:
            return self.sodar.create_zone(self.project, "exome_pilot")["sodar_uuid"]
        of_category = ("/project/api/update/<uuid>", "/samplesheets/api/file/list/<uuid>")
        return (self.category if self.path in of_category else self.project)["sodar_uuid"]


def test_every_exchange_is_answered_as_the_real_server_did(findings):
    """A sandbox that is more lenient than reality let the most basic call pass that both real servers refuse."""
    different = []
    for found in findings:
        with bionb.start_sandbox("sodar", state="collections", generation=GENERATIONS[found["server"]]) as sandbox:
            reply = Replay(sandbox, found).answer()
        recorded = (found["status"], found["ctype"].split(";")[0], said(found["body"]))
        actual = (reply.status_code, reply.headers["Content-Type"].split(";")[0], said(reply.text))
        if recorded != actual:
            different.append((found["server"], found["request"], recorded, actual))

    assert [] == different
    assert {"114", "0141"} == {each["server"] for each in findings}


def said(text):
    """Return what an answer means: that it is a page, its keys, or the status that a refusal names."""
    if "HTML" in text or text.lstrip().startswith("<"):
        return "page"
    if text.startswith("{"):
        return sorted(set(re.findall(r'"(title|description|parent|public_guest_access|archive)":', text)))
    return re.findall(r"status=\w+", text)


def test_the_default_servers_of_the_new_generation_fail_at_unknown_addresses():
    """SODAR from 1.1 on fails at its own page for them; a bare SODAR Core site, as was recorded, does not."""
    for state, status in (("default", 500), ("recorded", 404)):
        with bionb.start_sandbox("sodar", state=state) as sandbox:
            for path in ("/project/api/nonexistent", "/project/api/list/", "/nowhere"):
                reply = requests.get(sandbox.url("sodar") + path, timeout=30)
                assert (status, True) == (reply.status_code, "html" in reply.headers["Content-Type"])


def test_servers_of_release_1_1_are_used_and_what_they_lack_is_told():
    """The client steps down by itself, and says "too old" where there is nothing to step down to."""
    with bionb.start_sandbox("sodar", state="collections") as sandbox, sandbox.fault("sodar", "release_1_1"):
        sodar = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
        project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
        zone = sodar.create_zone(project, "exome_pilot")
        with pytest.raises(bionb.BionbError, match="too old"):
            sodar.files(zone=zone).first(1)
        with pytest.raises(bionb.BionbError, match="too old"):
            sodar.create_token("dave", password_of("dave"), delete_others=True)
        with pytest.raises(bionb.BionbError, match="drawings"):
            sodar.update_project(project, readme="Our drawings")

    assert "1.1" == sodar.api.version()
