"""Data groups and what is inside and around them: runs, single measurements, versions, pairs of links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.errors import UnknownFilter, UsageError
from bionb.frames import Column, columns
from bionb.listing import Listing
from bionb.paging.pages import Reader
from bionb.platforms.odm.calls.calls import PLURALS, Calls, role_path
from bionb.platforms.odm.calls.queries import about, measurement_key
from bionb.platforms.odm.rules.choices import Choice, attributes
from bionb.platforms.odm.rules.filters import Filter, asked_for
from bionb.platforms.odm.rules.linking import DATA, data_kind
from bionb.platforms.odm.tables.columns import MetadataListing
from bionb.platforms.odm.tables.genotypes import VARIANTS, tidy_variant
from bionb.platforms.odm.tables.measurements import EXPRESSION, tidy
from bionb.platforms.odm.wire.paging import LIMIT, chained, offset_reader, page_size
from bionb.platforms.odm.wire.records import Record, Ref, accession_of

MADE = ("library", "preparation")
MADE_OF = ("samples", "libraries", "preparations")
GROUPS = (*DATA, *MADE)
SHORT = {"expression": "exFilter", "variant": "vxFilter", "flow-cytometry": "fxFilter"}
COLUMNS = columns("itemId") + (Column("Data Class"), Column("Name"))
# What the list of all measurements of a kind can be asked for, beside the filter on the group.
CONDITIONS = {
    "expression": ("minExpressionLevel", "featureList"),
    "variant": ("variantRegion", "variantFeature", "variantId", "variantFilter", "variantInfo"),
    "flow-cytometry": ("readoutType", "population", "marker", "minValue"),
}


class Groups(Calls):
    """Calls on data groups. `kind` is ``"expression"`` (default), ``"variant"`` or ``"flow_cytometry"``."""

    def groups(
        self,
        kind: str = "expression",
        *,
        study: Ref | None = None,
        filter: Filter = None,
        query: str | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        as_curator: bool = False,
        fields: str | None = None,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return data groups: all, those of a study, or those with data of certain samples.

        Parameters
        ----------
        kind : str
            ``"expression"``, ``"variant"``, ``"flow_cytometry"``; with `study` also ``"library"``, ``"preparation"``.
        study : str, dict or Job, optional
            Only what belongs to it; then nothing else can be asked for.
        filter : str or Condition, optional
            On the group's metadata: ``where("Data Class") == "Proteomics"``.
        query : str, optional
            Full text in the group's metadata.
        study_filter, sample_filter : str or Condition, optional
            On what was measured; no full text then.
        fields : {"minimal", "extended", "original"}, optional
            How many attributes.

        Returns
        -------
        MetadataListing
            Frame columns: ``itemId`` (the accession), ``Data Class``, ``Name``, then all other metadata.

        Notes
        -----
        ``GET .../integration/link/expression/group/by/study/{id}``, ``.../omics/expression/group`` (pages by cursor) or
        ``.../expressions/group`` (pages by offset).

        Examples
        --------
        >>> odm.groups(study="GSF1146901").to_frame()["Data Class"].tolist()
        ['Bulk transcriptomics', 'Proteomics', 'Single-cell transcriptomics']
        """
        kind = kind.replace("_", "-")
        if kind not in GROUPS:
            raise UsageError(f"kind={kind!r:.40} has no groups: use one of {', '.join(GROUPS)}.")
        across = {"studyFilter": study_filter, "sampleFilter": sample_filter}
        asked = any(each is not None for each in (filter, query, fields, *across.values()))
        if study is not None:
            if asked:
                raise UsageError("groups(study=...) takes no filter: the server has none there. Leave out one of both.")
            return self._groups_of_study(kind, accession_of(study), as_curator)
        if kind in MADE:
            plural = {"library": "libraries", "preparation": "preparations"}[kind]
            raise UsageError(f"Groups of {plural} are listed by study only: pass study=, or use {plural}().")
        choice = Choice(filter, query, fields)
        if study_filter is None and sample_filter is None:
            return self._all_groups(kind, choice, as_curator, limit)
        filters = {**across, SHORT[kind]: filter}
        Choice(None, query).refused_by("groups(sample_filter=...)", "Use filter=.")

        def explain() -> None:
            self._explain(about(across), as_curator)

        path, what = role_path(f"omics/{kind}/group", as_curator), f"query the {kind} groups"
        start = self._query(path, what, asked_for(filters, attributes(fields)), limit, _flat, _item, explain)
        return MetadataListing("groups", start, COLUMNS)

    def group(self, group: Ref, kind: str = "expression", *, as_curator: bool = False) -> Record:
        """Return one data group with its metadata.

        Parameters
        ----------
        group : str, Job or dict
            Its accession, or what has one.
        kind : str
            What it holds.

        Notes
        -----
        ``GET /api/v1/as-user/expressions/group/{id}``.

        Examples
        --------
        >>> odm.group("GSF1146932", "variant")["Data Class"]
        'Gene variant (VCF)'
        """
        return self._group(kind, f"group/{accession_of(group)}", f"look up the group {accession_of(group)}", as_curator)

    def group_of_run(self, run: Ref, kind: str = "expression", *, as_curator: bool = False) -> Record:
        """Return the data group that a run belongs to; as `group`.

        Parameters
        ----------
        run : int, str or dict
            Number of a run, or a record of `runs`.
        kind : str
            What it holds.

        Notes
        -----
        ``GET /api/v1/as-user/expressions/group/by/run/{id}``.

        Examples
        --------
        >>> odm.group_of_run(odm.runs("GSF1146928")[0])["itemId"]
        'GSF1146928'
        """
        number = _run_number(run)
        return self._group(kind, f"group/by/run/{number}", f"look up the group of run {number}", as_curator)

    def runs(self, group: Ref, kind: str = "expression", *, as_curator: bool = False, limit: int = LIMIT) -> Listing:
        """Return the runs of a data group: its columns, each of one sample, library, preparation or cell.

        Parameters
        ----------
        group : str, Job or dict
            Accession of the data group.
        kind : str
            What it holds.

        Returns
        -------
        Listing
            Frame columns: ``runId`` (the server's number), ``runSourceId`` (name of the column).

        Notes
        -----
        ``GET /api/v1/as-user/expressions/runs/by/group/{id}``, pages by cursor.

        Examples
        --------
        >>> odm.runs("GSF1146928").to_frame()["runSourceId"].tolist()[:2]
        ['LIB01', 'LIB02']
        """
        return self._runs(data_kind(kind), accession_of(group), as_curator, limit)

    def measurements(
        self,
        kind: str = "expression",
        *,
        filter: Filter = None,
        query: str | None = None,
        runs: list[Ref] | None = None,
        as_curator: bool = False,
        limit: int = LIMIT,
        **conditions: str | float,
    ) -> Listing:
        """Return measurements of data groups, whether or not they are linked to samples.

        Parameters
        ----------
        kind : str
            What to read.
        filter, query
            On the group's metadata, as for `groups`.
        runs : list, optional
            Only these runs: numbers, or records of `runs`.
        **conditions : str or float
            ``minExpressionLevel, featureList``; ``variantRegion, variantFeature, variantId, variantFilter,
            variantInfo``; ``readoutType, population, marker, minValue``.

        Returns
        -------
        Listing
            Frame columns as of `expression`, `variants` or `flow_cytometry`, but without the sample.

        Notes
        -----
        ``GET /api/v1/as-user/expressions``, pages by cursor.

        Examples
        --------
        >>> odm.measurements("flow_cytometry", marker="CD19").to_frame()["value.value"].tolist()[:3]
        [2200.0, 1850.0, 2510.0]
        """
        kind = data_kind(kind)
        for name in conditions:
            if name not in CONDITIONS[kind]:
                raise UnknownFilter(f"{kind} data has no condition {name}: use one of {', '.join(CONDITIONS[kind])}.")
        params: dict[str, Any] = {name: str(each) for name, each in conditions.items()}
        params |= {"runFilter": [_run_number(each) for each in runs]} if runs else {}
        asked = [{**each, **params} for each in Choice(filter, query).requests()]
        flat, declared = (tidy_variant, VARIANTS) if kind == "variant" else (tidy, EXPRESSION)
        path, what = role_path(PLURALS[kind], as_curator), f"list the {kind} data"
        return Listing("measurements", self._query(path, what, asked, limit, flat, measurement_key), declared)

    def measurement(
        self, item: str | Mapping[str, Any], kind: str = "expression", *, as_curator: bool = False
    ) -> Record:
        """Return one measurement as a flat record.

        Parameters
        ----------
        item : str or dict
            Its ``item``, such as ``"45215-CD36"``, or a row of a listing of measurements.
        kind : str
            What it is.

        Notes
        -----
        ``GET /api/v1/as-user/expressions/{id}``.

        Examples
        --------
        >>> odm.measurement(odm.expression("CD36", attribute="gene")[0])["value.value"]
        4.851
        """
        kind, name = data_kind(kind), str(item.get("item", "") if isinstance(item, Mapping) else item)
        what = f"look up the measurement {name}"
        found = self.session.record_of(
            self._get(f"{PLURALS[kind]}/{name}", what=what, as_curator=as_curator), what=what
        )
        return tidy_variant(found) if kind == "variant" else tidy(found)

    def data_of(
        self,
        thing: Ref,
        kind: str = "expression",
        *,
        what: str = "sample",
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> Listing:
        """Return all data of a kind that is linked to one sample, library or preparation.

        Parameters
        ----------
        thing : str or dict
            Its accession, or its record.
        kind : str
            What to read.
        what : {"sample", "library", "preparation"}
            What it is; only expression data hangs on libraries and preparations.

        Returns
        -------
        Listing
            Frame columns as of `expression`, `variants` or `flow_cytometry`.

        Notes
        -----
        ``GET .../integration/link/expression/by/sample/{id}``, pages by offset.

        Examples
        --------
        >>> odm.data_of("GSF1146904", "variant").to_frame()["genotype"].tolist()
        ['0/0', '0/0', '0/0']
        """
        kind, accession, limit = data_kind(kind), accession_of(thing), page_size(limit)
        if what not in (("sample", *MADE) if kind == "expression" else ("sample",)):
            raise UsageError(f"{kind} data hangs on samples{', libraries and preparations' * (kind == 'expression')}, "
                             f"not on what={what!r}: use what='sample'.")  # fmt: skip
        flat, declared = (tidy_variant, VARIANTS) if kind == "variant" else (tidy, EXPRESSION)
        path, words = (
            role_path(f"integration/link/{kind}/by/{what}/{accession}", as_curator),
            f"list data of {accession}",
        )

        def start() -> Reader:
            return offset_reader(self.session, path, words, {}, limit, None, flat=flat)

        return Listing("measurements", start, declared)

    def pairs(
        self,
        group: Ref,
        kind: str = "expression",
        *,
        to: str = "samples",
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> Listing:
        """Return what the runs of a data group, or the libraries or preparations of a group, are linked to.

        Parameters
        ----------
        group : str, Job or dict
            Accession of the group.
        kind : str
            What it holds: ``"expression"``, ``"variant"``, ``"flow_cytometry"``, ``"library"``, ``"preparation"``.
        to : {"samples", "libraries", "preparations"}
            What the runs are of.

        Returns
        -------
        Listing
            A record a page of pairs; the frame has one row a pair, with the server's own column names.

        Notes
        -----
        ``GET .../integration/link/expression/run-to-samples/by/group/{id}``, or
        ``.../integration/link/library/libraries-to-samples/by/group/{id}``.

        Examples
        --------
        >>> len(odm.pairs("GSF1146912", "library").to_frame())
        8
        """
        kind = kind.replace("_", "-")
        if kind in MADE:
            return self._pairs(
                kind, accession_of(group), {"library": "libraries"}.get(kind, f"{kind}s"), as_curator, limit
            )
        if to not in MADE_OF:
            raise UsageError(f"to={to!r:.40} has no list of pairs: use one of {', '.join(MADE_OF)}.")
        return self._pairs(data_kind(kind), accession_of(group), to, as_curator, limit)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _group(self, kind: str, path: str, what: str, as_curator: bool) -> Record:
        body = self._get(f"{PLURALS[data_kind(kind)]}/{path}", what=what, as_curator=as_curator)
        return _flat(self.session.record_of(body, what=what, ids=("itemId",)))

    def _groups_of_study(self, kind: str, study: str, as_curator: bool) -> MetadataListing:
        path = role_path(f"integration/link/{kind}/group/by/study/{study}", as_curator)
        what = f"list the {kind} groups of {study}"
        start = self._whole(path, what, lambda body: [_flat(each) for each in body or ()])
        return MetadataListing("groups", start, COLUMNS)

    def _all_groups(self, kind: str, choice: Choice, as_curator: bool, limit: int) -> MetadataListing:
        path, what, limit = role_path(f"{PLURALS[kind]}/group", as_curator), f"list the {kind} groups", page_size(limit)

        def start() -> Reader:
            asked = choice.requests()
            return chained(
                [offset_reader(self.session, path, what, each, limit, _item, flat=_flat) for each in asked], _item
            )

        return MetadataListing("groups", start, COLUMNS)


def _flat(item: Mapping[str, Any]) -> Record:
    """Return a group as one flat record."""
    metadata = item.get("metadata")
    return {"itemId": item["itemId"], **(metadata if isinstance(metadata, Mapping) else {})}


def _item(record: Mapping[str, Any]) -> Any:
    return record["itemId"]


def _run_number(run: Ref) -> str:
    return str(run["runId"]) if isinstance(run, Mapping) and run.get("runId") else accession_of(run)
