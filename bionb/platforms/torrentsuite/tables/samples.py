"""Tables of samples with barcodes: from what a person has to what a plan takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.platforms.torrentsuite.rules.findings import Finding, near, refuse
from bionb.platforms.torrentsuite.rules.known import KINDS
from bionb.platforms.torrentsuite.rules.samples import FIELD

Record = dict[str, Any]

NEEDED = ("sample", "barcode")
OPTIONAL = (
    "reference", "nucleotideType", "targetRegionBedFile", "hotSpotRegionBedFile", "description", "externalId",
    "controlSequenceType", "controlType", "sseBedFile", "endBarcode",
)  # fmt: skip


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
        Finding((name,), f"there is no column {name!r}{near(name, names)}") for name in NEEDED if name not in names
    ]
    known = (*NEEDED, *OPTIONAL)
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    found += [Finding((str(name),), f"unknown column {name!r}{near(str(name), known)}") for name in unknown]
    refuse(found, "The table of samples cannot be read")
    return [{name: _text(value) for name, value in each.items()} for each in records]


def table_findings(rows: list[Record], plan: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with the rows themselves; the server would take a barcode twice without a word."""
    if not rows:
        return [Finding((FIELD,), "the table of samples has no rows.")]
    users: dict[str, list[str]] = {}
    for row in rows:
        users.setdefault(row.get("barcode", ""), []).append(row.get("sample", ""))
    return [
        Finding((FIELD, row.get("sample", ""), row.get("barcode", "")), f"row {number}{fault}")
        for number, row in enumerate(rows, 1)
        for fault in _faults(row, plan, users[row.get("barcode", "")])
    ]


def _faults(row: Record, plan: Mapping[str, Any], users: list[str]) -> Iterator[str]:
    """Give what is wrong with one row; `users` are the samples with its barcode."""
    yield from (f" has no {name}." for name in NEEDED if not row.get(name))
    kinds = _kinds(plan)
    if len(kinds) > 1 and not row.get("nucleotideType"):
        yield f": nucleotideType is needed, since run type {plan['runType']} takes {' and '.join(kinds)}."
    if row.get("barcode") and len(users) > 1:
        yield f": barcode {row['barcode']} is used {len(users)} times ({', '.join(users)})."


def barcoded_samples(rows: list[Record], plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return rows as the server wants them: by sample, its barcodes and what is known about each.

    A row without its own reference has the plan's: ``mixedTypeRNA_reference`` for an RNA sample of a plan that has one,
    else ``library``. A row without a nucleotide type has that of the run type, if there is only one.
    """
    samples: dict[str, Any] = {}
    for row in rows:
        entry = samples.setdefault(row["sample"], {"barcodes": [], "barcodeSampleInfo": {}})
        entry["barcodes"].append(row["barcode"])
        entry["barcodeSampleInfo"][row["barcode"]] = _entry(row, plan)
    return samples


def _entry(row: Record, plan: Mapping[str, Any]) -> dict[str, str]:
    """Return what is known about the barcode of a row."""
    kinds = _kinds(plan)
    own = {name: value for name, value in row.items() if name not in NEEDED and _told(value)}
    own = {"nucleotideType": kinds[0] if len(kinds) == 1 else "", **own}
    rna = len(kinds) > 1 and own["nucleotideType"].upper() in ("RNA", "FUSIONS")
    reference = (plan.get("mixedTypeRNA_reference") if rna else "") or plan.get("library") or ""
    blank = dict.fromkeys(("description", "targetRegionBedFile", "hotSpotRegionBedFile"), "")
    return {**blank, "reference": reference, **own}


def _told(cell: str) -> bool:
    return cell.strip().lower() not in ("", "none")


def _kinds(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the nucleotide types of a plan's samples."""
    return KINDS.get(str(plan.get("runType") or "GENS").upper(), ("DNA",))


def _text(value: Any) -> str:
    # Empty cells of a DataFrame are NaN, which differs from itself, or pd.NA, which compares to nothing.
    missing = value is None or type(value).__name__ == "NAType" or value != value
    return "" if missing else str(value).strip()
