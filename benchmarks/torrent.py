"""Torrent Suite: 5,000 chips beside the documented loop, 1,000 reports with metrics beside detail calls.

The server is another process that answers from pages rendered beforehand, 20 ms after it was asked. Each case is a
fresh client process. Memory is the peak of the process less what it held after its imports. Ratios are of one run.

``python benchmarks/torrent.py`` measures all; ``--reports 100`` makes the slow loop ten times shorter.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LATENCY = 20  # milliseconds
LOGIN = {"username": "benchmark", "api_key": "benchmark"}
HEADERS = {"Authorization": "ApiKey benchmark:benchmark"}
METRICS = ("libmetrics", "qualitymetrics", "analysismetrics")


# -- cases: each imports what it needs, then works and tells how much it found --------------------------------------


def bionb_chips(url: str) -> Callable[[], Any]:
    """Read all chips into a frame."""
    suite = _suite(url)
    return lambda: [len(suite.chips().to_frame())]


def documented_loop(url: str) -> Callable[[], Any]:
    """Do what the documentation says, in Python 3."""
    import requests

    base, place = url.rsplit("/", 1)

    def work() -> Any:
        object_list: list[Any] = []
        next_url = f"/{place}/rundb/api/v1/chip/"
        while next_url:
            response = requests.get(base + next_url, headers=HEADERS, params={})
            response.raise_for_status()
            response_data = response.json()
            object_list += response_data["objects"]
            next_url = response_data["meta"]["next"] or None
        return [len(object_list)]

    return work


def bionb_reports(url: str) -> Callable[[], Any]:
    """Read all reports with their metrics into a frame."""
    suite = _suite(url)

    def work() -> Any:
        frame = suite.reports().to_frame()
        return [len(frame), int(frame["total_reads"].sum()), int(frame["total_bases"].sum())]

    return work


def detail_calls(url: str) -> Callable[[], Any]:
    """Ask for the metrics of each report, on one connection; the list of reports is one request."""
    import requests

    base, place = url.rsplit("/", 1)

    def work() -> Any:
        found = []
        with requests.Session() as session:
            session.headers.update(HEADERS)
            listed = session.get(f"{url}/rundb/api/v1/results/", params={"limit": 1000}).json()["objects"]
            for report in listed:
                parts = {name: session.get(f"{base}/{place}{report[name][0]}").json() for name in METRICS}
                found.append((parts["libmetrics"]["totalNumReads"], int(parts["qualitymetrics"]["q0_bases"])))
        return [len(found), sum(reads for reads, _ in found), sum(bases for _, bases in found)]

    return work


def _suite(url: str) -> Any:
    import pandas as pd  # noqa: F401

    import bionb
    from bionb.platforms.torrentsuite import client  # noqa: F401

    return bionb.connect("torrentsuite", url, **LOGIN)


CASES: dict[str, Callable[[str], Callable[[], Any]]] = {
    "bionb, chips": bionb_chips,
    "documented loop, chips": documented_loop,
    "bionb, reports": bionb_reports,
    "detail calls, reports": detail_calls,
}


def run_case(name: str, url: str) -> None:
    """Measure one case in this process and print it as JSON."""
    work = CASES[name](url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = work()
    wall = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(json.dumps({"found": found, "wall": wall, "mb": peak}) + "\n")


# -- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def server(chips: int, reports: int) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks" / "_torrent_pages.py"), str(chips), str(reports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def asked(url: str) -> int:
    """Return how many requests the server got so far."""
    with urlopen(f"{url}/count") as answer:
        return int(answer.read())


def measure(name: str, url: str, repeats: int = 1) -> dict[str, Any]:
    """Return the quickest of several fresh processes; requests are of one."""
    found = []
    for _ in range(repeats):
        before = asked(url)
        command = [sys.executable, __file__, "--case", name, "--url", f"{url}/{LATENCY}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
        found.append(json.loads(done.stdout) | {"requests": asked(url) - before})
    return min(found, key=lambda each: float(each["wall"]))


def compare(ours: str, theirs: str, url: str, wanted: float) -> dict[str, Any]:
    """Print two cases and their ratio, and return ours; both must have found the same."""
    mine, other = measure(ours, url, repeats=5), measure(theirs, url)
    for name, found in ((theirs, other), (ours, mine)):
        print(
            f"  {name:<24} {found['wall']:7.2f} s {found['mb']:6.1f} MB {found['requests']:5} requests  found "
            f"{found['found']}"
        )
    ratio = other["wall"] / mine["wall"]
    print(f"  {ratio:.0f} times as fast; at least {wanted:.0f} wanted")
    assert mine["found"] == other["found"], "both cases must find the same"
    assert ratio >= wanted, f"{ours}: {ratio:.1f} times as fast"
    return mine


def main() -> None:
    """Measure one case, or all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--url")
    parser.add_argument("--chips", type=int, default=5_000)
    parser.add_argument("--reports", type=int, default=1_000)
    options = parser.parse_args()
    if options.case:
        run_case(options.case, options.url)
        return
    with server(options.chips, options.reports) as url:
        print(f"\n{options.chips:,} chips at {LATENCY} ms latency")
        chips = compare("bionb, chips", "documented loop, chips", url, wanted=25)
        assert chips["requests"] == -(-options.chips // 1000), "bionb sent more requests than there are pages"
        print(f"\n{options.reports:,} reports with metrics at {LATENCY} ms latency")
        compare("bionb, reports", "detail calls, reports", url, wanted=50)


if __name__ == "__main__":
    main()
