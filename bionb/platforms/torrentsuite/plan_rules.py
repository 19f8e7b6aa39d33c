"""The rules for planned runs, as the server applies them; the client asks them first, so that nothing wrong is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# run type: (description, nucleotide types of its samples)
RUN_TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "GENS": ("Generic Sequencing", ("DNA",)),
    "AMPS": ("AmpliSeq DNA", ("DNA",)),
    "TARS": ("TargetSeq", ("DNA",)),
    "WGNM": ("Whole Genome", ("DNA",)),
    "RNA": ("RNA Sequencing", ("RNA",)),
    "AMPS_RNA": ("AmpliSeq RNA", ("RNA",)),
    "AMPS_EXOME": ("AmpliSeq Exome", ("DNA",)),
    "TARS_16S": ("16S Targeted Sequencing", ("DNA",)),
    "AMPS_DNA_RNA": ("AmpliSeq DNA and Fusions", ("DNA", "RNA")),
    "TAG_SEQUENCING": ("Tag Sequencing", ("DNA", "RNA")),
    "MIXED": ("Mixed Samples (DNA/RNA)", ("DNA", "RNA")),
    "AMPS_HD_DNA": ("AmpliSeq HD - DNA", ("DNA",)),
    "AMPS_HD_RNA": ("AmpliSeq HD - Fusions", ("RNA",)),
    "AMPS_HD_DNA_RNA": ("AmpliSeq HD - DNA and Fusions (Separate Libraries)", ("DNA", "RNA")),
    "AMPS_HD_DNA_RNA_1": ("AmpliSeq HD - DNA and Fusions (Single Library)", ("DNA", "RNA")),
}
STATUSES = ("undefined", "pending", "voided", "reserved", "planned", "transferred", "inactive", "run")
KIT_KINDS = {
    "templatingKitName": ("TemplatingKit", "IonChefPrepKit", "AvalancheTemplateKit"),
    "sequencekitname": ("SequencingKit",),
    "librarykitname": ("LibraryKit",),
}
LENGTHS = {"planName": 60, "sample": 127, "project": 64, "projects": 64, "notes": 1024, "sampleTubeLabel": 512}
SAMPLE_KEYS = ("reference", "targetRegionBedFile", "hotSpotRegionBedFile", "nucleotideType")
BED_KEYS = ("targetRegionBedFile", "hotSpotRegionBedFile")
MOST_FLOWS = 2000

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
    alone : bool
        True when the server's answer has the text itself and no list of texts.
    key : str
        The field under which the server tells it, where that is another one.
    """

    path: tuple[str, ...]
    message: str
    level: str = "error"
    alone: bool = False
    key: str = ""


@dataclass
class Known:
    """What a server has: only these may be named in a plan.

    Attributes
    ----------
    chips, kits, references : list of dict
        Records of ``chip``, ``kitinfo`` and ``referencegenome``.
    barcodes : mapping of str to set of str
        Barcodes by kit; it may hold only the kit asked for.
    beds : set of str
        Names and paths of uploaded region files.
    keys : set of str
        Library keys.
    """

    chips: Sequence[Mapping[str, Any]] = ()
    kits: Sequence[Mapping[str, Any]] = ()
    references: Sequence[Mapping[str, Any]] = ()
    barcodes: Mapping[str, set[str]] = field(default_factory=dict)
    beds: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def chip(self, name: str) -> Mapping[str, Any] | None:
        """Return a chip by name or description."""
        return _named(self.chips, name)

    def kit(self, name: str, kinds: Sequence[str] | None = None) -> Mapping[str, Any] | None:
        """Return a kit by name or description."""
        return _named([each for each in self.kits if kinds is None or each["kitType"] in kinds], name)


def findings(plan: Plan, known: Known) -> list[Finding]:
    """Return all that is wrong or doubtful about a plan, in the order in which the server looks."""
    found = [
        *_required(plan),
        *_one_kind_of_sample(plan),
        *_texts(plan),
        *_reagents(plan, known),
        *_choices(plan),
        *_flows(plan.get("flows")),
        *_barcoded(plan, known),
    ]
    # The server compares chip and kit only when all else is right.
    return found if any(each.level == "error" for each in found) else [*found, *_chip_in_kit(plan, known)]


