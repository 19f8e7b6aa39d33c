"""Carry out a plan: several files at once, each whole or not at all, and one failure stops no other."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from bionb.crew import Crew
from bionb.errors import BionbError, FileBusy, FileFailed, TransfersFailed
from bionb.http.story import Story, current_story
from bionb.progress import CLOCK, Progress, pause, told_on
from bionb.transfers.arriving.ranges import AHEAD, LARGE
from bionb.transfers.failing import shown, told
from bionb.transfers.plan import Fetch, Transfer, to_rows

if TYPE_CHECKING:
    import pandas as pd

WORKERS = 16
DRAWN = 0.2  # seconds between two pictures of the progress
PATIENCE = 5.0  # seconds for files to come to a stop after an interrupt
BUSY = 60.0  # seconds to wait for another program that writes the same file


class Stopped(BionbError):
    """The user interrupted; this file was not finished."""


class _Row:
    """One transfer, how far it is, and what became of it."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer, self.status, self.done = transfer, "planned", 0.0
        self.seconds: float | None = None
        self.moving = False
        self.error: BionbError | None = None
        self.more: Mapping[str, Any] = {}

    @property
    def is_open(self) -> bool:
        return self.status == "planned"

    def fail(self, status: str, error: BionbError) -> None:
        self.status, self.error = status, error

    def shown(self) -> dict[str, Any]:
        each = self.transfer
        words = str(self.error) if self.error is not None else ""
        row: dict[str, Any] = {"name": each.name, "source": each.source, "target": each.target, "bytes": each.size}
        row |= {"checksum": each.checksum, "status": self.status, "seconds": self.seconds, "error": words}
        return row | dict(each.more) | dict(self.more)


def carry_out(
    transfers: Iterable[Transfer], *, doing: str, workers: int = WORKERS, dry_run: bool = False
) -> pd.DataFrame:
    """Move files, several at once and large ones in pieces, and return one row a file.

    Parameters
    ----------
    transfers : iterable of Transfer
        What to move.
    doing : str
        For people: ``"download"`` or ``"upload"``.
    workers : int
        Connections at most.
    dry_run : bool
        Only look, and return the plan.

    Returns
    -------
    DataFrame
        ``name``, ``source``, ``target``, ``bytes``, ``checksum`` (``"md5 9e10..."``), ``status`` (``planned``,
        ``there``: skipped since the very file is there, ``done``, ``refused``: nothing was tried, ``failed``,
        ``missing``: interrupted), ``seconds``, ``error``.

    Raises
    ------
    TransfersFailed
        Some were not moved; of a plan of one file its own error. ``.partial`` is the table.
    FileFailed
        There is no space for all.
    KeyboardInterrupt
        With what is missing in its message, and the table as ``.partial``.
    """
    return _Journey([_Row(each) for each in transfers], doing, max(1, workers)).run(dry_run)


