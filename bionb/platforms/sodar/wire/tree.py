"""The tree of categories and projects, from one list of them: what is below what, also where the list does not say."""

from __future__ import annotations

from collections.abc import Iterable

from bionb.platforms.sodar.wire.records import Record

SEPARATOR = " / "  # between the titles in a full title; no title may hold it


class ProjectTree:
    """Categories and projects by what they are in.

    A finder sees projects as stubs of title and full title, and a member of a project may not see the categories above
    it: then the full title tells the nearest category that is there.

    Parameters
    ----------
    records : iterable of dict
        As `projects` lists them.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        known = list(records)
        self._uuids = {each["sodar_uuid"] for each in known}
        self._by_title: dict[str, str] = {
            each["full_title"]: each["sodar_uuid"] for each in known if each["full_title"]
        }
        self._below: dict[str | None, list[Record]] = {}
        for each in known:
            self._below.setdefault(self._above(each), []).append(each)

    def below(self, uuid: str | None = None) -> list[Record]:
        """Return what is directly in a category; without one what is in none that the account sees."""
        return self._below.get(uuid, [])

    def _above(self, record: Record) -> str | None:
        if record["parent"] in self._uuids:
            return str(record["parent"])
        title = str(record["full_title"] or "")
        while SEPARATOR in title:
            title = title.rpartition(SEPARATOR)[0]
            if title in self._by_title:
                return self._by_title[title]
        return None
