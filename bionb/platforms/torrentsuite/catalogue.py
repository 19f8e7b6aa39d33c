"""What a server offers: its resources, their schemas, and which filter and ordering names it really knows."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import NotFound, UnknownFilter, UsageError
from bionb.frames import FLAG, columns, to_frame
from bionb.session import Session

if TYPE_CHECKING:
    import pandas as pd

API = "/rundb/api/v1/"
LOOKUPS = frozenset(
    ("exact", "iexact", "contains", "icontains", "in", "gt", "gte", "lt", "lte", "startswith", "istartswith")
    + ("endswith", "iendswith", "range", "year", "month", "day", "week_day", "hour", "minute", "second", "isnull")
    + ("regex", "iregex")
)
PLAIN = ("limit", "offset", "order_by", "format")
# Filters that the software understands although no schema tells them.
EXTRA = {
    "compositeexperiment": ("all_text", "all_date", "result_status", "samples", "plugins", "sample_prep"),
    "results": ("isThumbnail", "plugin", "noplugin"),
    "plannedexperiment": ("name_or_id", "platform", "instrument", "chipBarcode", "for_report")
    + ("combinedLibraryTubeLabel",),
}
SCHEMA_COLUMNS = columns(
    "field type related_type", nullable=FLAG, readonly=FLAG, filterable=FLAG, orderable=FLAG, help_text="str"
)


class Schema(dict[str, Any]):
    """The server's description of one resource: a dict as it came, and `to_frame` for people.

    Attributes
    ----------
    resource : str
        Its name.
    """

    def __init__(self, resource: str, record: Mapping[str, Any]) -> None:
        super().__init__(record)
        self.resource = resource

    @property
    def filters(self) -> list[str]:
        """Names that may start a filter: those allowed for which there is a field, and the unlisted extras."""
        fields, allowed = self.get("fields", {}), self.get("filtering", {})
        # A name that is allowed but is no field is ignored like any unknown one.
        return sorted({*(name for name in allowed if name in fields), *EXTRA.get(self.resource, ())})

    def to_frame(self) -> pd.DataFrame:
        """Return one row a field.

        Returns
        -------
        DataFrame
            ``field, type, related_type, nullable, readonly, filterable, orderable, help_text``.
        """
        known, ordering = set(self.filters), set(self.get("ordering", ()))
        names = [each.name for each in SCHEMA_COLUMNS]
        rows = [
            {"field": name, **field, "filterable": name in known, "orderable": name in ordering}
            for name, field in self.get("fields", {}).items()
        ]
        return to_frame([{key: row.get(key) for key in names} for row in rows], SCHEMA_COLUMNS)

    def check_filter(self, name: str) -> None:
        """Refuse a filter that the server would ignore or not understand.

        Raises
        ------
        UnknownFilter
            With the closest names.
        """
        if name in PLAIN:
            return
        field, *steps = name.split("__")
        if field not in self.filters:
            raise UnknownFilter(self._refusal(field, self.filters, "filter"))
        kind = self.get("fields", {}).get(field, {}).get("type")
        if steps and kind not in (None, "related") and (len(steps) > 1 or steps[0] not in LOOKUPS):
            wrong = "__".join(steps)
            raise UnknownFilter(
                f"{self.resource}: {name!r} asks for {wrong!r} of a plain field" + _close(wrong, LOOKUPS)
            )

    def check_order(self, name: str) -> None:
        """Refuse an ordering that the server does not know."""
        ordering = self.get("ordering", [])
        if name.removeprefix("-").split("__")[0] not in ordering:
            raise UnknownFilter(self._refusal(name.removeprefix("-"), ordering, "ordering"))

    def _refusal(self, name: str, known: Collection[str], kind: str) -> str:
        ignored = " and the server would silently ignore it" if kind == "filter" else ""
        return f"{self.resource} has no {kind} {name!r}{ignored}" + _close(name, known)

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(border=0, notebook=True))


class Catalogue:
    """Root list and schemas, each asked for once.

    Parameters
    ----------
    session : Session
        Connected to the server.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._lock = session, threading.Lock()
        self._schemas: dict[str, Schema] = {}

    def root(self, opens: bool = True) -> dict[str, dict[str, str]]:
        """Return the server's list of resources."""
        found = self._session.json("GET", API, what="list the resources", opens=opens)
        return {name: each for name, each in found.items() if isinstance(each, dict)}

    def schema(self, resource: str, opens: bool = True) -> Schema:
        """Return a resource's schema."""
        known = self._schemas.get(resource)
        if known is None:
            what = f"read the schema of {resource}"
            try:
                record = self._session.json("GET", f"{API}{resource}/schema/", what=what, opens=opens)
            except NotFound as error:
                raise self.unknown(resource) from error
            with self._lock:
                known = self._schemas.setdefault(resource, Schema(resource, record))
        return known

    def check(self, resource: str, filters: Mapping[str, Any]) -> None:
        """Refuse filter and ordering names that the resource does not have; without any nothing is sent."""
        if set(filters) <= {"limit", "offset", "format"}:
            return
        schema = self.schema(resource, opens=False)
        for name in filters:
            schema.check_filter(name)
        orders = filters.get("order_by", ())
        for name in [orders] if isinstance(orders, str) else orders:
            schema.check_order(name)

    def unknown(self, resource: str) -> UsageError:
        """Return the error for a resource that the server does not have."""
        names = self.root(opens=False)
        return UsageError(f"This server has no resource {resource!r}" + _close(resource, names) + " See resources().")


def _close(name: str, known: Collection[str]) -> str:
    lowered = {each.lower(): each for each in known}
    near = [lowered[each] for each in difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; it has: {', '.join(sorted(known)[:12])}{', ...' if len(known) > 12 else ''}."
