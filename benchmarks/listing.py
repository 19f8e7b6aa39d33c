"""10,000 files to a DataFrame: bionb beside the official client, a plain loop, and the floor.

The server is another process that answers from pages rendered beforehand, after a latency of 0, 20 or 50 ms. Each case
is a fresh client process. Memory is the peak of the process less what it held after its imports. Ratios are of one run.

``python benchmarks/listing.py`` measures all; ``--quick`` only bionb and the floor.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PROJECT, WORKERS, LATENCIES = "demo/large", 16, (0, 20, 50)
LOGIN = {"token": "benchmark", "debug": True}  # it takes a plain http address only when debugging
PLAIN = ("id", "name", "size", "project", "parent", "type", "created_on", "modified_on")


# -- cases: each imports what it needs, notes its memory, then works --------------------------------------------------


def bionb_frame(url: str) -> Callable[[], Any]:
    """Use our client, as in a notebook."""
    import pandas  # noqa: F401

    import bionb
    from bionb.platforms.sevenbridges import client, sandbox  # noqa: F401

    return lambda: bionb.connect("sevenbridges", url, token="benchmark").files(PROJECT).to_frame()


def official_list(url: str) -> Callable[[], Any]:
    """Return the official client's own list of objects."""
    sevenbridges = _official()
    return lambda: list(sevenbridges.Api(url=f"{url}/v2", **LOGIN).files.query(project=PROJECT).all())


def official_frame(url: str, limit: int | None = None) -> Callable[[], Any]:
    """Read the official client's objects into a frame."""
    import pandas as pd

    sevenbridges = _official()

    def work() -> Any:
        rows = []
        for file in sevenbridges.Api(url=f"{url}/v2", **LOGIN).files.query(project=PROJECT, limit=limit).all():
            row = {name: getattr(file, name) for name in PLAIN}
            row["storage.type"], row["origin.task"] = file.storage.type, file.origin.task
            row["tags"] = ", ".join(file.tags)
            rows.append(row | {f"metadata.{key}": value for key, value in file.metadata.items()})
        return pd.DataFrame(rows)

    return work


def official_frame_100(url: str) -> Callable[[], Any]:
    """Do the same with the largest pages."""
    return official_frame(url, limit=100)


def plain_loop(url: str) -> Callable[[], Any]:
    """Do what a scientist would write with requests."""
    import pandas as pd
    import requests

    def work() -> Any:
        rows: list[Any] = []
        with requests.Session() as session:
            session.headers["X-SBG-Auth-Token"] = "benchmark"
            while True:
                params = {"project": PROJECT, "fields": "_all", "offset": len(rows), "limit": 100}
                page = session.get(f"{url}/v2/files", params=params, timeout=60).json()
                rows += page["items"]
                if not any(link["rel"] == "next" for link in page["links"]):
                    return pd.DataFrame(map(_flat, rows))

    return work


def floor(url: str) -> Callable[[], Any]:
    """Go as fast as threads and plain dicts allow: no checks, no retries, no errors, no types but the two times."""
    import pandas as pd
    import urllib3

    def work() -> Any:
        pool = urllib3.PoolManager(maxsize=WORKERS, headers={"X-SBG-Auth-Token": "benchmark"})

        def page(offset: int) -> tuple[list[Any], int]:
            query = f"project=demo%2Flarge&fields=_all&offset={offset}&limit=100"
            answer = pool.request("GET", f"{url}/v2/files?{query}")
            return json.loads(answer.data)["items"], int(answer.headers["X-Total-Matching-Query"])

        rows, total = page(0)
        with ThreadPoolExecutor(WORKERS) as threads:
            for items, _ in threads.map(page, range(100, total, 100)):
                rows += items
        frame = pd.DataFrame(map(_flat, rows))
        for name in ("created_on", "modified_on"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
        return frame

    return work


CASES: dict[str, Callable[[str], Callable[[], Any]]] = {
    "official client": official_frame,
    "official client, limit=100": official_frame_100,
    "plain requests loop": plain_loop,
    "bionb": bionb_frame,
    "floor": floor,
    "official client, list(all())": official_list,
}


def _official() -> Any:
    """Load the official client from its own environment beside our packages."""
    found = sorted(Path(os.environ["BENCH_OFFICIAL"]).glob("lib/python*/site-packages"))
    if str(found[0]) not in sys.path:
        sys.path.append(str(found[0]))
    import sevenbridges

    return sevenbridges


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": each for inner, each in value.items()})
        else:
            flat[key] = value
    return flat


def run_case(name: str, url: str) -> None:
    """Measure one case in this process and print it as JSON."""
    work = CASES[name](url)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF)
    peak = (after.ru_maxrss - before.ru_maxrss) / 1024
    sys.stdout.write(json.dumps({"rows": len(found), "wall": wall, "cpu": cpu, "mb": peak}) + "\n")


# -- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def server(count: int) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks" / "_page_server.py"), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _asked(url: str) -> int:
    """Return how many pages the server has sent."""
    with urlopen(f"{url}/count", timeout=60) as answer:
        return int(answer.read())


def measure(name: str, url: str, latency: int, repeats: int) -> dict[str, float]:
    """Return the best of several fresh processes; requests are of one."""
    found = []
    for _ in range(repeats):
        before = _asked(url)
        command = [sys.executable, __file__, "--case", name, "--url", f"{url}/{latency}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
        requests = _asked(url) - before
        found.append(json.loads(done.stdout) | {"requests": requests})
    return {key: min(each[key] for each in found) for key in found[0]}


def compare(count: int, names: list[str], repeats: int) -> None:
    """Print all cases at all latencies, and bionb's ratios to the others."""
    with server(count) as url:
        for latency in LATENCIES:
            print(f"\n{count:,} files to a DataFrame at {latency} ms latency")
            results = {name: measure(name, url, latency, repeats) for name in names}
            ours = results["bionb"]
            for name, found in results.items():
                print(
                    f"  {name:<28} {found['wall']:7.2f} s  cpu {found['cpu']:5.2f} s  {found['mb']:6.1f} MB "
                    f"{found['requests']:4.0f} requests  {found['wall'] / ours['wall']:5.1f}x bionb's time, "
                    f"{found['cpu'] / ours['cpu']:.1f}x cpu, {found['mb'] / max(ours['mb'], 0.1):.1f}x memory"
                )
            assert ours["requests"] == math.ceil(count / 100), "bionb sent more requests than there are pages"


def grow(counts: tuple[int, ...]) -> None:
    """Print how time and memory grow with the number of records."""
    print("\nbionb at 0 ms, more records")
    for count in counts:
        with server(count) as url:
            found = measure("bionb", url, 0, 2)
        per = 1e6 * found["cpu"] / count
        print(f"  {count:7,} files {found['wall']:6.2f} s  {per:5.1f} us cpu a file  {found['mb']:6.1f} MB peak")


def main() -> None:
    """Measure one case, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--url")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args()
    if options.case:
        run_case(options.case, options.url)
        return
    names = ["bionb", "floor"]
    if not options.quick:
        from tests.environments import environment

        os.environ["BENCH_OFFICIAL"] = str(environment("sevenbridges").parent.parent)
        names = list(CASES)
    compare(options.count, names, repeats=3 if options.quick else 2)
    if not options.quick:
        grow((10_000, 50_000, 100_000))


if __name__ == "__main__":
    main()
