"""Where a SODAR project's files are: iRODS collections, the files in them, and how to connect to iRODS."""

from __future__ import annotations

import re

from bionb.errors import ConnectionFailed, NotFound, ResponseError, UsageError
from bionb.listing import Listing
from bionb.platforms.sodar.calls.calls import SHEETS, Calls
from bionb.platforms.sodar.rules.identifiers import Ref, project_uuid, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire.paging import listing
from bionb.platforms.sodar.wire.problems import WEB_PAGE
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.versions import Negotiator

API = "samplesheets/api"
_CHECKSUM = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{64}")
_SAMPLE_DATA = re.compile(r"/.+/[0-9a-f]{2}/(?P<project>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/sample_data/.")


class Files(Calls):
    """Calls on what is in iRODS; a part of `SodarClient`."""

    def create_collections(self, project: Ref) -> str:
        """Create the iRODS collections that landing zones and sample files need.

        Parameters
        ----------
        project : str or mapping
            UUID or record.

        Returns
        -------
        str
            Path of the project's sample data in iRODS.

        Raises
        ------
        ResponseError
            400 when there are no sheets or the collections exist already; 500 when iRODS is down.

        Notes
        -----
        ``POST /samplesheets/api/irods/collections/create/<project>`` (IrodsCollsCreateAPIView). Assays that a later
        import adds get their collections in SODAR's web interface only.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> sodar.create_collections(project).rsplit("/", 1)[1]
        'sample_data'
        >>> sodar.investigation(project).irods_status
        True
        """
        what = "create the iRODS collections"
        path = f"{API}/irods/collections/create/{project_uuid(project)}"
        try:
            found = self.api.record("sheets", "POST", path, what=what, needs=("path",), timeout=SHEETS)
        except ConnectionFailed as error:
            if error.maybe_done:
                error.advise("investigation(project) shows whether the collections are there.")
            raise
        except ResponseError as error:
            if error.status in (400, 502, 504):
                error.advise("investigation(project) shows whether sheets and collections are there.")
            raise
        return str(found["path"])

    def files(self, project: Ref | None = None, *, zone: Ref | None = None) -> Listing:
        """List the files in a project's sample data, or in a landing zone.

        Parameters
        ----------
        project : str or mapping, optional
            UUID or record.
        zone : str or mapping, optional
            A landing zone instead (servers from 1.2).

        Returns
        -------
        Listing
            Frame columns: ``name``, ``path`` (in iRODS), ``type``, ``size`` (bytes), ``modify_time`` (UTC),
            ``checksum`` (missing on old servers).

        Raises
        ------
        UsageError
            Neither or both are given; a category.
        NotFound, ServerFailed
            No collections yet; iRODS is off or down; a UUID of a category; a server too old to list files of zones.
            Raised once the listing is used.

        Notes
        -----
        ``GET /samplesheets/api/file/list/<project>`` and ``GET /landingzones/api/file/list/<zone>``.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> sodar.files(project).to_frame()["name"].tolist()
        []
        """
        if (project is None) == (zone is None):
            raise UsageError("Pass files() a project or a zone=, one of the two.")
        if project is not None:
            api, base, uuid = "sheets", API, project_uuid(project)
        else:
            api, base, uuid = "zones", "landingzones/api", uuid_of(zone or "")
        return listing(
            self.api,
            "files",
            f"{base}/file/list/{uuid}",
            what="list the files in the iRODS collections" if zone is None else "list the files in the landing zone",
            declared=columns.FILE_COLUMNS,
            api=api,
            within="irods_data",
            key="path",
            explain=lambda error: self._why_no_files(error, project),
        )

    def _why_no_files(self, error: ResponseError, project: Ref | None) -> None:
        """Say what a web page in place of a list of files means."""
        if error.code != WEB_PAGE:
            return
        if project is None:
            error.retell(
                f'{error.platform} answered {error.status} to "list the files in the landing zone": this server is too '
                "old for that (SODAR has it from 1.2 on).",
                "An iRODS client lists them: ils with the zone's irods_path.",
            )
        elif not self._is_project(uuid_of(project)):
            error.retell("This is the UUID of a category.", "Choose one of the projects below it: files are there.")

    def file_exists(self, file: str) -> bool:
        """Tell whether a file is in the sample data: at a path, or anywhere by its checksum.

        Parameters
        ----------
        file : str
            A path in iRODS, as `files` shows it; or a checksum in hexadecimal digits, MD5 or SHA256 as the server has
            it.

        Returns
        -------
        bool
            By checksum, all projects of the server count, also those that you can't see.

        Raises
        ------
        UsageError
            Neither a path in a project's sample data nor a checksum; nothing was sent.
        PermissionDenied
            The project of this path isn't yours to see.
        ResponseError
            400: this server computes the other kind of checksums.

        Notes
        -----
        ``GET /samplesheets/api/file/exists`` (SampleDataFileExistsAPIView) for checksums; paths are looked up in
        ``GET /samplesheets/api/file/list/<project>``.

        Examples
        --------
        >>> sodar.file_exists("d41d8cd98f00b204e9800998ecf8427e")
        False
        """
        text = file.strip()
        if _CHECKSUM.fullmatch(text):
            what, params = "look for a file by its checksum", {"checksum": text.lower()}
            path = f"{API}/file/exists"
            return bool(self.api.record("sheets", "GET", path, what=what, params=params, needs=("status",))["status"])
        place = _SAMPLE_DATA.match(text)
        if place is None:
            raise UsageError(f"{file!r} is no checksum, and no path in a project's sample data such as files() shows.")
        try:
            return any(each["path"] == text.rstrip("/") for each in self.files(place["project"]))
        except NotFound:
            return False  # the project has no collections yet

    def irods_environment(self) -> Record:
        """Return what an iRODS client needs: save it as ``~/.irods/irods_environment.json``, then ``iinit``.

        Returns
        -------
        dict
            ``irods_host``, ``irods_port``, ``irods_zone_name``, ``irods_user_name``, ...

        Raises
        ------
        NotFound, ResponseError
            iRODS is off or down.

        Notes
        -----
        ``GET /irods/api/environment`` (IrodsEnvRetrieveAPIView).

        Examples
        --------
        >>> sodar.irods_environment()["irods_zone_name"]
        'sandboxZone'
        """
        return read_environment(self.api)


def read_environment(api: Negotiator, *, opens: bool = True) -> Record:
    """Return what an iRODS client needs."""
    what, path = "show the iRODS environment", "irods/api/environment"
    try:
        found = api.record("irods", "GET", path, what=what, needs=("irods_environment",), opens=opens)
    except ResponseError as error:
        if error.status in (400, 404):
            error.hint = "iRODS is off or down here: ask the server's administrators."
        raise
    return dict(found["irods_environment"])
