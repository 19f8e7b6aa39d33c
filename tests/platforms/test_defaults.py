"""Every method with its required arguments only: what is sent then is what was given, and nothing more.

Methods are found by themselves. A new one whose arguments are not known here fails, and one that sends a text, list,
object or null that is empty fails as long as no source says that a server is sent that.
"""

import contextlib
import inspect
import io
import json
from fnmatch import fnmatch
from urllib.parse import parse_qsl

import pandas as pd
import pytest
from werkzeug.formparser import parse_form_data

import bionb
from bionb.errors import JobFailed, ResponseError
from bionb.listing import Listing
from bionb.platforms.odm.tables.matrix import MatrixStream
from bionb.registry import platform_card
from tests.platforms.arguments import arguments_of

PLATFORMS = bionb.platforms()
# What every client has and what sends nothing of its own.
COMMON = {"close", "call", "request", "children", "frame", "roots", "doctor"}
SDK, SEED = "sent by sevenbridges-python", "in the documented example of barcoded samples"
# What is sent although nobody gave it, by platform, method and place in the body (with wildcards), with what says so.
SENT = {
    "odm": {
        "build_study": {"dataClass": "user guide: GCT files are bulk transcriptomics"},
        "import_expression": {"dataClass": "user guide: GCT files are bulk transcriptomics"},
        "import_file": {"dataClass": "odm-api, ImportAFileRequest: required"},
        "import_mapping": {"xrefSetType": "odm-api, XrefSetCreateRequest: required"},
        "link_mapping": {"*Type": "user guide, mapping files: both types are named"},
        "search_studies": {"page.*": "odm-api, SearchStudyRequest: the place of a page"},
    },
    "sevenbridges": {
        "add_member": {"type": SDK, "permissions.read": SDK},
        "copy_app": {"strategy": SDK},
        "create_folder": {"type": SDK},
        "create_task": {"inputs.*.class": SDK},
        "create_tasks": {"description": "the mark by which a second run makes no second task, as documented"},
        "create_volume": {"access_mode": "error 9015: an access mode must be provided"},
        "export_files": {"items.overwrite": SDK},
        "import_files": {"items.overwrite": SDK},
        "send_feedback": {"type": SDK},
        "plan_tasks": {"file_ids": "the files named in the table are looked up by id"},
        "upload_files": {"size": SDK, "part_size": SDK, "name": SDK, "part_number": SDK, "response.headers.ETag": SDK},
    },
    "sodar": {
        "add_member": {"user": "SODAR Core takes UUIDs of users"},
        "create_project": {
            "type": "SODAR Core, ProjectSerializer: required",
            "owner": "SODAR Core, ProjectSerializer: required",
            "public_access": "SODAR Core, ProjectSerializer: allow_null",
        },
        "create_ticket": {"allowed_hosts": "SODAR 1.1, IrodsAccessTicketSerializer: required"},
        "create_token": {"*": "SODAR Core, token view"},
        "set_setting": {"plugin_name": "SODAR Core, AppSettingMixin: required"},
        "transfer_ownership": {"old_owner_role": "SODAR Core, ownership view: required"},
        "update_ticket": {"allowed_hosts": "SODAR 1.1, IrodsAccessTicketSerializer: what is not sent is lost"},
        "update_project": {"public_access": "SODAR Core 1.2 and later fails without it"},
    },
    "torrentsuite": {
        "cancel_plan": {"planStatus": "recorded: a plan is voided", "flows": "recorded: an update without it sets 500"},
        "copy_plan": {"*": "what the copied plan holds"},
        "create_barcoded_plan": {f"barcodedSamples.*.{name}": SEED for name in ("description", "*BedFile")},
        "update_plan": {"flows": "recorded: an update without it sets 500"},
    },
}


def methods():
    """Give each method of each client."""
    for platform in PLATFORMS:
        for name, function in inspect.getmembers(platform_card(platform).load_client(), inspect.isfunction):
            if not name.startswith("_") and name not in COMMON:
                yield pytest.param(platform, name, function, id=f"{platform}-{name}")


def leaves(value, place=""):
    """Give the values of a nested body with their places; an empty text, list or object is one."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple) and value:
        for each in value:
            yield from leaves(each, place)
    elif isinstance(value, pd.DataFrame):
        yield from leaves(value.to_dict("records"), place)
    else:
        yield place, value


def is_empty(value):
    """Tell whether a value is an empty text, list or object, or null."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def bodies(received):
    """Give the bodies that were sent: of json, and the fields of forms with files."""
    for raw in [each.body for each in received if each.body]:
        if raw.startswith(b"--"):
            mark = raw.partition(b"\r\n")[0][2:].decode()
            environ = {"CONTENT_TYPE": f"multipart/form-data; boundary={mark}", "CONTENT_LENGTH": str(len(raw))}
            form = {**environ, "wsgi.input": io.BytesIO(raw), "REQUEST_METHOD": "POST"}
            _, fields, files = parse_form_data(form)
            for file in files.values():
                file.close()
            yield fields.to_dict()
        elif raw.startswith((b"{", b"[")):
            yield json.loads(raw)


@pytest.fixture(scope="module")
def server():
    """All sandboxes."""
    with bionb.start_sandbox(*PLATFORMS) as running:
        yield running


@pytest.mark.parametrize(("platform", "name", "function"), list(methods()))
def test_only_what_was_given_is_sent(server, clock, tmp_path, monkeypatch, platform, name, function):
    """An empty title was refused by a real server, and no test could see it."""
    monkeypatch.chdir(tmp_path)
    sandbox = server.reset()
    with bionb.connect(platform, sandbox.url(platform), **sandbox.credentials(platform)) as client:
        positional, keyword = arguments_of(platform, name, function, client)
        before = len(sandbox.received(platform))
        with contextlib.suppress(ResponseError, JobFailed):
            answer = getattr(client, name)(*positional, **keyword)
            if isinstance(answer, Listing):
                answer.first(1)
            elif isinstance(answer, MatrixStream):
                answer.to_frame()
    received = sandbox.received(platform)[before:]

    assert received, f"{name} sent nothing"
    assert [] == [each.query for each in received if not all(value for _, value in parse_qsl(each.query, True))]
    given = {str(part) for place, value in leaves([positional, keyword]) for part in (value, *place.split("."))}
    known = SENT[platform].get(name, ())
    found = {place: value for body in bodies(received) for place, value in leaves(body) if body}
    unasked = {place: value for place, value in found.items() if is_empty(value) or str(value) not in given}
    assert {} == {place: value for place, value in unasked.items() if not any(fnmatch(place, each) for each in known)}


def test_whatever_is_empty_would_be_seen():
    """The test above proves nothing otherwise."""
    found = dict(leaves({"title": "", "tags": [], "settings": {"intermediate": {}}, "members": [{"role": None}]}))

    assert ["title", "tags", "settings.intermediate", "members.role"] == [
        each for each in found if is_empty(found[each])
    ]
