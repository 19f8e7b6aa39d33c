"""Billing groups, what was spent, invoices; and feedback."""

from __future__ import annotations

from datetime import date

from bionb.errors import UsageError
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike
from bionb.platforms.sevenbridges.rules.identifiers import Ref, billing_day, identifier, invoice_id
from bionb.platforms.sevenbridges.wire.records import BILLING_GROUPS, BREAKDOWNS, INVOICES


class Billing(Calls):
    """Calls on ``/billing`` and ``/action/notifications``."""

    def billing_groups(self, fields: FieldsLike = None, limit: int = LIMIT, *, advance_access: bool = False) -> Listing:
        """List your billing groups.

        Parameters
        ----------
        fields : str or sequence of str, optional
            What the server sends, see `Fields`; by default everything, an empty text for the server's short default.
        limit : int
            Size of a page, at most 100.
        advance_access : bool
            Ask for what the platform has not released yet, by its header ``X-SBG-Advance-Access``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``owner``, ``type``, ``balance.currency``, ``balance.amount``, ...

        Notes
        -----
        ``GET /billing/groups``.
        """
        return self._listing(BILLING_GROUPS, fields=fields, limit=limit, advance_access=advance_access)

    def billing_group(self, group: Ref, fields: FieldsLike = None, *, advance_access: bool = False) -> Record:
        """Return one billing group.

        Notes
        -----
        ``GET /billing/groups/{group}``.
        """
        name = identifier(group, "billing group")
        path, what = f"billing/groups/{name}", f"get the billing group {name}"
        return self._get(BILLING_GROUPS, path, what=what, fields=fields, advance_access=advance_access)

    def billing_breakdown(
        self,
        group: Ref,
        kind: str = "analysis",
        *,
        date_from: str | date | None = None,
        date_to: str | date | None = None,
        invoice: Ref | None = None,
        limit: int = LIMIT,
        advance_access: bool = False,
    ) -> Listing:
        """List what a billing group paid for.

        Parameters
        ----------
        kind : str
            ``"analysis"`` (one row a task), ``"storage"`` (a project) or ``"egress"`` (downloads).
        date_from, date_to : str or date, optional
            Days, ``"2026-01-31"``.
        invoice : str or dict, optional
            Only what is on this invoice.
        limit, advance_access
            As for `billing_groups`.

        Returns
        -------
        Listing
            Frame columns of analysis: ``project_name``, ``analysis_name``, ..., ``analysis_cost.amount`` in
            ``analysis_cost.currency``, ``time_started``, ``time_finished`` (UTC). Of storage: ``active.size`` in
            ``active.unit``, ... Of egress: ``downloaded.size`` in ``downloaded.unit``, ``egress_cost.amount``, ...

        Notes
        -----
        ``GET /billing/groups/{group}/breakdown/{kind}``.
        """
        if kind not in BREAKDOWNS:
            raise UsageError(f"There is no breakdown {kind!r}; there are {', '.join(BREAKDOWNS)}.")
        path = f"billing/groups/{identifier(group, 'billing group')}/breakdown/{kind}"
        params = {
            "date_from": None if date_from is None else billing_day(date_from, "date_from"),
            "date_to": None if date_to is None else billing_day(date_to, "date_to"),
            "invoice_id": None if invoice is None else invoice_id(invoice),
        }
        return self._listing(BREAKDOWNS[kind], path=path, params=params, limit=limit, advance_access=advance_access)

    def invoices(
        self,
        group: Ref | None = None,
        fields: FieldsLike = None,
        limit: int = LIMIT,
        *,
        advance_access: bool = False,
    ) -> Listing:
        """List invoices.

        Parameters
        ----------
        group : str or dict, optional
            Only the invoices of a billing group.
        fields, limit, advance_access
            As for `billing_groups`.

        Returns
        -------
        Listing
            Frame columns: ``invoice_id``, ``total.amount`` in ``total.currency``, ``invoice_period.from``,
            ``.to`` (UTC), ...

        Notes
        -----
        ``GET /billing/invoices``.
        """
        params = {"billing_group": None if group is None else identifier(group, "billing group")}
        return self._listing(INVOICES, params=params, fields=fields, limit=limit, advance_access=advance_access)

    def invoice(self, invoice: Ref, fields: FieldsLike = None, *, advance_access: bool = False) -> Record:
        """Return one invoice.

        Notes
        -----
        ``GET /billing/invoices/{invoice}``.

        Examples
        --------
        >>> sevenbridges.invoice("INV-2025-10")["total"]["currency"]
        'USD'
        """
        name = invoice_id(invoice)
        path, what = f"billing/invoices/{name}", f"get the invoice {name}"
        return self._get(INVOICES, path, what=what, fields=fields, advance_access=advance_access)

    def send_feedback(self, text: str, kind: str = "IDEA", referrer: str | None = None) -> None:
        """Tell the platform's people an ``IDEA``, a ``THOUGHT`` or a ``PROBLEM``.

        Parameters
        ----------
        text : str
            What you want to say.
        kind : str
            One of the three.
        referrer : str, optional
            Where you come from, for example the name of your program.

        Notes
        -----
        ``POST /action/notifications/feedback``.
        """
        if kind not in ("IDEA", "THOUGHT", "PROBLEM"):
            raise UsageError(f"Feedback is an IDEA, a THOUGHT or a PROBLEM, not {kind!r}.")
        if not isinstance(text, str) or not text.strip():
            raise UsageError("The feedback is empty: say something in text=.")
        body = {"type": kind, "text": text, **({"referrer": referrer} if referrer else {})}
        self.call("POST", "action/notifications/feedback", what="send feedback", json=body)
