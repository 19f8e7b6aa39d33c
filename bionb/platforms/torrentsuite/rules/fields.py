"""The rules for the fields of a plan, its samples aside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bionb.platforms.torrentsuite.rules.known import KINDS, Known, Rows, applications, named, split

STATUSES = ("undefined", "pending", "voided", "reserved", "planned", "transferred", "inactive", "run")
TEMPLATING = ("TemplatingKit", "IonChefPrepKit")
KIT_KINDS = {
    "templatingKitName": TEMPLATING,
    "sequencekitname": ("SequencingKit",),
    "librarykitname": ("LibraryKit", "LibraryPrepKit"),
}
LENGTHS = {"planName": 60, "sample": 127, "project": 64, "projects": 64, "notes": 1024, "sampleTubeLabel": 512}
MOST_FLOWS, LONGEST_READ = 2000, 1000
THRESHOLDS = ("Bead Loading (%)", "Key Signal (1-100)", "Usable Sequence (%)")
# What names a plan that is there already: with any of them the server changes that plan instead of making one.
IDENTITY = ("id", "pk", "planGUID", "planShortID", "resource_uri", "experiment")
# Of 5.18.1 (its resource applproduct): the run types without a reference, and those whose samples need a region file.
NO_REFERENCE = ("RNA",)
NEED_BED = (
    "AMPS", "AMPS_EXOME", "AMPS_DNA_RNA", "TAG_SEQUENCING", "MIXED", "AMPS_HD_DNA", "AMPS_HD_DNA_RNA",
    "AMPS_HD_DNA_RNA_1",
)  # fmt: skip

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

Plan = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """One fault of a plan.

    Attributes
    ----------
    path : tuple of str
        The field, and within the barcoded samples the sample and the barcode.
    message : str
        What is wrong and what is right.
    level : str
        ``"error"`` (refused) or ``"warning"``.
    """

    path: tuple[str, ...]
    message: str
    level: str = "error"


def field_findings(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give what is wrong with the fields of a plan, its samples aside."""
    for rule in (_required, _texts, _reagents, _choices, _applications, _counts, _files, _unsupported):
        yield from rule(plan, known)


def identity_findings(plan: Plan) -> list[Finding]:
    """Return the fields that would turn a new plan into a change of one that is there, an executed one included."""
    return [
        Finding((name,), "names a plan that is there already, and the server would overwrite it; leave it out.")
        for name in IDENTITY
        if name in plan
    ]


def type_findings(plan: Plan) -> list[Finding]:
    """Return values of a type that makes the server fail."""
    found = [
        Finding((name,), f"{plan[name]!r} is no text: write {name}={str(plan[name])!r}.")
        for name in TEXTS
        if plan.get(name) is not None and not isinstance(plan[name], str)
    ]
    empty = [name for name in NOT_NULL if name in plan and plan[name] is None]
    return found + [Finding((name,), "has no value, on which the server fails; leave it out.") for name in empty]


def filled(value: Any) -> bool:
    """Tell whether a field has a value."""
    return value is not None and not (isinstance(value, str | dict | list | tuple) and not value)


def text_of(plan: Plan, name: str) -> str:
    """Return the text of a field, empty where there is none."""
    return plan.get(name) or ""


def is_true(value: Any) -> bool:
    """Tell whether a flag is set, also as text."""
    return value.strip().lower() in ("true", "1", "yes", "y", "t") if isinstance(value, str) else bool(value)


def no_reference(name: str) -> str:
    """Say that a reference is not there."""
    return f"reference {name!r} is unknown or not enabled; an administrator can import it in the server's settings."


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


def _required(plan: Plan, known: Known) -> Iterator[Finding]:
    needed = ["planName"] if is_true(plan.get("isReusable")) else ["planName", "chipType", "templatingKitName"]
    for name in needed:
        if not filled(plan.get(name)):
            yield Finding((name,), f"{name} is needed.")
        elif name == "planName" and not plan[name].strip():
            yield Finding((name,), "has only blanks, by which nobody will find the plan again.", "warning")


