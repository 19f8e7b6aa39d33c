"""Moving files: bionb beside ``curl`` and ``md5sum``, a plain loop, and the official client's download.

The server is another process on loopback that sends files from memory. Each case is a fresh process; those that are
compared take turns, and the median counts. Memory is the peak of the process less what it held after its imports.

``python benchmarks/transfers.py`` measures all; ``--quick`` one turn of smaller files.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SMALL, LATENCY = 100 * 1024, 20  # bytes, milliseconds
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


# -- cases: each imports what it needs, notes its memory, then works --------------------------------------------------


def bionb_large(url: str, folder: str, count: int) -> Callable[[], Any]:
    """Fetch one large file, its MD5 included."""
    return _ours(f"{url}/0", folder, 1)


def bionb_small(url: str, folder: str, count: int) -> Callable[[], Any]:
    """Fetch small files behind links, one request each, as a loop does."""
    import pandas  # noqa: F401

    from bionb.http.auth import NoAuth
    from bionb.session import Session
    from bionb.transfers import Remote, carry_out, fetches, linked

    session = Session(f"{url}/{LATENCY}", NoAuth(), label="files")

    session.request("GET", f"{url}/0/files/1", what="warm up", auth=False)

    def remote(name: str) -> tuple[Remote, str]:
        link = f"{url}/{LATENCY}/files/{name}"
        return Remote(name, linked(session, lambda: link, what="fetch", auth=False), SMALL, key=name), name

    names = [str(number) for number in range(1, count + 1)]
    plan = lambda: fetches([remote(name) for name in names], folder, overwrite=False)  # noqa: E731
    return lambda: len(carry_out(plan(), doing="download"))


def bionb_platform(url: str, folder: str, count: int) -> Callable[[], Any]:
    """Fetch small files of the platform: a link is asked for each."""
    return _ours(f"{url}/{LATENCY}", folder, count, first=1)


def loop_small(url: str, folder: str, count: int) -> Callable[[], Any]:
    """Fetch one file after the other, as people write it."""
    import requests

    def work() -> int:
        with requests.Session() as session:
            for number in range(1, count + 1):
                Path(folder, str(number)).write_bytes(session.get(f"{url}/{LATENCY}/files/{number}").content)
        return count

    return work


def official_platform(url: str, folder: str, count: int) -> Callable[[], Any]:
    """Use the official client, file by file."""
    import sevenbridges  # in its own environment only

    def work() -> int:
        api = sevenbridges.Api(url=f"{url}/{LATENCY}/v2", token="benchmark", debug=True)
        for number in range(1, count + 1):
            api.files.get(f"{number:024d}").download(str(Path(folder, str(number))))
        return count

    return work


def _ours(url: str, folder: str, count: int, first: int = 0) -> Callable[[], Any]:
    import pandas  # noqa: F401

    import bionb
    from bionb.platforms.sevenbridges import client  # noqa: F401

    bridges = bionb.connect("sevenbridges", url, token="benchmark")
    names = [f"{number:024d}" for number in range(first, first + count)]
    return lambda: len(bridges.download_files(names, folder))


CASES = {
    "bionb large": bionb_large,
    "bionb small": bionb_small,
    "bionb platform": bionb_platform,
    "loop small": loop_small,
    "official platform": official_platform,
}


def child(case: str, url: str, folder: str, count: int) -> None:
    """Run one case and print what it took."""
    work = CASES[case](url, folder, count)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    files = work()
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"files": files, "seconds": seconds, "mib": (peak - before) / 1024}) + "\n")


# -- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def server(large: int, small: int) -> Iterator[str]:
    """Serve one large file and many small ones out of memory."""
    folder = Path(tempfile.mkdtemp(prefix="bionb_files_", dir=MEMORY))
    try:
        block = os.urandom(1 << 20)
        with (folder / "0").open("wb") as stream:
            for _ in range(large >> 20):
                stream.write(block)
        for number in range(1, small + 1):
            (folder / str(number)).write_bytes(block[number : number + SMALL])
        command = [sys.executable, str(ROOT / "benchmarks" / "_file_server.py"), str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder)


def measure(case: str, url: str, count: int) -> dict[str, float]:
    """Run a case in a new process, into a new folder in memory."""
    folder = tempfile.mkdtemp(prefix="bionb_target_", dir=MEMORY)
    try:
        python = sys.executable
        if case.startswith("official"):
            from tests.missing import python_of

            python = str(python_of("sevenbridges"))
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1"}
        command = [python, __file__, "--case", case, url, folder, str(count)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        assert found["files"] == count == len([each for each in os.listdir(folder) if each != "f"])
        return found
    finally:
        shutil.rmtree(folder)


def curl(url: str) -> float:
    """Return the seconds of ``curl -o f URL && md5sum f``."""
    folder = tempfile.mkdtemp(prefix="bionb_target_", dir=MEMORY)
    try:
        begun = time.perf_counter()
        command = ["sh", "-c", f"curl -s -o f {url}/0/files/0 && md5sum f"]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)
        return time.perf_counter() - begun
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Measure, and print one line a comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--case", nargs=4)
    options = parser.parse_args()
    if options.case:
        child(*options.case[:3], int(options.case[3]))
        return
    large, small, turns = (128 << 20, 100, 1) if options.quick else (1 << 30, 1000, 5)
    with server(large, small) as url:
        pairs = [(curl(url), measure("bionb large", url, 1)) for _ in range(turns)]
        theirs, ours = (statistics.median(each) for each in zip(*((c, b["seconds"]) for c, b in pairs), strict=True))
        memory = max(each["mib"] for _, each in pairs)
        say(f"one file of {large >> 20} MiB with MD5: {ours:.2f} s, curl and md5sum {theirs:.2f} s", theirs / ours, 0.9)
        say(f"memory added: {memory:.0f} MiB", 64 / max(memory, 1), 1)
        ours, loop = measure("bionb small", url, small)["seconds"], measure("loop small", url, small)["seconds"]
        say(f"{small} files of 100 KiB at {LATENCY} ms: {ours:.2f} s, a loop {loop:.2f} s", loop / ours, 12)
        ours = measure("bionb platform", url, small)["seconds"]
        official = measure("official platform", url, small)["seconds"]
        say(f"the same by the platform: {ours:.2f} s, the official client {official:.2f} s", official / ours, 4)


def say(words: str, ratio: float, wanted: float) -> None:
    """Print a figure and whether it is reached."""
    sys.stdout.write(f"{words}: {ratio:.2f} times (wanted {wanted:g}), load {os.getloadavg()[0]:.1f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
