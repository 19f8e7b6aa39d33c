"""Any resource of a server by its name, and the chips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bionb.listing import Listing
from bionb.paging.pages import Page, Whole
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter
from bionb.platforms.torrentsuite.tables.columns import BED_COLUMNS, CHIP_COLUMNS, RESOURCE_COLUMNS
from bionb.platforms.torrentsuite.tables.rows import bed_rows
from bionb.platforms.torrentsuite.wire.catalogue import Schema


class Objects(Calls):
    """Resources as the server offers them."""

    def resources(self) -> Listing:
        """Resources of this server.

        Returns
        -------
        Listing
            Frame columns: ``name``, ``list_endpoint``, ``schema`` (paths).

        Notes
        -----
        ``GET /rundb/api/v1/`` (open to anyone).
        """

        def read(params: Mapping[str, Any], opens: bool) -> Page:
            return Page([{"name": name, **paths} for name, paths in self._catalogue.root().items()])

        return Listing("resources", lambda: Whole(read), RESOURCE_COLUMNS)

    def schema(self, resource: str) -> Schema:
        """Return the fields, filters and orderings of a resource.

        Parameters
        ----------
        resource : str
            A name of `resources`.

        Returns
        -------
        Schema
            A dict as the server sent it; ``.to_frame()`` has one row a field. Records may hold more than the schema
            tells, since the server adds fields when it answers.

        Raises
        ------
        UsageError
            No such resource; the closest names are suggested.

        Notes
        -----
        ``GET /rundb/api/v1/<resource>/schema/``, asked once per client.
        """
        return self._catalogue.schema(resource)

    def objects(self, resource: str, *, limit: int | None = None, **filters: Filter) -> Listing:
        """All records of any resource.

        Parameters
        ----------
        resource : str
            A name of `resources`.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            Fields of the schema, with lookups (``name__startswith="31"``, ``id__in=[7, 9]``), and ``order_by`` (a name
            or a list, ``-`` for falling order).

        Returns
        -------
        Listing
            Records as the server sends them, with integers as integers and secrets hidden. By default the newest
            identifier comes first.

        Raises
        ------
        UnknownFilter
            On first use, for a filter or ordering that the server would silently ignore; the closest are suggested.
        UsageError
            On first use: no such resource.

        Notes
        -----
        ``GET /rundb/api/v1/<resource>/``.

        Examples
        --------
        >>> suite.objects("runtype", order_by="id")[0]["runType"]
        'GENS'
        """
        return self._listing(resource, filters, limit=limit)

    def chips(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Chip types.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``name__startswith="31"``, ``isActive=True``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``description``, ``instrumentType`` (pgm, proton, S5), ``isActive``,
            ``slots`` (count), then the default arguments of the analysis programs.

        Notes
        -----
        ``GET /rundb/api/v1/chip/`` (Chip Resource).

        Examples
        --------
        >>> suite.chips(name="540").to_frame()["instrumentType"].tolist()
        ['S5']
        """
        return self._listing("chip", filters, CHIP_COLUMNS, limit=limit, name="chips")

    def bed_files(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """BED files of the server: target regions and hotspots that plans can name.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``type="target"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``type`` (target, hotspot), ``reference``, ``enabled``, ``path`` (what a
            plan names), ``upload_date`` (UTC).

        Notes
        -----
        ``GET /rundb/api/v1/content/?type__in=target,hotspot``.

        Examples
        --------
        >>> suite.bed_files(type="hotspot").to_frame()["name"].tolist()
        ['hot.bed', 'hotspots_demo.bed']
        """
        kinds = {} if "type" in filters else {"type__in": ["target", "hotspot"]}
        asked = {**kinds, **filters}
        return self._listing("content", asked, BED_COLUMNS, limit=limit, name="BED files", rows=bed_rows)
