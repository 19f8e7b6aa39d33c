"""Collections of landing zones, as they are in iRODS: over WebDAV."""

from __future__ import annotations

from bionb.errors import Conflict
from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.calls.files import read_environment
from bionb.platforms.sodar.calls.zones import read_zone
from bionb.platforms.sodar.rules.identifiers import Ref, uuid_of
from bionb.platforms.sodar.tables import columns
from bionb.platforms.sodar.wire.door import Door
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.webdav import WebDav


class Collections(Calls):
    """Calls over WebDAV; a part of `SodarClient`."""

    _door: Door

    def collections(self, zone: Ref) -> Listing:
        """List the collections in a landing zone, at any depth: the places for files.

        Parameters
        ----------
        zone : str or mapping
            UUID or record of a zone that is there.

        Returns
        -------
        Listing
            Frame columns: ``name`` (below the zone's collection), ``path`` (in iRODS).

        Raises
        ------
        UsageError
            Nobody said where the WebDAV server is; the message tells where SODAR shows it.
        Conflict
            The zone has no collection (yet, or any more).
        AuthenticationFailed
            WebDAV wants another password than SODAR.

        Notes
        -----
        ``PROPFIND`` with ``Depth: 1`` (RFC 4918) on SODAR's WebDAV server, one request a collection.

        Examples
        --------
        >>> project = sodar.projects()[1]
        >>> place = sodar.create_collections(project)
        >>> zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt", create_colls=True))
        >>> sodar.collections(zone).to_frame()["name"].tolist()[:2]
        ['FAM1-child-N1-DNA1-WES1', 'FAM1-father-N1-DNA1-WES1']
        """
        self._door.check()

        def read(params: object, opens: bool) -> Page:
            found = self._zone_with_files(zone)
            path = str(found["irods_path"])
            entries = self._webdav(path).below(path)
            names = [each.path for each in entries if each.is_collection]
            return Page([{"name": each.removeprefix(path + "/"), "path": each} for each in names])

        start = lambda: Whole(read, None, key=lambda each: each["path"])  # noqa: E731
        return Listing("collections", start, columns.COLLECTION_COLUMNS)

    def _zone_with_files(self, zone: Ref) -> Record:
        """Return a zone that has its collection in iRODS."""
        found = read_zone(self.api, uuid_of(zone), opens=False)
        if not found.get("irods_path") or found["status"] in ("CREATING", "NOT CREATED", "MOVED", "DELETED"):
            raise Conflict(
                f"The landing zone {found['title']} is {found['status']} and holds no files: wait_zone(zone) until it "
                "is ACTIVE, or create another one.",
                platform=self.session.label,
                status=409,
            )
        return found

    def _webdav(self, path: str) -> WebDav:
        """Return WebDAV for paths like this one."""
        self._door.check()
        zone = path.strip("/").partition("/")[0]
        return self._door.open(zone, lambda: str(read_environment(self.api, opens=False)["irods_user_name"]))
