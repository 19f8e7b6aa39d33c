"""Results of plugins: their states, and what the two most used ones found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter, of
from bionb.platforms.torrentsuite.rules.identifiers import Ref
from bionb.platforms.torrentsuite.tables.columns import COVERAGE_COLUMNS, PLUGIN_RESULT_COLUMNS, VARIANT_COLUMNS
from bionb.platforms.torrentsuite.tables.plugins import COVERAGE, VARIANTS, coverage_rows, variant_rows
from bionb.platforms.torrentsuite.tables.rows import plugin_rows


class Plugins(Calls):
    """Programs that ran on reports."""

    def plugin_results(
        self,
        report: Ref | None = None,
        *,
        state: str | Iterable[str] | None = None,
        limit: int | None = None,
        **filters: Filter,
    ) -> Listing:
        """Results of plugins; passwords in their settings are hidden.

        Parameters
        ----------
        report : int, str or dict, optional
            Only those of one report.
        state : str or list of str, optional
            Only results in this state, e.g. ``"Error"``. The server has no such filter: all results that the others
            leave are read, and compared here.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``plugin__name="variantCaller"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``report``, ``resultName``, ``pluginName``, ``pluginVersion``, ``state``,
            ``starttime``, ``endtime`` (UTC), ``minutes``, ``size`` (bytes), ``inodes`` (count), ...

        Notes
        -----
        ``GET /rundb/api/v1/pluginresult/`` (Plugin Result Resource).

        Examples
        --------
        >>> sorted(suite.plugin_results(3).to_frame()["pluginName"])[:2]
        ['AssemblerSPAdes', 'DataExport']
        >>> sorted(each["pluginName"] for each in suite.plugin_results(3, state="Error"))
        ['coverageAnalysis', 'sampleID']
        """
        asked, name = of(report, "result", filters), "plugin results"
        results = self._listing(
            "pluginresult", asked, PLUGIN_RESULT_COLUMNS, limit=limit, name=name, prepare=plugin_rows
        )
        if state is None:
            return results
        wanted = {state} if isinstance(state, str) else set(state)

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            return Page([each for each in results.refresh() if each.get("state") in wanted])

        return Listing(name, lambda: Whole(read), PLUGIN_RESULT_COLUMNS)

    def coverage(self, report: Ref | None = None, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return how deep and how evenly the targets are covered: results of the plugin ``coverageAnalysis``.

        Parameters
        ----------
        report : int, str or dict, optional
            Only that of one report.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `plugin_results`, e.g. ``result__in=[1, 2, 5]``.

        Returns
        -------
        Listing
            Records are results of the plugin. The frame has **one row a barcode**: ``plugin_result``, ``report``
            (identifiers), ``resultName``, ``state``, ``barcode`` (missing for a report without barcodes), ``sample``,
            ``mapped_reads`` (count), ``on_target_percent`` (of them), ``mean_depth`` (times), ``uniformity_percent``
            (target bases covered at least a fifth as deep as the mean), ``covered_1x_percent``, ``_20x_``, ``_100x_``,
            ``_500x_`` (of the target bases), ``targets``, ``reference``, ``error``. What is not told is missing.

        Notes
        -----
        ``GET /rundb/api/v1/pluginresult/?plugin__name=coverageAnalysis``; the figures are in ``store``.

        Examples
        --------
        >>> suite.coverage(5).to_frame()[["barcode", "sample"]].values.tolist()
        [['IonXpress_003', 'plasma 1'], ['IonXpress_004', 'plasma 2']]
        """
        asked = of(report, "result", {"plugin__name": COVERAGE, **filters})
        return self._listing("pluginresult", asked, COVERAGE_COLUMNS, limit=limit, name="coverage", rows=coverage_rows)

    def variant_counts(self, report: Ref | None = None, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return how many variants were called, by kind: results of the plugin ``variantCaller``.

        Parameters
        ----------
        report : int, str or dict, optional
            Only that of one report.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `plugin_results`.

        Returns
        -------
        Listing
            Records are results of the plugin. The frame has **one row a barcode**: ``plugin_result``, ``report``
            (identifiers), ``resultName``, ``state``, ``barcode``, ``sample``, ``variants``, ``het_snps``,
            ``homo_snps``, ``het_indels``, ``homo_indels``, ``other``, ``no_call`` (counts), ``targets``,
            ``configuration`` (the settings by name), ``error``. The variants themselves are in VCF files: see
            `report_files`.

        Notes
        -----
        ``GET /rundb/api/v1/pluginresult/?plugin__name=variantCaller``; the figures are in ``store``.

        Examples
        --------
        >>> counts = suite.variant_counts(2).to_frame()
        >>> int(counts["het_snps"][0]) > int(counts["homo_snps"][0])
        True
        """
        asked = of(report, "result", {"plugin__name": VARIANTS, **filters})
        return self._listing(
            "pluginresult", asked, VARIANT_COLUMNS, limit=limit, name="variant counts", rows=variant_rows
        )
