"""How long a person waits before anything happens: importing, and the first sandbox of a process.

Every case runs in fresh processes, the cases take turns, and the best of several rounds counts, so that a busy
machine disturbs little. Run it with ``python benchmarks/startup.py``; it fails when a limit is exceeded.
"""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 7
IMPORT_LIMIT = 0.3  # of the time that `import requests` takes, interpreter included
CONNECT_LIMIT = 3.5  # of the time that importing what a server and a client are made of takes
PARTS = """
import time
begun = time.perf_counter()
import flask, requests
print(time.perf_counter() - begun)
"""
CONNECT = """
import time
begun = time.perf_counter()
import bionb
client = bionb.connect({name!r}, sandbox=True)
client.whoami()
print(time.perf_counter() - begun)
"""


def run(code: str) -> tuple[float, str]:
    """Return the seconds that a new process takes for some code, and what it prints."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return time.perf_counter() - begun, done.stdout


def best(codes: dict[str, str]) -> dict[str, float]:
    """Return the shortest time of each code, in seconds; a printed number counts instead of the process's time."""
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(ROUNDS):
        for name, code in codes.items():
            seconds, printed = run(code)
            times[name].append(float(printed) if printed else seconds)
    return {name: min(each) for name, each in times.items()}


def importing() -> bool:
    """Compare imports; return whether the limit is kept."""
    names = ("requests", "pandas", "ipywidgets", "bionb")
    found = best({"pass": "pass", **{name: f"import {name}" for name in names}})
    ratio = found["bionb"] / found["requests"]
    for name, seconds in found.items():
        print(f"python -c {'pass' if name == 'pass' else 'import ' + name:<20} {seconds:6.3f} s")
    print(f"import bionb / import requests: {ratio:.2f} (at most {IMPORT_LIMIT})\n")
    return ratio <= IMPORT_LIMIT


def connecting() -> bool:
    """Time the first sandbox of a process on each platform; return whether the limit is kept."""
    import bionb

    found = best({"parts": PARTS, **{name: CONNECT.format(name=name) for name in bionb.platforms()}})
    parts = found.pop("parts")
    print(f"import flask, requests: {parts:.2f} s")
    for name, seconds in found.items():
        print(f"import, connect({name!r}, sandbox=True), whoami(): {seconds:.2f} s, {seconds / parts:.1f} times that")
    ratio = max(found.values()) / parts
    print(f"connect / import flask, requests: {ratio:.1f} (at most {CONNECT_LIMIT})")
    return ratio <= CONNECT_LIMIT


if __name__ == "__main__":
    kept = [importing(), connecting()]
    sys.exit(not all(kept))