def barcoded(plan: Plan) -> Any:
    """Return the barcoded samples; the server also takes them as JSON text."""
    samples = plan.get("barcodedSamples")
    if isinstance(samples, str):
        try:
            return json.loads(samples or "{}")
        except ValueError:
            return samples
    return samples


def filled(value: Any) -> bool:
    """Tell whether a field has a value; the word ``none`` clears a field."""
    return value not in (None, "", {}, []) and not (isinstance(value, str) and value.strip().lower() in ("", "none"))


def _named(records: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    found = [each for each in records if each["name"] == name] or [
        each for each in records if each.get("description") == name
    ]
    return found[0] if found else None


def _required(plan: Plan) -> Iterator[Finding]:
    needed = ["planName"] if plan.get("isReusable") else ["planName", "chipType", "templatingKitName"]
    for name in needed:
        if not filled(plan.get(name)):
            yield Finding((name,), f"{name} is needed.")


def _one_kind_of_sample(plan: Plan) -> Iterator[Finding]:
    one, many = filled(plan.get("sample")), filled(barcoded(plan))
    choice = "give either sample (a run without barcodes) or barcodedSamples"
    if plan.get("isReusable"):
        if many:
            yield Finding(("barcodedSamples",), "a template has no barcoded samples; leave them out.", alone=True)
    elif one and many:
        yield Finding(("sample",), f"there are barcodedSamples too: {choice}.", alone=True)
        yield Finding(("barcodedSamples",), f"there is a sample too: {choice}.", alone=True)
    elif not one and not many:
        yield Finding(("sample",), f"no sample: {choice}.", alone=True)
    elif one and filled(plan.get("barcodeId")):
        yield Finding(("barcodeId",), f"a run without barcodes has no barcode kit ({plan['barcodeId']}).")


def _texts(plan: Plan) -> Iterator[Finding]:
    for name, longest in LENGTHS.items():
        values = plan.get(name)
        for text in values if isinstance(values, list | tuple) else [values]:
            if not isinstance(text, str):
                continue
            if name != "sampleTubeLabel" and not _CHARACTERS.fullmatch(text):
                yield Finding((name,), f"{text!r}: only letters, digits, blanks and . - _ are allowed.")
            if len(text) > longest:
                yield Finding((name,), f"{len(text)} characters; at most {longest} are allowed.")
            if name == "sample" and text and not text[0].isalnum():
                yield Finding((name,), f"{text!r} must start with a letter or digit.")


def _reagents(plan: Plan, known: Known) -> Iterator[Finding]:
    if filled(name := plan.get("chipType")):
        chip = known.chip(str(name))
        if chip is None:
            yield Finding(("chipType",), f"there is no chip {name!r}.")
        elif not chip.get("isActive", True):
            yield Finding(("chipType",), f"chip {name} is not active on this server.")
    for key, kinds in KIT_KINDS.items():
        if filled(name := plan.get(key)) and known.kit(str(name), kinds) is None:
            yield Finding((key,), f"there is no such kit: {name}.")
    if filled(name := plan.get("barcodeId")) and not known.barcodes.get(str(name)):
        yield Finding(("barcodeId",), f"there is no barcode kit {name!r}.")
    if filled(name := plan.get("libraryKey")) and str(name) not in known.keys:
        yield Finding(("libraryKey",), f"there is no library key {name!r}.")
    if filled(name := plan.get("library")) and not _has_reference(str(name), known):
        yield Finding(("library",), _no_reference(str(name)))


def _has_reference(name: str, known: Known) -> bool:
    return any(each["short_name"] == name and each.get("enabled", True) for each in known.references)


def _no_reference(name: str) -> str:
    return f"reference {name!r} is unknown or not enabled; an administrator can import it in the server's settings."


def _choices(plan: Plan) -> Iterator[Finding]:
    kind, status = plan.get("runType"), plan.get("planStatus")
    if filled(kind) and str(kind) not in RUN_TYPES:
        yield Finding(("runType",), f"{kind!r} is none of {', '.join(sorted(RUN_TYPES))}.")
    if filled(status) and str(status).lower() not in STATUSES:
        yield Finding(("planStatus",), f"{status!r} is none of {', '.join(STATUSES)}.")


def _flows(flows: Any) -> Iterator[Finding]:
    if flows in (None, ""):
        return
    if isinstance(flows, bool | float) or not re.fullmatch(r"-?\d+", str(flows)):
        yield Finding(("flows",), f"{flows!r} is no whole number.")
    elif int(flows) <= 0 and flows != "0":
        yield Finding(("flows",), "the number of flows must be positive; leave it out for the kit's own.")
    elif int(flows) > MOST_FLOWS:
        yield Finding(("flows",), f"{flows} flows; 1 to {MOST_FLOWS} are allowed.")


def _chip_in_kit(plan: Plan, known: Known) -> Iterator[Finding]:
    chip = known.chip(str(plan.get("chipType", "")))
    kit = known.kit(str(plan.get("templatingKitName", "")), KIT_KINDS["templatingKitName"])
    fit = [each for each in str((kit or {}).get("chipTypes") or "").split(";") if each]
    if chip and kit and fit and chip["name"] not in fit:
        words = f"chip {chip['name']} does not go with {kit['name']}, which takes {', '.join(fit)}."
        yield Finding(("chipType",), words, alone=True, key="Error")


def _barcoded(plan: Plan, known: Known) -> Iterator[Finding]:
    samples = barcoded(plan)
    if not filled(samples) or plan.get("isReusable"):
        return
    if not isinstance(samples, dict):
        yield Finding(("barcodedSamples",), "must be an object with one entry per sample.", alone=True)
        return
    for name, sample in samples.items():
        path = ("barcodedSamples", str(name))
        missing = [key for key in ("barcodeSampleInfo", "barcodes") if not (isinstance(sample, dict) and key in sample)]
        if missing:
            yield Finding(path, f"{' and '.join(missing)} missing.", alone=True)
            continue
        if not isinstance(sample["barcodes"], list | tuple) or not isinstance(sample["barcodeSampleInfo"], dict):
            words = "barcodes must be a list, barcodeSampleInfo an object with one entry per barcode."
            yield Finding(path, words, alone=True)
            continue
        for barcode in map(str, sample["barcodes"]):
            info = sample["barcodeSampleInfo"].get(barcode)
            yield from _one_barcode((*path, barcode), barcode, info, plan, known)


def _one_barcode(path: tuple[str, ...], barcode: str, info: Any, plan: Plan, known: Known) -> Iterator[Finding]:
    kit = plan.get("barcodeId")
    if not filled(kit):
        yield Finding(path, "no barcode kit: give its name as barcodeId.")
        return
    if known.barcodes.get(str(kit)) and barcode not in known.barcodes[str(kit)]:
        yield Finding(path, f"{barcode} is no barcode of {kit}.")
        return
    if not isinstance(info, dict):
        yield Finding(path, "barcodeSampleInfo has no entry for this barcode.")
        return
    for key in SAMPLE_KEYS:
        if key not in info:
            yield Finding(path, f"{key} is needed (it may be empty except nucleotideType).")
    yield from _sample_info(path, info, plan, known)


def _sample_info(path: tuple[str, ...], info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    kind, run_type = info.get("nucleotideType"), str(plan.get("runType") or "GENS")
    allowed = RUN_TYPES.get(run_type, ("", ("DNA", "RNA")))[1]
    if "nucleotideType" in info and not filled(kind):
        yield Finding(path, "nucleotideType is needed: DNA or RNA.")
    elif filled(kind) and kind not in allowed:
        yield Finding(path, f"nucleotideType {kind} does not go with run type {run_type} ({', '.join(allowed)}).")
    reference = info.get("reference")
    if filled(reference) and not _has_reference(str(reference), known):
        yield Finding(path, _no_reference(str(reference)))
    for key in BED_KEYS:
        if filled(info.get(key)) and str(info[key]) not in known.beds:
            yield Finding(path, f"{key}: {info[key]} was not uploaded to this server.")
    if run_type.startswith("AMPS") and kind == "DNA" and filled(reference) and not filled(info.get(BED_KEYS[0])):
        yield Finding(path, f"run type {run_type} needs a targetRegionBedFile.")
    if "reference" in info and not filled(reference):
        yield Finding(path, "without a reference this sample is analysed de novo.", "warning")
    if filled(kind) and not filled(plan.get("applicationGroupDisplayedName")):
        words = "no research application for its nucleotide type; give applicationGroupDisplayedName, e.g. DNA."
        yield Finding(path, words, "warning")
