"""The sandbox's tables: each is made when first asked for, some from what is written down in ``data/tables.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

API = "/rundb/api/v1/"

Record = dict[str, Any]
Maker = Callable[[], list[Record]]


class Store:
    """Records by resource and identifier.

    Parameters
    ----------
    makers : mapping of str to callable
        How each table is first filled that is not written down.
    """

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers, self._tables = makers, dict[str, dict[str, Record]]()

    def table(self, resource: str) -> dict[str, Record]:
        """Return a resource's records by identifier, in the order in which they were made."""
        if resource not in self._tables:
            make = self._makers.get(resource, lambda: written(resource))
            self._tables[resource] = {str(each["id"] if "id" in each else each["name"]): each for each in make()}
        return self._tables[resource]

    def records(self, resource: str) -> list[Record]:
        """Return a resource's records in the order in which they were made."""
        return list(self.table(resource).values())

    def find(self, uri: str) -> Record | None:
        """Return the record that a link leads to."""
        parts = uri.strip("/").split("/")
        return self.table(parts[-2]).get(parts[-1]) if len(parts) >= 2 and uri.startswith("/rundb/api/") else None

    def add(self, resource: str, record: Record) -> None:
        """Keep a new record; its identifier and link are given by the caller."""
        self.table(resource)[str(record["id"])] = record

    def next_id(self, resource: str) -> int:
        """Return the number after the highest one."""
        return max((int(each) for each in self.table(resource)), default=0) + 1


@cache
def _written() -> Mapping[str, Any]:
    return dict(json.loads(files(__package__).joinpath("data/tables.json").read_text(encoding="utf-8")))


def written(resource: str) -> list[Record]:
    """Return the records that are written down: the form of a table, filled with the values of each row.

    In a form ``{0}`` is the first value of a row, whatever its type, and ``{id}`` the number of the record.
    """
    table = _written().get(resource, {"rows": ()})
    made = [_filled(table["fields"], values, number) for number, values in enumerate(table["rows"], 1)]
    named = resource in ("rig", "torrentsuite")  # these have no numbers
    return made if named else [row(resource, each.pop("id", n), **each) for n, each in enumerate(made, 1)]


def _filled(form: Any, values: Sequence[Any], number: int) -> Any:
    if isinstance(form, dict):
        return {name: _filled(each, values, number) for name, each in form.items()}
    if not isinstance(form, str):
        return form
    whole = re.fullmatch(r"\{(\w+)\}", form)
    if not whole:
        return form.format(*values, id=number)
    return number if whole[1] == "id" else values[int(whole[1])]


def uri(resource: str, number: int | str) -> str:
    """Return the link to a record."""
    return f"{API}{resource}/{number}/"


def row(resource: str, number: int, /, **fields: Any) -> Record:
    """Return a record with its identifier and link."""
    return {"id": number, **fields, "resource_uri": uri(resource, number)}


def words(text: str) -> list[str]:
    """Return the words of a long list."""
    return text.split()
