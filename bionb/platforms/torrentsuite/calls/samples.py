"""Samples that were or will be sequenced, and the sets that people make of them."""

from __future__ import annotations

from bionb.listing import Listing
from bionb.platforms.torrentsuite.calls.calls import Calls, Filter, of
from bionb.platforms.torrentsuite.rules.identifiers import Ref
from bionb.platforms.torrentsuite.tables.columns import SAMPLE_COLUMNS, SAMPLE_SET_COLUMNS, SAMPLE_SET_ITEM_COLUMNS
from bionb.platforms.torrentsuite.tables.rows import item_rows, sample_rows


class Samples(Calls):
    """What the server knows of samples, beside the names in plans."""

    def samples(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return samples by name, those of the newest plans first.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``displayedName__startswith="plasma"``, ``status="run"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``displayedName``, ``externalId`` (your laboratory's), ``status``, ``date`` (UTC),
            ``description``, ``runs`` (count), ``experiments`` and ``sampleSets`` (links).

        Notes
        -----
        ``GET /rundb/api/v1/sample/`` (Sample Resource).

        Examples
        --------
        >>> suite.samples(displayedName__startswith="plasma").to_frame()[["displayedName", "runs"]].values.tolist()
        [['plasma 2', 1], ['plasma 1', 1]]
        """
        return self._listing("sample", filters, SAMPLE_COLUMNS, limit=limit, name="samples", rows=sample_rows)

    def sample_sets(self, *, limit: int | None = None, **filters: Filter) -> Listing:
        """Return sets of samples: a family, a tumour with its normal, a plate.

        Parameters
        ----------
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``status="created"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``displayedName``, ``sampleGroupTypeName`` (how its samples are related),
            ``status``, ``sampleCount`` (count), the library preparation, ``creationDate`` and ``lastModifiedDate``
            (UTC), ...

        Notes
        -----
        ``GET /rundb/api/v1/sampleset/`` (Sample Set Resource).

        Examples
        --------
        >>> suite.sample_sets().to_frame()[["displayedName", "sampleGroupTypeName", "sampleCount"]].values.tolist()
        [['plasma of 2025', 'Self', 2], ['family 7', 'Trio', 3]]
        """
        return self._listing("sampleset", filters, SAMPLE_SET_COLUMNS, limit=limit, name="sample sets")

    def sample_set_items(
        self, sample_set: Ref | None = None, *, limit: int | None = None, **filters: Filter
    ) -> Listing:
        """Return samples as they stand in sets, with their barcode and role.

        Parameters
        ----------
        sample_set : int, str or dict, optional
            Only those of one set: its identifier, or a record of `sample_sets`.
        limit : int, optional
            The page size, 1000 by default and at most.
        **filters
            As for `objects`, e.g. ``nucleotideType="dna"``.

        Returns
        -------
        Listing
            Frame columns: ``id``, ``sampleSetPk``, ``samplePk`` (identifiers), ``sampleDisplayedName``,
            ``sampleExternalId``, ``dnabarcodeKit``, ``barcode``, ``nucleotideType``, ``controlType``, ``gender``,
            ``cancerType``, ``relationshipRole``, ``relationshipGroup``, ``cellularityPct`` (percent), ...

        Notes
        -----
        ``GET /rundb/api/v1/samplesetiteminfo/``.

        Examples
        --------
        >>> items = suite.sample_set_items(1).to_frame()
        >>> items[["sampleDisplayedName", "relationshipRole"]].values.tolist()
        [['child', 'Proband'], ['father', 'Father'], ['mother', 'Mother']]
        """
        asked, columns = of(sample_set, "sampleSet", filters), SAMPLE_SET_ITEM_COLUMNS
        return self._listing("samplesetiteminfo", asked, columns, limit=limit, name="samples of sets", rows=item_rows)
