"""Studies, samples, libraries, preparations and files: list and read."""

from __future__ import annotations

from bionb.errors import UsageError
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import Choice, attributes
from bionb.platforms.odm.rules.filters import Filter
from bionb.platforms.odm.tables.columns import COLUMNS, MetadataListing
from bionb.platforms.odm.wire.paging import LIMIT
from bionb.platforms.odm.wire.records import ACCESSION, Record, Ref, accession_of


class Metadata(Calls):
    """Calls that list and read metadata."""

    def studies(
        self,
        filter: Filter = None,
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
        choice = Choice(filter, query, fields, sort, narrower_terms)
        return self._listing("studies", choice, as_curator, limit)

    def samples(
        self,
        filter: Filter = None,
        query: str | None = None,
        *,
        study: Ref | None = None,
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
        choice = Choice(filter, query, fields, sort, narrower_terms)
        if study is None:
            return self._listing("samples", choice, as_curator, limit)
        choice.refused_by("samples(study=...)", "Use omics_samples(study_filter=...).")
        path = f"integration/link/samples/by/study/{accession_of(study)}"
        return self._listing("samples", choice, as_curator, limit, path)

    def libraries(
        self,
        filter: Filter = None,
        query: str | None = None,
        *,
        group: Ref | None = None,
        sample: Ref | None = None,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return sequencing libraries; with `group`, those of one import, with `sample`, those made from it.

        Parameters as for `studies`; together with `group` or `sample` the server takes no filter, query or sort.

        Notes
        -----
        ``GET /api/v1/as-user/libraries``, ``.../libraries/by/group/{id}`` or
        ``.../integration/link/library/by/sample/{id}``.

        Examples
        --------
        >>> odm.libraries()[6]["Sample Source ID"]
        ['LIV07', 'LIV08']
        """
        choice = Choice(filter, query, fields, sort, narrower_terms)
        return self._made("libraries", "library", choice, group, sample, as_curator, limit)

    def preparations(
        self,
        filter: Filter = None,
        query: str | None = None,
        *,
        group: Ref | None = None,
        sample: Ref | None = None,
        as_curator: bool = False,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return protein preparations; with `group`, those of one import, with `sample`, those made from it.

        Parameters as for `studies`; together with `group` or `sample` the server takes no filter, query or sort.

        Notes
        -----
        ``GET /api/v1/as-user/preparations``, ``.../preparations/by/group/{id}`` or
        ``.../integration/link/preparation/by/sample/{id}``.
        """
        choice = Choice(filter, query, fields, sort, narrower_terms)
        return self._made("preparations", "preparation", choice, group, sample, as_curator, limit)

    def files(
        self,
        filter: Filter = None,
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
        return self._listing("files", Choice(filter, query), as_curator, limit)

    def study(self, study: Ref, *, as_curator: bool = False, fields: str | None = None) -> Record:
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

    def sample(self, sample: Ref, *, as_curator: bool = False, fields: str | None = None) -> Record:
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

    def library(self, library: Ref, *, as_curator: bool = False, fields: str | None = None) -> Record:
        """Return one sequencing library with all its attributes; as `sample`.

        Notes
        -----
        ``GET /api/v1/as-user/libraries/{id}``.

        Examples
        --------
        >>> odm.library(odm.libraries()[0])["Library ID"]
        'LIB01'
        """
        return self._one("libraries", library, as_curator, fields)

    def preparation(self, preparation: Ref, *, as_curator: bool = False, fields: str | None = None) -> Record:
        """Return one protein preparation with all its attributes; as `sample`.

        Notes
        -----
        ``GET /api/v1/as-user/preparations/{id}``.

        Examples
        --------
        >>> odm.preparation(odm.preparations()[0])["Digestion"]
        'Trypsin'
        """
        return self._one("preparations", preparation, as_curator, fields)

    def file(self, file: Ref, *, as_curator: bool = False) -> Record:
        """Return what is known of one attached file.

        Parameters
        ----------
        file : str or dict
            Its accession, or its record.

        Notes
        -----
        ``GET /api/v1/as-user/files/{id}``.

        Examples
        --------
        >>> odm.file(odm.files()[0])["Name"]
        'LIV2045_protocol.txt'
        """
        return self._one("files", file, as_curator, None)

    def _made(
        self,
        kinds: str,
        kind: str,
        choice: Choice,
        group: Ref | None,
        sample: Ref | None,
        as_curator: bool,
        limit: int,
    ) -> MetadataListing:
        """List libraries or preparations: all, of one import, or of one sample."""
        if group is None and sample is None:
            return self._listing(kinds, choice, as_curator, limit)
        if group is not None and sample is not None:
            raise UsageError(f"{kinds}() takes group= or sample=, not both: choose the other in the frame.")
        choice.refused_by(f"{kinds}({'sample' if group is None else 'group'}=...)", "Leave it out, or use the frame.")
        if group is not None:
            return self._listing(kinds, choice, as_curator, limit, f"{kinds}/by/group/{accession_of(group)}")
        path = role_path(f"integration/link/{kind}/by/sample/{accession_of(sample or '')}", as_curator)
        start = self._whole(path, f"list the {kinds} of a sample", lambda body: list(body or ()), params=choice.params)
        return MetadataListing(kinds, start, COLUMNS[kinds])

    def _one(self, kinds: str, thing: Ref, as_curator: bool, fields: str | None) -> Record:
        accession = accession_of(thing)
        path, params = f"{kinds}/{accession}", attributes(fields)
        what, ids = f"look up {accession}", () if fields else (ACCESSION,)
        found = self._get(path, params=params, what=what, as_curator=as_curator)
        return self.session.record_of(found, what=what, ids=ids)
