"""What all groups of calls share: a session, the catalogue of its server, and a way to list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bionb.frames import Column
from bionb.listing import Listing
from bionb.paging.pages import Reader
from bionb.platforms.torrentsuite.rules.identifiers import Ref, identifier
from bionb.platforms.torrentsuite.wire.catalogue import Catalogue
from bionb.platforms.torrentsuite.wire.paging import Pages, Record
from bionb.session import Session, SessionOwner

# What a filter may be compared with: one value, or several (``in``, ``range``, orderings).
Filter = str | bool | float | date | None | Iterable[str | float | date]


class Calls(SessionOwner):
    """Calls of one account on one server.

    Parameters
    ----------
    session : Session
        Connected to the server.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._catalogue = Catalogue(session)

    def _listing(
        self,
        resource: str,
        filters: Mapping[str, Any],
        declared: Sequence[Column] = (),
        *,
        limit: int | None = None,
        name: str | None = None,
        order: str | Sequence[str] | None = None,
        prepare: Callable[[list[Record]], list[Record]] = list,
        rows: Callable[[list[Record]], list[Record]] | None = None,
        extend: Callable[[list[Record], bool], list[Record]] | None = None,
    ) -> Listing:
        """Return the listing of a resource.

        Parameters
        ----------
        resource : str
            Its name in the root list.
        filters : mapping
            Checked against the schema when the listing is first used.
        limit : int, optional
            The page size.
        order : str or sequence of str, optional
            The ordering when `filters` ask for none.
        prepare : callable
            Turns the cleaned records of a page into those of the listing.
        rows : callable, optional
            Turns records into rows of the frame.
        extend : callable, optional
            Adds what takes requests of its own to the records of a page; told whether it is the first.
        """
        filters = filters if limit is None else {**filters, "limit": limit}
        sent = {"order_by": order, **filters} if order else dict(filters)

        def start() -> Reader:
            return Pages(self.session, self._catalogue, resource, filters, sent, prepare, extend).reader()

        return Listing(name or resource, start, declared, rows=rows)


def of(thing: Ref | None, name: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters, with one for what belongs to a thing, if one is given."""
    return dict(filters) if thing is None else {name: identifier(thing), **filters}
