"""What was imported beside expression, read back: variants, flow cytometry, single cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.frames import COUNT, columns
from bionb.listing import Listing
from bionb.paging.pages import Reader
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.calls.queries import about, measurement_key
from bionb.platforms.odm.rules.filters import Filter, alternatives, asked_for, features
from bionb.platforms.odm.tables.genotypes import VARIANTS, VariantListing, VariantStream, tidy_variant
from bionb.platforms.odm.tables.measurements import EXPRESSION, ExpressionListing, tidy
from bionb.platforms.odm.wire.paging import LIMIT, cursor_reader, page_size
from bionb.platforms.odm.wire.records import ACCESSION, Record, Ref, accession_of

# The server wants a query of the data's own; these are true of everything.
ANY_VARIANT, ANY_READOUT = "filter=PASS || filter!=PASS", "MinValue=-1000000000000"
CELLS = columns(f"{ACCESSION} barcode batch cellType cluster", nCounts=COUNT)
CELLS_LIMIT, CELLS_SINCE = 10_000, "1.62"


class Omics(Calls):
    """Calls that read data of samples; all are lazy and page by cursor.

    ``study_filter``, ``sample_filter``, ``library_filter``, ``preparation_filter`` (str or Condition) choose what was
    measured, ``data_filter`` the data group by its metadata; all hold together. ``limit`` is the page size.
    """

    def variants(
        self,
        genes: Iterable[str] | str | None = None,
        *,
        region: str | None = None,
        ids: Iterable[str] | str | None = None,
        variant_query: str | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        data_filter: Filter = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> VariantListing:
        """Return variants of linked samples, one row a variant and sample; all there are without arguments.

        Parameters
        ----------
        genes : str or iterable of str, optional
            Reference genes in which the variants lie.
        region : str, optional
            ``"chr1"``, ``"chr1:100-200"``, ``"chr1:100-*"``, several with commas.
        ids : str or iterable of str, optional
            As in the column ID of the VCF file.
        variant_query : str, optional
            A condition of its own: ``"info.AF<0.3 && filter=PASS"``.
        study_filter, sample_filter, data_filter, limit
            As for all data: see `Omics`.

        Returns
        -------
        VariantListing
            Frame columns: ``sample``, ``run``, ``group``, ``chrom``, ``pos`` (1-based), ``ref``, ``alt``,
            ``genotype`` (``0/1``), ``info.*``. ``.to_frame(counts=True)`` adds ``alleles``, ``.to_wide()`` has variants
            down and samples across.

        Raises
        ------
        UsageError
            No variants were imported and linked.

        Notes
        -----
        ``GET /api/v1/as-user/omics/variant/data`` (Omics queries as User).

        Examples
        --------
        >>> odm.variants("PNPLA3", sample_filter='"Disease"="healthy"').to_frame()["genotype"].tolist()
        ['0/0', '0/1', '0/0', '0/1']
        """
        filters = {"studyFilter": study_filter, "sampleFilter": sample_filter, "vxFilter": data_filter}
        more = [f"region={region}"] if region else []
        more += [f"id={each}" for each in alternatives(ids, "ids")]
        more += [f"({variant_query})"] if variant_query else []
        chosen = features(genes) if genes is not None else [""]
        queries = [" && ".join([*([query] if query else []), *more]) or ANY_VARIANT for query in chosen]
        asked = [{**each, "vxQuery": query} for each in asked_for(filters, {}) for query in queries]
        start = self._data("variant", asked, limit, filters, as_curator, tidy_variant)
        return VariantListing("variants", start, VARIANTS)

    def stream_variants(
        self,
        group: Ref,
        *,
        sample_filter: Filter = None,
        variant_query: str | None = None,
        as_curator: bool = False,
    ) -> VariantStream:
        """Return all variants of one group, streamed: variants down, samples across.

        Parameters
        ----------
        group : str, Job or dict
            Accession of the variant group.
        sample_filter : str or Condition, optional
            Only these samples.
        variant_query : str, optional
            As for `variants`.

        Returns
        -------
        VariantStream
            ``.to_frame(counts=True)``, or ``.chunks(rows)`` for what is larger than memory.

        Notes
        -----
        ``GET /api/v1/as-user/omics/variant/streamed-data``.

        Examples
        --------
        >>> odm.stream_variants("GSF1146932").to_frame(counts=True).shape
        (3, 8)
        """
        accession = accession_of(group)
        asked = {"groupAccession": accession, "sampleFilter": sample_filter, "vxQuery": variant_query}
        params = {name: str(value) for name, value in asked.items() if value is not None}

        def opened() -> Any:
            path, what = role_path("omics/variant/streamed-data", as_curator), f"stream the variants of {accession}"
            return self.session.request("GET", path, params=params, what=what, stream=True)

        return VariantStream(accession, opened)

    def flow_cytometry(
        self,
        *,
        population: Iterable[str] | str | None = None,
        readout: Iterable[str] | str | None = None,
        marker: Iterable[str] | str | None = None,
        least: float | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        data_filter: Filter = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> ExpressionListing:
        """Return flow cytometry read-outs of linked samples, one row each; all there are without arguments.

        Parameters
        ----------
        population, readout, marker : str or iterable of str, optional
            As in the file: ``"T cells"``; ``"Median"`` or ``"Count"``; ``"CD3"``. Several are alternatives.
        least : float, optional
            Smallest value.
        study_filter, sample_filter, data_filter, limit
            As for all data: see `Omics`.

        Returns
        -------
        ExpressionListing
            Frame columns: ``sample``, ``run``, ``group``, ``feature.readoutType``, ``feature.cellPopulation``,
            ``feature.marker``, ``value.value``; ``.to_wide()`` has read-outs down and samples across.

        Raises
        ------
        UsageError
            No flow cytometry was imported and linked.

        Notes
        -----
        ``GET /api/v1/as-user/omics/flow-cytometry/data``; it can't be streamed.

        Examples
        --------
        >>> odm.flow_cytometry(population="T cells").to_wide().iloc[0, :3].tolist()
        [120.5, 98.2, 143.0]
        """
        filters = {"studyFilter": study_filter, "sampleFilter": sample_filter, "fxFilter": data_filter}
        named = {"ReadoutType": readout, "CellPopulation": population, "Marker": marker}
        parts = [f"{name}={each}" for name, value in named.items() for each in alternatives(value, name, "|")]
        parts += [f"MinValue={least}"] if least is not None else []
        query = " ".join(parts) or ANY_READOUT
        asked = [{**each, "fxQuery": query} for each in asked_for(filters, {})]
        start = self._data("flow-cytometry", asked, limit, filters, as_curator, tidy)
        return ExpressionListing("measurements", start, EXPRESSION)

    def cells(
        self,
        cell_query: str | None = None,
        *,
        group: Ref | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        library_filter: Filter = None,
        preparation_filter: Filter = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> Listing:
        """Return single cells of linked samples; with `group`, all of one import, linked or not.

        Parameters
        ----------
        cell_query : str, optional
            ``"cellType=Macrophage,Monocyte"``.
        group : str, Job or dict, optional
            Accession of a cell group; then the server takes no query and no filter.
        study_filter, sample_filter, library_filter, preparation_filter, limit
            As for all data: see `Omics`; up to 10,000 a page together with `group`.

        Returns
        -------
        Listing
            Frame columns: ``genestack:accession``, ``barcode``, ``batch``, ``cellType``, ``cluster``, ``nCounts``, ...

        Notes
        -----
        ``GET /api/v1/as-user/omics/cells`` (since 1.62), or ``.../cells/by/group/{id}``.

        Examples
        --------
        >>> odm.cells("cellType=hepatocyte").to_frame()["barcode"].tolist()[:2]
        ['BC0000', 'BC0002']
        """
        filters = _made_from(study_filter, sample_filter, library_filter, preparation_filter)
        if group is not None:
            if cell_query or any(each is not None for each in filters.values()):
                raise UsageError("cells(group=...) takes no query or filter: the server has none there. Leave out one.")
            return self._cells_of(accession_of(group), as_curator, page_size(limit, CELLS_LIMIT))
        asked = asked_for(filters, {"cellQuery": cell_query})
        path = role_path("omics/cells", as_curator)

        def explain() -> None:
            self._explain(about(filters), as_curator)
            self._explain_cells(as_curator)

        start = self._query(path, "query cells", asked, limit, _cell, _cell_key, explain, CELLS_SINCE)
        return Listing("cells", start, CELLS)

    def cell(self, cell: Ref, *, as_curator: bool = False) -> Record:
        """Return one cell.

        Parameters
        ----------
        cell : str or dict
            Its accession, or its record.

        Notes
        -----
        ``GET /api/v1/as-user/cells/{id}``.

        Examples
        --------
        >>> odm.cell(odm.cells()[0])["cellType"]
        'hepatocyte'
        """
        accession = accession_of(cell)
        what = f"look up the cell {accession}"
        found = self._get(f"cells/{accession}", what=what, as_curator=as_curator)
        return self.session.record_of(found, what=what, ids=("barcode",))

    def cell_expression(
        self,
        genes: Iterable[str] | str | None = None,
        *,
        attribute: str | None = None,
        data_query: str | None = None,
        cell_query: str | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        library_filter: Filter = None,
        preparation_filter: Filter = None,
        data_filter: Filter = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> ExpressionListing:
        """Return measurements of features in single cells, one row each.

        Parameters
        ----------
        genes, attribute, data_query
            As for `expression`; one of genes and data_query is needed.
        cell_query : str, optional
            As for `cells`: ``"cellType=hepatocyte"``.
        study_filter, sample_filter, library_filter, preparation_filter, data_filter, limit
            As for all data: see `Omics`.

        Returns
        -------
        ExpressionListing
            Frame columns: ``cell`` (accession), ``run`` (barcode), ``group``, ``feature.*``, ``value.*``;
            ``.to_wide()`` has features down and barcodes across.

        Raises
        ------
        UsageError
            Neither `genes` nor `data_query`; or no expression of cells was imported and linked.

        Notes
        -----
        ``GET /api/v1/as-user/omics/cells/expression/data`` (since 1.62).

        Examples
        --------
        >>> odm.cell_expression("ALB", cell_query="cellType=hepatocyte").to_wide().shape
        (1, 6)
        """
        if genes is None and not data_query:
            raise UsageError("Say what to read: genes=[...], or data_query= such as 'feature=ALB value>6'.")
        made = _made_from(study_filter, sample_filter, library_filter, preparation_filter)
        filters = {**made, "exFilter": data_filter}
        chosen = features(genes, attribute) if genes is not None else [""]
        asked = [
            {**each, "exQuery": f"{query} {data_query or ''}".strip()}
            for each in asked_for(filters, {"cellQuery": cell_query})
            for query in chosen
        ]
        path = role_path("omics/cells/expression/data", as_curator)

        def explain() -> None:
            self._explain(about(filters), as_curator)
            self._explain_data("expression", attribute, as_curator)

        start = self._query(
            path, "query the expression of cells", asked, limit, tidy, measurement_key, explain, CELLS_SINCE
        )
        return ExpressionListing("measurements", start, EXPRESSION)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _data(
        self, kind: str, asked: list[Record], limit: int, filters: Mapping[str, Filter], as_curator: bool, flat: Any
    ) -> Any:
        def explain() -> None:
            self._explain(about(filters), as_curator)
            self._explain_data(kind, None, as_curator)

        path = role_path(f"omics/{kind}/data", as_curator)
        return self._query(path, f"query {kind} data", asked, limit, flat, measurement_key, explain)

    def _explain_cells(self, as_curator: bool) -> None:
        what = "look for cells"
        body = self._get("omics/cells", params={"pageLimit": 1}, what=what, as_curator=as_curator)
        if not self.session.record_of(body, what=what).get("data"):
            raise UsageError("This server has no cells for you yet: import_cells() and link_cells() them first.")

    def _cells_of(self, group: str, as_curator: bool, limit: int) -> Listing:
        path, what = role_path(f"cells/by/group/{group}", as_curator), f"list the cells of {group}"

        def start() -> Reader:
            params = {"pageLimit": limit}
            return cursor_reader(self.session, path, what, params, lambda body: body.get("data") or [], _cell_key)

        return Listing("cells", start, CELLS)


def _made_from(study: Filter, sample: Filter, library: Filter, preparation: Filter) -> dict[str, Filter]:
    return {"studyFilter": study, "sampleFilter": sample, "libraryFilter": library, "preparationFilter": preparation}


def _cell(item: Mapping[str, Any]) -> Record:
    """Return a cell as a flat record; whether its attributes stand one level deeper is not documented."""
    inner = item.get("metadata")
    return dict(inner if isinstance(inner, Mapping) else item)


def _cell_key(record: Mapping[str, Any]) -> Any:
    return record.get(ACCESSION) or (record.get("groupId"), record.get("batch"), record["barcode"])
