"""Studies, samples, libraries, preparations and files: list and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.chained import Chained
from bionb.pages import Reader
from bionb.platforms.odm.calls.jobs import accession_of
from bionb.platforms.odm.rules.filters import Condition, conditions
from bionb.platforms.odm.wire.paging import (
    COLUMNS,
    KINDS,
    LIMIT,
    MetadataListing,
    list_params,
    offset_reader,
    page_size,
    refuse_given,
    role,
)
from bionb.platforms.odm.wire.template import ACCESSION

if TYPE_CHECKING:
    from bionb.session import Session


class Metadata:
    """The client's methods on metadata."""

    session: Session

    def studies(
        self,
        filter: str | Condition | None = None,
        query: str | None = None,
        *,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return the studies that this account may see.

        Parameters
        ----------
        filter : str or Condition, optional
            ``'"Study Source"="GEO"'``, or what `bionb.platforms.odm.rules.filters.where` builds and quotes.
        query : str, optional
            Full text; quote phrases (`bionb.platforms.odm.rules.filters.phrase` does).
        as_curator : bool
            Read drafts instead of what is published; needs curator rights.
        fields : {"minimal", "extended", "original"}, optional
            Attributes of the default template, of the applied one (default), or everything that was imported
            (default of a curator).
        sort : str, optional
            ``"name"``, ``"creation"``, ``"last_update"`` or ``"id"``; with ``-`` in front the last first.
        narrower_terms : bool
            Let `query` also find narrower terms of the dictionary.
        limit : int
            Page size, 2000 at most.

        Returns
        -------
        MetadataListing
            Frame columns: ``genestack:accession``, the template's attributes, then imported ones. Values may be lists.

        Notes
        -----
        ``GET /api/v1/as-user/studies`` (Study SPoT as User).

        Examples
        --------
        >>> odm = bionb.connect("odm", sandbox=True)
        >>> odm.studies().to_frame()["Study Source ID"].tolist()
        ['LIV2045']
        """
        return self._list("studies", filter, list_params(query, fields, sort, narrower_terms), as_curator, limit)

    def samples(
        self,
        filter: str | Condition | None = None,
        query: str | None = None,
        *,
        study: Any = None,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return samples; with `study`, those linked to it.

        Parameters as for `studies`. The server takes no filter, query or sort together with `study`; use
        `omics_samples` then.

        Notes
        -----
        ``GET /api/v1/as-user/samples``, or ``.../integration/link/samples/by/study/{id}``.

        Examples
        --------
        >>> len(odm.samples(study="GSF1146901"))
        8
        """
        params = list_params(query, fields, sort, narrower_terms)
        if study is None:
            return self._list("samples", filter, params, as_curator, limit)
        given = {"filter": filter is not None, "query": query, "sort": sort, "narrower_terms": narrower_terms}
        refuse_given("samples(study=...)", "Use omics_samples(study_filter=...).", **given)
        path = f"integration/link/samples/by/study/{accession_of(study)}"
        return self._list("samples", None, params, as_curator, limit, path)

    def libraries(
        self,
        filter: str | Condition | None = None,
        query: str | None = None,
        *,
        group: Any = None,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return sequencing libraries; with `group`, those of one import.

        Parameters as for `studies`; together with `group` the server takes no filter, query or sort.

        Notes
        -----
        ``GET /api/v1/as-user/libraries``, or ``.../libraries/by/group/{id}``.

        Examples
        --------
        >>> odm.libraries()[6]["Sample Source ID"]
        ['LIV07', 'LIV08']
        """
        params = list_params(query, fields, sort, narrower_terms)
        if group is None:
            return self._list("libraries", filter, params, as_curator, limit)
        given = {"filter": filter is not None, "query": query, "sort": sort, "narrower_terms": narrower_terms}
        refuse_given("libraries(group=...)", "Leave out group=, or choose in the frame.", **given)
        path = f"libraries/by/group/{accession_of(group)}"
        return self._list("libraries", None, params, as_curator, limit, path)

    def preparations(
        self,
        filter: str | Condition | None = None,
        query: str | None = None,
        *,
        group: Any = None,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return protein preparations; with `group`, those of one import.

        Parameters as for `studies`; together with `group` the server takes no filter, query or sort.

        Notes
        -----
        ``GET /api/v1/as-user/preparations``, or ``.../preparations/by/group/{id}``.
        """
        params = list_params(query, fields, sort, narrower_terms)
        if group is None:
            return self._list("preparations", filter, params, as_curator, limit)
        given = {"filter": filter is not None, "query": query, "sort": sort, "narrower_terms": narrower_terms}
        refuse_given("preparations(group=...)", "Leave out group=, or choose in the frame.", **given)
        path = f"preparations/by/group/{accession_of(group)}"
        return self._list("preparations", None, params, as_curator, limit, path)

    def files(
        self,
        filter: str | Condition | None = None,
        query: str | None = None,
        *,
        as_curator: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return attached files. Parameters as for `studies`.

        Notes
        -----
        ``GET /api/v1/as-user/files`` (Files as User).
        """
        return self._list("files", filter, list_params(query, None), as_curator, limit)

    def study(self, study: Any, *, as_curator: bool = False, fields: str | None = None) -> dict[str, Any]:
        """Return one study with all its attributes.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.
        as_curator, fields
            As for `studies`.

        Raises
        ------
        NotFound
            There is no such study, or this account can't see it.

        Notes
        -----
        ``GET /api/v1/as-user/studies/{id}``.

        Examples
        --------
        >>> odm.study("GSF1146901")["Study Source ID"]
        'LIV2045'
        """
        return self._one("studies", study, as_curator, fields)

    def sample(self, sample: Any, *, as_curator: bool = False, fields: str | None = None) -> dict[str, Any]:
        """Return one sample with all its attributes, also one that is not linked to a study.

        Parameters
        ----------
        sample : str or dict
            Its accession, or what has one.
        as_curator, fields
            As for `studies`.

        Notes
        -----
        ``GET /api/v1/as-user/samples/{id}``.

        Examples
        --------
        >>> odm.sample("GSF1146904")["Sample Source ID"]
        'LIV01'
        """
        return self._one("samples", sample, as_curator, fields)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _list(
        self,
        kinds: str,
        filter: str | Condition | None,
        params: Mapping[str, Any],
        as_curator: bool,
        limit: int,
        path: str | None = None,
    ) -> MetadataListing:
        path, what, limit = f"api/v1/{role(as_curator)}/{path or kinds}", f"list the {kinds}", page_size(limit)

        def start() -> Reader:
            readers = [
                offset_reader(
                    self.session,
                    path,
                    what,
                    {**params, **({"filter": each} if each else {})},
                    limit,
                    lambda record: record[ACCESSION],
                )
                for each in conditions(filter)
            ]
            return Chained(readers, key=lambda record: record[ACCESSION]) if len(readers) > 1 else readers[0]

        return MetadataListing(kinds, start, COLUMNS[KINDS[kinds]])

    def _one(self, kinds: str, thing: Any, as_curator: bool, fields: str | None) -> dict[str, Any]:
        accession = accession_of(thing)
        path = f"api/v1/{role(as_curator)}/{kinds}/{accession}"
        found: dict[str, Any] = self.session.json(
            "GET", path, params=list_params(None, fields), what=f"look up {accession}"
        )
        return found
