"""Reading across links: which groups a study has, which samples have data, which links a thing has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import columns
from bionb.listing import Listing
from bionb.paging.pages import Offset, Page
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import Choice, attributes
from bionb.platforms.odm.rules.filters import Filter, where
from bionb.platforms.odm.rules.linking import DATA
from bionb.platforms.odm.tables.columns import COLUMNS, MetadataListing
from bionb.platforms.odm.wire.paging import LIMIT, offset_reader, page_size
from bionb.platforms.odm.wire.records import (
    ACCESSION,
    SAMPLE_KEY,
    Record,
    Ref,
    Refs,
    accession_of,
    accessions_of,
    texts,
)

if TYPE_CHECKING:
    import pandas as pd

LINKS = columns("firstId firstType secondId secondType")
# What can be read by which other kind, both in the plural of their paths.
ACROSS = {
    "studies": ("samples", "libraries", "preparations", "files"),
    "samples": ("libraries", "preparations"),
    "libraries": ("samples",),
    "preparations": ("samples",),
}


class Across(Calls):
    """Calls that read across links."""

    def linked(
        self,
        kinds: str,
        by: str,
        filter: Filter = None,
        query: str | None = None,
        *,
        as_curator: bool = False,
        fields: str | None = None,
        narrower_terms: bool = False,
        limit: int = LIMIT,
    ) -> MetadataListing:
        """Return records of one kind that are linked to those records of another that a filter lets through.

        Parameters
        ----------
        kinds, by : str
            What to read, and what the filter is about: ``"studies"`` by ``"samples"``, ``"libraries"``,
            ``"preparations"`` or ``"files"``; ``"samples"`` by ``"libraries"`` or ``"preparations"``, and back.
        filter, query, narrower_terms
            On the records of `by`, as for `studies`.
        fields
            As for `studies`.

        Notes
        -----
        ``GET .../integration/link/studies/by/samples``, pages by offset.

        Examples
        --------
        >>> odm.linked("studies", "samples", where("Disease") == "liver fibrosis")[0]["Study Source ID"]
        'LIV2045'
        """
        if by not in ACROSS.get(kinds, ()):
            known = "; ".join(f"{name} by {', '.join(each)}" for name, each in ACROSS.items())
            raise UsageError(f"{kinds!r:.40} can't be read by {by!r:.40}: use one of {known}.")
        if by == "files" and narrower_terms:
            raise UsageError("Files are found without narrower_terms: the server has no such parameter. Leave it out.")
        choice = Choice(filter, query, fields, narrower_terms=narrower_terms)
        return self._listing(kinds, choice, as_curator, limit, f"integration/link/{kinds}/by/{by}", by)

    def study_of(
        self, thing: Ref, what: str = "sample", *, as_curator: bool = False, fields: str | None = None
    ) -> Record:
        """Return the study that a sample or an attached file belongs to.

        Parameters
        ----------
        thing : str or dict
            Its accession, or its record.
        what : {"sample", "file"}
            What it is.
        fields
            As for `studies`.

        Raises
        ------
        NotFound
            It belongs to none.

        Notes
        -----
        ``GET .../integration/link/study/by/sample/{id}``.

        Examples
        --------
        >>> odm.study_of("GSF1146904")["Study Source ID"]
        'LIV2045'
        """
        if what not in ("sample", "file"):
            raise UsageError(f"what={what!r:.40} has no study of its own: use 'sample' or 'file'.")
        path, words = f"integration/link/study/by/{what}/{accession_of(thing)}", f"look up the study of {what}"
        found = self._get(path, params=attributes(fields), what=words, as_curator=as_curator)
        return self.session.record_of(found, what=words, ids=() if fields else (ACCESSION,))

    def study_files(self, study: Ref, *, as_curator: bool = False) -> MetadataListing:
        """Return the files attached to a study.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.

        Notes
        -----
        ``GET .../integration/link/files/by/study/{id}``.

        Examples
        --------
        >>> odm.study_files("GSF1146901").to_frame()["Name"].tolist()
        ['LIV2045_protocol.txt']
        """
        path = role_path(f"integration/link/files/by/study/{accession_of(study)}", as_curator)
        start = self._whole(path, f"list the files of {accession_of(study)}", lambda body: list(body or ()))
        return MetadataListing("files", start, COLUMNS["files"])

    def links(
        self,
        first: Refs,
        first_type: str | None = None,
        *,
        second: Ref | None = None,
        second_type: str | None = None,
        as_curator: bool = False,
        limit: int = 1000,
    ) -> Listing:
        """Return links of one thing of whatever type, such as the mapping of an expression group.

        Parameters
        ----------
        first : str, Job or dict, or several
            What is linked; several things, which are asked for together, need `first_type` and take no `second`.
        second : str, Job or dict, optional
            Narrows to links to it.
        first_type, second_type : str, optional
            The server's words: ``"study"``, ``"expressionGroup"``, ``"geneTranscriptMapping"``.

        Returns
        -------
        Listing
            Frame columns: ``firstId``, ``firstType``, ``secondId``, ``secondType``.

        Notes
        -----
        ``GET /api/v1/as-user/links`` (Linkage as User); for several things ``POST /api/v1/as-user/links/get-batch``.
        """
        if len(several := accessions_of(first)) > 1:
            return self._links_of_several(several, first_type, second, as_curator, limit)
        asked = {
            "firstId": several[0],
            "firstType": first_type,
            "secondId": accession_of(second) if second is not None else None,
            "secondType": second_type,
        }
        params = {name: value for name, value in asked.items() if value}
        path, names = role_path("links", as_curator), ("offset", "limit")

        def start() -> Offset:
            return offset_reader(self.session, path, "list the links", params, limit, None, names)

        return Listing("links", start, LINKS)

    def data_types(self, *, as_curator: bool = False) -> Listing:
        """Return the words by which `links` calls what is linked.

        Returns
        -------
        Listing
            Frame column: ``type``.

        Notes
        -----
        ``GET /api/v1/as-user/data-types``.

        Examples
        --------
        >>> "expressionGroup" in odm.data_types().to_frame()["type"].tolist()
        True
        """
        path = role_path("data-types", as_curator)
        start = self._whole(path, "list the data types", lambda body: [{"type": str(each)} for each in body])
        return Listing("data types", start, columns("type"))

    def link_types(self, first_type: str | None = None, *, as_curator: bool = False) -> Listing:
        """Return which types can be linked to which.

        Parameters
        ----------
        first_type : str, optional
            Only links of this type: one of `data_types`.

        Returns
        -------
        Listing
            Frame columns: ``firstType``, ``secondType``.

        Notes
        -----
        ``GET /api/v1/as-user/data-types/links``.

        Examples
        --------
        >>> odm.link_types("library").to_frame()["secondType"].tolist()
        ['sample']
        """
        path, params = role_path("data-types/links", as_curator), {"type": first_type} if first_type else None
        start = self._whole(path, "list the types of links", list, params=params)
        return Listing("link types", start, columns("firstType secondType"))

    def _links_of_several(
        self, first: list[str], first_type: str | None, second: Ref | None, as_curator: bool, limit: int
    ) -> Listing:
        if first_type is None or second is not None:
            raise UsageError("Links of several things need first_type= and take no second: use one of data_types().")
        path, what, asked = role_path("links/get-batch", as_curator), "list the links", {"firstType": first_type}

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            # A POST that only reads: it may be repeated.
            body = {**asked, "firstIds": first, **place}
            found = self.session.record("POST", path, json=body, what=what, opens=opens, repeatable=True)
            return Page(found["data"], total=found["meta"]["pagination"]["total"])

        return Listing("links", lambda: Offset(read, page_size(limit)), LINKS)

    def completeness(self, study: Ref, *, as_curator: bool = False) -> pd.DataFrame:
        """Which samples of a study have data: one row a sample, one column a data group.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.
        as_curator : bool
            Read as a curator.

        Returns
        -------
        DataFrame
            Index ``Sample Source ID``; booleans; columns are the groups' accessions.

        Notes
        -----
        ``GET .../samples/by/study/{id}``, ``.../group/by/study/{id}`` and ``.../run-to-samples/by/group/{id}``.

        Examples
        --------
        >>> odm.completeness("GSF1146901").sum().tolist()
        [8, 4, 3, 8, 3]
        """
        import pandas as pd

        samples = self._samples_in(accession_of(study), as_curator)
        found = {}
        for kind in DATA:
            for group in self._groups_by_study(kind, accession_of(study), as_curator):
                having = self._samples_with_data(kind, group["itemId"], as_curator)
                found[group["itemId"]] = [each[ACCESSION] in having for each in samples]
        names = pd.Index([str(each.get(SAMPLE_KEY)) for each in samples], name=SAMPLE_KEY)
        return pd.DataFrame(found, index=names, dtype=bool)

    def _samples_with_data(self, kind: str, group: str, as_curator: bool = False) -> set[str]:
        # The pairs' keys are not documented; their values hold the accessions of the samples.
        found = {text for pair in self._pairs(kind, group, as_curator=as_curator) for text in texts(pair)}
        if found or kind != "expression":
            return found
        found = set().union(*(self._samples_behind(group, each, as_curator) for each in ("libraries", "preparations")))
        return found or self._samples_of_cells(group, as_curator)

    def _samples_of_cells(self, group: str, as_curator: bool) -> set[str]:
        """Return the samples of the cells that a data group is linked to, of which no list of pairs tells."""
        params = {"exFilter": str(where(ACCESSION) == group), "pageLimit": LIMIT}
        what = f"look up the samples of {group}"
        found = self._get("omics/samples", params=params, what=what, as_curator=as_curator)
        return {each["metadata"][ACCESSION] for each in self.session.record_of(found, what=what).get("data") or ()}

    def _samples_behind(self, group: str, made: str, as_curator: bool) -> set[str]:
        """Return the samples of the libraries or preparations that a data group is linked to."""
        pairs = self._pairs("expression", group, made, as_curator)
        items = sorted({text for pair in pairs for text in texts(pair) if text.startswith("GSF")})
        if not items:
            return set()
        path = f"integration/link/samples/by/{made}"
        samples = self._listing("samples", Choice(where(ACCESSION).isin(items)), as_curator, path=path)
        return {each[ACCESSION] for each in samples}