def _texts(plan: Plan, known: Known) -> Iterator[Finding]:
    for name, longest in LENGTHS.items():
        value = plan.get(name)
        texts = value if isinstance(value, list | tuple) else [value]
        for text in texts:
            if isinstance(text, str):
                for part in text.split(",") if name.startswith("project") else [text]:
                    yield from name_findings((name,), part.strip(), longest, leads=name == "sample")
            elif name == "projects" and text is not None:
                yield Finding((name,), f"{text!r} is no text.")
    barcode = str(plan.get("chipBarcode") or "").strip()
    if barcode and not barcode.isalnum():
        yield Finding(("chipBarcode",), f"{barcode!r}: only letters and digits are allowed.")


def _reagents(plan: Plan, known: Known) -> Iterator[Finding]:
    if name := text_of(plan, "chipType"):
        chip = known.chip(name)
        if chip is None:
            yield Finding(("chipType",), f"there is no chip {name!r}.")
        elif not chip.get("isActive", True):
            yield Finding(("chipType",), f"chip {name} is not active on this server.")
    for key, kinds in KIT_KINDS.items():
        if not (name := text_of(plan, key)):
            continue
        kit = known.kit(name, kinds)
        if kit is None:
            yield Finding((key,), f"there is no such kit: {name}.")
        elif not kit.get("isActive", True):
            yield Finding((key,), f"{name} is not active on this server.")
    if (name := text_of(plan, "barcodeId")) and not known.barcodes.get(name.strip()):
        near = next((each for each in known.barcodes if each.lower() == name.strip().lower()), None)
        yield Finding(("barcodeId",), f"there is no barcode kit {name!r}" + (f"; write {near}." if near else "."))
    if (name := text_of(plan, "libraryKey")) and not known.has_key(name):
        yield Finding(("libraryKey",), f"there is no library key {name!r}.")
    if name := text_of(plan, "library"):
        if plan.get("runType") in NO_REFERENCE:
            yield Finding(("library",), f"run type {plan['runType']} takes no reference; leave library out.")
        elif not known.has_reference(name):
            yield Finding(("library",), no_reference(name))


def _choices(plan: Plan, known: Known) -> Iterator[Finding]:
    kind, status = text_of(plan, "runType"), text_of(plan, "planStatus")
    if kind and known.run_type(kind) is None:
        choices = sorted(each["runType"] for each in known.run_types) or sorted(KINDS)
        yield Finding(("runType",), f"{kind!r} is none of {', '.join(choices)}.")
    if status and status.strip().lower() not in STATUSES:
        yield Finding(("planStatus",), f"{status!r} is none of {', '.join(STATUSES)}.")
    if status == "run" and "planExecuted" not in plan:
        yield Finding(("planStatus",), "a new plan has not run yet, and the server fails on it; leave planStatus out.")
    grouping, protocol = text_of(plan, "sampleGroupingName"), text_of(plan, "samplePrepProtocol")
    if grouping and known.groupings is not None and not named(known.groupings, grouping, "displayedName"):
        choices = sorted(str(each.get("displayedName")) for each in known.groupings)
        yield Finding(("sampleGroupingName",), f"{grouping!r} is none of {', '.join(choices)}.")
    if protocol and known.protocols is not None:
        yield from _protocol(protocol, plan, known)


def _protocol(name: str, plan: Plan, known: Known) -> Iterator[Finding]:
    wanted = name.strip().lower()
    found = [each for each in known.protocols or () if wanted in (each["value"].lower(), each["uid"].lower())]
    if not found:
        choices = sorted(each["value"] for each in known.protocols or ())
        yield Finding(("samplePrepProtocol",), f"{name!r} is none of {', '.join(choices)}.")
        return
    kit = known.kit(str(plan.get("templatingKitName") or ""), TEMPLATING) or {}
    if "categories" in kit and not set(split(found[0].get("categories"))) & set(split(kit["categories"])):
        yield Finding(("samplePrepProtocol",), f"{name} does not go with {kit['name']}.")


def _applications(plan: Plan, known: Known) -> Iterator[Finding]:
    name, kind = text_of(plan, "applicationGroupDisplayedName"), plan.get("runType") or "GENS"
    if not name or not known.groups:
        return
    group, run_type = known.group(name), known.run_type(kind)
    fit = known.groups_of(run_type) if run_type else None
    if group is None:
        choices = ", ".join(fit if fit is not None else [str(each["name"]) for each in known.groups])
        yield Finding(
            ("applicationGroupDisplayedName",), f"there is no application group {name!r}; choose of {choices}."
        )
    elif fit is not None and group["name"] not in fit:
        words = f"{name} does not go with run type {kind}, which takes {', '.join(fit)}."
        yield Finding(("applicationGroupDisplayedName",), words)