class _Journey:
    """A plan on its way."""

    def __init__(self, rows: Sequence[_Row], doing: str, workers: int) -> None:
        self._rows, self._doing = rows, doing
        self._stop, self._finished = threading.Event(), SimpleQueue[_Row]()
        self._threads = _has_threads()
        self._files, self._pieces = Crew(workers), Crew(min(workers, AHEAD))
        self._bar: _Bar | None = None
        self._story = current_story() or Story()

    def run(self, dry_run: bool) -> pd.DataFrame:
        try:
            self._each(self._look, list(self._rows))
            if not dry_run:
                self._check_space()
                self._carry()
        except BionbError as error:
            raise error.with_partial(self.frame()) from error.__cause__
        except KeyboardInterrupt as error:
            self._halt()
            error.args = (self._left(),)
            error.partial = self.frame()  # type: ignore[attr-defined]
            raise
        finally:
            self._stop.set()
            self._files.dismiss()
            self._pieces.dismiss()
        if not dry_run:
            self._tell()
        return self.frame()

    def frame(self) -> pd.DataFrame:
        return to_rows(row.shown() for row in self._rows)

    # -- what one thread does -------------------------------------------------------------------------------------

    def _look(self, row: _Row) -> None:
        try:
            row.status, row.error = ("there" if self._story.run(row.transfer.look) else "planned"), None
        except BionbError as error:
            row.fail("refused", error)

    def _move(self, row: _Row) -> None:
        if self._stop.is_set():
            return
        begun, row.moving = CLOCK.now(), True
        try:
            crew = self._pieces if self._threads else None
            with told_on(self._bar):
                row.more = self._story.run(row.transfer.carry, _Watcher(row, self._stop), crew)
            row.status, row.error = str(row.more.get("status", "done")), None
        except Stopped:
            row.status = "missing"
        except FileBusy as error:
            row.error = error
        except BionbError as error:
            row.fail("failed", error)
        finally:
            row.moving = False
        row.seconds = round(CLOCK.now() - begun, 3)

    # -- what the caller's thread does ----------------------------------------------------------------------------

    def _each(self, work: Any, rows: Sequence[_Row]) -> None:
        """Do something with rows in the threads; whatever goes wrong unforeseen ends all."""
        if not self._threads or (len(rows) == 1 and self._bar is None):
            for row in rows:
                work(row)
            return

        def done(row: _Row) -> None:
            try:
                work(row)
            finally:
                self._finished.put(row)

        errands = [self._files.submit(done, row) for row in rows]
        left = len(rows)
        while left:
            try:
                self._finished.get(timeout=DRAWN)
                left -= 1
            except Empty:
                pass
            if self._bar is not None:
                self._bar.draw()
        for errand in errands:
            errand.result()

    def _carry(self) -> None:
        rows = [row for row in self._rows if row.is_open]
        with _Bar(self._doing, rows) as self._bar:
            self._each(self._move, [row for row in rows if (row.transfer.size or 0) < LARGE])
            for row in rows:
                if (row.transfer.size or 0) >= LARGE:
                    self._each(self._move, [row])
            self._wait_for_others([row for row in rows if isinstance(row.error, FileBusy)])

    def _wait_for_others(self, rows: list[_Row]) -> None:
        """Look again at files that another program was writing: it may have finished them, or ended."""
        until = CLOCK.now() + BUSY
        while rows and CLOCK.now() < until:
            pause(0.5, "another program writes the same files")
            self._each(self._look, rows)
            self._each(self._move, [row for row in rows if row.is_open])
            rows = [row for row in rows if row.is_open]
        for row in rows:
            row.status = "failed"

    def _check_space(self) -> None:
        """Look whether all that is to come finds a place."""
        coming = [row.transfer for row in self._rows if row.is_open and isinstance(row.transfer, Fetch)]
        if len(coming) < 2:
            return  # of one file the download itself says it, with what has arrived already
        folder = _nearest(coming[0].path)
        need = sum(max(0, (each.size or 0) - _arrived(each.path)) for each in coming)
        with told("look at", folder):
            free = shutil.disk_usage(folder).free
        if free and need > free:
            raise FileFailed(
                f"Cannot {self._doing} {len(coming)} files: they have {need} bytes, and {free} are free in {folder}. "
                "Free some space, choose another disk, or fewer files; nothing was written."
            )

    def _halt(self) -> None:
        """Let files that are on their way come to a stop; what is whole stays, what is not goes on next time."""
        self._stop.set()
        self._files.dismiss()
        until = CLOCK.now() + PATIENCE
        while any(row.moving for row in self._rows) and CLOCK.now() < until:
            CLOCK.sleep(0.05)
        for row in self._rows:
            if row.is_open:
                row.status = "missing"

    def _left(self) -> str:
        whole = [row for row in self._rows if row.status in ("done", "there")]
        missing = [row for row in self._rows if row.status not in ("done", "there")]
        return (
            f"{len(whole)} of {len(self._rows)} files are whole; missing: {_listed(missing)}. Run the same call again: "
            "it goes on there."
        )

    def _tell(self) -> None:
        """Raise what went wrong, if anything did."""
        wrong = [row for row in self._rows if row.error is not None]
        if not wrong:
            return
        first = wrong[0].error
        assert first is not None
        if len(self._rows) == 1:
            raise first.with_partial(self.frame()) from first.__cause__
        words = "; ".join(f"{shown(row.transfer.name)}: {row.error}" for row in wrong[:3])
        more = f"; and {len(wrong) - 3} more, see .partial" if len(wrong) > 3 else ""
        raise TransfersFailed(
            f"{len(wrong)} of {len(self._rows)} files were not {self._doing}ed, the others are whole: {words}{more}"
        ).with_partial(self.frame()) from first


class _Watcher:
    """Is told how far one file is, and stops it when the user interrupted."""

    def __init__(self, row: _Row, stop: threading.Event) -> None:
        self._row, self._stop = row, stop

    def update(self, done: float) -> None:
        self._row.done = done
        if self._stop.is_set():
            raise Stopped("interrupted")


class _Bar:
    """Files and bytes in one display."""

    def __init__(self, doing: str, rows: Sequence[_Row]) -> None:
        self._rows = rows
        self._known = all(row.transfer.size is not None for row in rows)
        total = sum(row.transfer.size or 0 for row in rows) if self._known else None
        self._bar, self._word = Progress(f"{doing}s", total=total, unit="B"), ""

    def say(self, text: str) -> None:
        """Show a word with the next picture; threads speak, the caller's thread draws."""
        self._word = text

    def draw(self) -> None:
        done = sum(row.status not in ("planned",) for row in self._rows)
        word, self._word = self._word, ""
        text = f"{done} of {len(self._rows)} files{f'; {word}' if word else ''}"
        self._bar.update(sum(row.done for row in self._rows), text)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()


def _listed(rows: Sequence[_Row]) -> str:
    names = ", ".join(shown(row.transfer.name) for row in rows[:5])
    return f"{names} and {len(rows) - 5} more" if len(rows) > 5 else names or "none"


def _nearest(path: Path) -> Path:
    """Return the folder of a path that is there already."""
    for each in path.absolute().parents:
        if each.is_dir():
            return each
    return Path.cwd()


def _arrived(path: Path) -> int:
    """Return how many bytes of a file an earlier call has left."""
    try:
        return os.stat(path.with_name(path.name + ".part")).st_blocks * 512
    except (OSError, AttributeError):
        return 0


def _has_threads() -> bool:
    """Tell whether there are threads: a Python in a browser tab has none."""
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True
