"""Files into a landing zone: collections, files under a name of their own until they are whole, checksum files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import BionbError, Conflict, NotFound, UsageError
from bionb.platforms.sodar.rules.identifiers import Ref
from bionb.platforms.sodar.rules.matching import Rows
from bionb.platforms.sodar.wire.records import Record
from bionb.platforms.sodar.wire.webdav import PART, Entry, WebDav, parent
from bionb.platforms.sodar.workflows.sending import Sending, State, Wish
from bionb.transfers import Send, Snapshot, carry_out, sources_of
from bionb.transfers.failing import shown
from bionb.transfers.plan import to_rows

if TYPE_CHECKING:
    import pandas as pd

    from bionb.platforms.sodar.client import SodarClient

ALGORITHMS = ("md5", "sha256")


def upload_files(
    sodar: SodarClient,
    source: Any,
    zone: Ref,
    into: str | Mapping[str, Any] | None,
    *,
    match: Any,
    checksum: str,
    overwrite: bool,
    dry_run: bool,
) -> pd.DataFrame:
    """Send files and return what became of each, and which rows got none."""
    if checksum not in ALGORITHMS:
        raise UsageError(f"checksum is md5 or sha256, whichever the site checks, not {checksum!r}.")
    files, lonely = _checksum_files(sources_of(source))
    record = _open_zone(sodar, zone)
    base, dav = str(record["irods_path"]), sodar._webdav(str(record["irods_path"]))
    rows = None if match is None else _rows(sodar, record, match)
    wishes = _wishes(dav, files, base, _inside(into, base), rows)
    state = _state(dav, [parent(each.target) for each in wishes if each.target])
    if not dry_run:
        dav.make_all(path for each in state for path in _ways(each, base) if state.get(path, {}) is None)
    taken: dict[str, Wish] = {}
    placed = [each for each in wishes if each.target]
    plan = []
    for each in placed:
        first = taken.setdefault(each.target, each)
        clash = None if first is each else first
        plan.append(Sending(dav, each, state, checksum, overwrite, clash=clash).transfer())
    plan += [_alone(path, name) for path, name in lonely]
    answer = Answer([each.sample for each in placed], _left(wishes, rows), rows is not None)
    try:
        found = carry_out(plan, doing="upload", workers=sodar.session.workers, dry_run=dry_run)
    except (BionbError, KeyboardInterrupt) as error:
        if (partial := getattr(error, "partial", None)) is not None:
            error.partial = answer.of(partial)  # type: ignore[union-attr]
        raise
    if not dry_run:
        _sweep(dav, [each.target for each in placed])
    return answer.of(found)


def _open_zone(sodar: SodarClient, zone: Ref) -> Record:
    """Return a zone that takes files."""
    found = sodar._zone_with_files(zone)
    if found["status"] not in ("ACTIVE", "FAILED") or found.get("status_locked"):
        raise Conflict(
            f"The landing zone {found['title']} is {found['status']} and takes no files: wait_zone(zone) first.",
            platform=sodar.session.label,
            status=409,
        )
    return found


def _rows(sodar: SodarClient, zone: Record, match: Any) -> Rows:
    """Return the rows of the zone's assay."""
    name = sodar.investigation(zone["project"]).assay(str(zone["assay"]))["file_name"]
    return Rows(sodar.export_sheets(zone["project"])[name].frame, match)


def _checksum_files(
    found: Sequence[tuple[Path, str]],
) -> tuple[list[tuple[Path, str, Path | None]], list[tuple[Path, str]]]:
    """Put checksum files beside their files; those without a file are returned by themselves."""
    paths = {name: path for path, name in found}
    ends = tuple(f".{each}" for each in ALGORITHMS)
    files = [
        (path, name, next((paths[name + end] for end in ends if name + end in paths), None))
        for path, name in found
        if not name.endswith(ends)
    ]
    lonely = [(path, name) for path, name in found if name.endswith(ends) and name.rpartition(".")[0] not in paths]
    return files, lonely


