"""The rules of planning as the genuine server 5.18.1 applies them, written from its answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bionb.platforms.torrentsuite.sandbox.store import Record, Store, words
from bionb.sandbox.application import Refused

STATES = words("undefined pending voided reserved planned transferred inactive run")
KITS = {
    "templatingKitName": ("TemplatingKit", "IonChefPrepKit"),
    "sequencekitname": ("SequencingKit",),
    "librarykitname": ("LibraryKit", "LibraryPrepKit"),
}
NAMED = ("name", "description")
# The word "none" empties these.
ERASABLE = words(
    "chipType templatingKitName sequencekitname librarykitname library barcodeId endBarcodeKitName bedfile regionfile "
    "sseBedFile mixedTypeRNA_reference mixedTypeRNA_targetRegionBedFile mixedTypeRNA_hotSpotRegionBedFile"
)
# A value in these that is no text ends in a failure.
WORDS = words(
    "planName sample notes sampleTubeLabel planStatus chipBarcode libraryKey applicationGroupDisplayedName "
    "sampleGroupingName flowsInOrder samplePrepProtocol runType"
)
NOT_NULL = words("planName flows libraryReadLength project projects platform")
MIXED = words("AMPS_DNA_RNA AMPS_HD_DNA_RNA")
NEEDS_TARGET = words("AMPS AMPS_EXOME TAG_SEQUENCING MIXED AMPS_HD_DNA AMPS_HD_DNA_RNA_1") + MIXED
RNA_REFERENCE, RNA_TARGET = "mixedTypeRNA_reference", "mixedTypeRNA_targetRegionBedFile"

Faults = Iterator[tuple[str, str]]


class Review:
    """One plan under review.

    Parameters
    ----------
    store : Store
        What the server has.
    body : mapping
        The plan; with a change, the whole plan after it.
    new : bool
        A plan that is there already may lack what a new one needs, and may name what is no longer active.

    Attributes
    ----------
    plan : dict
        The plan with names as the server keeps them.
    errors, warnings : dict
        By field, in the forms in which the server answers.

    Raises
    ------
    Refused
        With status 500, for what makes the server fail.
    """

    def __init__(self, store: Store, body: Mapping[str, Any], new: bool = True) -> None:
        self.store, self.new = store, new
        self.errors, self.warnings = dict[str, Any](), dict[str, Any]()
        fail_if(breaks(body, new))
        self.plan = {key: "" if _erased(key, value) else value for key, value in body.items()}
        for field in ("chipType", "templatingKitName", "sequencekitname"):
            if found := self.named(field):
                self.plan[field] = found["name"]
        self.template = truth(self.plan.get("isReusable"))
        self.run_type: str = self.plan.get("runType") or "GENS"
        self.kind = self.find("runtype", self.run_type, "runType")

    # -- what the server has ------------------------------------------------------------------------------------------

    def text(self, field: str) -> str:
        """Return a field of the plan, stripped."""
        return str(self.plan.get(field) or "").strip()

    def find(self, table: str, text: str, *fields: str) -> Record | None:
        """Return the first record that is called so, in any case."""
        wanted = text.lower()
        found = (each for each in self.store.records(table) if wanted in (str(each[field]).lower() for field in fields))
        return next(found, None)

    def named(self, field: str, by: Sequence[str] = NAMED) -> Record | None:
        """Return the chip or kit that the plan names in a field."""
        if field == "chipType":
            return self.find("chip", self.text(field), *by)
        wanted = self.text(field).lower()
        kits = (each for each in self.store.records("kitinfo") if each["kitType"] in KITS[field])
        return next((each for each in kits if wanted in (str(each[name]).lower() for name in by)), None)

    def has_reference(self, name: str) -> bool:
        """Tell whether a reference can be used."""
        known = self.store.records("referencegenome")
        return any(each["short_name"] == name.strip() and each["enabled"] for each in known)

    def file(self, name: str, reference: str) -> Record | None:
        """Return an uploaded file by one of its paths, or by its name below the reference."""
        below = f"/{reference}/unmerged/detail/{name.rsplit('/', 1)[-1]}"
        files = self.store.records("content")
        return next((each for each in files if name in (each["path"], each["file"]) or each["path"] == below), None)

    # -- the rules ----------------------------------------------------------------------------------------------------

    def add(self, field: str, *texts: str) -> None:
        """Note errors of a field as a list of texts."""
        if texts:
            self.errors[field] = [*self.errors.get(field, []), *texts]

    def fields(self) -> None:
        """Look at all fields but the samples."""
        for rule in (_names, _reagents, _known, _choices, _preparation, _numbers, _regions):
            for field, fault in rule(self):
                self.add(field, fault)
        self.errors |= dict(_told_alone(self))
        for field in ("chipType", *KITS):
            record = self.named(field) if self.plan.get(field) else None
            if record and not record["isActive"] and not self.new:
                self.warnings[field] = [f"{field} {self.plan[field]} is no longer active."]

    def combination(self) -> None:
        """Compare chip and kits; the server stops at the first that does not fit, and has no field for it."""
        chip = self.named("chipType")
        kits = ((field, self.find("kitinfo", self.plan.get(field) or "-", "name")) for field in KITS)
        faults = (_misfit(field, kit, chip, self.plan.get("runType")) for field, kit in kits if kit and chip)
        if fault := next(filter(None, faults), ""):
            self.errors["Error"] = fault


def fail_if(broken: bool) -> None:
    """Fail as the server does on what it did not expect."""
    if broken:
        raise Refused(500)


def breaks(plan: Mapping[str, Any], new: bool) -> bool:
    """Tell whether a plan makes the server fail."""
    if any(name in plan and plan[name] is None for name in NOT_NULL):
        return True
    if any(plan.get(name) and not isinstance(plan[name], str) for name in (*ERASABLE, *WORDS)):
        return True
    run = plan.get("planStatus") == "run" and "planExecuted" not in plan
    paired = truth(plan.get("isReverseRun")) or plan.get("runMode") == "pe"
    return new and bool(run or paired or plan.get("qcValues"))


def _erased(field: str, value: Any) -> bool:
    return field in ERASABLE and str(value or "").lower() == "none"


def _names(review: Review) -> Faults:
    plan = review.plan
    for field, longest in (("planName", 60), ("notes", 1024), ("sampleTubeLabel", 512)):
        if plan.get(field) or (review.new and field == "planName"):
            yield from ((field, fault) for fault in name_faults(plan.get(field) or "", longest))
    for field in ("project", "projects"):
        value = plan.get(field) or ()
        parts = [value] if isinstance(value, str) else value
        fail_if(not isinstance(parts, list | tuple) or not all(isinstance(each, str) for each in parts))
        names = filter(None, (each.strip() for each in ",".join(parts).split(",")))
        yield from [(field, fault) for name in names for fault in name_faults(name, 64)][:1]
    if (code := review.text("chipBarcode")) and not code.isalnum():
        yield "chipBarcode", f"{code} may hold letters and digits only."


def _reagents(review: Review) -> Faults:
    for field in ("chipType", *KITS):
        name, record = review.plan.get(field), review.named(field)
        needed = field in ("chipType", "templatingKitName") and review.new and not review.template
        if not name and needed:
            yield field, f"{field} is missing."
        elif name and record is None:
            yield field, f"{field} {name} was not found."
        elif name and record and not record["isActive"] and review.new:
            yield field, f"{field} {name} is no longer active."


def _known(review: Review) -> Faults:
    """Give what the server does not have under that name."""
    for field, (table, *names) in {
        "libraryKey": ("librarykey", "name", "sequence"),
        "applicationGroupDisplayedName": ("applicationgroup", *NAMED),
        "sampleGroupingName": ("samplegrouptype_cv", "displayedName"),
    }.items():
        if (name := review.text(field)) and not review.find(table, name, *names):
            yield field, f"{field} {name} was not found."
    kit = review.text("barcodeId")
    if kit and not any(each["name"] == kit for each in review.store.records("dnabarcode")):
        yield "barcodeId", f"barcodeId {kit} was not found."
    library = review.plan.get("library")
    if library and review.run_type == "RNA":
        yield "library", f"library {library} is not for this application."
    elif library and not review.has_reference(library):
        yield "library", f"library {library} was not found; import it in the settings."


def _choices(review: Review) -> Faults:
    plan, kind = review.plan, review.kind
    if plan.get("runType") and kind is None:
        yield "runType", f"{review.run_type} is no run type of {_listed(review, 'runtype', 'runType')}."
    if plan.get("planStatus") and plan["planStatus"].strip().lower() not in STATES:
        yield "planStatus", f"{plan['planStatus']} is none of {', '.join(STATES)}."
    field = "applicationGroupDisplayedName"
    name = review.text(field)
    group = review.find("applicationgroup", name, *NAMED) if name else None
    if group and (kind is None or group["resource_uri"] not in kind["applicationGroups"]):
        yield field, f"{field} {name} does not go with run type {review.run_type}."
    order = review.text("flowsInOrder")
    if re.search("[^ACGT]", order) and not review.find("floworder", order, *NAMED, "flowOrder"):
        yield "flowsInOrder", f"flowsInOrder {order} may hold A, C, G and T only."


def _preparation(review: Review) -> Faults:
    name, field = review.text("samplePrepProtocol"), "samplePrepProtocol"
    found, kit = review.find("common_cv", name, "value", "uid"), review.named("templatingKitName")
    if name and found is None:
        yield field, f"{name} is none of {_listed(review, 'common_cv', 'value')}, undefined."
    elif name and found and not (kit and any(each in kit["categories"] for each in found["categories"].split(";"))):
        yield field, f"{name} does not go with {review.plan.get('templatingKitName')}."


def _numbers(review: Review) -> Faults:
    for field, least, most in (("flows", 1, 2000), ("libraryReadLength", 0, 1000)):
        value = review.plan.get(field)
        if value is None or (field == "flows" and value == "0"):
            continue
        fail_if(isinstance(value, bool | float | list | dict))
        whole = re.fullmatch(r"-?\d+", str(value)) and not (isinstance(value, str) and value.startswith("-"))
        if whole and int(value) < least:
            yield field, f"{field} must be positive."
        elif not whole or int(value) > most:
            yield field, f"{field} must be a whole number from {least} to {most}."


def _regions(review: Review) -> Faults:
    plan = review.plan
    reference, target, fusion = (plan.get(name) or "" for name in ("library", "bedfile", RNA_REFERENCE))
    if reference and target and not review.template and review.file(target, reference) is None:
        yield "bedfile", f"bedfile : {target} was not found"
    exempt = target or review.template or plan.get("barcodeId")
    if "bedfile" in plan and reference and not exempt and review.run_type in NEEDS_TARGET:
        yield "bedfile", "bedfile is needed for this application."
    if fusion and review.kind and review.kind["nucleotideType"] == "dna_rna" and not review.has_reference(fusion):
        yield RNA_REFERENCE, f"{RNA_REFERENCE} {fusion} was not found."
    target = plan.get(RNA_TARGET) or ""
    if target and fusion and not review.template and review.file(target, fusion) is None:
        yield RNA_TARGET, f"{RNA_TARGET} : {target} was not found"


def _told_alone(review: Review) -> Faults:
    """Give the faults whose field has a text in place of a list."""
    plan = review.plan
    metadata, chosen = plan.get("metaData"), plan.get("selectedPlugins")
    if isinstance(metadata, str) and metadata and literal(metadata) is None:
        yield "metaData", "is text that is no object."
    entries = list(chosen.values()) if isinstance(chosen, dict) else []
    known = [each["name"] for each in review.store.records("plugin")]
    if all(isinstance(each, dict) and "name" in each for each in entries):
        missing = [str(each["name"]) for each in entries if each["name"] not in known]
        if missing and not review.template:
            yield "selectedPlugins", f"There is no plugin {' | '.join(missing)}."
    for field, reference in (("bedfile", "library"), (RNA_TARGET, RNA_REFERENCE)):
        if plan.get(field) and not plan.get(reference):
            yield field, f"{field} {plan[field]} needs a {reference}."


def _misfit(field: str, kit: Record, chip: Record, run_type: Any) -> str:
    fit = [each for each in str(kit["chipTypes"] or "").split(";") if each]
    uses = str(kit["applicationType"] or "").replace("AMPS_ANY", "AMPS;AMPS_DNA_RNA;AMPS_EXOME;AMPS_RNA")
    if kit["instrumentType"] and kit["instrumentType"] not in chip["instrumentType"]:
        return f"{field} {kit['name']} is for another instrument than chip {chip['name']}."
    if fit and chip["name"] not in fit:
        return f"chipType {chip['name']} does not go with {field} {kit['name']}, which takes {', '.join(fit)}."
    if run_type and uses and run_type not in uses.split(";"):
        return f"{field} {kit['name']} is not for runType {run_type}."
    return ""


def name_faults(name: str, longest: int, leading: bool = False) -> list[str]:
    """Return what is wrong with a name; a name of blanks only passes, except where its first letter counts."""
    if not name:
        return ["a name is needed."]
    fail_if(leading and not name.strip())
    faults = {
        f"{name} may hold letters, digits, blanks and . - _ only.": not re.fullmatch(r"[A-Za-z0-9 ._-]*", name),
        f"{name} must begin with a letter or digit.": leading and not re.match("[A-Za-z0-9]", name.strip()),
        f"at most {longest} characters are allowed.": len(name.strip()) > longest,
    }
    return [fault for fault, there in faults.items() if there]


def truth(value: Any) -> bool:
    """Return a flag, which may come as text."""
    return value.strip().lower() in ("true", "1", "yes", "y", "t") if isinstance(value, str) else bool(value)


def literal(text: str) -> Any:
    """Return the value that a text stands for, None if it stands for none; it is read as Python and not as JSON."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _listed(review: Review, table: str, name: str) -> str:
    return ", ".join(sorted(each[name] for each in review.store.records(table)))
