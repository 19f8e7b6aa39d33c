"""The study search with its facets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import COUNT, FLAG, columns, to_frame
from bionb.listing import Listing
from bionb.paging.pages import Offset, Page, Reader
from bionb.plain import several
from bionb.platforms.odm.calls.calls import Calls, role_path

if TYPE_CHECKING:
    import pandas as pd

FOUND = columns("accession name owner", size=COUNT) + columns(
    "fileCreation", hasTranscriptomics=FLAG, hasGenomic=FLAG, hasFacs=FLAG
)
FACETS = columns("filterId id name", count=COUNT)


class StudySearch(Listing):
    """Studies found by text and facets; `facets` shows what to choose from."""

    def __init__(self, name: str, start: Callable[[], Reader], groups: list[Mapping[str, Any]]) -> None:
        self._groups = groups
        super().__init__(name, start, FOUND)

    def facets(self) -> pd.DataFrame:
        """Return the options that narrow the search, at most five an attribute.

        Returns
        -------
        DataFrame
            ``filterId`` (the attribute), ``id`` (for ``options=``), ``name``, ``count`` (studies).

        Examples
        --------
        >>> odm.search_studies().facets()["name"].tolist()[:3]
        ['Homo sapiens', 'blood', 'liver']
        """
        self.first(1)
        return to_frame([each for group in self._groups for each in group.get("options") or ()], FACETS)


class Search(Calls):
    """The call that searches studies."""

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


def _filters(text: str | None, narrower_terms: bool, chosen: Iterable[str]) -> list[dict[str, Any]]:
    mode = "USE_NARROWER_TERMS" if narrower_terms else "STRICT"
    words = [{"type": "FULL_TEXT", "match": text, "mode": mode}] if text else []
    return [*words, *({"type": "SELECT", "filterOptionId": each} for each in chosen)]
