"""Link and unlink: samples to studies, everything else to samples, data to what it was measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bionb.errors import BionbError, UsageError
from bionb.platforms.odm.calls.calls import Calls, role_path
from bionb.platforms.odm.rules.linking import DATA, checked_pair, link_path
from bionb.platforms.odm.wire.records import ACCESSION, SAMPLE_KEY, Ref, accession_of, texts


@dataclass(frozen=True)
class Linked:
    """What a link request did.

    Attributes
    ----------
    status : int
        204: everything was linked. 200: something was linked, perhaps not all; then the fields below tell what.
    source, target : str
        Accessions.
    runs_left : list of str
        Data columns that found no sample.
    samples_left : list of str
        Samples without data of this group.
    """

    status: int
    source: str
    target: str
    runs_left: list[str] = field(default_factory=list)
    samples_left: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything of the source was linked."""
        return self.status == 204 or not self.runs_left

    def __repr__(self) -> str:
        if self.status == 204:
            return f"<Linked {self.source} to {self.target}: 204, everything>"
        left = [f"columns without a sample: {', '.join(self.runs_left)}"] if self.runs_left else []
        left += [f"samples without data: {', '.join(self.samples_left)}"] if self.samples_left else []
        return f"<Linked {self.source} to {self.target}: {self.status}, {'; '.join(left) or 'nothing is left over'}>"


