"""The sandbox's tables: each is made when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

API = "/rundb/api/v1/"

Record = dict[str, Any]
Maker = Callable[[], list[Record]]


class Store:
    """Records by resource and identifier.

    Parameters
    ----------
    makers : mapping of str to callable
        How each table is first filled.
    """

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers, self._tables = makers, dict[str, dict[str, Record]]()
        self.lock = threading.RLock()

    def table(self, resource: str) -> dict[str, Record]:
        """Return a resource's records by identifier, in the order in which they were made."""
        with self.lock:
            if resource not in self._tables:
                make = self._makers.get(resource, list)
                self._tables[resource] = {str(each["id"] if "id" in each else each["name"]): each for each in make()}
            return self._tables[resource]

    def find(self, uri: str) -> Record | None:
        """Return the record that a link leads to."""
        parts = uri.strip("/").split("/")
        return self.table(parts[-2]).get(parts[-1]) if len(parts) >= 2 and uri.startswith("/rundb/api/") else None

    def add(self, resource: str, record: Record) -> Record:
        """Keep a new record; its identifier and link are given by the caller."""
        with self.lock:
            self.table(resource)[str(record["id"])] = record
        return record

    def next_id(self, resource: str) -> int:
        """Return the number after the highest one."""
        with self.lock:
            return max((int(each) for each in self.table(resource)), default=0) + 1


def uri(resource: str, number: int | str) -> str:
    """Return the link to a record."""
    return f"{API}{resource}/{number}/"


def row(resource: str, number: int, /, **fields: Any) -> Record:
    """Return a record with its identifier and link."""
    return {"id": number, **fields, "resource_uri": uri(resource, number)}


def words(text: str) -> list[str]:
    """Return the words of a long list."""
    return text.split()
