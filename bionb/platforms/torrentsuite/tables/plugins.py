"""What two plugins found, as rows of tables: coverage of targets, and counts of variants, one row a barcode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bionb.platforms.torrentsuite.wire.records import number, number_in, serial

Record = dict[str, Any]

COVERAGE, VARIANTS = "coverageAnalysis", "variantCaller"
SINGLE = ""  # the barcode of a report without barcodes
_PERCENTS = {
    "on_target_percent": "Percent reads on target",
    "mean_depth": "Average base coverage depth",
    "uniformity_percent": "Uniformity of base coverage",
}
# The coverage of targets, or of the whole genome where the plugin was given no targets.
_COVERED = {
    f"covered_{depth}x_percent": rf"(target|genome) (base )?coverage at {depth}x" for depth in (1, 20, 100, 500)
}
_KINDS = ("variants", "het_snps", "homo_snps", "het_indels", "homo_indels", "other", "no_call")


def coverage_rows(results: list[Record]) -> list[Record]:
    """Return results of ``coverageAnalysis``, one row a barcode; numbers as numbers, which the plugin keeps as text.

    Examples
    --------
    >>> store = {"barcodes": {"X_01": {"Percent reads on target": "94.39%", "Number of mapped reads": "41517"}}}
    >>> [row] = coverage_rows([{"id": 7, "pluginName": "coverageAnalysis", "store": store}])
    >>> row["barcode"], row["on_target_percent"], row["mapped_reads"]
    ('X_01', 94.39, 41517)
    """
    return [row for each in results for row in _rows(each, _coverage)]


def variant_rows(results: list[Record]) -> list[Record]:
    """Return results of ``variantCaller``, one row a barcode."""
    return [row for each in results for row in _rows(each, _variants)]


def coverage_by_report(results: list[Record]) -> dict[int | None, Record]:
    """Return the coverage of each report, the mean of its barcodes, out of its newest result that is complete."""
    complete = [each for each in results if each.get("state") == "Completed"]
    newest = {number_in(each.get("result")): each for each in sorted(complete, key=serial)}
    return {report: _mean(coverage_rows([each])) for report, each in newest.items()}


def _mean(rows: list[Record]) -> Record:
    found: Record = {}
    for name in _PERCENTS:
        values = [row[name] for row in rows if row.get(name) is not None]
        found[name] = sum(values) / len(values) if values else None
    return found


def _rows(result: Record, read: Callable[[Mapping[str, Any], Mapping[str, Any]], Record]) -> Iterator[Record]:
    store = result.get("store")
    store = store if isinstance(store, Mapping) else {}
    barcodes = store.get("barcodes")
    report = number_in(result.get("result"))
    known = {
        "plugin_result": result.get("id"),
        "report": None if report is None else str(report),
        "resultName": result.get("resultName"),
        "state": result.get("state"),
    }
    parts = barcodes if isinstance(barcodes, Mapping) else {SINGLE: store}
    for barcode, part in parts.items():
        part = part if isinstance(part, Mapping) else {}
        error = part.get("Error") or store.get("Error")
        yield {
            **known,
            "barcode": barcode or None,
            "sample": _sample(part),
            **read(part, store),
            "error": error or None,
        }


def _sample(part: Mapping[str, Any]) -> str | None:
    name = part.get("Sample Name")
    return name if isinstance(name, str) and name not in ("", "None") else None


def _coverage(part: Mapping[str, Any], store: Mapping[str, Any]) -> Record:
    covered = {
        name: next((_figure(value) for key, value in part.items() if re.fullmatch(form, str(key), re.IGNORECASE)), None)
        for name, form in _COVERED.items()
    }
    reads = _figure(part.get("Number of mapped reads"))
    return {
        "mapped_reads": None if reads is None else int(reads),
        **{name: _figure(part.get(key)) for name, key in _PERCENTS.items()},
        **covered,
        "targets": part.get("Targeted Regions") or store.get("Targeted Regions"),
        "reference": part.get("Reference (File)") or part.get("Reference Genome") or store.get("Reference Genome"),
    }


def _variants(part: Mapping[str, Any], store: Mapping[str, Any]) -> Record:
    counts = part.get("variants")
    counts = counts if isinstance(counts, Mapping) else {}
    whole = {name: _figure(counts.get(name)) for name in _KINDS}
    return {
        **{name: None if value is None else int(value) for name, value in whole.items()},
        "targets": store.get("Target Regions"),
        "configuration": store.get("Configuration"),
    }


def _figure(value: Any) -> float | None:
    """Return a number as plugins write them: ``94.39%``, ``41517304``, ``NA``."""
    return number(value.strip().removesuffix("%").replace(",", "") if isinstance(value, str) else value)
