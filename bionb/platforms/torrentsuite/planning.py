"""Planning runs: look at a plan before it is sent, send it once, change it, cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.frames import ANY, COUNT, FLAG, TIME, columns
from bionb.listing import Listing
from bionb.platforms.torrentsuite.plan_answers import refused
from bionb.platforms.torrentsuite.plan_rules import Finding
from bionb.platforms.torrentsuite.plan_sending import PATH, PlanSender
from bionb.platforms.torrentsuite.plan_tables import (
    barcoded_samples,
    finding_frame,
    rows_of,
    table_findings,
    twice,
)
from bionb.platforms.torrentsuite.runs import identifier

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
Plan = int | str | Mapping[str, Any]

PLAN_COLUMNS = (
    columns("id planName planStatus chipType runType", flows=COUNT)
    + columns("sampleDisplayedName library barcodeId templatingKitName sequencekitname librarykitname planShortID")
    + columns(date=TIME, planExecuted=FLAG, planExecutedDate=TIME, isReusable=FLAG)
    + columns(barcodedSamples=ANY, qcValues=ANY, selectedPlugins=ANY, metaData=ANY, chefInfo=ANY)
)


class PlanCalls(PlanSender):
    """Everything about runs that are to be made."""

    def plans(self, **filters: Any) -> Listing:
        """Planned runs and templates, the newest first.

        Parameters
        ----------
        **filters
            As for `objects`, e.g. ``planStatus="pending"``; also ``name_or_id`` and ``for_report``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``planName``, ``planStatus``, ``chipType``, ``runType``, ``flows`` (count; 0 for the
            kit's own), ``sampleDisplayedName``, ``library`` (the reference), ``barcodeId``, kits, ``date`` (UTC), ...

        Notes
        -----
        ``GET /rundb/api/v1/plannedexperiment/`` (Planned Experiment Resource).

        Examples
        --------
        >>> suite.plans(planStatus="run").first(1)[0]["chipType"]
        '540'
        """
        return self._listing("plannedexperiment", filters, PLAN_COLUMNS, name="plans", order="-id")

    def plan(self, plan: Plan) -> Record:
        """Return one plan.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record of `plans`.

        Notes
        -----
        ``GET /rundb/api/v1/plannedexperiment/<id>/``.

        Examples
        --------
        >>> suite.plan(91)["planName"]
        'S5-540_WholeTranscriptomeRNA'
        """
        return self._plan(identifier(plan))

    def check_plan(
        self, plan: Mapping[str, Any] | None = None, /, *, samples: Any = None, **fields: Any
    ) -> pd.DataFrame:
        """Look for faults of a plan before it is sent; chips, kits, barcodes and references are the server's own.

        Parameters
        ----------
        plan : mapping, optional
            Fields of the plan as the API names them; the same as keywords.
        samples : DataFrame, optional
            Samples and barcodes, as for `create_barcoded_plan`.

        Returns
        -------
        DataFrame
            ``level`` (error: the server would refuse it, or a barcode is used twice; warning), ``field``, ``sample``,
            ``barcode``, ``message``. Empty for a sound plan.

        Notes
        -----
        ``GET`` of ``chip``, ``kitinfo``, ``referencegenome`` and, where the plan needs them, ``dnabarcode``,
        ``content`` and ``librarykey``, at once.

        Examples
        --------
        >>> suite.check_plan(planName="my/plan", chipType="599", sample="s")["field"].tolist()
        ['templatingKitName', 'planName', 'chipType']
        """
        body, found = _body(plan, fields, samples)
        return finding_frame([*found, *self._findings(body)])

    def create_plan(
        self, plan: Mapping[str, Any] | None = None, /, *, check: bool = True, again: bool = False, **fields: Any
    ) -> Record:
        """Plan a run.

        Parameters
        ----------
        plan : mapping, optional
            Fields as the API names them: ``planName``, ``chipType``, ``templatingKitName`` and ``sample`` at least;
            the same as keywords.
        check : bool
            False sends the plan without looking at it first.
        again : bool
            True makes a second plan of the same content; else a double click, or a cell that is run twice, gives back
            the plan that this client made before.

        Returns
        -------
        dict
            The new plan as the server keeps it, ``flows`` as a number. Warnings of the server are shown.

        Raises
        ------
        InvalidInput
            The check found faults (``.findings``); nothing was sent.
        PlanRefused
            The server found faults (``.findings``).

        Notes
        -----
        ``POST /rundb/api/v1/plannedexperiment/``.

        Examples
        --------
        >>> plan = suite.create_plan(
        ...     planName="DOCS_my_plan", sample="my_sample", library="hg19", chipType="520",
        ...     templatingKitName="Ion 520/530 Kit-OT2", sequencekitname="Ion S5 Sequencing Kit",
        ...     librarykitname="Ion Xpress Plus Fragment Library Kit",
        ... )
        >>> plan["planStatus"], plan["flows"]
        ('planned', 0)
        """
        return self._create(*_body(plan, fields), check, again)

    def create_barcoded_plan(
        self,
        samples: Any,
        plan: Mapping[str, Any] | None = None,
        /,
        *,
        check: bool = True,
        again: bool = False,
        **fields: Any,
    ) -> Record:
        """Plan a run of several samples, told apart by barcodes.

        Parameters
        ----------
        samples : DataFrame or iterable of dict
            ``sample`` and ``barcode``, one row a barcode; optionally ``reference`` (else the plan's ``library``),
            ``nucleotideType`` (else DNA), ``targetRegionBedFile``, ``hotSpotRegionBedFile``, ``description``.
        plan, check, again, **fields
            As for `create_plan`; ``barcodeId`` (the barcode kit) in place of ``sample``. With
            ``applicationGroupDisplayedName="DNA"`` the server has nothing to warn about.

        Returns
        -------
        dict
            As `create_plan`.

        Raises
        ------
        InvalidInput
            Missing or unknown columns, empty cells, a barcode that is used twice (the server would take it) or is not
            of the kit, or any fault of the plan; nothing was sent.

        Examples
        --------
        >>> samples = [{"sample": "demo sample 1", "barcode": "IonXpress_003"}]
        >>> plan = suite.create_barcoded_plan(
        ...     samples, planName="two samples", barcodeId="IonXpress", library="hg19", chipType="520",
        ...     templatingKitName="Ion 520/530 Kit-OT2", applicationGroupDisplayedName="DNA",
        ... )
        >>> plan["planName"], list(plan["barcodedSamples"])
        ('two_samples', ['demo sample 1'])
        """
        return self._create(*_body(plan, fields, samples), check, again)

    def update_plan(self, plan: Plan, **changes: Any) -> Record:
        """Change a plan.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.
        **changes
            Fields as the API names them. The server refuses any change of a plan without flows that does not set
            them: in that case the flows of its sequencing kit are sent along, and a `PlanWarning` says so.

        Returns
        -------
        dict
            The plan afterwards.

        Raises
        ------
        InvalidInput
            The plan has no flows and no sequencing kit to take them from; nothing was changed.
        PlanRefused
            The server found faults.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/``.
        """
        number = identifier(plan)
        what = f"change plan {number}"
        body = changes if "flows" in changes else {**changes, "flows": self._flows(number)}
        answer = self.session.request("PATCH", f"{PATH}{number}/", json=body, what=what, accept=(400,))
        if answer.status_code == 400:
            raise refused(self.session.error(answer, what), answer)
        with self._planning:
            self._made = {key: each for key, each in self._made.items() if str(each["id"]) != number}
        return self._answered(answer, number, what)

    def cancel_plan(self, plan: Plan) -> Record:
        """Cancel a plan: its status becomes ``voided``; it stays in the list.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/`` with ``planStatus``; see `update_plan` for the flows.
        """
        return self.update_plan(plan, planStatus="voided")


def _body(
    plan: Mapping[str, Any] | None, fields: Mapping[str, Any], samples: Any = None
) -> tuple[Record, list[Finding]]:
    """Return the plan to send, and what is wrong with its samples that the server would not say."""
    body = {**(plan or {}), **fields}
    if samples is None:
        return body, twice(body)
    rows = rows_of(samples)
    found = table_findings(rows)
    return {**body, "barcodedSamples": barcoded_samples(rows, body)}, found
