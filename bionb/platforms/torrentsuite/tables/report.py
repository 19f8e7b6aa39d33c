"""One run report: the figures of a chip's analysis as tables, with the plan's thresholds, and as pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.frames import to_frame
from bionb.platforms.torrentsuite.tables.columns import (
    ALIGNED,
    ALIGNMENT_COLUMNS,
    BARCODE_COLUMNS,
    BARCODE_NAMES,
    CHECKS,
    FRAGMENT_COLUMNS,
    LOADING_COLUMNS,
    NOT_TOLD,
    PARENTS,
    PLUGIN,
    PLUGIN_COLUMNS,
    QUALITIES,
    STAGES,
    SUMMARY_COLUMNS,
    SURVIVAL_COLUMNS,
    THRESHOLD_COLUMNS,
)
from bionb.platforms.torrentsuite.tables.figures import report_figure
from bionb.platforms.torrentsuite.tables.rows import addressable, figures, plugin_row
from bionb.platforms.torrentsuite.wire.records import number, percent, serial, thresholds_of
from bionb.showing import facts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Record = dict[str, Any]
PARTS = (".summary", ".loading", ".thresholds", ".survival", ".alignment", ".test_fragments", ".plugins", ".barcodes")


class ReportIncomplete(UserWarning):
    """The server could not give a part of a report; the rest is there."""


class RunReport:
    """What the API tells about one report; made by ``suite.run_report(id)``.

    Missing metrics give empty frames with the same columns, or missing values, never an error.

    Attributes
    ----------
    record : dict
        The report itself.
    library, analysis, quality : dict
        Its metrics as the server names them; empty where it has none.
    notes : tuple of str
        What the server failed to give this time: the part, and the server's answer.
    not_told : tuple of str
        What a report page shows and the API does not give.
    """

    not_told: tuple[str, ...] = NOT_TOLD

    def __init__(
        self,
        record: Mapping[str, Any],
        *,
        libmetrics: Sequence[Record] = (),
        analysismetrics: Sequence[Record] = (),
        qualitymetrics: Sequence[Record] = (),
        tfmetrics: Sequence[Record] = (),
        plugins: Sequence[Record] = (),
        plan: Sequence[Record] = (),
        barcodes: Sequence[Record] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.record, self.notes = dict(record), tuple(notes)
        self.library, self.analysis, self.quality = map(_newest, (libmetrics, analysismetrics, qualitymetrics))
        self._fragments, self._plugins, self._barcodes = list(tfmetrics), list(plugins), list(barcodes)
        self._plan = _newest(plan)

    # -- tables -----------------------------------------------------------------------------------------------------

    @property
    def summary(self) -> pd.DataFrame:
        """One row with the figures of the report's head.

        Returns
        -------
        DataFrame
            ``report``, ``resultsName``, ``status``, ``state``, ``thumbnail``, ``timeStamp`` (UTC), ``total_reads``,
            ``total_bases``, ``q20_bases``, ``mapped_reads`` (counts), ``mean_read_length``, ``median_``, ``mode_``,
            ``max_read_length`` (bases), ``key_signal`` (counts), ``loading_percent``, ``usable_percent``,
            ``mapped_percent``, ``raw_accuracy_percent``, ``q20_percent`` (of the bases), ``mean_coverage`` (times the
            reference), and the phases of sequencing in percent.
        """
        quality, library = self.quality, self.library
        row = {
            "report": self.record.get("id"),
            **{name: self.record.get(name) for name in ("resultsName", "status", "state", "thumbnail", "timeStamp")},
            **figures(self.analysis, quality, library),
            **{f"{name}_read_length": quality.get(f"q0_{name}_read_length") for name in ("median", "mode", "max")},
            "q20_percent": percent(quality.get("q20_bases"), quality.get("q0_bases")),
            "mean_coverage": self._coverage(library.get("total_mapped_target_bases")),
            "carry_forward_percent": library.get("cf"),
            "incomplete_extension_percent": library.get("ie"),
            "droop_percent": library.get("dr"),
        }
        return to_frame([row], SUMMARY_COLUMNS)

    @property
    def loading(self) -> pd.DataFrame:
        """The way from wells to usable reads.

        Returns
        -------
        DataFrame
            ``stage``, ``wells`` (count), ``of`` (the stage it is a part of), ``percent`` (of that stage).
        """
        if not self.analysis:
            return to_frame([], LOADING_COLUMNS)
        wells = {key: self.analysis.get(name) for key, name in STAGES.items()}
        wells["addressable"] = addressable(self.analysis)
        rows = [
            {"stage": stage, "wells": count, "of": above, "percent": percent(count, wells.get(above))}
            for (stage, count), above in zip(wells.items(), PARENTS.values(), strict=True)
        ]
        return to_frame(rows, LOADING_COLUMNS)

    @property
    def thresholds(self) -> pd.DataFrame:
        """The plan's quality checks.

        Returns
        -------
        DataFrame
            ``check`` (loading and usable sequence in percent, key signal in counts), ``value``, ``threshold``
            (missing without a plan), ``passed``.
        """
        values = figures(self.analysis, self.quality, self.library)
        least = thresholds_of(self._plan)
        rows = []
        for check, name in CHECKS.items():
            value, threshold = number(values[name]), number(least.get(check))
            passed = None if value is None or threshold is None else value >= threshold
            rows.append({"check": check, "value": value, "threshold": threshold, "passed": passed})
        return to_frame(rows, THRESHOLD_COLUMNS)

    @property
    def alignment(self) -> pd.DataFrame:
        """Alignments by quality.

        Returns
        -------
        DataFrame
            ``quality`` (AQ17: at most 2 % wrong; AQ47: perfect), ``reads``, ``bases`` (counts), ``mean_length``,
            ``longest`` (bases), ``coverage`` (times the reference). Empty where nothing was aligned.
        """
        if not self.library.get("total_mapped_reads"):
            return to_frame([], ALIGNMENT_COLUMNS)
        rows = []
        for level in QUALITIES:
            part = {name: self.library.get(f"q{level}_{name}") for name in ALIGNED}
            row = {new: part[old] for old, new in ALIGNED.items()}
            rows.append({"quality": f"AQ{level}", **row, "coverage": self._coverage(part["mapped_bases"])})
        return to_frame(rows, ALIGNMENT_COLUMNS)

    @property
    def survival(self) -> pd.DataFrame:
        """How many reads are aligned over at least a length.

        Returns
        -------
        DataFrame
            ``quality``, ``length`` (bases), ``reads`` (count), ``percent`` (of all reads). Empty without alignment.
        """
        rows = []
        for name, reads in self.library.items():
            found = re.fullmatch(r"i(\d+)Q(\d+)_reads", name)
            if found and self.library.get("total_mapped_reads"):
                share = percent(reads, self.library.get("totalNumReads"))
                rows.append({"quality": f"AQ{found[2]}", "length": int(found[1]), "reads": reads, "percent": share})
        rows.sort(key=lambda row: (int(row["quality"][2:]), row["length"]))
        return to_frame(rows, SURVIVAL_COLUMNS)

    @property
    def test_fragments(self) -> pd.DataFrame:
        """Test fragments: known sequences that every chip carries along.

        Returns
        -------
        DataFrame
            ``name``, ``length`` (bases), ``reads`` (count), ``key_signal`` (counts), ``aq17_50_percent``,
            ``aq17_100_percent`` (reads that are right at AQ17 over 50 and 100 bases), ``mean_aq17_length`` (bases).
        """
        return to_frame([_fragment_row(each) for each in self._fragments], FRAGMENT_COLUMNS)

    @property
    def plugins(self) -> pd.DataFrame:
        """Plugins of the report.

        Returns
        -------
        DataFrame
            ``plugin``, ``version``, ``state``, ``started``, ``ended`` (UTC), ``minutes``, ``size`` (bytes).
        """
        rows = [plugin_row(each) for each in sorted(self._plugins, key=serial)]
        known = [each.get("pluginName") for each in rows]
        # An older report may name a plugin's state although its results were deleted.
        rows += [
            {"pluginName": name, "state": state}
            for name, state in _mapping(self.record.get("pluginState")).items()
            if name not in known
        ]
        return to_frame([{new: row.get(old) for old, new in PLUGIN.items()} for row in rows], PLUGIN_COLUMNS)

    @property
    def barcodes(self) -> pd.DataFrame:
        """Reads by barcode.

        Returns
        -------
        DataFrame
            ``barcode``, ``sample``, ``reads``, ``bases`` (counts), ``mean_read_length`` (bases), ``percent`` (of all
            reads). What else the server's summary has is kept behind. Empty for a report without one.
        """
        reads = figures(self.analysis, self.quality, self.library)["total_reads"]
        rows = [_barcode_row(each) for each in self._barcodes]
        return to_frame([{**row, "percent": percent(row.get("reads"), reads)} for row in rows], BARCODE_COLUMNS)

    def _coverage(self, bases: Any) -> float | None:
        share = percent(bases, self.library.get("genomesize"))
        return None if share is None else share / 100

    # -- pictures -----------------------------------------------------------------------------------------------------

    def plot(self) -> Figure:
        """Draw the report: bead funnel, quality checks, reads aligned, read survival, test fragments.

        Returns
        -------
        matplotlib.figure.Figure
            What the report has no figures for is an empty panel that says so.
        """
        return report_figure(self)

    def __repr__(self) -> str:
        lost = f", without {', '.join(note.split(':')[0] for note in self.notes)}" if self.notes else ""
        return (
            f"<RunReport {self.record.get('id')} {self.record.get('resultsName')}: {self.record.get('status')}{lost}>"
        )

    def _repr_html_(self) -> str:
        title, *notes = (f"Report {self.record.get('id')} {self.record.get('resultsName')}", *self.notes)
        return facts(title, self.summary.iloc[0].to_dict(), count="; ".join(notes), complete=PARTS)


def _newest(records: Sequence[Record]) -> Record:
    """Return the record that was made last; a report that was analysed again may have several."""
    return max(records, key=serial, default={})


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _barcode_row(summary: Record) -> Record:
    """Return a row of the barcode summary with our names where its own are understood."""
    row: Record = {}
    for name, value in summary.items():
        plain = name.replace("_", " ").lower()
        known = (ours for ours, pattern in BARCODE_NAMES.items() if ours not in row and re.fullmatch(pattern, plain))
        row[next(known, name)] = value
    return row


def _fragment_row(fragment: Record) -> Record:
    counts = histogram(fragment)
    return {
        "name": fragment.get("name"),
        "length": len(str(fragment.get("sequence") or "")) or None,
        "reads": fragment.get("number"),
        "key_signal": fragment.get("aveKeyCount"),
        "aq17_50_percent": percent(sum(counts[50:]), fragment.get("number")) if counts else None,
        "aq17_100_percent": percent(sum(counts[100:]), fragment.get("number")) if counts else None,
        "mean_aq17_length": fragment.get("Q17Mean"),
    }


def histogram(fragment: Mapping[str, Any], quality: int = 17) -> list[int]:
    """Return how many reads of a test fragment are right over each length, from 0 bases on."""
    counts = str(fragment.get(f"Q{quality}Histo") or "").split()
    return [int(each) for each in counts if each.isascii() and each.isdigit()]
