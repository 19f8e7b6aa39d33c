"""What runs and plans draw on: barcodes, references, projects, templates; and the log of what was done."""

from __future__ import annotations

from bionb.listing import Listing
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter
from bionb.platforms.torrentsuite.tables.columns import (
    DNA_BARCODE_COLUMNS,
    EVENT_COLUMNS,
    PROJECT_COLUMNS,
    REFERENCE_COLUMNS,
    TEMPLATE_COLUMNS,
)


class Stock(Calls):
    """Lists that change seldom."""

    def projects(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return the projects: the folders into which people sort reports.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``name="demo"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name``, ``resultsCount`` (reports; count), ``public``, ``created`` and
            ``modified`` (UTC), ``creator`` (link).

        Notes
        -----
        ``GET /rundb/api/v1/project/`` (Project Resource). `project_reports` has what is in one.

        Examples
        --------
        >>> suite.projects().to_frame()["name"].tolist()
        ['liquid_biopsy', 'demo']
        """
        return self._listing("project", filters, PROJECT_COLUMNS, limit=limit, name="projects")

    def barcodes(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return barcodes of all kits, kit by kit: the short sequences by which samples of one chip are told apart.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``name="IonXpress"`` for one kit.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``name`` (of the kit), ``id_str`` (of the barcode, as plans name it), ``index``
            (number in the kit), ``sequence``, ``adapter``, ``length`` (bases), ``type``, ``active``.

        Notes
        -----
        ``GET /rundb/api/v1/dnabarcode/`` (DNA Barcode Resource).

        Examples
        --------
        >>> suite.barcodes(name="IonXpress").to_frame()["id_str"].head(2).tolist()
        ['IonXpress_001', 'IonXpress_002']
        """
        order = ["name", "index"]
        return self._listing("dnabarcode", filters, DNA_BARCODE_COLUMNS, limit=limit, name="barcodes", order=order)

    def references(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return the reference genomes to which reads can be aligned.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``enabled=True`` for those that plans can use.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``short_name`` (what a plan's ``library`` says), ``name``, ``species``, ``version``,
            ``enabled``, ``status``, ``index_version``, ``date`` (UTC), ...

        Notes
        -----
        ``GET /rundb/api/v1/referencegenome/`` (Reference Genome Resource).

        Examples
        --------
        >>> suite.references(enabled=True).to_frame()["short_name"].tolist()
        ['e_coli_dh10b', 'hg19']
        """
        name = "references"
        return self._listing("referencegenome", filters, REFERENCE_COLUMNS, limit=limit, name=name, order="short_name")

    def plan_templates(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return templates of plans, the vendor's and your own.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``isSystem=False`` for those that people made, ``runType="AMPS"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``planDisplayedName``, ``runType``, ``isSystem`` (the vendor's), ``isFavorite``,
            ``date`` (UTC), ``templatingKitName``, ``libraryReadLength`` (bases), ``categories``, ...

        Notes
        -----
        ``GET /rundb/api/v1/plantemplatesummary/`` (Plan Template Summary Resource). `plan` reads one in full.

        Examples
        --------
        >>> suite.plan_templates(isSystem=False).to_frame()["planDisplayedName"].tolist()
        ['Our hotspot panel']
        """
        return self._listing("plantemplatesummary", filters, TEMPLATE_COLUMNS, limit=limit, name="plan templates")

    def events(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return what was done on the server, by whom and when; the latest first.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``username="ionadmin"``, ``created__gte="2026-01-01"``, ``object_pk=91``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``created`` (UTC), ``username``, ``text``, ``object_pk`` (the identifier of what it
            was done to).

        Notes
        -----
        ``GET /rundb/api/v1/eventlog/`` (Event Log Resource).

        Examples
        --------
        >>> suite.events().first(1)[0]["text"]
        'Created Planned Run: S5-540_WholeTranscriptomeRNA (91)'
        """
        return self._listing("eventlog", filters, EVENT_COLUMNS, limit=limit, name="events", order="-created")
