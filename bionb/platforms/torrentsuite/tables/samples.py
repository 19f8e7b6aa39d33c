"""Tables around plans: samples with barcodes on their way in, findings on their way out."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import InvalidInput, UsageError
from bionb.frames import columns, to_frame
from bionb.platforms.torrentsuite.rules.fields import Finding
from bionb.platforms.torrentsuite.rules.known import KINDS
from bionb.platforms.torrentsuite.rules.samples import barcoded

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]

NEEDED = ("sample", "barcode")
OPTIONAL = (
    "reference", "nucleotideType", "targetRegionBedFile", "hotSpotRegionBedFile", "description", "externalId",
    "controlSequenceType", "controlType", "sseBedFile", "endBarcode",
)  # fmt: skip
FINDING_COLUMNS = columns("level field sample barcode message")


def rows_of(samples: Any) -> list[Record]:
    """Return a table of samples as rows of texts.

    Parameters
    ----------
    samples : DataFrame or iterable of dict
        Columns ``sample`` and ``barcode``, and optionally those of `OPTIONAL`.

    Raises
    ------
    InvalidInput
        A column is missing or unknown; the closest names are suggested.
    """
    if not isinstance(samples, Iterable):
        raise UsageError(f"Pass a DataFrame or a list of dicts, one a sample, not {samples!r}.")
    records = samples.to_dict("records") if hasattr(samples, "to_dict") else list(samples)
    names = list(samples.columns) if hasattr(samples, "columns") else [name for each in records for name in each]
    found = [
        Finding((name,), f"there is no column {name!r}{_near(name, names)}") for name in NEEDED if name not in names
    ]
    known = (*NEEDED, *OPTIONAL)
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    found += [Finding((str(name),), f"unknown column {name!r}{_near(str(name), known)}") for name in unknown]
    refuse(found, "The table of samples cannot be read")
    return [{name: _text(value) for name, value in each.items()} for each in records]


def table_findings(rows: list[Record], plan: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with the rows themselves; the server would take a barcode twice without a word."""
    kinds = _kinds(plan)
    found = [] if rows else [Finding(("barcodedSamples",), "the table of samples has no rows.")]
    times = Counter(row.get("barcode") for row in rows)
    for number, row in enumerate(rows, 1):
        sample, barcode = row.get("sample", ""), row.get("barcode", "")
        for name in NEEDED:
            if not row.get(name):
                found.append(Finding(("barcodedSamples", sample, barcode), f"row {number} has no {name}."))
        if len(kinds) > 1 and not row.get("nucleotideType"):
            words = (
                f"row {number}: nucleotideType is needed, since run type {plan['runType']} takes {' and '.join(kinds)}."
            )
            found.append(Finding(("barcodedSamples", sample, barcode), words))
        if barcode and times[barcode] > 1:
            others = [each["sample"] for each in rows if each.get("barcode") == barcode]
            words = f"row {number}: barcode {barcode} is used {times[barcode]} times ({', '.join(others)})."
            found.append(Finding(("barcodedSamples", sample, barcode), words))
    return found


def twice(plan: Mapping[str, Any]) -> list[Finding]:
    """Return the barcodes that several samples of a plan share; the server takes them without a word."""
    samples = barcoded(plan)
    if not isinstance(samples, dict):
        return []
    users: dict[str, list[str]] = {}
    for sample, info in samples.items():
        barcodes = info.get("barcodes") if isinstance(info, dict) else None
        for barcode in barcodes if isinstance(barcodes, list | tuple) else []:
            users.setdefault(str(barcode), []).append(str(sample))
    return [
        Finding(("barcodedSamples", names[-1], barcode), f"barcode {barcode} is used by {' and '.join(names)}.")
        for barcode, names in users.items()
        if len(names) > 1
    ]


def unknown_fields(plan: Mapping[str, Any], known: Iterable[str]) -> list[Finding]:
    """Return the fields that a plan does not have; the server ignores them without a word."""
    names = sorted(known)
    return [
        Finding((name,), f"a plan has no field {name!r}{_near(name, names)}; it would be ignored.", "warning")
        for name in map(str, plan)
        if name not in names
    ]


def barcoded_samples(rows: list[Record], plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return rows as the server wants them: by sample, its barcodes and what is known about each.

    A row without its own reference has the plan's: ``mixedTypeRNA_reference`` for an RNA sample of a plan that has one,
    else ``library``. A row without a nucleotide type has that of the run type, if there is only one.
    """
    kinds = _kinds(plan)
    kind = kinds[0] if len(kinds) == 1 else ""
    samples: dict[str, Any] = {}
    for row in rows:
        entry = samples.setdefault(row["sample"], {"barcodes": [], "barcodeSampleInfo": {}})
        entry["barcodes"].append(row["barcode"])
        blank = dict.fromkeys(("description", "targetRegionBedFile", "hotSpotRegionBedFile"), "")
        own = {
            "nucleotideType": kind,
            **{name: value for name, value in row.items() if name not in NEEDED and _told(value)},
        }
        rna = len(kinds) > 1 and own["nucleotideType"].upper() in ("RNA", "FUSIONS")
        reference = (plan.get("mixedTypeRNA_reference") if rna else "") or plan.get("library") or ""
        entry["barcodeSampleInfo"][row["barcode"]] = {**blank, "reference": reference, **own}
    return samples


def _told(cell: str) -> bool:
    return cell.strip().lower() not in ("", "none")


def _kinds(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the nucleotide types of a plan's samples."""
    return KINDS.get(str(plan.get("runType") or "GENS").upper(), ("DNA",))


def finding_frame(found: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table: ``level``, ``field``, ``sample``, ``barcode``, ``message``."""
    return to_frame(finding_rows(found), FINDING_COLUMNS)


def finding_rows(found: Iterable[Finding]) -> list[Record]:
    """Return findings as records; what a finding is not about is empty."""
    return [
        {**dict(zip(("field", "sample", "barcode"), (*each.path, "", ""), strict=False)), "level": each.level,
         "message": each.message}
        for each in found
    ]  # fmt: skip


def refuse(found: list[Finding], what: str) -> None:
    """Raise if there is any error among the findings; nothing has been sent."""
    errors = [each for each in found if each.level == "error"]
    if errors:
        shown = "; ".join(" > ".join(filter(None, each.path)) + f": {each.message}" for each in errors[:5])
        rest = f" ... and {len(errors) - 5} more" if len(errors) > 5 else ""
        raise InvalidInput(f"{what}, and nothing was sent: {shown}{rest}", finding_rows(errors))


def _near(name: str, known: Iterable[Any]) -> str:
    lowered = {str(each).lower(): str(each) for each in known}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f" (did you mean {lowered[found[0]]}?)" if found else ""


def _text(value: Any) -> str:
    # Empty cells of a DataFrame are NaN, which differs from itself, or pd.NA, which compares to nothing.
    missing = value is None or type(value).__name__ == "NAType" or value != value
    return "" if missing else str(value).strip()
