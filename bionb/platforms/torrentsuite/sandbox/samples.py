"""The part of the review that looks at samples: one, or several with barcodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from bionb.platforms.torrentsuite.sandbox.review import MIXED, NEEDS_TARGET, Review, fail_if, literal, name_faults
from bionb.platforms.torrentsuite.sandbox.store import Store

FIELD = "barcodedSamples"
KEYS = ("reference", "targetRegionBedFile", "hotSpotRegionBedFile", "nucleotideType")
EITHER = "sample (one sample) or barcodedSamples (samples with barcodes) is needed"

Info = Mapping[str, Any]
Verdict = tuple[Any, Any]  # errors, warnings


def reviewed(store: Store, body: Mapping[str, Any], new: bool) -> Review:
    """Return a plan that was looked at; chip and kits are compared only when all else is right."""
    review = Review(store, body, new)
    review.fields()
    _samples(review)
    if not review.errors:
        review.combination()
    return review


def _samples(review: Review) -> None:
    """Note what is wrong with the samples of a plan."""
    plan, errors = review.plan, review.errors
    if isinstance(plan.get(FIELD), str) and plan[FIELD]:
        plan[FIELD] = literal(plan[FIELD])
        fail_if(plan[FIELD] is None)
    one, many = plan.get("sample"), plan.get(FIELD)
    if one and many:
        errors["sample"] = errors[FIELD] = f"There are both kinds of samples: {EITHER}."
    elif one:
        _single(review, one)
    elif many and review.template:
        errors[FIELD] = "A template keeps no samples."
    elif many:
        fail_if(not isinstance(many, dict | list))
        _barcoded(review, many if isinstance(many, dict) else dict.fromkeys(many))
    elif review.new and not review.template:
        errors["sample"] = f"There is no sample: {EITHER}."


def _single(review: Review, name: str) -> None:
    found = ["A template keeps no sample."] if review.template else []
    if review.plan.get("barcodeId"):
        found.append(f"barcodeId {review.plan['barcodeId']} is not for a plan without barcodes.")
    review.add("sample", *found, *name_faults(name, 127, leading=True))


def _barcoded(review: Review, samples: Mapping[str, Any]) -> None:
    faults = partial(name_faults, longest=127, leading=True)
    verdict = _judged(samples, lambda name: _sample(review, samples[name]), faults)
    for notes, found in zip((review.errors, review.warnings), verdict, strict=True):
        notes.update({FIELD: found} if found else {})


def _judged(names: Any, judge: Callable[[Any], Verdict], faults: Callable[[str], list[str]]) -> Verdict:
    """Return what is wrong and what is doubtful, each below the name of what was judged, beside faults of names."""
    errors, warnings = list[Any](), list[Any]()
    for name in names:
        wrong, doubtful = judge(name)
        errors += [*faults(str(name)), *([{name: wrong}] if wrong else [])]
        warnings += [{name: doubtful}] if doubtful else []
    return errors, warnings


def _by_age(review: Review, found: Any) -> Verdict:
    """Return what a new plan may not lack; one that is there already is only warned of it."""
    return (found, []) if review.new else ([], found)


def _sample(review: Review, entry: Any) -> Verdict:
    for key in ("barcodes", "barcodeSampleInfo"):
        if not isinstance(entry, dict) or key not in entry:
            return _by_age(review, f"'{key}' is missing.")
    barcodes, infos = entry["barcodes"], entry["barcodeSampleInfo"]
    fail_if(barcodes != [] and not all(isinstance(each, str) for each in barcodes or [None]))
    if not infos:
        return [], []
    fail_if(not isinstance(infos, dict))
    return _judged(filter(None, barcodes), lambda each: _barcode(review, each, infos.get(each)), lambda name: [])


def _barcode(review: Review, barcode: str, info: Any) -> Verdict:
    kit = review.text("barcodeId").lower()
    if not kit:
        return ["A barcode kit is needed."], []
    same = (each for each in review.store.records("dnabarcode") if each["name"].lower() == kit)
    if not any(each["id_str"].lower() == barcode.strip().lower() for each in same):
        return [f"{barcode} is no barcode of {review.plan['barcodeId']}."], []
    if not isinstance(info, dict):
        return _by_age(review, [f"{barcode} is missing."])
    wrong, doubtful = _by_age(review, [f"'{key}' is missing." for key in KEYS if key not in info])
    wrong = [
        *wrong,
        *(fault for rule in (_reference, _target, _hotspots, _kind, _control) for fault in rule(review, info)),
    ]
    if info.get("reference") == "":
        doubtful = [*doubtful, "Without a reference the sample is analysed de novo."]
    if info.get("nucleotideType") and not review.plan.get("applicationGroupDisplayedName"):
        doubtful = [*doubtful, f"No research application is given for {info['nucleotideType']}."]
    return wrong, doubtful


def _reference(review: Review, info: Info) -> Iterator[str]:
    name = info.get("reference") or ""
    if name and review.run_type == "RNA":
        yield f"reference {name} is not for this application."
    elif name and not review.has_reference(name):
        yield f"reference {name} was not found."


def _target(review: Review, info: Info) -> Iterator[str]:
    reference, target = info.get("reference") or "", info.get("targetRegionBedFile") or ""
    if target and not reference:
        yield f"A reference is needed with targetRegionBedFile {target}."
    elif target and review.file(target, reference) is None:
        yield f"targetRegionBedFile : {target} was not found"
    elif "targetRegionBedFile" in info and not target and reference and _target_needed(review, info):
        yield "targetRegionBedFile is needed for this application."


def _hotspots(review: Review, info: Info) -> Iterator[str]:
    hotspots = info.get("hotSpotRegionBedFile") or ""
    missing = [name for name in ("reference", "targetRegionBedFile") if not info.get(name)]
    file = review.file(hotspots, info["reference"]) if hotspots and not missing else None
    if hotspots and missing:
        yield from (f"{name} is needed with hotSpotRegionBedFile {hotspots}." for name in missing)
    elif hotspots and not (file and file["meta"].get("hotspot")):
        yield f"hotSpotRegionBedFile {hotspots} is no file of hotspots."


def _target_needed(review: Review, info: Info) -> bool:
    """Tell whether a target file is needed; a run type in other letters is no application that the server knows."""
    if review.kind is None or review.kind["runType"] != review.run_type:
        return True
    rna = str(info.get("nucleotideType") or "").upper() in ("RNA", "FUSIONS")
    return review.run_type in NEEDS_TARGET and not (rna and review.run_type in MIXED)


def _kind(review: Review, info: Info) -> Iterator[str]:
    told = str(info.get("nucleotideType") or "").strip().upper()
    known = review.kind if review.kind and review.kind["runType"] == review.run_type else {"nucleotideType": "dna_rna"}
    allowed = known["nucleotideType"].upper().split("_")
    if "nucleotideType" in info and not told and review.new:
        yield "nucleotideType is needed."
    elif told and told.replace("FUSIONS", "RNA") not in allowed:
        yield f"nucleotideType may be {', '.join(allowed)}."


def _control(review: Review, info: Info) -> Iterator[str]:
    name = str(info.get("controlType") or "").strip().lower()
    if name not in ("", "none") and not review.find("sampleannotation_cv", name, "value", "iRValue"):
        yield f"controlType {name} is not known."