class Links(Calls):
    """Calls that link and unlink groups, or with ``level="object"`` single things."""

    def link_samples(self, group: Ref, study: Ref, *, level: str = "group") -> Linked:
        """Link a sample group to its study; first of all links.

        Parameters
        ----------
        group, study : str, Job or dict
            Accessions, or what has one.
        level : {"group", "object"}
            Whether `group` is a whole group or a single sample.

        Notes
        -----
        ``POST .../integration/link/sample/group/{sourceId}/to/study/{targetId}`` (Sample integration as Curator): 204.

        Examples
        --------
        >>> odm.link_samples("GSF1146902", "GSF1146901")
        <Linked GSF1146902 to GSF1146901: 204, everything>
        """
        return self._link("samples", group, "study", study, level=level)

    def link_expression(
        self,
        group: Ref,
        sample_group: Ref,
        linking_attribute: str | None = None,
        *,
        to: str = "samples",
        level: str = "group",
    ) -> Linked:
        """Link a data group to a sample, library, preparation or cell group.

        Parameters
        ----------
        group, sample_group : str, Job or dict
            Accessions, or what has one.
        linking_attribute : str, optional
            The sample attribute that matches the data's column names; ``Sample Source ID`` by default.
        to : {"samples", "libraries", "preparations", "cells"}
            What the target holds; a finished import job tells it by itself.
        level : {"group", "object"}
            Whether both ends are whole groups, or a single run (its number) and a single sample.

        Returns
        -------
        Linked
            204 means everything; after 200 it names columns without a sample and samples without data.

        Notes
        -----
        ``POST .../integration/link/expression/group/{sourceId}/to/sample/group/{targetId}``. The answer 200 has no
        body, so what it left out is found by comparing with the sample list.

        Examples
        --------
        >>> odm.link_expression("GSF1146928", "GSF1146912", to="libraries")
        <Linked GSF1146928 to GSF1146912: 204, everything>
        """
        return self._link("expression", group, to, sample_group, linking_attribute, level)

    def link_libraries(self, group: Ref, sample_group: Ref, *, level: str = "group") -> Linked:
        """Link a library group to its sample group, by ``Sample Source ID``. Parameters as for `link_samples`.

        Notes
        -----
        ``POST .../integration/link/library/group/{sourceId}/to/sample/group/{targetId}``: 204.
        """
        return self._link("libraries", group, "samples", sample_group, level=level)

    def link_preparations(self, group: Ref, sample_group: Ref, *, level: str = "group") -> Linked:
        """Link a preparation group to its sample group, by ``Sample Source ID``. Parameters as for `link_samples`.

        Notes
        -----
        ``POST .../integration/link/preparation/group/{sourceId}/to/sample/group/{targetId}``: 204.
        """
        return self._link("preparations", group, "samples", sample_group, level=level)

    def link_variant(
        self,
        group: Ref,
        sample_group: Ref,
        linking_attribute: str | None = None,
        *,
        to: str = "samples",
        level: str = "group",
    ) -> Linked:
        """Link a variant group to a sample group; parameters as for `link_expression`, but to samples only.

        Notes
        -----
        ``POST .../integration/link/variant/group/{sourceId}/to/sample/group/{targetId}``.
        """
        return self._link("variant", group, to, sample_group, linking_attribute, level)

    def link_flow_cytometry(
        self,
        group: Ref,
        sample_group: Ref,
        linking_attribute: str | None = None,
        *,
        to: str = "samples",
        level: str = "group",
    ) -> Linked:
        """Link a flow cytometry group to a sample group; parameters as for `link_expression`, but to samples only.

        Notes
        -----
        ``POST .../integration/link/flow-cytometry/group/{sourceId}/to/sample/group/{targetId}``.
        """
        return self._link("flow-cytometry", group, to, sample_group, linking_attribute, level)

    def link_cells(self, group: Ref, target: Ref, *, to: str = "samples") -> Linked:
        """Link a cell group to a sample, library or preparation group, by the cells' ``batch``.

        Parameters
        ----------
        group, target : str, Job or dict
            Accessions, or what has one.
        to : {"samples", "libraries", "preparations"}
            What the target holds.

        Notes
        -----
        ``POST .../integration/link/cell/group/{sourceId}/to/sample/group/{targetId}``. It can't be undone.
        """
        return self._link("cells", group, to, target)

    def unlink_samples(self, group: Ref, study: Ref, *, level: str = "group") -> None:
        """Take a sample group out of its study; links of data to the samples stay. Parameters as for `link_samples`.

        Notes
        -----
        ``DELETE`` on the path of `link_samples`: 204.
        """
        self._unlink("samples", group, "study", study, level)

    def unlink_expression(self, group: Ref, sample_group: Ref, *, to: str = "samples", level: str = "group") -> None:
        """Undo `link_expression`; not possible for cells.

        Parameters
        ----------
        group, sample_group, to, level
            As for `link_expression`.

        Examples
        --------
        >>> odm.unlink_expression("GSF1146928", "GSF1146912", to="libraries")
        >>> [each["itemId"] for each in odm.groups(study="GSF1146901")]
        ['GSF1146930', 'GSF1146951']
        """
        self._unlink("expression", group, to, sample_group, level)

    def unlink_libraries(self, group: Ref, sample_group: Ref, *, level: str = "group") -> None:
        """Undo `link_libraries`; parameters as there."""
        self._unlink("libraries", group, "samples", sample_group, level)

    def unlink_preparations(self, group: Ref, sample_group: Ref, *, level: str = "group") -> None:
        """Undo `link_preparations`; parameters as there."""
        self._unlink("preparations", group, "samples", sample_group, level)

    def unlink_variant(self, group: Ref, sample_group: Ref, *, level: str = "group") -> None:
        """Undo `link_variant`; parameters as there."""
        self._unlink("variant", group, "samples", sample_group, level)

    def unlink_flow_cytometry(self, group: Ref, sample_group: Ref, *, level: str = "group") -> None:
        """Undo `link_flow_cytometry`; parameters as there."""
        self._unlink("flow-cytometry", group, "samples", sample_group, level)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _link(
        self, kind: str, source: Ref, to: str, target: Ref, attribute: str | None = None, level: str = "group"
    ) -> Linked:
        to = checked_pair(kind, source, to, target)
        path, first, second = link_path(kind, source, to, target, level)
        if attribute is not None and (to != "samples" or level == "object"):
            raise UsageError("linking_attribute is for groups that are linked to samples; others have their own key.")
        params = {"linkingAttribute": attribute} if attribute else None
        what = f"link the {kind} {level} {first} to {second}"
        response = self.session.request("POST", role_path(path, True), params=params, what=what)
        linked = Linked(response.status_code, first, second)
        if linked.status == 204 or kind not in DATA or to != "samples" or level == "object":
            return linked
        try:
            runs, samples = self._left_over(kind, first, second)
        except BionbError as error:
            raise error.with_partial(linked) from error.__cause__
        return replace(linked, runs_left=runs, samples_left=samples)

    def _unlink(self, kind: str, source: Ref, to: str, target: Ref, level: str) -> None:
        to = checked_pair(kind, source, to, target)
        if to == "cells":
            raise UsageError("The server can't undo a link to cells.")
        path, first, second = link_path(kind, source, to, target, level)
        self.session.request("DELETE", role_path(path, True), what=f"unlink the {kind} {level} {first} from {second}")

    def _left_over(self, kind: str, group: str, sample_group: str) -> tuple[list[str], list[str]]:
        """Compare what is linked with the runs of the data and with the sample list of the study."""
        pairs = self._pairs(kind, group, as_curator=True)
        linked = {text for pair in pairs for text in texts(pair)}
        runs = [each for each in self._runs(kind, group, True) if not linked & set(texts(each))]
        return [_run_name(each) for each in runs], self._without_data(linked, sample_group)

    def _without_data(self, linked: set[str], sample_group: str) -> list[str]:
        one = next((each for each in sorted(linked) if each.startswith("GSF")), None)
        if one is None:
            return []
        path = role_path(f"integration/link/study/by/sample/{one}", True)
        response = self.session.request("GET", path, what=f"look up the study of {one}", accept=(400, 404))
        if response.status_code != 200:
            return []
        return [
            str(each.get(SAMPLE_KEY))
            for each in self._samples_in(accession_of(response.json()), True)
            if each.get("groupId") in (None, sample_group) and each[ACCESSION] not in linked
        ]


def _run_name(run: Mapping[str, Any]) -> str:
    for name in ("runSourceId", "Run Source ID", "name", "runId", "id"):
        if run.get(name):
            return str(run[name])
    return ", ".join(texts(run))
