"""The part of the review that looks at samples: one, or several with barcodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.platforms.torrentsuite.sandbox.plan_review import MIXED, NEEDS_TARGET, Review, literal, name_faults
from bionb.platforms.torrentsuite.sandbox.query import Refused
from bionb.platforms.torrentsuite.sandbox.store import Store

FIELD = "barcodedSamples"
KEYS = ("reference", "targetRegionBedFile", "hotSpotRegionBedFile", "nucleotideType")
EITHER = "sample (one sample) or barcodedSamples (samples with barcodes) is needed"


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
    plan = review.plan
    one, many = plan.get("sample"), plan.get(FIELD)
    if isinstance(many, str) and many:
        many = plan[FIELD] = literal(many)
        if many is None:
            raise Refused(500)
    if not one and not many and not review.template and review.new:
        review.errors["sample"] = f"There is no sample: {EITHER}."
    if one and many:
        review.errors["sample"] = review.errors[FIELD] = f"There are both kinds of samples: {EITHER}."
        return
    if one:
        _single(review, one)
    if many and review.template:
        review.errors[FIELD] = "A template keeps no samples."
    elif many:
        _barcoded(review, many)


def _single(review: Review, name: str) -> None:
    found = ["A template keeps no sample."] if review.template else []
    if review.plan.get("barcodeId"):
        found.append(f"barcodeId {review.plan['barcodeId']} is not for a plan without barcodes.")
    review.add("sample", *found, *name_faults(name, 127, leading=True))


def _barcoded(review: Review, samples: Any) -> None:
    if not isinstance(samples, dict | list):
        raise Refused(500)
    found: list[Any] = []
    doubts: list[Any] = []
    for name in samples:
        entry = samples[name] if isinstance(samples, dict) else None
        found += name_faults(str(name), 127, leading=True)
        missing = [key for key in ("barcodes", "barcodeSampleInfo") if not isinstance(entry, dict) or key not in entry]
        if not isinstance(entry, dict) or missing:
            (found if review.new else doubts).append({name: f"'{missing[0]}' is missing."})
            continue
        if not all(isinstance(each, str) for each in entry["barcodes"] or [None]) and entry["barcodes"] != []:
            raise Refused(500)
        infos = entry["barcodeSampleInfo"]
        if not infos:
            continue
        if not isinstance(infos, dict):
            raise Refused(500)
        errors, warnings = _barcodes(review, entry["barcodes"], infos)
        found += [{name: errors}] if errors else []
        doubts += [{name: warnings}] if warnings else []
    if found:
        review.errors[FIELD] = found
    if doubts:
        review.warnings[FIELD] = doubts


def _barcodes(review: Review, barcodes: Any, infos: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    errors, warnings = [], []
    for barcode in filter(None, barcodes):
        wrong, doubtful = _one(review, barcode, infos)
        errors += [{barcode: wrong}] if wrong else []
        warnings += [{barcode: doubtful}] if doubtful else []
    return errors, warnings


def _one(review: Review, barcode: str, infos: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    kit = (review.plan.get("barcodeId") or "").strip().lower()
    if not kit:
        return ["A barcode kit is needed."], []
    same = [each for each in review.table("dnabarcode") if each["id_str"].lower() == barcode.strip().lower()]
    if not any(each["name"].lower() == kit for each in same):
        return [f"{barcode} is no barcode of {review.plan['barcodeId']}."], []
    info = infos.get(barcode)
    if not isinstance(info, dict):
        return ([f"{barcode} is missing."], []) if review.new else ([], [f"{barcode} is missing."])
    missing = [f"'{key}' is missing." for key in KEYS if key not in info]
    wrong, missing = (missing, []) if review.new else ([], missing)
    doubtful = ["Without a reference the sample is analysed de novo."] if info.get("reference") == "" else []
    wrong += [*_reference(review, info), *_files(review, info), *_kind(review, info), *_control(review, info)]
    if info.get("nucleotideType") and not review.plan.get("applicationGroupDisplayedName"):
        doubtful.append(f"No research application is given for {info['nucleotideType']}.")
    return wrong, [*missing, *doubtful]


def _reference(review: Review, info: Mapping[str, Any]) -> list[str]:
    name = info.get("reference") or ""
    if name and review.run_type == "RNA":
        return [f"reference {name} is not for this application."]
    return [f"reference {name} was not found."] if name and not review.has_reference(name) else []


def _files(review: Review, info: Mapping[str, Any]) -> list[str]:
    reference = info.get("reference") or ""
    target, hotspots = info.get("targetRegionBedFile") or "", info.get("hotSpotRegionBedFile") or ""
    found = []
    if target and not reference:
        found.append(f"A reference is needed with targetRegionBedFile {target}.")
    elif target and review.file(target, reference) is None:
        found.append(f"targetRegionBedFile : {target} was not found")
    elif "targetRegionBedFile" in info and not target and reference and _target_needed(review, info):
        found.append("targetRegionBedFile is needed for this application.")
    if hotspots and target and reference:
        file = review.file(hotspots, reference)
        if file is None or not file["meta"].get("hotspot"):
            found.append(f"hotSpotRegionBedFile {hotspots} is no file of hotspots.")
    elif hotspots:
        needed = [name for name, value in (("reference", reference), ("targetRegionBedFile", target)) if not value]
        found += [f"{name} is needed with hotSpotRegionBedFile {hotspots}." for name in needed]
    return found


def _target_needed(review: Review, info: Mapping[str, Any]) -> bool:
    """Tell whether a target file is needed; a run type in other letters is no application that the server knows."""
    if not any(each["runType"] == review.run_type for each in review.table("runtype")):
        return True
    rna = str(info.get("nucleotideType") or "").upper() in ("RNA", "FUSIONS")
    return review.run_type in NEEDS_TARGET and not (rna and review.run_type in MIXED)


def _kind(review: Review, info: Mapping[str, Any]) -> list[str]:
    if "nucleotideType" not in info:
        return []
    told = str(info["nucleotideType"] or "").strip().upper()
    if not told:
        return ["nucleotideType is needed."] if review.new else []
    kinds = [each["nucleotideType"] for each in review.table("runtype") if each["runType"] == review.run_type]
    allowed = (kinds[0] if kinds else "dna_rna").upper().split("_")
    return [] if told.replace("FUSIONS", "RNA") in allowed else [f"nucleotideType may be {', '.join(allowed)}."]


def _control(review: Review, info: Mapping[str, Any]) -> list[str]:
    name = str(info.get("controlType") or "").strip().lower()
    if name in ("", "none") or review.find("sampleannotation_cv", name, "value", "iRValue"):
        return []
    return [f"controlType {name} is not known."]
