"""Reading across links: which groups a study has, which samples have data, what a link left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import columns, to_frame
from bionb.listing import Listing
from bionb.pages import Cursor, Offset, Page
from bionb.platforms.odm.calls.jobs import accession_of
from bionb.platforms.odm.calls.metadata import Metadata
from bionb.platforms.odm.rules.filters import where
from bionb.platforms.odm.wire.paging import LIMIT, offset_reader, role
from bionb.platforms.odm.wire.template import ACCESSION, SAMPLE_KEY

if TYPE_CHECKING:
    import pandas as pd

DATA = ("expression", "variant", "flow-cytometry")
GROUPS = (*DATA, "library", "preparation")
PLURALS = {"expression": "expressions", "variant": "variants", "flow-cytometry": "flow-cytometries"}


class Across(Metadata):
    """The client's methods that read across links."""

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
        path, names = f"api/v1/{role(as_curator)}/links", ("offset", "limit")

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

        with self.session.one_call():
            samples = list(self.samples(study=study, as_curator=as_curator))
            found = {}
            for kind in DATA:
                for group in self._groups_by_study(kind, accession_of(study), as_curator):
                    having = self._samples_with_data(kind, group["itemId"], as_curator)
                    found[group["itemId"]] = [each[ACCESSION] in having for each in samples]
        names = pd.Index([str(each.get(SAMPLE_KEY)) for each in samples], name=SAMPLE_KEY)
        return pd.DataFrame(found, index=names, dtype=bool)

    def _groups_by_study(self, kind: str, study: str, as_curator: bool = False) -> list[dict[str, Any]]:
        path = f"api/v1/{role(as_curator)}/integration/link/{kind}/group/by/study/{study}"
        found = self.session.json("GET", path, what=f"list the {kind} groups of {study}")
        return list(found or ())

    def _pairs(self, kind: str, group: str, target: str = "samples", as_curator: bool = False) -> list[dict[str, Any]]:
        path = f"api/v1/{role(as_curator)}/integration/link/{kind}/run-to-{target}/by/group/{group}"

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            return self.session.page(
                path,
                what=f"list what {group} is linked to",
                params=place,
                opens=opens,
                pick=_runs_of,
                total=lambda response, body: _pagination(body).get("total"),
            )

        listing = Listing("links", lambda: Offset(read, LIMIT, names=("pageOffset", "pageLimit")))
        return [pair for run in listing for pair in run["pairs"]]

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
        samples = self._list("samples", where(ACCESSION).isin(items), {}, as_curator, LIMIT, path)
        return {each[ACCESSION] for each in samples}

    def _left_over(self, kind: str, group: str, sample_group: str) -> tuple[list[str], list[str]]:
        """Compare what is linked with the runs of the data and with the sample list of the study."""
        pairs = self._pairs(kind, group, as_curator=True)
        linked = {text for pair in pairs for text in texts(pair)}
        runs = [each for each in self._runs(kind, group) if not linked & set(texts(each))]
        return [_run_name(each) for each in runs], self._without_data(linked, sample_group)

    def _without_data(self, linked: set[str], sample_group: str) -> list[str]:
        one = next((each for each in sorted(linked) if each.startswith("GSF")), None)
        if one is None:
            return []
        path = f"api/v1/as-curator/integration/link/study/by/sample/{one}"
        response = self.session.request("GET", path, what=f"look up the study of {one}", accept=(400, 404))
        if response.status_code != 200:
            return []
        samples = self.samples(study=response.json(), as_curator=True)
        return [
            str(each.get(SAMPLE_KEY))
            for each in samples
            if each.get("groupId") in (None, sample_group) and each[ACCESSION] not in linked
        ]

    def _runs(self, kind: str, group: str) -> Listing:
        path, what = f"api/v1/as-curator/{PLURALS[kind]}/runs/by/group/{group}", f"list the runs of {group}"

        def read(place: Mapping[str, Any], opens: bool) -> Page:
            return self.session.page(
                path,
                what=what,
                params=place,
                opens=opens,
                pick=lambda body: body.get("data") or [],
                cursor=lambda body: body.get("cursor"),
            )

        return Listing("runs", lambda: Cursor(read))


def texts(value: Any) -> list[str]:
    """Return all texts in a nested record."""
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [] if value is None else [str(value)]


def _runs_of(body: Any) -> list[dict[str, Any]]:
    """Return the pairs of a page as so many records as the server counts.

    Pages count runs, not pairs, and a run of a pool comes with each of its samples: the last record holds what is more.
    """
    pairs, count = list(body.get("data") or ()), _pagination(body).get("count")
    runs = min(len(pairs), count if isinstance(count, int) and count > 0 else LIMIT)
    return [{"pairs": pairs[number : number + 1] if number + 1 < runs else pairs[number:]} for number in range(runs)]


def _pagination(body: Any) -> Any:
    return (body.get("meta") or {}).get("pagination") or {}


def _run_name(run: Mapping[str, Any]) -> str:
    for name in ("runSourceId", "Run Source ID", "name", "runId", "id"):
        if run.get(name):
            return str(run[name])
    return ", ".join(texts(run))
