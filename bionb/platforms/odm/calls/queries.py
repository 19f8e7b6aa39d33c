"""Queries over samples and data together, and streamed matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.paging.pages import Reader
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import attributes
from bionb.platforms.odm.rules.filters import Condition, conditions, features
from bionb.platforms.odm.tables.columns import COLUMNS, MetadataListing
from bionb.platforms.odm.tables.matrix import MatrixStream
from bionb.platforms.odm.tables.measurements import EXPRESSION, ExpressionListing, tidy
from bionb.platforms.odm.wire.paging import LIMIT, chained, cursor_reader, page_size
from bionb.platforms.odm.wire.records import ACCESSION, accession_of

Filter = str | Condition | None
Flat = Callable[[Mapping[str, Any]], dict[str, Any]]


class Queries(Calls):
    """Calls that query across studies, samples and data."""

    def omics_samples(
        self,
        *,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        library_filter: Filter = None,
        preparation_filter: Filter = None,
        study_query: str | None = None,
        sample_query: str | None = None,
        data_query: str | None = None,
        variant_query: str | None = None,
        fields: str | None = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return linked samples, chosen by study, sample, library, preparation and data at once.

        Parameters
        ----------
        study_filter, sample_filter, library_filter, preparation_filter : str or Condition, optional
            Conditions on each; all hold.
        study_query, sample_query : str, optional
            Full text.
        data_query : str, optional
            Samples with expression data like this: ``"feature=Stat3 value>6"``.
        variant_query : str, optional
            Samples with variants like this: ``"feature=PNPLA3"``, ``"region=chr1:100-200"``.
        fields : {"minimal", "extended", "original"}, optional
            How many attributes.
        limit : int
            Page size, 2000 at most.

        Returns
        -------
        MetadataListing
            As `samples`.

        Notes
        -----
        ``GET /api/v1/as-user/omics/samples`` (Omics queries as User), pages by cursor.

        Examples
        --------
        >>> [each["Sample Source ID"] for each in odm.omics_samples(library_filter='"Library ID"="LIB07"')]
        ['LIV07', 'LIV08']
        """
        filters = {
            "studyFilter": study_filter,
            "sampleFilter": sample_filter,
            "libraryFilter": library_filter,
            "preparationFilter": preparation_filter,
        }
        others = {
            "studyQuery": study_query,
            "sampleQuery": sample_query,
            "exQuery": data_query,
            "vxQuery": variant_query,
            **attributes(fields),
        }
        path, asked = role_path("omics/samples", as_curator), _asked(filters, others)
        start = self._omics(path, "query samples", asked, limit, _sample, _accession)
        return MetadataListing("samples", start, COLUMNS["samples"])

    def expression(
        self,
        genes: Iterable[str] | str | None = None,
        *,
        attribute: str | None = None,
        data_query: str | None = None,
        study_filter: Filter = None,
        sample_filter: Filter = None,
        library_filter: Filter = None,
        preparation_filter: Filter = None,
        data_filter: Filter = None,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> ExpressionListing:
        """Return measurements of features in linked samples, one row each.

        Parameters
        ----------
        genes : str or iterable of str, optional
            Features; long lists are sent in several requests of a hundred.
        attribute : str, optional
            The feature column that `genes` names, e.g. ``"gene"``; by default the first, which is the fastest.
        data_query : str, optional
            A condition of its own: ``"feature=Stat3 value>6"``.
        study_filter, sample_filter, library_filter, preparation_filter : str or Condition, optional
            Conditions on what was measured.
        data_filter : str or Condition, optional
            On the data group: ``where("Data Class") == "Proteomics"``.
        limit : int
            Page size, 2000 at most.

        Returns
        -------
        ExpressionListing
            Tidy frame columns: ``sample`` (or what it is linked to), ``run``, ``group``, ``feature.*``, ``value.*``;
            ``.to_wide()`` gives features by samples.

        Raises
        ------
        UsageError
            Neither `genes` nor `data_query`: the server wants one.

        Notes
        -----
        ``GET /api/v1/as-user/omics/expression/data`` (Omics queries as User), pages by cursor.

        Examples
        --------
        >>> odm.expression("CD36", attribute="gene").to_frame()["feature.gene"].unique().tolist()
        ['CD36']
        """
        filters = {
            "studyFilter": study_filter,
            "sampleFilter": sample_filter,
            "libraryFilter": library_filter,
            "preparationFilter": preparation_filter,
            "exFilter": data_filter,
        }
        if genes is None and not data_query:
            raise UsageError("Say what to read: genes=[...], or data_query= such as 'feature=Stat3 value>6'.")
        chosen = features(genes, attribute) if genes is not None else [""]
        asked = [
            {**each, "exQuery": f"{query} {data_query}".strip() if data_query else query}
            for each in _asked(filters, {})
            for query in chosen
        ]
        path = role_path("omics/expression/data", as_curator)
        start = self._omics(path, "query expression data", asked, limit, tidy, _measurement)
        return ExpressionListing("measurements", start, EXPRESSION)

    def stream_expression(
        self,
        group: Any,
        *,
        sample_filter: Filter = None,
        library_filter: Filter = None,
        preparation_filter: Filter = None,
        data_query: str | None = None,
        round_digits: int | None = None,
        as_curator: bool = False,
    ) -> MatrixStream:
        """Return the matrix of one data group, streamed: features down, samples across.

        Parameters
        ----------
        group : str, Job or dict
            Accession of the data group.
        sample_filter, library_filter, preparation_filter : str or Condition, optional
            Only these columns.
        data_query : str, optional
            Only features with values like this.
        round_digits : int, optional
            Digits behind the point; the server's default is 4.

        Returns
        -------
        MatrixStream
            ``.to_frame()``, or ``.chunks(rows)`` for what is larger than memory.

        Notes
        -----
        ``GET /api/v1/as-user/omics/expression/streamed-data``. The description and the documents disagree about the
        delimiter, so it is taken from the header.

        Examples
        --------
        >>> odm.stream_expression("GSF1146928").to_frame().shape
        (6, 7)
        """
        accession = accession_of(group)
        filters = {
            "sampleFilter": sample_filter,
            "libraryFilter": library_filter,
            "preparationFilter": preparation_filter,
        }
        asked = {name: str(value) for name, value in filters.items() if value is not None}
        asked |= {"groupAccession": accession} | ({"exQuery": data_query} if data_query else {})
        if round_digits is not None:
            asked["roundDigits"] = str(round_digits)

        def opened() -> Any:
            path, what = role_path("omics/expression/streamed-data", as_curator), f"stream the matrix of {accession}"
            return self.session.request("GET", path, params=asked, what=what, stream=True)

        return MatrixStream(accession, opened, lambda: self._feature_columns(accession, as_curator))

    def _feature_columns(self, group: str, as_curator: bool) -> int | None:
        """Return how many columns of a matrix describe the feature, as far as the server tells."""
        what = f"look up the group {group}"
        body = self._get(f"expressions/group/{group}", what=what, as_curator=as_curator, opens=False)
        found = body.get("metadata") or {}
        names = [*(found.get("Features (string)") or ()), *(found.get("Features (numeric)") or ())]
        return len(names) or None

    def _omics(
        self, path: str, what: str, asked: list[dict[str, Any]], limit: int, flat: Flat, key: Callable[[Any], Any]
    ) -> Callable[[], Reader]:
        limit = page_size(limit)

        def pick(body: Any) -> list[Any]:
            return [flat(item) for item in body["data"]]

        def start() -> Reader:
            params = [{**each, "pageLimit": limit} for each in asked]
            return chained([cursor_reader(self.session, path, what, each, pick, key) for each in params], key)

        return start


def _sample(item: Mapping[str, Any]) -> dict[str, Any]:
    return dict(item["metadata"])


def _measurement(item: Mapping[str, Any]) -> tuple[Any, Any]:
    return item["group"], item["item"]


def _accession(record: Mapping[str, Any]) -> Any:
    return record[ACCESSION]


def _asked(filters: Mapping[str, Filter], others: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of each request: more than one when a filter has a long list of values."""
    asked = [{name: value for name, value in others.items() if value}]
    for name, filter in filters.items():
        if filter is not None:
            asked = [{**each, name: text} for each in asked for text in conditions(filter)]
    return asked