def _counts(plan: Plan, known: Known) -> Iterator[Finding]:
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


def _files(plan: Plan, known: Known) -> Iterator[Finding]:
    bed, reference, kind = text_of(plan, "bedfile"), text_of(plan, "library"), plan.get("runType") or "GENS"
    barcoded, template = filled(plan.get("barcodeId")), is_true(plan.get("isReusable"))
    if bed and not reference:
        yield Finding(("bedfile",), "needs a reference too: give library.")
    elif bed and not template and known.bed(bed, reference) is None:
        yield Finding(("bedfile",), f"{bed} was not uploaded to this server.")
    elif "bedfile" in plan and reference and kind in NEED_BED and not (bed or template or barcoded):
        yield Finding(("bedfile",), f"run type {kind} needs a region file here.")
    rna, bed = text_of(plan, "mixedTypeRNA_reference"), text_of(plan, "mixedTypeRNA_targetRegionBedFile")
    if rna and len(known.nucleotides(kind)) > 1 and not known.has_reference(rna):
        yield Finding(("mixedTypeRNA_reference",), no_reference(rna))
    if bed and not rna:
        yield Finding(("mixedTypeRNA_targetRegionBedFile",), "needs a reference too: give mixedTypeRNA_reference.")
    elif bed and not template and known.bed(bed, rna) is None:
        yield Finding(("mixedTypeRNA_targetRegionBedFile",), f"{bed} was not uploaded to this server.")


def _unsupported(plan: Plan, known: Known) -> Iterator[Finding]:
    if is_true(plan.get("isReverseRun")) or plan.get("runMode") == "pe":
        name = "runMode" if plan.get("runMode") == "pe" else "isReverseRun"
        yield Finding((name,), "paired-end runs are no longer made, and the server fails on them; leave it out.")
    if filled(plan.get("qcValues")):
        yield Finding(("qcValues",), f"is not read; give each threshold by its name, e.g. {{{THRESHOLDS[0]!r}: 55}}.")
    order = text_of(plan, "flowsInOrder")
    orders = known.flow_orders
    if orders is not None and not re.fullmatch("[ACGT]*", order.strip()) and not _is_flow_order(order, orders):
        yield Finding(("flowsInOrder",), f"{order!r} is no flow order of this server, and has letters but A, C, G, T.")
    plugins = plan.get("selectedPlugins")
    for each in plugins.values() if isinstance(plugins, dict) and known.plugins is not None else ():
        plugin = each.get("name") if isinstance(each, dict) else None
        if plugin and not any(one["name"] == plugin for one in known.plugins or ()):
            yield Finding(("selectedPlugins",), f"there is no active plugin {plugin!r} on this server.")
    if isinstance(plan.get("metaData"), str) and filled(plan["metaData"]) and parsed(plan["metaData"]) is None:
        yield Finding(("metaData",), "is text that can't be read as an object.")


def _is_flow_order(name: str, orders: Rows) -> bool:
    return named(orders, name, "name", "description", "flowOrder")


def parsed(text: str) -> Any:
    """Return the value that a text stands for as the server reads it, None for a text that it can't read."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def chip_and_kits(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give the kit that does not go with the chip or the run type."""
    chip, kind = known.chip(text_of(plan, "chipType")), plan.get("runType")
    if chip is None:
        return
    for key, kinds in KIT_KINDS.items():
        name = text_of(plan, key)
        # The server turns a description into a name, but not that of a library kit, which it then does not compare.
        by = ("name",) if key == "librarykitname" else ("name", "description")
        kit = known.kit(name, kinds, by) if name else None
        if kit is None:
            continue
        fit, instrument = split(kit.get("chipTypes")), str(kit.get("instrumentType") or "")
        if instrument not in str(chip.get("instrumentType") or instrument):
            yield Finding(
                ("chipType",), f"chip {chip['name']} does not go with {kit['name']}, which is for {instrument}."
            )
        elif fit and chip["name"] not in fit:
            words = f"chip {chip['name']} does not go with {kit['name']}, which takes {', '.join(fit)}."
            yield Finding(("chipType",), words)
        elif kind and applications(kit) and kind not in applications(kit):
            words = f"{kit['name']} is for run types {', '.join(applications(kit))}, not for {kind}."
            yield Finding((key,), words)
        else:
            continue
        return
