"""What of a plan is worth copying: what it was given, not what it became."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.platforms.torrentsuite.rules.fields import LENGTHS
from bionb.platforms.torrentsuite.rules.findings import filled
from bionb.platforms.torrentsuite.wire.records import thresholds_of

FIELDS = (
    "chipType", "runType", "applicationGroupDisplayedName", "sampleGroupingName", "templatingKitName",
    "sequencekitname", "librarykitname", "libraryKey", "tfKey", "forward3primeadapter", "flows", "flowsInOrder",
    "libraryReadLength", "samplePrepProtocol", "library", "bedfile", "regionfile", "sseBedFile",
    "mixedTypeRNA_reference", "mixedTypeRNA_targetRegionBedFile", "mixedTypeRNA_hotSpotRegionBedFile", "sample",
    "barcodeId", "endBarcodeKitName", "barcodedSamples", "sampleTubeLabel", "notes", "projects", "categories",
    "selectedPlugins", "base_recalibration_mode", "realign", "isDuplicateReads", "isReusable",
)  # fmt: skip


def copied(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields for a new plan like this one; what is empty or false is left out."""
    name = f"CopyOf_{plan.get('planName') or ''}"[: LENGTHS["planName"]]
    found = {key: plan[key] for key in FIELDS if filled(plan.get(key)) and plan[key] not in (0, False, "0")}
    if filled(found.get("barcodedSamples")):
        found.pop("sample", None)
    return {"planName": name, **found, **{check: value for check, value in thresholds_of(plan).items() if value}}
