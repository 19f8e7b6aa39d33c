"""The rules for the samples of a plan: one sample, or several with barcodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bionb.platforms.torrentsuite.rules.fields import (
    LENGTHS,
    NEED_BED,
    NO_REFERENCE,
    Finding,
    Plan,
    filled,
    is_true,
    name_findings,
    no_reference,
    parsed,
)
from bionb.platforms.torrentsuite.rules.known import Known, named

SAMPLE_KEYS = ("reference", "targetRegionBedFile", "hotSpotRegionBedFile", "nucleotideType")
BED_KEYS = ("targetRegionBedFile", "hotSpotRegionBedFile")
FUSIONS = ("AMPS_DNA_RNA", "AMPS_HD_DNA_RNA")  # their RNA samples need no region file
FIELD = "barcodedSamples"

Path = tuple[str, ...]


def barcoded(plan: Plan) -> Any:
    """Return the barcoded samples; the server also takes them as text."""
    samples = plan.get(FIELD)
    if not isinstance(samples, str) or not samples:
        return samples
    found = parsed(samples)
    return samples if found is None else found


def sample_findings(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give all that is wrong or doubtful about the samples of a plan."""
    yield from _one_kind(plan)
    samples = barcoded(plan)
    if not filled(samples) or is_true(plan.get("isReusable")) or filled(plan.get("sample")):
        return
    if not isinstance(samples, dict):
        yield Finding((FIELD,), "must be an object with one entry per sample, without true, false or null as text.")
        return
    for name, sample in samples.items():
        yield from _one_sample(str(name), sample, plan, known)


def _one_kind(plan: Plan) -> Iterator[Finding]:
    one, many = filled(plan.get("sample")), filled(barcoded(plan))
    choice = "give either sample (a run without barcodes) or barcodedSamples"
    if is_true(plan.get("isReusable")):
        for name in [*(["sample"] if one else []), *([FIELD] if many else [])]:
            yield Finding((name,), "a template has no samples; leave it out.")
    elif one and many:
        yield Finding(("sample",), f"there are barcodedSamples too: {choice}.")
        yield Finding((FIELD,), f"there is a sample too: {choice}.")
    elif not one and not many:
        yield Finding(("sample",), f"no sample: {choice}.")
    elif one and filled(plan.get("barcodeId")):
        yield Finding(
            ("sample",), f"a run without barcodes has no barcode kit: leave out barcodeId ({plan['barcodeId']})."
        )


def _one_sample(name: str, sample: Any, plan: Plan, known: Known) -> Iterator[Finding]:
    path = (FIELD, name)
    if not name.strip():
        yield Finding(path, "a sample needs a name.")
    yield from name_findings(path, name, LENGTHS["sample"], leads=bool(name.strip()))
    missing = [key for key in ("barcodeSampleInfo", "barcodes") if not (isinstance(sample, dict) and key in sample)]
    if missing:
        yield Finding(path, f"{' and '.join(missing)} missing.")
        return
    barcodes, infos = sample["barcodes"], sample["barcodeSampleInfo"]
    if not isinstance(barcodes, list | tuple) or not isinstance(infos, dict):
        yield Finding(path, "barcodes must be a list, barcodeSampleInfo an object with one entry per barcode.")
        return
    if not infos and barcodes:
        yield Finding(path, "barcodeSampleInfo is empty: the server then looks at no barcode.", "warning")
        return
    for barcode in barcodes:
        if not isinstance(barcode, str):
            yield Finding(path, f"barcode {barcode!r} is no text.")
        elif barcode:
            yield from _one_barcode((*path, barcode), barcode, infos, plan, known)


def _one_barcode(path: Path, barcode: str, infos: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    kit = str(plan.get("barcodeId") or "").strip()
    if not kit:
        yield Finding(path, "no barcode kit: give its name as barcodeId.")
        return
    ours = {
        each.lower() for name, each_kit in known.barcodes.items() if name.lower() == kit.lower() for each in each_kit
    }
    if barcode.strip().lower() not in ours:
        yield Finding(path, f"{barcode} is no barcode of {kit}.")
        return
    info = infos.get(barcode)
    if not isinstance(info, dict):
        yield Finding(path, "barcodeSampleInfo has no entry for this barcode.")
        return
    for key in SAMPLE_KEYS:
        if key not in info:
            yield Finding(path, f"{key} is needed (it may be empty except nucleotideType).")
        elif info[key] is not None and not isinstance(info[key], str):
            yield Finding(path, f"{key}: {info[key]!r} is no text.")
            return
    yield from _kind(path, info, plan, known)
    yield from _reference(path, info, plan, known)
    yield from _regions(path, info, plan, known)
    control = info.get("controlType")
    if not filled(control) or known.controls is None or str(control).strip().lower() == "none":
        return
    if not named(known.controls, str(control), "value", "iRValue"):
        choices = ", ".join(sorted(filter(None, (str(each.get("value") or "") for each in known.controls))))
        yield Finding(path, f"controlType {control!r} is none of {choices}.")


def _kind(path: Path, info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    told, run_type = info.get("nucleotideType"), plan.get("runType") or "GENS"
    if not filled(told):
        if "nucleotideType" in info:
            yield Finding(path, "nucleotideType is needed: DNA or RNA.")
        return
    allowed = known.nucleotides(run_type)
    if str(told).strip().upper().replace("FUSIONS", "RNA") not in allowed:
        yield Finding(path, f"nucleotideType {told} does not go with run type {run_type} ({', '.join(allowed)}).")
    if not filled(plan.get("applicationGroupDisplayedName")):
        words = "the plan names no research application (applicationGroupDisplayedName) for its nucleotide type."
        yield Finding(path, words, "warning")


def _reference(path: Path, info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    reference, run_type = info.get("reference"), plan.get("runType") or "GENS"
    if not filled(reference):
        if "reference" in info:
            yield Finding(path, "without a reference this sample is analysed de novo.", "warning")
    elif run_type in NO_REFERENCE:
        yield Finding(path, f"run type {run_type} takes no reference; leave it empty.")
    elif not known.has_reference(str(reference)):
        yield Finding(path, no_reference(str(reference)))


def _regions(path: Path, info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    reference, run_type = str(info.get("reference") or ""), plan.get("runType") or "GENS"
    target, hotspots = info.get(BED_KEYS[0]), info.get(BED_KEYS[1])
    for key in BED_KEYS:
        if filled(info.get(key)) and not reference:
            yield Finding(path, f"{key} needs a reference.")
    if filled(target) and reference and known.bed(str(target), reference) is None:
        yield Finding(path, f"{BED_KEYS[0]}: {target} was not uploaded to this server.")
    if filled(hotspots) and not filled(target):
        yield Finding(path, f"{BED_KEYS[1]} needs a {BED_KEYS[0]}.")
    elif filled(hotspots) and reference:
        found = known.bed(str(hotspots), reference)
        if found is None:
            yield Finding(path, f"{BED_KEYS[1]}: {hotspots} was not uploaded to this server.")
        elif known.hotspots is not None and found not in known.hotspots:
            yield Finding(path, f"{BED_KEYS[1]}: {hotspots} is no file of hotspots.")
    if BED_KEYS[0] in info and not filled(target) and reference:
        exempt = run_type in FUSIONS and str(info.get("nucleotideType") or "").upper() in ("RNA", "FUSIONS")
        written = known.run_type(run_type)
        if written not in (None, run_type):
            yield Finding(path, f"write run type {run_type} as {written} in a plan with references.")
        elif run_type in NEED_BED and not exempt:
            yield Finding(path, f"run type {run_type} needs a targetRegionBedFile.")
