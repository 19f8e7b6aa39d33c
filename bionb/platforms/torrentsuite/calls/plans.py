"""Planning runs: look at a plan before it is sent, send it once, change it, cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.frames import ANY, COUNT, FLAG, TIME, columns
from bionb.listing import Listing
from bionb.plain import plain
from bionb.platforms.torrentsuite.calls.runs import identifier
from bionb.platforms.torrentsuite.rules.fields import Finding, identity_findings, type_findings
from bionb.platforms.torrentsuite.tables.samples import (
    barcoded_samples,
    finding_frame,
    refuse,
    rows_of,
    table_findings,
    twice,
)
from bionb.platforms.torrentsuite.workflows.copying import copied
from bionb.platforms.torrentsuite.workflows.planning import PlanSender

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
            ``level`` (error or warning), ``field``, ``sample``, ``barcode``, ``message``. Empty for a sound plan. An
            error is what the server refuses or fails on, and two things that it takes: a barcode used twice, after
            which the reads of two samples can't be told apart, and an ``id`` (or another name of a plan that is there),
            with which it overwrites that plan.

        Notes
        -----
        ``GET`` of ``chip``, ``kitinfo``, ``referencegenome``, ``runtype`` and, where the plan names some of them,
        ``dnabarcode``, ``content``, ``librarykey``, ``applicationgroup`` and others, at once.

        Examples
        --------
        >>> suite.check_plan(planName="my/plan", chipType="599", sample="s")["field"].tolist()
        ['templatingKitName', 'planName', 'chipType']
        """
        body, found = _body(plan, fields, samples)
        return finding_frame([*identity_findings(body), *found, *self._findings(body)])

    def create_plan(
        self, plan: Mapping[str, Any] | None = None, /, *, check: bool = True, again: bool = False, **fields: Any
    ) -> Record:
        """Plan a run.

        Parameters
        ----------
        plan : mapping, optional
            Fields as the API names them: ``planName``, ``chipType``, ``templatingKitName`` and ``sample`` at least;
            the same as keywords. Quality thresholds go by their names: ``{"Bead Loading (%)": 55}``.
        check : bool
            False sends the plan without looking at it first.
        again : bool
            True makes a second plan of the same content; else a double click, or a cell that is run twice, gives back
            the plan that this client made before, unless it was deleted or cancelled since.

        Returns
        -------
        dict
            The new plan as the server keeps it, ``flows`` as a number. Warnings of the server are shown.

        Raises
        ------
        InvalidInput
            The check found faults (``.findings``), or the plan has an ``id``: the server would overwrite that plan,
            also one that has run. Nothing was sent. `copy_plan` makes a copy.
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
            ``nucleotideType`` (else that of the run type; needed for a run type with both), ``targetRegionBedFile``,
            ``hotSpotRegionBedFile``, ``description``.
        plan, check, again, **fields
            As for `create_plan`; ``barcodeId`` (the barcode kit) in place of ``sample``.

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

    def copy_plan(self, plan: Plan, /, *, check: bool = True, again: bool = False, **changes: Any) -> Record:
        """Plan a run like one that was planned before; that one stays as it is.

        Parameters
        ----------
        plan : int, str or dict
            The identifier of the plan to copy, or a record.
        check, again : bool
            As for `create_plan`.
        **changes
            What shall be different; ``planName`` is ``CopyOf_`` and the old name if none is given.

        Returns
        -------
        dict
            The new plan, with an identifier of its own. What the old plan was given is copied; its state and its run
            are not.

        Raises
        ------
        InvalidInput
            The plan can't be made today, e.g. since its chip is no longer active; nothing was sent.

        Notes
        -----
        ``GET`` and ``POST /rundb/api/v1/plannedexperiment/``.

        Examples
        --------
        >>> first = suite.create_plan(
        ...     planName="first", sample="s1", chipType="520", templatingKitName="Ion 520/530 Kit-OT2", again=True
        ... )
        >>> copy = suite.copy_plan(first, planName="second", sample="s2")
        >>> copy["planName"], copy["id"] != first["id"], suite.plan(first)["planName"]
        ('second', True, 'first')
        """
        with self.session.one_call():
            body, found = _body(copied(self._plan(identifier(plan), opens=False)), changes)
            return self._create(body, found, check, again)

    def update_plan(self, plan: Plan, /, *, executed: bool = False, **changes: Any) -> Record:
        """Change a plan.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.
        executed : bool
            True also changes the status of a plan that has run, and with it that of its run.
        **changes
            Fields and their new values. ``project`` or ``projects`` add to the projects of a plan and never remove one;
            the server writes blanks in their names as ``_``. ``flows`` stay as they are unless given.

        Returns
        -------
        dict
            The plan afterwards.

        Raises
        ------
        InvalidInput
            An ``id``, a value on which the server fails, or a status for a plan that has run; nothing was changed.
        PlanRefused
            The server found faults.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/``. The server looks at the whole plan again, and refuses
        one without flows unless they are sent as the text "0".
        """
        number = identifier(plan)
        refuse([*identity_findings(changes), *type_findings(changes)], f"Plan {number} can't be changed so")
        with self.session.one_call():
            before = self._plan(number, opens=False)
            if "planStatus" in changes and not executed:
                refuse(_executed(before), f"Plan {number} has run")
            return self._change(number, {"flows": int(before.get("flows") or 0) or "0", **changes})

    def cancel_plan(self, plan: Plan, /, *, executed: bool = False) -> Record:
        """Cancel a plan: its status becomes ``voided``; it stays in the list.

        Parameters
        ----------
        plan : int, str or dict
            Its identifier, or a record.
        executed : bool
            True also voids the plan of a run that was made; the run is then shown as voided too.

        Raises
        ------
        InvalidInput
            The plan has run, and `executed` is not True; nothing was changed.

        Notes
        -----
        ``PATCH /rundb/api/v1/plannedexperiment/<id>/`` with ``planStatus``.
        """
        return self.update_plan(plan, executed=executed, planStatus="voided")


def _executed(plan: Mapping[str, Any]) -> list[Finding]:
    """Return the reason not to touch the status of a plan, if it has run."""
    if not (plan.get("planExecuted") or plan.get("planStatus") == "run"):
        return []
    return [Finding(("planStatus",), "its run would get that status too; pass executed=True if that is meant.")]


def _body(
    plan: Mapping[str, Any] | None, fields: Mapping[str, Any], samples: Any = None
) -> tuple[Record, list[Finding]]:
    """Return the plan to send, and what is wrong with its samples that the server would not say."""
    body: Record = plain({**(plan or {}), **fields})
    if samples is None:
        return body, twice(body)
    rows = rows_of(samples)
    found = table_findings(rows, body)
    return {**body, "barcodedSamples": barcoded_samples(rows, body)}, found
