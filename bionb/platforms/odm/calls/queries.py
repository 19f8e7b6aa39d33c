"""The study search, queries over samples and data together, and streamed matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.paging.pages import Offset, Page
from bionb.plain import several
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import attributes
from bionb.platforms.odm.rules.filters import Filter, asked_for, features
from bionb.platforms.odm.tables.columns import COLUMNS, MetadataListing
from bionb.platforms.odm.tables.found import StudySearch
from bionb.platforms.odm.tables.matrix import MatrixStream
from bionb.platforms.odm.tables.measurements import EXPRESSION, ExpressionListing, tidy
from bionb.platforms.odm.wire.paging import LIMIT
from bionb.platforms.odm.wire.records import ACCESSION, Ref, accession_of


class Queries(Calls):
    """Calls that query across studies, samples and data."""

    def search_studies(
        self,
        text: str | None = None,
        *,
        options: Iterable[str] | str = (),
        narrower_terms: bool = False,
        as_curator: bool = False,
        limit: int = 50,
    ) -> StudySearch:
        """Search studies by text and by facets, as the study browser of the web page does.

        Parameters
        ----------
        text : str, optional
            Full text, synonyms included.
        options : str or iterable of str
            Ids from ``.facets()``; options of one attribute are alternatives, those of different ones all hold.
        narrower_terms : bool
            Let `text` also find narrower terms of the dictionary.
        limit : int
            Page size.

        Returns
        -------
        StudySearch
            Frame columns: ``accession``, ``name``, ``owner``, ``size`` (samples), ``hasTranscriptomics``, ...

        Notes
        -----
        ``POST /api/v1/as-user/integration/fulltext/search/studies``.

        Examples
        --------
        >>> odm.search_studies("liver").to_frame()["name"].tolist()
        ['Fibrosis in the human liver']
        """
        if narrower_terms and not text:
            raise UsageError("narrower_terms=True is about the words of the text: pass text= as well.")
        filters = _filters(text, narrower_terms, several(options, "options") or [])
        path = role_path("integration/fulltext/search/studies", as_curator)
        groups: list[Mapping[str, Any]] = []

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            # A POST that only reads: it may be repeated.
            body = self.session.json(
                "POST",
                path,
                json={**({"filters": filters} if filters else {}), "page": dict(place)},
                what="search the studies",
                opens=opens,
                repeatable=True,
            )
            groups[:] = body.get("filterOptionGroups") or ()
            page = body.get("objectsPage") or {}
            return Page(page.get("content") or [], total=page.get("filteredCount"))

        return StudySearch("studies", lambda: Offset(read, limit, key=lambda each: each["accession"]), groups)

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
        path, asked = role_path("omics/samples", as_curator), asked_for(filters, others)

        def explain() -> None:
            self._explain(about(filters), as_curator)

        start = self._query(path, "query samples", asked, limit, _sample, _accession, explain)
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
            for each in asked_for(filters, {})
            for query in chosen
        ]
        path = role_path("omics/expression/data", as_curator)

        def explain() -> None:
            self._explain(about(filters), as_curator)
            self._explain_data("expression", attribute, as_curator)

        start = self._query(path, "query expression data", asked, limit, tidy, measurement_key, explain)
        return ExpressionListing("measurements", start, EXPRESSION)

    def stream_expression(
        self,
        group: Ref,
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


def about(filters: Mapping[str, Filter]) -> dict[str, Filter]:
    """Return the filters on metadata by the kind of what they choose, e.g. ``"samples"`` for ``sampleFilter``."""
    kinds = {"study": "studies", "sample": "samples", "library": "libraries", "preparation": "preparations"}
    named = {name.removesuffix("Filter"): filter for name, filter in filters.items()}
    return {kinds[name]: filter for name, filter in named.items() if name in kinds}


def _sample(item: Mapping[str, Any]) -> dict[str, Any]:
    return dict(item["metadata"])


def measurement_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a measurement is known by: servers may name several read-outs of a sample alike."""
    return row["group"], row["item"], *(each for name, each in row.items() if name.startswith("feature."))


def _accession(record: Mapping[str, Any]) -> Any:
    return record[ACCESSION]


def _filters(text: str | None, narrower_terms: bool, chosen: Iterable[str]) -> list[dict[str, Any]]:
    mode = "USE_NARROWER_TERMS" if narrower_terms else "STRICT"
    words = [{"type": "FULL_TEXT", "match": text, "mode": mode}] if text else []
    return [*words, *({"type": "SELECT", "filterOptionId": each} for each in chosen)]
