"""What the study search finds, and the facets to narrow it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bionb.frames import COUNT, FLAG, columns, to_frame
from bionb.listing import Listing
from bionb.paging.pages import Reader

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
