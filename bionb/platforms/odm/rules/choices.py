"""What a list can be asked for: filter, full text, order, and how many attributes."""

from __future__ import annotations

from typing import Any

from bionb.errors import UsageError
from bionb.platforms.odm.rules.filters import Filter, conditions

SORTS = ("id", "creation", "last_update", "name")
SORTED = tuple(f"{mark}{name}" for mark in ("", "+", "-") for name in SORTS)
FIELDS = {
    "minimal": "minimal_data",
    "extended": "extended_data_included",
    "original": "original_data_included",
}


class Choice:
    """What of a list is wanted, and in which order; a choice that the server can't make is refused at once.

    Attributes
    ----------
    params : dict
        The parameters that all requests of the listing share.
    filter : str, Condition or None
        As given.
    """

    def __init__(
        self,
        filter: Filter = None,
        query: str | None = None,
        fields: str | None = None,
        sort: str | None = None,
        narrower_terms: bool = False,
    ) -> None:
        chosen = attributes(fields)
        if sort and sort not in SORTED:
            raise UsageError(f"sort={sort!r} is not known: use {', '.join(SORTS)}, with - in front for the last first.")
        found = {"query": query, **chosen, "sort": sort, "searchSpecificTerms": "true" if narrower_terms else None}
        self.params = {name: value for name, value in found.items() if value}
        self.filter = filter
        self._given = {"filter": filter is not None, "query": query, "sort": sort, "narrower_terms": narrower_terms}

    def requests(self) -> list[dict[str, Any]]:
        """Return the parameters of each request: more than one when the filter has a long list of values."""
        return [{**self.params, **({"filter": each} if each else {})} for each in conditions(self.filter)]

    def refused_by(self, call: str, instead: str) -> Choice:
        """Refuse what an endpoint has no parameter for: the server would ignore it, and too much would come back."""
        if names := [name for name, value in self._given.items() if value]:
            raise UsageError(f"{call} takes no {' or '.join(names)}: the server has none there. {instead}")
        return self


def attributes(fields: str | None) -> dict[str, str]:
    """Return the parameter that says how many attributes are wanted."""
    if fields is not None and fields not in FIELDS:
        raise UsageError(f"fields={fields!r} is not known: use {', '.join(FIELDS)}.")
    return {"returnedMetadataFields": FIELDS[fields]} if fields else {}
