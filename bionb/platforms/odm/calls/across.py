"""Reading across links: which groups a study has, which samples have data, which links a thing has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import columns, to_frame
from bionb.listing import Listing
from bionb.paging.pages import Offset
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.choices import Choice
from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.rules.linking import DATA
from bionb.platforms.odm.wire.paging import offset_reader
from bionb.platforms.odm.wire.records import ACCESSION, SAMPLE_KEY, accession_of, texts

if TYPE_CHECKING:
    import pandas as pd

GROUPS = (*DATA, "library", "preparation")


class Across(Calls):
    """Calls that read across links."""

    def linked_groups(self, study: Any, kind: str = "expression", *, as_curator: bool = False) -> pd.DataFrame:
        """Return the groups that belong to a study.

        Parameters
        ----------
        study : str, dict or Job
            Its accession, or what has one.
        kind : str
            ``"expression"``, ``"variant"``, ``"flow-cytometry"``, ``"library"`` or ``"preparation"``.
        as_curator : bool
            Read as a curator.

        Returns
        -------
        DataFrame
            ``itemId`` (the accession) and the group's metadata.

        Notes
        -----
        ``GET .../integration/link/expression/group/by/study/{id}``.

        Examples
        --------
        >>> odm.linked_groups("GSF1146901")["Data Class"].tolist()
        ['Bulk transcriptomics', 'Proteomics']
        """
        if kind not in GROUPS:
            raise UsageError(f"kind={kind!r:.40} has no groups in a study; {', '.join(GROUPS)} have.")
        groups = self._groups_by_study(kind, accession_of(study), as_curator)
        rows = [{"itemId": each["itemId"], **(each.get("metadata") or {})} for each in groups]
        return to_frame(rows, columns("itemId")).dropna(axis="columns", how="all")

    def links(
        self,
        first: Any,
        first_type: str | None = None,
        *,
        second: Any = None,
        second_type: str | None = None,
        as_curator: bool = False,
        limit: int = 1000,
    ) -> Listing:
        """Return links of one thing of whatever type, such as the mapping of an expression group.

        Parameters
        ----------
        first, second : str, Job or dict
            Accessions; `second` narrows.
        first_type, second_type : str, optional
            The server's words: ``"study"``, ``"expressionGroup"``, ``"geneTranscriptMapping"``.

        Returns
        -------
        Listing
            Frame columns: ``firstId``, ``firstType``, ``secondId``, ``secondType``.

        Notes
        -----
        ``GET /api/v1/as-user/links`` (Linkage as User).
        """
        asked = {
            "firstId": accession_of(first),
            "firstType": first_type,
            "secondId": accession_of(second) if second is not None else None,
            "secondType": second_type,
        }
        params = {name: value for name, value in asked.items() if value}
        path, names = role_path("links", as_curator), ("offset", "limit")

        def start() -> Offset:
            return offset_reader(self.session, path, "list the links", params, limit, None, names)

        return Listing("links", start, columns("firstId firstType secondId secondType"))

    def completeness(self, study: Any, *, as_curator: bool = False) -> pd.DataFrame:
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
        [8, 4, 8, 3]
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
        made = [self._samples_behind(group, each, as_curator) for each in ("libraries", "preparations")]
        return set().union(*made)

    def _samples_behind(self, group: str, made: str, as_curator: bool) -> set[str]:
        """Return the samples of the libraries or preparations that a data group is linked to."""
        pairs = self._pairs("expression", group, made, as_curator)
        items = sorted({text for pair in pairs for text in texts(pair) if text.startswith("GSF")})
        if not items:
            return set()
        path = f"integration/link/samples/by/{made}"
        samples = self._listing("samples", Choice(where(ACCESSION).isin(items)), as_curator, path=path)
        return {each[ACCESSION] for each in samples}
