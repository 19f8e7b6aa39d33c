"""Schemas of the sandbox's resources, grown from the names and types of their fields in ``data/schemas.json``.

A field is ``name:type?!~`` with the types i (integer), f (float), b (boolean), t (datetime), d (dict), l (list), r1 and
r* (related to one, to many), nothing for text; ``?`` may be null, ``!`` is read only, ``~`` cannot be filtered by.
``filters`` and ``orders`` are names besides, ``methods`` those of the list and of one record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import words

TYPES = {"i": "integer", "f": "float", "b": "boolean", "t": "datetime", "d": "dict", "l": "list", "": "string"}
METHODS = ["get,post,put,delete,patch"] * 2
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


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema of one resource."""
    told = _written().get(_model(name), {"fields": "id:i resource_uri!~"})
    marked = {re.split(r"[:?!~]", token)[0]: token for token in told["fields"].split()}
    filters = [*(field for field, token in marked.items() if "~" not in token), *words(told.get("filters", ""))]
    orders = {*filters, *words(told.get("orders", ""))} - {*words(told.get("never_orders", ""))}
    listed, detail = (each.split(",") if each else [] for each in told.get("methods", METHODS))
    return {
        "allowed_detail_http_methods": detail,
        "allowed_list_http_methods": listed,
        "default_format": "application/json",
        "default_limit": told.get("limit", 20),
        "fields": {field: _field(token) for field, token in marked.items()},
        "filtering": dict.fromkeys(sorted(filters), ALL_WITH_RELATIONS),
        "ordering": sorted(orders),
    }


def blank(name: str) -> dict[str, Any]:
    """Return a record with all fields of a resource and nothing in them."""
    empty: dict[str, Any] = {"string": "", "integer": 0, "float": 0, "boolean": False, "dict": {}, "list": []}
    fields = schema(name)["fields"]
    return {
        field: [] if each.get("related_type") == "to_many" else None if each["nullable"] else empty.get(each["type"])
        for field, each in fields.items()
    }


def _model(name: str) -> str:
    if name in _written():
        return name
    if name == "obsoletereferencegenome":
        return "referencegenome"
    if name.endswith("kitinfo"):
        return "kitinfo"
    if name.endswith("summary") or name == "plantemplatebasicinfo":
        return "plantemplatesummary"
    return "plannedexperiment" if re.search(r"plannedexperiment$|plantemplate$", name) else name


@cache
def _written() -> Mapping[str, Any]:
    return dict(json.loads(files(__package__).joinpath("data/schemas.json").read_text(encoding="utf-8")))


def _field(token: str) -> dict[str, Any]:
    kind = re.sub(r"^[^:?!~]+:?|[?!~]+$", "", token)
    related = {"related_type": "to_one" if kind == "r1" else "to_many"} if kind.startswith("r") else {}
    return {
        "blank": False,
        "default": "No default provided.",
        "help_text": "",
        "nullable": "?" in token,
        "readonly": "!" in token,
        "type": "related" if related else TYPES[kind],
        "unique": token == "id:i",
        **related,
    }