def _inside(into: str | Mapping[str, Any] | None, base: str) -> str | None:
    """Return a collection by its name below the zone's."""
    if into is None:
        return None
    name = into.get("path") if isinstance(into, Mapping) else into
    if not isinstance(name, str):
        raise UsageError("into is the name of a collection in the zone, or a record of collections(zone).")
    parts = [each for each in name.removeprefix(base).split("/") if each]
    if ".." in parts or "." in parts or "\0" in name:
        raise UsageError(f"{shown(name)} leads out of the zone: into is the name of a collection in it.")
    return "/".join(parts)


def _wishes(
    dav: WebDav, files: Sequence[tuple[Path, str, Path | None]], base: str, into: str | None, rows: Rows | None
) -> list[Wish]:
    """Return where each file goes: into one collection, to its row's, or as it lies in the folder."""
    there = [each.name for each in dav.inside(base) if each.is_collection] if rows and into is None else []
    wishes = []
    for path, name, beside in files:
        sample, place = rows.of(name) if rows else "", name
        if into is not None:
            place = f"{into}/{name}".lstrip("/")
        elif rows:
            place = f"{rows.place(sample, there)}/{name.rpartition('/')[2]}" if sample else ""
        wishes.append(Wish(path, name, f"{base}/{place}" if place else "", sample, beside))
    return wishes


def _state(dav: WebDav, collections: Sequence[str]) -> State:
    """Look into all collections that get files."""

    def inside(path: str) -> dict[str, Entry] | None:
        try:
            return {each.name: each for each in dav.inside(path)}
        except NotFound:
            return None

    wanted = list(dict.fromkeys(collections))
    return dict(zip(wanted, dav.session.map(inside, wanted), strict=True))


def _sweep(dav: WebDav, targets: Sequence[str]) -> None:
    """Remove what a call that was killed has left beside files that are whole: SODAR would ask for its checksum."""
    with suppress(BionbError):
        found = _state(dav, [parent(each) for each in targets])
        for each in targets:
            inside, name = found[parent(each)] or {}, each.rpartition("/")[2]
            if name in inside and name + PART in inside:
                dav.remove(each + PART, f"remove what an earlier call left of {name}")


def _ways(path: str, base: str) -> list[str]:
    """Return a collection and those above it, down from the zone's own, which is there."""
    steps = path.removeprefix(base).strip("/").split("/")
    return [f"{base}/{'/'.join(steps[: n + 1])}" for n in range(len(steps))]


def _alone(path: Path, name: str) -> Send:
    def there(file: Snapshot) -> bool:
        raise UsageError(f"{shown(name)} is a checksum file without its file, which SODAR refuses: it was not sent.")

    return Send(path, name, "", there=there, send=lambda file, watcher: {})


def _left(wishes: Sequence[Wish], rows: Rows | None) -> list[dict[str, Any]]:
    """Return rows of the table for files that no row of the assay takes, and for rows that get no file."""
    if rows is None:
        return []
    files = [
        {
            "name": each.name,
            "source": str(each.path),
            "target": "",
            "bytes": each.size,
            "status": "no row",
            "sample": "",
        }
        for each in wishes
        if not each.target
    ]
    got = {each.sample for each in wishes}
    return files + [
        {"name": "", "source": "", "target": "", "status": "no file", "sample": each}
        for each in rows.values
        if each not in got
    ]


@dataclass(frozen=True)
class Answer:
    """What is said beside the rows of the plan.

    Attributes
    ----------
    samples : list of str
        Values of the rows of the assay, for the first rows of the plan.
    left : list of dict
        Files that fit no row, and rows without files.
    matched : bool
        Whether there were rows to match.
    """

    samples: list[str]
    left: list[dict[str, Any]]
    matched: bool

    def of(self, found: pd.DataFrame) -> pd.DataFrame:
        """Return the whole table."""
        if not self.matched:
            return found
        samples = self.samples + [""] * (len(found) - len(self.samples))
        rows = [{**row, "sample": sample} for row, sample in zip(found.to_dict("records"), samples, strict=True)]
        return to_rows([{"sample": ""} | row for row in [*rows, *self.left]]).astype({"sample": "str"})
