"""The rules for the plain fields of a plan: types, names, counts and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bionb.platforms.torrentsuite.rules.findings import Finding, Plan, filled, is_true, parsed, text_of
from bionb.platforms.torrentsuite.rules.known import Known, Rows, named

STATUSES = ("undefined", "pending", "voided", "reserved", "planned", "transferred", "inactive", "run")
LENGTHS = {"planName": 60, "sample": 127, "project": 64, "projects": 64, "notes": 1024, "sampleTubeLabel": 512}
MOST_FLOWS, LONGEST_READ = 2000, 1000
THRESHOLDS = ("Bead Loading (%)", "Key Signal (1-100)", "Usable Sequence (%)")
ORDER_NAMES = ("name", "description", "flowOrder")
# What names a plan that is there already: with any of them the server changes that plan instead of making one.
IDENTITY = ("id", "pk", "planGUID", "planShortID", "resource_uri", "experiment")

# A number or list in one of these, and no value in one of those, ends in a failure of the server (500).
TEXTS = (
    "planName", "sample", "chipType", "templatingKitName", "sequencekitname", "librarykitname", "library", "libraryKey",
    "barcodeId", "endBarcodeKitName", "bedfile", "regionfile", "sseBedFile", "mixedTypeRNA_reference",
    "mixedTypeRNA_targetRegionBedFile", "mixedTypeRNA_hotSpotRegionBedFile", "notes", "sampleTubeLabel", "planStatus",
    "runType", "applicationGroupDisplayedName", "sampleGroupingName", "chipBarcode", "flowsInOrder",
    "samplePrepProtocol", "platform", "project",
)  # fmt: skip
NOT_NULL = ("planName", "flows", "libraryReadLength", "project", "projects", "platform")
# The word "none" clears these, and is a name like any other elsewhere.
_CLEARED = (
    "chipType", "templatingKitName", "sequencekitname", "librarykitname", "library", "barcodeId", "endBarcodeKitName",
    "bedfile", "regionfile", "sseBedFile", "mixedTypeRNA_reference", "mixedTypeRNA_targetRegionBedFile",
    "mixedTypeRNA_hotSpotRegionBedFile",
)  # fmt: skip
_CHARACTERS = re.compile(r"[A-Za-z0-9 ._-]*")


def type_findings(plan: Plan) -> list[Finding]:
    """Return values of a type that makes the server fail."""
    found = [
        Finding((name,), f"{plan[name]!r} is no text: write {name}={str(plan[name])!r}.")
        for name in TEXTS
        if plan.get(name) is not None and not isinstance(plan[name], str)
    ]
    empty = [name for name in NOT_NULL if name in plan and plan[name] is None]
    return found + [Finding((name,), "has no value, on which the server fails; leave it out.") for name in empty]


def name_findings(path: tuple[str, ...], text: str, longest: int, leads: bool = False) -> Iterator[Finding]:
    """Give what is wrong with a name."""
    if not _CHARACTERS.fullmatch(text):
        yield Finding(path, f"{text!r}: only letters, digits, blanks and . - _ are allowed.")
    if len(text.strip()) > longest:
        yield Finding(path, f"{len(text.strip())} characters; at most {longest} are allowed.")
    if leads and text and not re.match(r"[A-Za-z0-9]", text.strip()):
        yield Finding(path, f"{text!r} must start with a letter or digit.")


def cleared(name: str, value: Any) -> Any:
    """Return the value of a field, nothing where a word clears it."""
    return "" if name in _CLEARED and isinstance(value, str) and value.strip().lower() == "none" else value


def required(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give the fields without which there is no plan."""
    needed = ["planName"] if is_true(plan.get("isReusable")) else ["planName", "chipType", "templatingKitName"]
    for name in needed:
        if not filled(plan.get(name)):
            yield Finding((name,), f"{name} is needed.")
        elif name == "planName" and not plan[name].strip():
            yield Finding((name,), "has only blanks, by which nobody will find the plan again.", "warning")


