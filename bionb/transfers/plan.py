"""What is to be moved: one row a file, looked at before anything moves."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bionb.crew import Crew
from bionb.errors import BionbError, UsageError
from bionb.transfers.arriving.partial import forget
from bionb.transfers.digests import file_digest
from bionb.transfers.download import Remote, download
from bionb.transfers.failing import shown, told
from bionb.transfers.identity import checksums_of, date_of, length_of, range_of
from bionb.transfers.names import check_free, check_way, place_inside
from bionb.transfers.sources import Watcher
from bionb.transfers.upload import Snapshot

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "name": "str",
    "source": "str",
    "target": "str",
    "bytes": "Int64",
    "checksum": "str",
    "status": "str",
    "seconds": "Float64",
    "error": "str",
}


class Transfer(ABC):
    """One file to be moved: a row of a plan.

    Attributes
    ----------
    name : str
        For people.
    source, target : str
        From where, to where; as shown.
    size : int or None
        Bytes, where known.
    checksum : str
        ``"md5 9e10..."``, empty where nobody says one.
    more : mapping
        Further columns of its row, e.g. ``id``.
    """

    name: str
    source: str
    target: str
    size: int | None = None
    checksum: str = ""
    more: Mapping[str, Any] = MappingProxyType({})

    @abstractmethod
    def look(self) -> bool:
        """Tell whether the very file is there already.

        Raises
        ------
        BionbError
            It cannot be moved: another file stands there, ...
        """

    @abstractmethod
    def carry(self, watcher: Watcher, crew: Crew | None) -> Mapping[str, Any]:
        """Move it and return what its row says besides: ``bytes``, ``checksum``, ``id``, ...

        Parameters
        ----------
        watcher : Watcher
            Is told the bytes, and may stop it.
        crew : Crew or None
            Threads for pieces of this file.
        """


class Fetch(Transfer):
    """One file to come here.

    Parameters
    ----------
    remote : Remote
        The file at the server.
    folder, place : Path, str
        Where it is written: ``place`` may have folders, all of them below `folder`.
    source : str
        As shown.
    overwrite : bool
        Replace another file there.
    algorithm : str
        Of the digest that the row shows in the end.

    Attributes
    ----------
    wrong : BionbError or None
        Why it can't be fetched, where that is known beforehand.
    """

    def __init__(
        self, remote: Remote, folder: Path, place: str, *, source: str = "", overwrite: bool, algorithm: str = "md5"
    ) -> None:
        self.remote, self.path, self.overwrite = remote, folder / place, overwrite
        self.name, self.source, self.target = remote.name, source or remote.key, str(self.path)
        self.size, self.checksum = remote.size, said(remote.checksums)
        self._folder, self._place, self._algorithm = folder, place, next(iter(remote.checksums), algorithm)
        self.wrong: BionbError | None = None

    def look(self) -> bool:
        """Compare what stands there by size and checksum, else by size and date."""
        if self.wrong is not None:
            raise self.wrong
        check_way(self._folder, self._place)
        if not os.path.lexists(self.path):
            return False
        check_free(self.path, overwrite=True)
        if self._is_there():
            return True
        check_free(self.path, self.overwrite)
        return False

    def _is_there(self) -> bool:
        with told("read", self.path):
            found = self.path.stat()
        if self.size is not None and self.size != found.st_size:
            return False
        if self.remote.checksums:
            return self._agrees(self.remote.checksums)
        if found.st_size == 0 and self.size == 0:
            return True
        answer = self.remote.open({"Accept-Encoding": "identity", "Range": "bytes=0-0"})
        answer.close()
        headers = answer.headers
        if checksums := checksums_of(headers, answer.status == 200):
            return self._agrees(checksums)
        place = range_of(headers)
        size = place[1] if place else length_of(headers)
        if self.size is None and size != found.st_size:
            return False
        date = date_of(headers.get("Last-Modified", ""))
        return date is None or int(found.st_mtime) == date

    def _agrees(self, checksums: Mapping[str, str]) -> bool:
        name, digest = next(iter(checksums.items()))
        with told("read", self.path):
            return file_digest(self.path, name) == digest.strip().lower()

    def carry(self, watcher: Watcher, crew: Crew | None) -> Mapping[str, Any]:
        """Fetch it."""
        with told("write", self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        check_way(self._folder, self._place)
        options: Any = {"overwrite": self.overwrite, "algorithms": [self._algorithm], "bar": watcher, "crew": crew}
        try:
            saved = download(self.remote, self.path, **options)
        except UsageError:
            if not self.look():
                raise
            forget(self.path, self.remote.key)  # another program was faster by a moment
            return {"status": "there"}
        return {"bytes": saved.size, "checksum": said(saved.digests)}


class Send(Transfer):
    """One file to go to a server.

    Parameters
    ----------
    path : path
        The file here.
    name, target : str
        How it is called, and where it goes, as shown.
    there : callable
        Tells whether the server has this very file already; raises where another one stands there.
    send : callable
        Sends this state of the file, and returns what its row says besides.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        name: str,
        target: str,
        *,
        there: Callable[[Snapshot], bool],
        send: Callable[[Snapshot, Watcher], Mapping[str, Any]],
    ) -> None:
        self.name, self.source, self.target = name, str(path), target
        self._there, self._send = there, send
        self._file: Snapshot | UsageError
        try:
            self._file = Snapshot.of(path)
            self.size = self._file.size
        except UsageError as error:
            self._file = error

    def look(self) -> bool:
        """Ask the server what it has."""
        return self._there(self._snapshot())

    def carry(self, watcher: Watcher, crew: Crew | None) -> Mapping[str, Any]:
        """Send it, as it is now."""
        return self._send(Snapshot.of(self._snapshot().path), watcher)

    def _snapshot(self) -> Snapshot:
        if isinstance(self._file, UsageError):
            raise self._file
        return self._file


