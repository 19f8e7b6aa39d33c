"""The rules for what a plan names of a server: chips, kits, references, region files, applications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bionb.platforms.torrentsuite.rules.findings import Finding, Plan, filled, is_true, text_of
from bionb.platforms.torrentsuite.rules.known import Known, applications, split

TEMPLATING = ("TemplatingKit", "IonChefPrepKit")
KIT_KINDS = {
    "templatingKitName": TEMPLATING,
    "sequencekitname": ("SequencingKit",),
    "librarykitname": ("LibraryKit", "LibraryPrepKit"),
}
APPLICATION = "applicationGroupDisplayedName"
RNA_REFERENCE, RNA_BED = "mixedTypeRNA_reference", "mixedTypeRNA_targetRegionBedFile"
# Of 5.18.1 (its resource applproduct): the run types without a reference, and those whose samples need a region file.
NO_REFERENCE = ("RNA",)
NEED_BED = (
    "AMPS", "AMPS_EXOME", "AMPS_DNA_RNA", "TAG_SEQUENCING", "MIXED", "AMPS_HD_DNA", "AMPS_HD_DNA_RNA",
    "AMPS_HD_DNA_RNA_1",
)  # fmt: skip


def reagents(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give chips, kits, keys and references that the server does not have, or has no more."""
    yield from _chip(text_of(plan, "chipType"), known)
    for key, kinds in KIT_KINDS.items():
        yield from _kit(key, text_of(plan, key), kinds, known)
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


def _chip(name: str, known: Known) -> Iterator[Finding]:
    chip = known.chip(name) if name else {}
    if chip is None:
        yield Finding(("chipType",), f"there is no chip {name!r}.")
    elif not chip.get("isActive", True):
        yield Finding(("chipType",), f"chip {name} is not active on this server.")


def _kit(key: str, name: str, kinds: Sequence[str], known: Known) -> Iterator[Finding]:
    kit = known.kit(name, kinds) if name else {}
    if kit is None:
        yield Finding((key,), f"there is no such kit: {name}.")
    elif not kit.get("isActive", True):
        yield Finding((key,), f"{name} is not active on this server.")


def no_reference(name: str) -> str:
    """Say that a reference is not there."""
    return f"reference {name!r} is unknown or not enabled; an administrator can import it in the server's settings."


def protocol(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give a way of preparing samples that is unknown, or not for the kit."""
    name, field = text_of(plan, "samplePrepProtocol"), ("samplePrepProtocol",)
    if not name or known.protocols is None:
        return
    wanted = name.strip().lower()
    found = [each for each in known.protocols if wanted in (each["value"].lower(), each["uid"].lower())]
    if not found:
        yield Finding(field, f"{name!r} is none of {', '.join(sorted(each['value'] for each in known.protocols))}.")
        return
    kit = known.kit(str(plan.get("templatingKitName") or ""), TEMPLATING) or {}
    if "categories" in kit and not set(split(found[0].get("categories"))) & set(split(kit["categories"])):
        yield Finding(field, f"{name} does not go with {kit['name']}.")


def application(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give an application group that is unknown, or not for the run type."""
    name, kind = text_of(plan, APPLICATION), plan.get("runType") or "GENS"
    if not name or not known.groups:
        return
    group, run_type = known.group(name), known.run_type(kind)
    fit = known.groups_of(run_type) if run_type else None
    if group is None:
        choices = ", ".join(fit if fit is not None else [str(each["name"]) for each in known.groups])
        yield Finding((APPLICATION,), f"there is no application group {name!r}; choose of {choices}.")
    elif fit is not None and group["name"] not in fit:
        yield Finding((APPLICATION,), f"{name} does not go with run type {kind}, which takes {', '.join(fit)}.")


def region_files(plan: Plan, known: Known) -> Iterator[Finding]:
    """Give region files that are missing or were not uploaded; those of samples with barcodes aside."""
    bed, reference, kind = text_of(plan, "bedfile"), text_of(plan, "library"), plan.get("runType") or "GENS"
    barcoded, template = filled(plan.get("barcodeId")), is_true(plan.get("isReusable"))
    if bed or not (reference and "bedfile" in plan):
        yield from _uploaded("bedfile", bed, "library", reference, template, known)
    elif kind in NEED_BED and not (template or barcoded):
        yield Finding(("bedfile",), f"run type {kind} needs a region file here.")
    rna = text_of(plan, RNA_REFERENCE)
    if rna and len(known.nucleotides(kind)) > 1 and not known.has_reference(rna):
        yield Finding((RNA_REFERENCE,), no_reference(rna))
    yield from _uploaded(RNA_BED, text_of(plan, RNA_BED), RNA_REFERENCE, rna, template, known)


def _uploaded(field: str, bed: str, beside: str, reference: str, template: bool, known: Known) -> Iterator[Finding]:
    if bed and not reference:
        yield Finding((field,), f"needs a reference too: give {beside}.")
    elif bed and not template and known.bed(bed, reference) is None:
        yield Finding((field,), f"{bed} was not uploaded to this server.")


def chip_and_kits(plan: Plan, known: Known) -> list[Finding]:
    """Return the first kit that does not go with the chip or the run type."""
    chip = known.chip(text_of(plan, "chipType"))
    if chip is None:
        return []
    return [found for key in KIT_KINDS for found in _misfit(key, plan, chip, known)][:1]


def _misfit(key: str, plan: Plan, chip: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    # The server turns a description into a name, but not that of a library kit, which it then does not compare.
    by = ("name",) if key == "librarykitname" else ("name", "description")
    name, kind = text_of(plan, key), plan.get("runType")
    kit = known.kit(name, KIT_KINDS[key], by) if name else None
    if kit is None:
        return
    fit, uses, instrument = split(kit.get("chipTypes")), applications(kit), str(kit.get("instrumentType") or "")
    words = f"chip {chip['name']} does not go with {kit['name']}, which"
    if instrument not in str(chip.get("instrumentType") or instrument):
        yield Finding(("chipType",), f"{words} is for {instrument}.")
    elif fit and chip["name"] not in fit:
        yield Finding(("chipType",), f"{words} takes {', '.join(fit)}.")
    elif kind and uses and kind not in uses:
        yield Finding((key,), f"{kit['name']} is for run types {', '.join(uses)}, not for {kind}.")