def texts(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give names that are too long or hold what no name may."""
    for name, longest in LENGTHS.items():
        value = plan.get(name)
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str):
                for part in text.split(",") if name.startswith("project") else [text]:
                    yield from name_findings((name,), part.strip(), longest, leads=name == "sample")
            elif name == "projects" and text is not None:
                yield Finding((name,), f"{text!r} is no text.")
    barcode = str(plan.get("chipBarcode") or "").strip()
    if barcode and not barcode.isalnum():
        yield Finding(("chipBarcode",), f"{barcode!r}: only letters and digits are allowed.")


def choices(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give words that are none of those to choose from."""
    kind, status = text_of(plan, "runType"), text_of(plan, "planStatus")
    if kind and known.run_type(kind) is None:
        yield Finding(("runType",), f"{kind!r} is none of {', '.join(known.run_type_names())}.")
    if status and status.strip().lower() not in STATUSES:
        yield Finding(("planStatus",), f"{status!r} is none of {', '.join(STATUSES)}.")
    if status == "run" and "planExecuted" not in plan:
        yield Finding(("planStatus",), "a new plan has not run yet, and the server fails on it; leave planStatus out.")
    grouping = text_of(plan, "sampleGroupingName")
    if grouping and known.groupings is not None and not named(known.groupings, grouping, "displayedName"):
        names = sorted(str(each.get("displayedName")) for each in known.groupings)
        yield Finding(("sampleGroupingName",), f"{grouping!r} is none of {', '.join(names)}.")


def counts(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give counts that are none, or beyond what a run can be."""
    yield from _flows(plan.get("flows"))
    length = plan.get("libraryReadLength")
    if length is not None and not (_whole(length) and 0 <= int(length) <= LONGEST_READ):
        yield Finding(("libraryReadLength",), f"{length!r} is no whole number from 0 to {LONGEST_READ}.")
    for name in THRESHOLDS:
        if filled(plan.get(name)) and not _whole(plan[name]):
            yield Finding((name,), f"{plan[name]!r} is no whole number.")


def _flows(flows: Any) -> Iterator[Finding]:
    if flows is None or flows == "0":
        return
    if not _whole(flows):
        yield Finding(("flows",), f"{flows!r} is no whole number.")
    elif int(flows) <= 0:
        yield Finding(("flows",), "the number of flows must be positive; leave it out for the kit's own.")
    elif int(flows) > MOST_FLOWS:
        yield Finding(("flows",), f"{flows} flows; 1 to {MOST_FLOWS} are allowed.")


def _whole(value: Any) -> bool:
    return not isinstance(value, bool | float) and bool(re.fullmatch(r"-?\d+", str(value), re.ASCII))


def unsupported(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give what the server no longer takes, never reads, or cannot read."""
    if is_true(plan.get("isReverseRun")) or plan.get("runMode") == "pe":
        name = "runMode" if plan.get("runMode") == "pe" else "isReverseRun"
        yield Finding((name,), "paired-end runs are no longer made, and the server fails on them; leave it out.")
    if filled(plan.get("qcValues")):
        yield Finding(("qcValues",), f"is not read; give each threshold by its name, e.g. {{{THRESHOLDS[0]!r}: 55}}.")
    yield from _flow_order(text_of(plan, "flowsInOrder"), known.flow_orders)
    yield from _plugins(plan.get("selectedPlugins"), known.plugins)
    if isinstance(plan.get("metaData"), str) and filled(plan["metaData"]) and parsed(plan["metaData"]) is None:
        yield Finding(("metaData",), "is text that can't be read as an object.")


def _flow_order(order: str, known: Rows | None) -> Iterator[Finding]:
    if known is None or re.fullmatch("[ACGT]*", order.strip()) or named(known, order, *ORDER_NAMES):
        return
    yield Finding(("flowsInOrder",), f"{order!r} is no flow order of this server, and has letters but A, C, G, T.")


def _plugins(chosen: Any, known: Rows | None) -> Iterator[Finding]:
    for each in chosen.values() if isinstance(chosen, dict) and known is not None else ():
        plugin = each.get("name") if isinstance(each, dict) else None
        if plugin and not any(one["name"] == plugin for one in known or ()):
            yield Finding(("selectedPlugins",), f"there is no active plugin {plugin!r} on this server.")