def fetches(
    remotes: Iterable[tuple[Remote, str]], folder: str | os.PathLike[str], *, overwrite: bool, algorithm: str = "md5"
) -> list[Fetch]:
    """Plan downloads to a folder, which need not be there yet.

    Parameters
    ----------
    remotes : iterable of (Remote, str)
        Each with the name that the server gives it; folders in it are kept, nothing leaves the folder.
    folder : path
        Where to.
    overwrite : bool
        Replace other files there.

    Raises
    ------
    UsageError
        The folder is none.
    """
    root, found, taken = folder_of(folder), [], dict[str, Fetch]()
    for remote, name in remotes:
        place, wrong = "", None
        try:
            place = place_inside(name, spare=remote.key.rsplit("/", 1)[-1])
        except UsageError as error:
            wrong = error
        each = Fetch(remote, root, place, overwrite=overwrite, algorithm=algorithm)
        other = taken.setdefault(place, each) if place else each
        if other is not each:
            wrong = UsageError(
                f"Two of these files are called {shown(place)}, and one would replace the other: download "
                f"{remote.key or 'the second'} to another folder."
            )
        each.wrong = wrong
        found.append(each)
    return found


def folder_of(folder: str | os.PathLike[str]) -> Path:
    """Return a folder to write to, which may be missing.

    Raises
    ------
    UsageError
        It is no path, or a file stands there.
    """
    if not isinstance(folder, str | os.PathLike) or "\0" in str(folder):
        raise UsageError(f"folder must be the path of a folder, not {str(folder)[:60]!r}.")
    path = Path(folder)
    with told("look at", path):
        if path.exists() and not path.is_dir():
            raise UsageError(f"{shown(path)} is no folder, a file stands there: pass the path of a folder.")
    return path


def sources_of(source: Any) -> list[tuple[Path, str]]:
    """Return the files here that are meant, each with its name below what was passed.

    Parameters
    ----------
    source : path, sequence of paths, or mapping
        A file; a folder (all files in it, at any depth, with their folders); several of them; or paths by the names
        that they shall have.

    Raises
    ------
    UsageError
        It is no path; or a folder without a file.
    """
    if isinstance(source, Mapping) and all(isinstance(path, str | os.PathLike) for path in source.values()):
        return [(Path(path), str(name)) for name, path in source.items()]
    if not isinstance(source, str | os.PathLike):
        if not isinstance(source, Sequence) or isinstance(source, bytes):
            raise UsageError(f"source is the path of a file or folder, or a list of them, not {type(source).__name__}.")
        return [each for one in source for each in sources_of(one)]
    path = Path(source)
    with told("look at", path):
        if "\0" in str(path) or not path.is_dir():
            return [(path, path.name)]
        found = sorted(each for each in path.rglob("*") if each.is_file() and not _unfinished(each))
    if not found:
        raise UsageError(f"There is no file in the folder {shown(path)}: pass another path.")
    return [(each, each.relative_to(path).as_posix()) for each in found]


def _unfinished(path: Path) -> bool:
    return path.name.endswith((".part", ".part.proof"))


def said(checksums: Mapping[str, str]) -> str:
    """Return a checksum as a plan shows it."""
    return next((f"{name} {digest.strip().lower()}" for name, digest in checksums.items()), "")


def to_rows(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a plan as a table: ``name, source, target, bytes, checksum, status, seconds, error``, then what else."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    more = [each for each in frame.columns if each not in COLUMNS]
    return frame.reindex(columns=[*COLUMNS, *more]).astype(COLUMNS)
