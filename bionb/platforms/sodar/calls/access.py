"""Access tickets and deletion requests of SODAR: who may read data by a link, and what is to be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bionb.errors import ResponseError, UsageError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire import records
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Since

API = "samplesheets/api/irods"
HOSTS = Since("SODAR 1.1", "sheets", "1.1")


class Access(Calls):
    """Calls on tickets and deletion requests; a part of `SodarClient`."""

    # -- tickets --------------------------------------------------------------------------------------------------

    def tickets(self, project: Ref, *, active: bool = False) -> Listing:
        """List access tickets of a project: links by which somebody without an account reads some data.

        Parameters
        ----------
        project : str or mapping
            UUID or record; needs the role contributor.
        active : bool
            Only those that have not expired.

        Returns
        -------
        Listing
            Frame columns: ``label``, ``path``, ``is_active``, ``date_expires`` and ``date_created`` (UTC),
            ``allowed_hosts``, ``ticket``, ``study``, ``assay``, ``user.username``, ``sodar_uuid``.

        Raises
        ------
        PermissionDenied
            Your role is too weak. Raised once the listing is used.

        Notes
        -----
        ``GET /samplesheets/api/irods/ticket/list/<project>`` (IrodsAccessTicketListAPIView). Whoever has the word in
        ``ticket`` can read what it is for.

        Examples
        --------
        >>> len(sodar.tickets(sodar.projects()[1]))
        0
        """
        return listing(
            self.api,
            "tickets",
            f"{API}/ticket/list/{project_uuid(project)}",
            what="list the tickets",
            declared=columns.TICKET_COLUMNS,
            api="sheets",
            params=lambda: {"active": 1} if active else {},
            shape=self._with_user,
        )

    def ticket(self, ticket: Ref) -> Record:
        """Return an access ticket as it is now.

        Parameters
        ----------
        ticket : str or mapping
            UUID or record.

        Returns
        -------
        dict
            As in `tickets`; ``is_active`` is False once it has expired.

        Raises
        ------
        NotFound, PermissionDenied
            No such ticket; or your role is weaker than contributor.

        Notes
        -----
        ``GET /samplesheets/api/irods/ticket/retrieve/<ticket>`` (IrodsAccessTicketRetrieveAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> ticket = sodar.create_ticket(project, path, label="For a guest")
        >>> sodar.ticket(ticket)["is_active"]
        True
        """
        path = f"{API}/ticket/retrieve/{uuid_of(ticket)}"
        return self._with_user(self.api.record("sheets", "GET", path, what="show the ticket"))

    def create_ticket(
        self,
        project: Ref,
        path: str,
        *,
        label: str | None = None,
        date_expires: datetime | str | None = None,
        allowed_hosts: Iterable[str] | None = None,
    ) -> Record:
        """Make a ticket for a file or collection inside of an assay.

        Parameters
        ----------
        project : str or mapping
            UUID or record.
        path : str
            Path in iRODS, as `files` shows it.
        label : str, optional
            What it is for.
        date_expires : datetime or str, optional
            When it ends (a time without a zone is UTC); by default never.
        allowed_hosts : iterable of str, optional
            Computers that may use it (SODAR 1.1 or newer); all by default.

        Returns
        -------
        dict
            The ticket; ``ticket`` is the word that opens the data.

        Raises
        ------
        ResponseError
            400: nothing is at this path, it is not inside of an assay, there is a ticket for it already, or
            `date_expires` has passed.
        VersionRejected
            `allowed_hosts` with a server that knows none.

        Notes
        -----
        ``POST /samplesheets/api/irods/ticket/create/<project>`` (IrodsAccessTicketCreateAPIView). From version 1.1 on
        hosts are always sent, as an empty list if need be, since servers insist on the key.

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> sodar.create_ticket(project, path, label="For a guest", date_expires="2099-12-31")["label"]
        'For a guest'
        """
        uuid = project_uuid(project)
        hosts = self._hosts(allowed_hosts, None)
        body = {"path": path, **_given(label=label, date_expires=_end(date_expires)), **hosts}
        what = f"make a ticket for {path.rpartition('/')[2] or path}"
        try:
            found = self.api.record("sheets", "POST", f"{API}/ticket/create/{uuid}", json=body, what=what)
        except ResponseError as error:
            if error.status == 400:
                error.advise("tickets(project) lists the tickets, files(project) the paths.")
            raise
        return self._with_user(found)

    def update_ticket(
        self,
        ticket: Ref,
        *,
        label: str | None = None,
        date_expires: datetime | str | None = None,
        allowed_hosts: Iterable[str] | None = None,
    ) -> Record:
        """Change a ticket: its label, its end, or who may use it. One that has expired lives again with a new end.

        Parameters
        ----------
        ticket : str or mapping
            UUID or record.
        label, date_expires, allowed_hosts : optional
            As for `create_ticket`; what is not given stays.

        Returns
        -------
        dict
            The ticket as it is now.

        Raises
        ------
        UsageError
            Nothing to change.
        ResponseError
            400: `date_expires` has passed.
        VersionRejected
            `allowed_hosts` with a server that knows none.

        Notes
        -----
        ``PATCH /samplesheets/api/irods/ticket/update/<ticket>`` (IrodsAccessTicketUpdateAPIView). Servers forget the
        hosts that a change does not name: so they are looked up and sent along.

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> ticket = sodar.create_ticket(project, path, label="For a guest")
        >>> sodar.update_ticket(ticket, label="For two guests")["label"]
        'For two guests'
        """
        uuid = uuid_of(ticket)
        changes = _given(label=label, date_expires=_end(date_expires))
        if not changes and allowed_hosts is None:
            raise UsageError("update_ticket changes label, date_expires or allowed_hosts: give one of them.")
        body = {**changes, **self._hosts(allowed_hosts, uuid)}
        path = f"{API}/ticket/update/{uuid}"
        return self._with_user(self.api.record("sheets", "PATCH", path, json=body, what="update the ticket"))

    def delete_ticket(self, ticket: Ref) -> None:
        """Take a ticket away: whoever has its link can't read the data any more.

        Parameters
        ----------
        ticket : str or mapping
            UUID or record.

        Raises
        ------
        NotFound, PermissionDenied
            No such ticket; or your role is weaker than contributor.

        Notes
        -----
        ``DELETE /samplesheets/api/irods/ticket/delete/<ticket>`` (IrodsAccessTicketDestroyAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> ticket = sodar.create_ticket(project, path, label="For a guest")
        >>> sodar.delete_ticket(ticket)
        >>> len(sodar.tickets(project))
        0
        """
        self.api.request("sheets", "DELETE", f"{API}/ticket/delete/{uuid_of(ticket)}", what="delete the ticket")

    def _hosts(self, hosts: Iterable[str] | None, ticket: str | None) -> Record:
        """Return the hosts to send: those given, those that a ticket has, or none where servers know no hosts."""
        self.api.settle("sheets")
        if hosts is not None:
            self.api.demand(HOSTS, "allow hosts for a ticket")
            return {"allowed_hosts": [hosts] if isinstance(hosts, str) else list(hosts)}
        if not self.api.at_least("1.1", "sheets"):
            return {}
        return {"allowed_hosts": [] if ticket is None else list(self.ticket(ticket).get("allowed_hosts") or [])}

    # -- deletion requests ----------------------------------------------------------------------------------------

    def deletion_requests(self, project: Ref) -> Listing:
        """List requests to delete data: for owners and delegates those that wait, for contributors all their own.

        Parameters
        ----------
        project : str or mapping
            UUID or record; needs the role contributor.

        Returns
        -------
        Listing
            Frame columns: ``path``, ``status`` (ACTIVE, ACCEPTED, REJECTED, FAILED), ``description``,
            ``user.username``, ``date_created`` (UTC), ``status_info``, ``action``, ``sodar_uuid``, ...

        Raises
        ------
        PermissionDenied
            Your role is too weak, or the project is archived. Raised once the listing is used.

        Notes
        -----
        ``GET /samplesheets/api/irods/requests/<project>`` (IrodsDataRequestListAPIView).

        Examples
        --------
        >>> sodar.deletion_requests(sodar.projects()[1]).to_frame()["path"].tolist()
        []
        """
        return listing(
            self.api,
            "deletion requests",
            f"{API}/requests/{project_uuid(project)}",
            what="list the deletion requests",
            declared=columns.REQUEST_COLUMNS,
            api="sheets",
            shape=self._with_user,
        )

    def deletion_request(self, request: Ref) -> Record:
        """Return a request to delete data, as it is now.

        Parameters
        ----------
        request : str or mapping
            UUID or record.

        Returns
        -------
        dict
            As in `deletion_requests`.

        Notes
        -----
        ``GET /samplesheets/api/irods/request/retrieve/<request>`` (IrodsDataRequestRetrieveAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> request = sodar.request_deletion(project, path, description="Wrong sample")
        >>> sodar.deletion_request(request)["status"]
        'ACTIVE'
        """
        path = f"{API}/request/retrieve/{uuid_of(request)}"
        return self._with_user(self.api.record("sheets", "GET", path, what="show the deletion request"))

    def request_deletion(self, project: Ref, path: str, *, description: str | None = None) -> Record:
        """Ask the owner or a delegate to delete a file or collection; nothing is deleted yet.

        Parameters
        ----------
        project : str or mapping
            UUID or record; needs the role contributor.
        path : str
            Path in iRODS, inside of an assay, as `files` shows it.
        description : str, optional
            Why; at most 1,024 characters.

        Returns
        -------
        dict
            The request, ACTIVE.

        Raises
        ------
        ResponseError
            400: nothing is at this path, it is not inside of an assay, or a request for it waits already.

        Notes
        -----
        ``POST /samplesheets/api/irods/request/create/<project>`` (IrodsDataRequestCreateAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> sodar.request_deletion(project, path, description="Wrong sample")["status"]
        'ACTIVE'
        """
        uuid = project_uuid(project)
        body, what = {"path": path, **_given(description=description)}, "request a deletion"
        try:
            found = self.api.record("sheets", "POST", f"{API}/request/create/{uuid}", json=body, what=what)
        except ResponseError as error:
            if error.status == 400:
                error.advise("deletion_requests(project) lists what waits, files(project) the paths.")
            raise
        return {**found, "user": records.user(found.get("user"))}

    def update_deletion_request(
        self, request: Ref, *, path: str | None = None, description: str | None = None
    ) -> Record:
        """Change a request of your own, or any as owner or delegate.

        Parameters
        ----------
        request : str or mapping
            UUID or record.
        path, description : str, optional
            As for `request_deletion`.

        Returns
        -------
        dict
            The request as it is now.

        Raises
        ------
        UsageError
            Nothing to change.

        Notes
        -----
        ``PATCH /samplesheets/api/irods/request/update/<request>`` (IrodsDataRequestUpdateAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> request = sodar.request_deletion(project, path, description="Wrong sample")
        >>> sodar.update_deletion_request(request, description="Wrong patient")["description"]
        'Wrong patient'
        """
        changes = _given(path=path, description=description)
        if not changes:
            raise UsageError("update_deletion_request changes path or description: give one of them.")
        where, what = f"{API}/request/update/{uuid_of(request)}", "update the deletion request"
        found = self.api.record("sheets", "PATCH", where, json=changes, what=what)
        return {**found, "user": records.user(found.get("user"))}

    def delete_deletion_request(self, request: Ref) -> None:
        """Take a request back; the data stay.

        Parameters
        ----------
        request : str or mapping
            UUID or record.

        Notes
        -----
        ``DELETE /samplesheets/api/irods/request/delete/<request>`` (IrodsDataRequestDestroyAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> request = sodar.request_deletion(project, path, description="Wrong sample")
        >>> sodar.delete_deletion_request(request)
        >>> len(sodar.deletion_requests(project))
        0
        """
        path = f"{API}/request/delete/{uuid_of(request)}"
        self.api.request("sheets", "DELETE", path, what="take the deletion request back")

    def accept_deletion(self, request: Ref, *, delete_data: bool = False) -> None:
        """DELETE FOR GOOD what a request is for, as owner or delegate.

        Parameters
        ----------
        request : str or mapping
            UUID or record.
        delete_data : bool
            Must be True: nobody can bring the data back.

        Raises
        ------
        UsageError
            `delete_data` is not True; nothing was sent.
        PermissionDenied
            You are neither owner nor delegate.
        ResponseError
            400: the request was accepted or rejected before.
        ServerFailed
            503: other work in this project goes on; nothing was changed.

        Notes
        -----
        ``POST /samplesheets/api/irods/request/accept/<request>`` (IrodsDataRequestAcceptAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> request = sodar.request_deletion(project, path, description="Wrong sample")
        >>> sodar.accept_deletion(request, delete_data=True)
        >>> sodar.file_exists(path)
        False
        """
        if not delete_data:
            raise UsageError(
                "Accepting deletes the data for good. If that is wanted, pass delete_data=True; "
                "reject_deletion(request) keeps them."
            )
        self._judge("accept", request)

    def reject_deletion(self, request: Ref) -> None:
        """Keep the data that somebody asked to delete, as owner or delegate.

        Parameters
        ----------
        request : str or mapping
            UUID or record.

        Raises
        ------
        PermissionDenied
            You are neither owner nor delegate.

        Notes
        -----
        ``POST /samplesheets/api/irods/request/reject/<request>`` (IrodsDataRequestRejectAPIView).

        Examples
        --------
        >>> server = shared_sandbox().reset("used")
        >>> project = sodar.projects()[1]
        >>> path = sodar.files(project)[0]["path"]
        >>> request = sodar.request_deletion(project, path, description="Wrong sample")
        >>> sodar.reject_deletion(request)
        >>> sodar.file_exists(path)
        True
        """
        self._judge("reject", request)

    def _judge(self, verdict: str, request: Ref) -> None:
        uuid, what = uuid_of(request), f"{verdict} the deletion request"
        try:
            self.api.request("sheets", "POST", f"{API}/request/{verdict}/{uuid}", what=what)
        except ResponseError as error:
            if error.status == 400:
                error.advise("A request is judged once; deletion_request(request) shows what became of it.")
            raise

    def _with_user(self, found: Any) -> Record:
        """Return a record with the name of its user, which new servers leave out."""
        return {**found, "user": self._directory.known_as(records.user(found.get("user")))}


def _given(**values: Any) -> Record:
    return {name: value for name, value in values.items() if value is not None}


def _end(time: datetime | str | None) -> str | None:
    """Return when a ticket ends, as SODAR writes times."""
    if time is None:
        return None
    try:
        found = datetime.fromisoformat(time) if isinstance(time, str) else time
    except ValueError:
        raise UsageError(f"date_expires is a time such as '2027-01-31T12:00', not {time!r}.") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.isoformat()
