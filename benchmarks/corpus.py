"""How a corpus of many studies is written as Parquet: memory, two processes beside one, and a second run.

Studies are generated; each case runs in a fresh process. Memory is the peak of one process,
whichever is the largest; cpu s is what the busiest process works.

    python benchmarks/corpus.py [--studies 1000] [--samples 200] [--full]
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent))
CHANGED = 10  # studies that change before the last run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1_000)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--full", action="store_true", help="10,000 studies")
    parser.add_argument("--run", nargs=3, metavar=("SOURCES", "TARGET", "WORKERS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run(*options.run)))
        return
    studies = 10_000 if options.full else options.studies
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name), studies, options.samples)


def compare(folder: Path, studies: int, samples: int) -> None:
    """Write the corpus with one and with two processes, then again, then after a change."""
    sources = folder / "studies"
    write_studies(sources, studies, samples)
    print(f"{studies:,} studies of {samples} samples")
    print(f"{'':28}{'wall s':>8}{'cpu s':>8}{'read':>8}{'MiB':>8}")
    one = measured("one process", sources, folder / "one", 1)
    two = measured("two processes", sources, folder / "two", 2)
    measured("again, nothing changed", sources, folder / "two", 2)
    for number in range(CHANGED):
        shutil.copytree(sources / f"study_{number:05}", sources / f"again_{number:05}")
    measured(f"again, {CHANGED} new", sources, folder / "two", 2)
    wall, cpu = (one[each] / two[each] for each in ("seconds", "cpu"))
    print(f"two processes are {wall:.2f} times as fast as one; by the work of the busier one {cpu:.2f} times")


def measured(label: str, sources: Path, target: Path, workers: int) -> dict[str, float]:
    command = [sys.executable, str(HERE), "--run", str(sources), str(target), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"{label:28}{found['seconds']:8.1f}{found['cpu']:8.1f}{found['read']:8,}{found['mib']:8.0f}")
    return found


def run(sources: str, target: str, workers: str) -> dict[str, float]:
    """Write the corpus in this process and its workers."""
    import bionb

    started = time.perf_counter()
    written = bionb.corpus(sources, workers=int(workers)).to_parquet(target)
    seconds = time.perf_counter() - started
    mine, theirs = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    busy = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # What the busiest process works: the time that this takes where every process has a processor of its own.
    cpu = max(busy[0], busy[1] / max(1, int(workers)))
    return {"seconds": seconds, "cpu": cpu, "read": written.read, "mib": max(mine, theirs) / 1024}


def write_studies(folder: Path, studies: int, samples: int) -> None:
    """Write studies that differ in their names and in what they know of their samples."""
    import pandas as pd

    import bionb

    rows = range(samples)
    table = pd.DataFrame(
        {
            "Sample Name": [f"NAME-{row}" for row in rows],
            "Source Name": [f"NAME-donor{row // 2}" for row in rows],
            "Sex": [("female", "male")[row // 2 % 2] for row in rows],
            "Age [year]": [20 + row // 2 % 60 for row in rows],
            "Tissue": [("blood", "skin", "liver")[row % 3] for row in rows],
            "Concentration": [row % 97 for row in rows],
        }
    )
    files = bionb.new_isatab(table, template="germline", investigation="NAME").files
    for number in range(studies):
        home = folder / f"study_{number:05}"
        home.mkdir(parents=True)
        for name, data in files.items():
            (home / name).write_bytes(data.replace(b"NAME", f"P{number}".encode()))


if __name__ == "__main__":
    main()
