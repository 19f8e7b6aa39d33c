"""Schemas of the sandbox's resources, grown from a compact list of field names, types and filters.

A line of ``data/schemas.txt`` is ``resource [methods]: field:type?!~ ... | filters ... | orders ...`` with the types i
(integer), f (float), b (boolean), t (datetime), d (dict), l (list), r1 and r* (related to one, to many), nothing for
text; ``?`` may be null, ``!`` is read only, ``~`` cannot be filtered by.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import words

TYPES = {"i": "integer", "f": "float", "b": "boolean", "t": "datetime", "d": "dict", "l": "list", "": "string"}
METHODS = ["get", "post", "put", "delete", "patch"]
ALL_WITH_RELATIONS = 2

# All names of the root list; those without an own schema share that of the model behind them, or have the bare minimum.
NAMES = words(
    """
PluginResultJob account activeioncheflibraryprepkitinfo activeionchefprepkitinfo activelibrarykitinfo
activepgmlibrarykitinfo activepgmsequencingkitinfo activeprotonlibrarykitinfo activeprotonsequencingkitinfo
activesequencingkitinfo analysisargs analysismetrics applicationgroup applproduct availableionchefplannedexperiment
availableionchefplannedexperimentsummary availableonetouchplannedexperiment availableonetouchplannedexperimentsummary
availableplannedexperimentsummary chefpcrplateconfig chip clusterinfohistory common_cv compositedatamanagement
compositeexperiment compositeresult content contentupload datamanagementhistory dnabarcode emailaddress eventlog
experiment experimentanalysissettings filemonitor fileserver floworder getchefcartridgeusage getchefscriptinfo
getsoftwareinfo globalconfig ionchefplantemplate ionchefplantemplatesummary ionchefprepkitinfo ionmeshnode ionreporter
kitinfo kitpart libmetrics librarykey librarykitinfo librarykitpart location log message monitordata monitorresult
network obsoletereferencegenome onetouchplantemplate onetouchplantemplatesummary plannedexperiment plannedexperimentdb
plannedexperimentqc plantemplatebasicinfo plantemplatesummary plugin pluginresult prepopulatedplanningsession project
projectresults publisher qctype qualitymetrics referencegenome results rig runtype sample sampleannotation_cv
sampleattribute sampleattributedatatype samplegrouptype_cv sampleprepdata sampleset samplesetitem samplesetiteminfo
sequencingkitinfo sequencingkitpart supportupload template tfmetrics threeprimeadapter torrentsuite user
"""
)


# Where a link of a record leads, if its name does not say so.
LEADS: dict[str, str] = {
    "eas": "experimentanalysissettings", "report": "results", "result": "results", "plan": "plannedexperiment",
    "eas_set": "experimentanalysissettings", "plannedExperiment": "plannedexperiment", "owner": "user",
    "creator": "user", "pluginresults": "pluginresult", "plugin_result_jobs": "PluginResultJob",
    "qcValues": "plannedexperimentqc", "qcType": "qctype", "projects": "project", "samples": "sample",
    "sampleSets": "sampleset", "applicationGroups": "applicationgroup", "applicationGroup": "applicationgroup",
}  # fmt: skip


def target(resource: str, field: str) -> str | None:
    """Return the resource to which a link leads, None if it cannot be told."""
    if resource == "compositeexperiment" and field == "results":
        return "compositeresult"
    return LEADS.get(field, field if field in NAMES else None)


def root(api: str) -> dict[str, dict[str, str]]:
    """Return the root list. The composite experiments are listed under the mesh path, as in reality."""
    paths = {name: api + name for name in NAMES}
    paths["compositeexperiment"] = "/rundb/api/mesh/v1/compositeexperiment"
    return {name: {"list_endpoint": f"{path}/", "schema": f"{path}/schema/"} for name, path in paths.items()}


def schema(name: str) -> dict[str, Any]:
    """Return the schema of one resource."""
    return _grown(*_lines().get(_model(name), ("", "id:i")))


def blank(name: str) -> dict[str, Any]:
    """Return a record with all fields of a resource and nothing in them."""
    empty: dict[str, Any] = {"string": "", "integer": 0, "float": 0, "boolean": False, "dict": {}, "list": []}
    fields = schema(name)["fields"]
    return {
        field: [] if each.get("related_type") == "to_many" else None if each["nullable"] else empty.get(each["type"])
        for field, each in fields.items()
    }


def _model(name: str) -> str:
    if name in _lines():
        return name
    if name == "obsoletereferencegenome":
        return "referencegenome"
    if name.endswith("kitinfo"):
        return "kitinfo"
    if name.endswith("summary") or name == "plantemplatebasicinfo":
        return "plantemplatesummary"
    return "plannedexperiment" if re.search(r"plannedexperiment$|plantemplate$", name) else name


@cache
def _lines() -> dict[str, tuple[str, str]]:
    """Return (what stands before the colon, what stands behind it) by name."""
    text = files(__package__).joinpath("data/schemas.txt").read_text(encoding="utf-8")
    found = {}
    for line in re.sub(r"\n +", " ", text).splitlines():
        head, _, rest = line.partition(": ")
        name, _, notes = head.partition(" ")
        found[name] = (notes, rest)
    return found


@cache
def _grown(head: str, rest: str) -> dict[str, Any]:
    fields_text, *extras = rest.split(" | ")
    tokens = [each for token in fields_text.split() for each in _expanded(token)]
    names = [re.split(r"[:?!~]", token)[0] for token in tokens]
    fields = dict(zip(names, map(_field, tokens), strict=True))
    if "no-uri" not in head:
        fields["resource_uri"] = {**_field("resource_uri!")}
    filters = [name for name, token in zip(names, tokens, strict=True) if "~" not in token]
    lists = {each.split()[0]: each.split()[1:] for each in extras}
    filters += lists.get("filters", [])
    ordering = [name for name in filters + lists.get("orders", []) if name not in lists.get("never-orders", [])]
    listed, detail = _methods(head)
    limit = re.search(r"limit=(\d+)", head)
    return {
        "allowed_detail_http_methods": detail,
        "allowed_list_http_methods": listed,
        "default_format": "application/json",
        "default_limit": int(limit.group(1)) if limit else 20,
        "fields": fields,
        "filtering": dict.fromkeys(sorted(filters), ALL_WITH_RELATIONS),
        "ordering": sorted(ordering),
    }


def _methods(head: str) -> tuple[list[str], list[str]]:
    found = re.search(r"\[([^]]*)\]", head)
    if not found:
        return METHODS, METHODS
    listed, slash, detail = found.group(1).partition("/")
    return listed.split(","), [each for each in detail.split(",") if each] if slash else listed.split(",")


def _expanded(token: str) -> list[str]:
    """Write out ``i{50..600}Q{7,10}_reads``: one field for each length in steps of 50 and each quality."""
    found = re.fullmatch(r"(\w*)\{(\d+)\.\.(\d+)\}(\w*)\{([\d,]+)\}(.*)", token)
    if not found:
        return [token]
    before, first, last, between, qualities, after = found.groups()
    return [
        f"{before}{length}{between}{quality}{after}"
        for length in range(int(first), int(last) + 1, 50)
        for quality in qualities.split(",")
    ]


def _field(token: str) -> dict[str, Any]:
    found = re.fullmatch(r"[^:?!~]+(?::([a-z][1*]?))?([?!~]*)", token)
    assert found, f"schemas.txt: {token!r} is no field"
    kind, marks = found.group(1) or "", found.group(2)
    field = {
        "blank": False,
        "default": "No default provided.",
        "help_text": "",
        "nullable": "?" in marks,
        "readonly": "!" in marks,
        "type": "related" if kind.startswith("r") else TYPES[kind],
        "unique": token == "id:i",
    }
    if kind.startswith("r"):
        field["related_type"] = "to_one" if kind == "r1" else "to_many"
    return field
