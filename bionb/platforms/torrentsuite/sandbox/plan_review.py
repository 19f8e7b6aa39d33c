"""The rules of planning as the genuine server 5.18.1 applies them, written from its answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bionb.platforms.torrentsuite.sandbox.query import Refused
from bionb.platforms.torrentsuite.sandbox.store import Record, Store, words

ALLOWED = "may hold letters, digits, blanks and . - _ only"
STATES = words("undefined pending voided reserved planned transferred inactive run")
KITS = {
    "templatingKitName": ("TemplatingKit", "IonChefPrepKit"),
    "sequencekitname": ("SequencingKit",),
    "librarykitname": ("LibraryKit", "LibraryPrepKit"),
}
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
        self.plan = self._prepared(body)
        self.template = truth(self.plan.get("isReusable"))
        self.run_type: str = self.plan.get("runType") or "GENS"

    # -- what the server has ------------------------------------------------------------------------------------------

    def table(self, name: str) -> Iterable[Record]:
        """Return the records of a resource, the oldest first."""
        return self.store.table(name).values()

    def find(self, table: str, text: str, *fields: str, where: Callable[[Record], bool] = bool) -> Record | None:
        """Return the first record that is called so, in any case."""
        wanted = text.lower()
        found = (each for each in self.table(table) if where(each) and wanted in (str(each[f]).lower() for f in fields))
        return next(found, None)

    def has_reference(self, name: str) -> bool:
        """Tell whether a reference can be used."""
        return any(each["short_name"] == name.strip() and each["enabled"] for each in self.table("referencegenome"))

    def file(self, name: str, reference: str) -> Record | None:
        """Return an uploaded file by one of its paths, or by its name below the reference."""
        below = f"/{reference}/unmerged/detail/{name.rsplit('/', 1)[-1]}"
        return next(
            (each for each in self.table("content") if name in (each["path"], each["file"]) or each["path"] == below),
            None,
        )

    # -- the rules ----------------------------------------------------------------------------------------------------

    def add(self, field: str, *texts: str) -> None:
        """Note errors of a field as a list of texts."""
        if texts:
            self.errors[field] = [*self.errors.get(field, []), *texts]

    def fields(self) -> None:
        """Look at all fields but the samples."""
        self._names()
        self._reagents()
        self._choices()
        self._numbers()
        self._regions()

    def _prepared(self, body: Mapping[str, Any]) -> dict[str, Any]:
        plan = dict(body)
        if any(name in plan and plan[name] is None for name in NOT_NULL):
            raise Refused(500)
        if any(plan.get(name) and not isinstance(plan[name], str) for name in (*ERASABLE, *WORDS)):
            raise Refused(500)
        if self.new and (truth(plan.get("isReverseRun")) or plan.get("runMode") == "pe"):
            raise Refused(500)
        if self.new and (plan.get("planStatus") == "run" and "planExecuted" not in plan or plan.get("qcValues")):
            raise Refused(500)
        for name in ERASABLE:
            if str(plan.get(name) or "").lower() == "none":
                plan[name] = ""
        chip = self.find("chip", plan.get("chipType") or "", "name", "description")
        plan.update({"chipType": chip["name"]} if chip else {})
        for name in ("templatingKitName", "sequencekitname"):
            kit = self._kit(name, plan.get(name) or "")
            plan.update({name: kit["name"]} if kit else {})
        metadata = plan.get("metaData")
        if isinstance(metadata, str) and metadata and literal(metadata) is None:
            self.errors["metaData"] = "is text that is no object."
        return plan

    def _kit(self, field: str, name: str) -> Record | None:
        return self.find(
            "kitinfo", name.strip(), "name", "description", where=lambda kit: kit["kitType"] in KITS[field]
        )

    def _names(self) -> None:
        plan = self.plan
        if plan.get("planName") or self.new:
            self.add("planName", *name_faults(plan.get("planName") or "", 60))
        for field, longest in (("notes", 1024), ("sampleTubeLabel", 512)):
            if plan.get(field):
                self.add(field, *name_faults(plan[field], longest))
        for field in ("project", "projects"):
            value = plan.get(field)
            if not isinstance(value, str) and not all(isinstance(each, str) for each in value or ()):
                raise Refused(500)
            parts = (value if isinstance(value, str) else ",".join(value or ())).split(",")
            found = [fault for part in parts if part.strip() for fault in name_faults(part.strip(), 64)]
            self.add(field, *found[:1])
        code = str(plan.get("chipBarcode") or "").strip()
        if code and not code.isalnum():
            self.add("chipBarcode", f"{code} may hold letters and digits only.")

    def _reagents(self) -> None:
        plan = self.plan
        if plan.get("chipType") or (self.new and not self.template):
            chip = self.find("chip", (plan.get("chipType") or "").strip(), "name", "description")
            self._usable("chipType", plan.get("chipType"), chip)
        if plan.get("templatingKitName") or (self.new and not self.template):
            name = plan.get("templatingKitName")
            self._usable("templatingKitName", name, self._kit("templatingKitName", name or ""))
        for field in ("sequencekitname", "librarykitname"):
            if plan.get(field):
                self._usable(field, plan[field], self._kit(field, plan[field]))
        key = (plan.get("libraryKey") or "").strip()
        if key and not self.find("librarykey", key, "name", "sequence"):
            self.add("libraryKey", f"libraryKey {key} was not found.")
        kit = (plan.get("barcodeId") or "").strip()
        if kit and not any(each["name"] == kit for each in self.table("dnabarcode")):
            self.add("barcodeId", f"barcodeId {kit} was not found.")
        if plan.get("library"):
            if self.run_type == "RNA":
                self.add("library", f"library {plan['library']} is not for this application.")
            elif not self.has_reference(plan["library"]):
                self.add("library", f"library {plan['library']} was not found; import it in the settings.")

    def _usable(self, field: str, name: Any, record: Record | None) -> None:
        if not name:
            self.add(field, f"{field} is missing.")
        elif record is None:
            self.add(field, f"{field} {name} was not found.")
        elif not record["isActive"]:
            words = f"{field} {name} is no longer active."
            if self.new:
                self.add(field, words)
            else:
                self.warnings[field] = [words]

    def _choices(self) -> None:
        plan = self.plan
        kind = self.find("runtype", self.run_type, "runType")
        if plan.get("runType") and kind is None:
            self.add(
                "runType", f"{self.run_type} is no run type of {', '.join(_column(self.table('runtype'), 'runType'))}."
            )
        if plan.get("planStatus") and plan["planStatus"].strip().lower() not in STATES:
            self.add("planStatus", f"{plan['planStatus']} is none of {', '.join(STATES)}.")
        if name := (plan.get("applicationGroupDisplayedName") or "").strip():
            group, field = self.find("applicationgroup", name, "name", "description"), "applicationGroupDisplayedName"
            if group is None:
                self.add(field, f"{field} {name} was not found.")
            elif kind is None or group["resource_uri"] not in kind["applicationGroups"]:
                self.add(field, f"{field} {name} does not go with run type {self.run_type}.")
        grouping = (plan.get("sampleGroupingName") or "").strip()
        if grouping and not self.find("samplegrouptype_cv", grouping, "displayedName"):
            self.add("sampleGroupingName", f"sampleGroupingName {grouping} was not found.")
        self._preparation()
        order = (plan.get("flowsInOrder") or "").strip()
        known_order = order and self.find("floworder", order, "name", "description", "flowOrder")
        if re.search("[^ACGT]", order) and not known_order:
            self.add("flowsInOrder", f"flowsInOrder {order} may hold A, C, G and T only.")
        self._plugins()

    def _preparation(self) -> None:
        name, field = (self.plan.get("samplePrepProtocol") or "").strip(), "samplePrepProtocol"
        if not name:
            return
        found = self.find("common_cv", name, "value", "uid")
        if found is None:
            self.add(field, f"{name} is none of {', '.join(_column(self.table('common_cv'), 'value'))}, undefined.")
            return
        kit = self._kit("templatingKitName", self.plan.get("templatingKitName") or "")
        if kit is None or not any(each in kit["categories"] for each in found["categories"].split(";")):
            self.add(field, f"{name} does not go with {self.plan.get('templatingKitName')}.")

    def _plugins(self) -> None:
        chosen = self.plan.get("selectedPlugins")
        entries = list(chosen.values()) if isinstance(chosen, dict) else []
        if not all(isinstance(each, dict) and "name" in each for each in entries):
            return
        known = _column(self.table("plugin"), "name")
        missing = [str(each["name"]) for each in entries if each["name"] not in known]
        if missing and not self.template:
            self.errors["selectedPlugins"] = f"There is no plugin {' | '.join(missing)}."

    def _numbers(self) -> None:
        plan = self.plan
        for field, least, most in (("flows", 1, 2000), ("libraryReadLength", 0, 1000)):
            value = plan.get(field)
            if value is None or (field == "flows" and value == "0"):
                continue
            if isinstance(value, bool | float | list | dict):
                raise Refused(500)
            if not re.fullmatch(r"-?\d+", str(value)) or (isinstance(value, str) and value.startswith("-")):
                self.add(field, f"{field} must be a whole number from {least} to {most}.")
            elif int(value) < least:
                self.add(field, f"{field} must be positive.")
            elif int(value) > most:
                self.add(field, f"{field} must be a whole number from {least} to {most}.")

    def _regions(self) -> None:
        plan = self.plan
        reference, target = plan.get("library") or "", plan.get("bedfile") or ""
        if target and not reference:
            self.errors["bedfile"] = f"{target} is there, and no reference."
        elif "bedfile" in plan and reference and not self.template:
            if target and self.file(target, reference) is None:
                self.add("bedfile", f"bedfile : {target} was not found")
            elif not target and not plan.get("barcodeId") and self.run_type in NEEDS_TARGET:
                self.add("bedfile", "bedfile is needed for this application.")
        fusion, field = plan.get("mixedTypeRNA_reference") or "", "mixedTypeRNA_targetRegionBedFile"
        kind = self.find("runtype", self.run_type, "runType")
        if fusion and kind and kind["nucleotideType"] == "dna_rna" and not self.has_reference(fusion):
            self.add("mixedTypeRNA_reference", f"mixedTypeRNA_reference {fusion} was not found.")
        target = plan.get(field) or ""
        if target and not fusion:
            self.errors[field] = f"{field} {target} needs a mixedTypeRNA_reference."
        elif target and not self.template and self.file(target, fusion) is None:
            self.add(field, f"{field} : {target} was not found")

    def combination(self) -> None:
        """Compare chip and kits; the server stops at the first that does not fit, and has no field for it."""
        plan = self.plan
        chip = self.find("chip", plan.get("chipType") or "", "name", "description")
        kinds = [kind for each in KITS.values() for kind in each]
        for field in KITS:
            kit = self.find(
                "kitinfo", plan.get(field) or "-", "name", where=lambda each: each["kitType"] in kinds
            )  # by name only
            words = _misfit(field, kit, chip, plan.get("runType")) if kit and chip else ""
            if words:
                self.errors["Error"] = words
                return


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
    found = [] if re.fullmatch(r"[A-Za-z0-9 ._-]*", name) else [f"{name} {ALLOWED}."]
    if leading and not name.strip():
        raise Refused(500)
    if leading and not re.match("[A-Za-z0-9]", name.strip()):
        found.append(f"{name} must begin with a letter or digit.")
    return found if len(name.strip()) <= longest else [*found, f"at most {longest} characters are allowed."]


def truth(value: Any) -> bool:
    """Return a flag, which may come as text."""
    return value.strip().lower() in ("true", "1", "yes", "y", "t") if isinstance(value, str) else bool(value)


def literal(text: str) -> Any:
    """Return the value that a text stands for, None if it stands for none; it is read as Python and not as JSON."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _column(records: Iterable[Record], name: str) -> list[str]:
    return sorted(each[name] for each in records)
