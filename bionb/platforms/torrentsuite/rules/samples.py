"""The rules for the samples of a plan: one sample, or several with barcodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bionb.platforms.torrentsuite.rules.fields import LENGTHS, name_findings
from bionb.platforms.torrentsuite.rules.findings import Finding, Plan, filled, is_true, parsed
from bionb.platforms.torrentsuite.rules.known import Known, named
from bionb.platforms.torrentsuite.rules.reagents import NEED_BED, NO_REFERENCE, no_reference

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


def shared_barcodes(plan: Plan) -> list[Finding]:
    """Return the barcodes that several samples of a plan share; the server takes them without a word."""
    samples = barcoded(plan)
    users: dict[str, list[str]] = {}
    for sample, info in samples.items() if isinstance(samples, dict) else ():
        barcodes = info.get("barcodes") if isinstance(info, dict) else None
        for barcode in barcodes if isinstance(barcodes, list | tuple) else []:
            users.setdefault(str(barcode), []).append(str(sample))
    return [
        Finding((FIELD, names[-1], barcode), f"barcode {barcode} is used by {' and '.join(names)}.")
        for barcode, names in users.items()
        if len(names) > 1
    ]


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
    elif one and filled(kit := plan.get("barcodeId")):
        yield Finding(("sample",), f"a run without barcodes has no barcode kit: leave out barcodeId ({kit}).")


def _one_sample(name: str, sample: Any, plan: Plan, known: Known) -> Iterator[Finding]:
    path = (FIELD, name)
    if not name.strip():
        yield Finding(path, "a sample needs a name.")
    yield from name_findings(path, name, LENGTHS["sample"], leads=bool(name.strip()))
    missing = [key for key in ("barcodeSampleInfo", "barcodes") if not (isinstance(sample, dict) and key in sample)]
    if missing:
        yield Finding(path, f"{' and '.join(missing)} missing.")
    elif not isinstance(sample["barcodes"], list | tuple) or not isinstance(sample["barcodeSampleInfo"], dict):
        yield Finding(path, "barcodes must be a list, barcodeSampleInfo an object with one entry per barcode.")
    elif sample["barcodes"] and not sample["barcodeSampleInfo"]:
        yield Finding(path, "barcodeSampleInfo is empty: the server then looks at no barcode.", "warning")
    else:
        yield from _barcodes(path, sample["barcodes"], sample["barcodeSampleInfo"], plan, known)


def _barcodes(
    path: Path, barcodes: Iterable[Any], infos: Mapping[str, Any], plan: Plan, known: Known
) -> Iterator[Finding]:
    for barcode in barcodes:
        if not isinstance(barcode, str):
            yield Finding(path, f"barcode {barcode!r} is no text.")
        elif barcode:
            yield from _one_barcode((*path, barcode), infos.get(barcode), plan, known)


def _one_barcode(path: Path, info: Any, plan: Plan, known: Known) -> Iterator[Finding]:
    barcode, kit = path[-1], str(plan.get("barcodeId") or "").strip()
    if not kit:
        yield Finding(path, "no barcode kit: give its name as barcodeId.")
    elif barcode.strip().lower() not in known.barcodes_of(kit):
        yield Finding(path, f"{barcode} is no barcode of {kit}.")
    elif not isinstance(info, dict):
        yield Finding(path, "barcodeSampleInfo has no entry for this barcode.")
    else:
        yield from _keys(path, info)
        if all(isinstance(info.get(key), str | None) for key in SAMPLE_KEYS):
            yield from _entry(path, info, plan, known)


def _keys(path: Path, info: Mapping[str, Any]) -> Iterator[Finding]:
    for key in SAMPLE_KEYS:
        if key not in info:
            yield Finding(path, f"{key} is needed (it may be empty except nucleotideType).")
        elif info[key] is not None and not isinstance(info[key], str):
            yield Finding(path, f"{key}: {info[key]!r} is no text.")
            return


def _entry(path: Path, info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    for rule in (_kind, _reference, _regions, _target_needed):
        yield from rule(path, info, plan, known)
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
    reference, target, hotspots = (info.get(key) or "" for key in ("reference", *BED_KEYS))
    if not reference:
        yield from (Finding(path, f"{key} needs a reference.") for key in BED_KEYS if filled(info.get(key)))
    if target and reference and known.bed(str(target), str(reference)) is None:
        yield Finding(path, f"{BED_KEYS[0]}: {target} was not uploaded to this server.")
    if hotspots and not target:
        yield Finding(path, f"{BED_KEYS[1]} needs a {BED_KEYS[0]}.")
    elif hotspots and reference:
        found = known.bed(str(hotspots), str(reference))
        if found is None:
            yield Finding(path, f"{BED_KEYS[1]}: {hotspots} was not uploaded to this server.")
        elif known.hotspots is not None and found not in known.hotspots:
            yield Finding(path, f"{BED_KEYS[1]}: {hotspots} is no file of hotspots.")


def _target_needed(path: Path, info: Mapping[str, Any], plan: Plan, known: Known) -> Iterator[Finding]:
    if BED_KEYS[0] not in info or filled(info[BED_KEYS[0]]) or not info.get("reference"):
        return
    run_type = plan.get("runType") or "GENS"
    exempt = run_type in FUSIONS and str(info.get("nucleotideType") or "").upper() in ("RNA", "FUSIONS")
    written = known.run_type(run_type)
    if written not in (None, run_type):
        yield Finding(path, f"write run type {run_type} as {written} in a plan with references.")
    elif run_type in NEED_BED and not exempt:
        yield Finding(path, f"run type {run_type} needs a targetRegionBedFile.")
