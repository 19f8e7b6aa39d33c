"""What a server offers: its resources, their schemas, and which filter and ordering names it really knows."""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from bionb import showing
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
_MOMENTS = ("exact", "gt", "gte", "lt", "lte", "in", "range")  # lookups that compare with a whole time
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")
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
        if not _is_schema(record):
            raise TypeError("another form than that of a schema")

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

    def check_filter(self, name: str, value: Any = None, behind: Collection[str] = ()) -> None:
        """Refuse a filter that the server would ignore, refuse or fail on.

        Parameters
        ----------
        name : str
            The filter, with its lookup.
        value : object
            What is looked for; a time must have the form of one.
        behind : collection of str
            Fields of the resource's ``experiment``, to tell what works in place of an unknown name.

        Raises
        ------
        UnknownFilter
            With the closest names.
        """
        if name in PLAIN:
            return
        field, *steps = name.split("__")
        if field not in self.filters:
            raise UnknownFilter(self._refusal(field, self.filters, "filter") + _instead(name, field, behind))
        kind = self.get("fields", {}).get(field, {}).get("type")
        if steps and kind not in (None, "related") and (len(steps) > 1 or steps[0] not in LOOKUPS):
            wrong = "__".join(steps)
            raise UnknownFilter(
                f"{self.resource}: {name!r} asks for {wrong!r} of a plain field" + _close(wrong, LOOKUPS)
            )

        if kind == "datetime" and (steps[0] if steps else "exact") in _MOMENTS:
            _check_moments(f"{self.resource}: {name}", value)

    def check_order(self, name: str) -> None:
        """Refuse an ordering that the server does not know."""
        ordering = self.get("ordering", [])
        if name.removeprefix("-").split("__")[0] not in ordering:
            raise UnknownFilter(self._refusal(name.removeprefix("-"), ordering, "ordering"))

    def _refusal(self, name: str, known: Collection[str], kind: str) -> str:
        if kind == "filter" and name in self.get("fields", {}):
            return f"{self.resource} has no filter {name!r}: it has that field, and refuses to filter by it" + _close(
                name, known
            )
        ignored = " and the server would silently ignore it" if kind == "filter" else ""
        return f"{self.resource} has no {kind} {name!r}{ignored}" + _close(name, known)

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        return showing.table(f"schema of {self.resource}", frame, complete=[".to_frame()"], rows=len(frame))


def _is_schema(record: Mapping[str, Any]) -> bool:
    """Tell whether all is of the form that filters and tables rest on."""
    fields, allowed, ordering = (record.get(name, {}) for name in ("fields", "filtering", "ordering"))
    plain = isinstance(fields, dict) and all(isinstance(each, dict) for each in fields.values())
    return plain and isinstance(allowed, list | dict) and isinstance(ordering, list | dict)


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
        found = self._session.record("GET", API, what="list the resources", opens=opens)
        return {name: each for name, each in found.items() if isinstance(each, dict)}

    def schema(self, resource: str, opens: bool = True) -> Schema:
        """Return a resource's schema."""
        known = self._schemas.get(resource)
        if known is None:
            what = f"read the schema of {resource}"
            try:
                path = f"{API}{resource}/schema/"
                record = self._session.record("GET", path, what=what, opens=opens, needs=("fields",))
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
        for name, value in filters.items():
            known = name in PLAIN or name.split("__")[0] in schema.filters
            schema.check_filter(name, value, () if known else self._behind(schema))
        orders = filters.get("order_by", ())
        for name in [orders] if isinstance(orders, str) else orders:
            schema.check_order(name)

    def _behind(self, schema: Schema) -> list[str]:
        """Return the filters of the experiment behind the records of a resource, if there is one."""
        link = schema.get("fields", {}).get("experiment", {})
        if link.get("type") != "related" or "experiment" not in schema.filters:
            return []
        return self.schema("experiment", opens=False).filters

    def unknown(self, resource: str) -> UsageError:
        """Return the error for a resource that the server does not have."""
        names = self.root(opens=False)
        return UsageError(f"This server has no resource {resource!r}" + _close(resource, names) + " See resources().")


def _instead(name: str, field: str, behind: Collection[str]) -> str:
    return f" Its experiment has that: write experiment__{name}=." if field in behind else ""


def _check_moments(filter_: str, value: Any) -> None:
    """Refuse a value that is no time, on which the server fails."""
    for each in value if isinstance(value, list | tuple | set) else str(value).split(","):
        if not (hasattr(each, "isoformat") or _MOMENT.fullmatch(str(each).strip())):
            words = f"{filter_}={each!r} is no time, and the server would fail on it"
            raise UsageError(f"{words}: write it as 2026-01-31 or 2026-01-31 09:30, or pass a date.")


def _close(name: str, known: Collection[str]) -> str:
    lowered = {each.lower(): each for each in known}
    near = [lowered[each] for each in difflib.get_close_matches(str(name).lower(), lowered, n=3, cutoff=0.5)]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; it has: {', '.join(sorted(known)[:12])}{', ...' if len(known) > 12 else ''}."
