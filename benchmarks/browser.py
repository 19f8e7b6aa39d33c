"""How the browser feels in JupyterLab, in a headless Chromium with a warm kernel: what a person waits for.

Run it with ``python benchmarks/browser.py``; it fails when a limit is exceeded. Chromium and Lab share the computer
with the kernel, so a busy machine spoils the figures: each is the best of several rounds.

- a tree of 10,000 nodes: from running its cell to its first lines painted; from a key to the line it leads to painted;
- a table of 100,000 rows and 30 columns: first paint, sorting, frames a second while it is scrolled, the longest time
  for which a row that is seen stays blank;
- a list of 2,000 projects: requests until its first level is shown;
- how much a saved notebook grows by a widget, with the state of widgets saved.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.lab import Notebook, chromium, running_lab  # noqa: E402

LIMITS = {
    "tree of 10,000 nodes: cell to first lines, ms": 450,
    "tree of 10,000 nodes: key to painted, ms": 50,
    "table of 100,000 x 30: click to first paint, ms": 150,
    "table of 100,000 x 30: sort, ms": 300,
    "scrolling: frame, p95, ms": 20,
    "scrolling: longest blank row, ms": 150,
    "list of 2,000 projects: requests for its first level": 1,
    "saved notebook: largest widget, kB": 40,
}
FASTEST = 55  # frames a second at least
ROUNDS = 3
WARM = """
import numpy as np, pandas as pd, bionb
from bionb.protocol import Node, Nodes
numbers = np.random.default_rng(7)
size = 100_000
kinds = [lambda: numbers.integers(0, 10**9, size), lambda: numbers.random(size),
         lambda: [f"sample {n}" for n in numbers.integers(0, size, size)]]
frame = pd.DataFrame({f"column {n}": kinds[n % 3]() for n in range(30)})
class Many:
    label, place, source, url, last_request = "Many", "this computer", "argument", "http://127.0.0.1", None
    def roots(self): return Nodes([Node("thing", f"t{n}", f"thing {n}", leaf=True) for n in range(10_000)])
    def children(self, node): return Nodes([])
    def frame(self, node): return frame
bionb.browse(Many())
"""
SHOW = "browser = bionb.browse(Many())\nbrowser"
# Times are taken in the page: from the moment to the second frame after what was waited for is there.
TIMED = """async ([act, there]) => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const begun = performance.now();
    const acted = (0, eval)(act);
    const what = (0, eval)(there);
    while (!what()) await new Promise((done) => setTimeout(done, 1));
    const seen = performance.now() - begun;
    await acted;
    await painted();
    return seen;
}"""
SCROLL = """async () => {
    const table = document.querySelector('.bionb-scroll');
    table.scrollTop = 0;
    await new Promise((done) => setTimeout(done, 500));
    const frames = [], since = new Map();
    let worst = 0, last = performance.now();
    for (let step = 0; step < 300; step += 1) {
        table.scrollTop += step < 200 ? 56 : 560;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
        const blank = new Set();
        for (const row of table.querySelectorAll('.bionb-blank')) {
            if (row.style.display !== 'none') blank.add(row.dataset.place);
        }
        for (const place of blank) {
            if (!since.has(place)) since.set(place, now);
            worst = Math.max(worst, now - since.get(place));
        }
        for (const place of [...since.keys()]) if (!blank.has(place)) since.delete(place);
    }
    frames.sort((one, other) => one - other);
    const all = frames.reduce((sum, each) => sum + each);
    return [1000 * frames.length / all, frames[Math.floor(frames.length * 0.95)], worst];
}"""
IDLE = """async () => {
    const frames = [];
    let last = performance.now();
    for (let step = 0; step < 200; step += 1) {
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames.sort((one, other) => one - other)[190];
}"""
RUN = "window.jupyterapp.commands.execute('notebook:run-cell')"
KEY = """document.querySelector('.bionb-tree')
    .dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true, cancelable: true}))"""


def timed(page: Page, act: str, there: str) -> float:
    """Milliseconds from doing something to seeing it."""
    found: float = page.evaluate(TIMED, [act, f"() => {there}"])
    return found


def once(page: Page, notebook: Notebook) -> dict[str, float]:
    """Take all times of a round."""
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.locator(".bionb-tree").wait_for(state="detached")
    found = {}
    cell = timed(page, RUN, "document.querySelector('.bionb-line [class$=title]')?.textContent === 'thing 0'")
    found["tree of 10,000 nodes: cell to first lines, ms"] = cell
    page.wait_for_timeout(500)
    active = "document.querySelector('.bionb-line.bionb-active .bionb-line-title')?.textContent === '%s'"
    last = timed(page, KEY % "End", active % "thing 9999")
    found["tree of 10,000 nodes: key to painted, ms"] = max(last, timed(page, KEY % "Home", active % "thing 0"))
    page.wait_for_timeout(300)
    row = "document.querySelector('.bionb-row[aria-rowindex=\"2\"] .bionb-cell')"
    click = "document.querySelector('.bionb-line').click()"
    found["table of 100,000 x 30: click to first paint, ms"] = timed(page, click, f"{row}?.textContent")
    page.wait_for_timeout(300)
    header = "[...document.querySelectorAll('.bionb-name')].find((each) => each.textContent === 'column 2').click()"
    found["table of 100,000 x 30: sort, ms"] = timed(page, header, "document.querySelector('[aria-sort=ascending]')")
    page.wait_for_timeout(300)
    fps, frame, blank = page.evaluate(SCROLL)
    found["a page that does nothing: frame, p95, ms"] = page.evaluate(IDLE)
    return found | {"scrolling: frame, p95, ms": frame, "scrolling: longest blank row, ms": blank, "fps": fps}


def saved(notebook: Notebook) -> float:
    """Kilobytes of the largest widget in the saved file."""
    widgets = json.loads(notebook.save())["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]
    return max(len(json.dumps(each)) for each in widgets["state"].values()) / 1000


def first_level() -> int:
    """Count the requests until the first level of a list of 2,000 projects is shown, 100 of which are a page."""
    import bionb
    from bionb.listing import Listing
    from bionb.paging.pages import Offset, Page
    from bionb.protocol import Node, Nodes

    asked: list[Any] = []

    def read(params: Any, opens: bool) -> Page:
        asked.append(params)
        start = int(params.get("offset", 0))
        return Page([{"id": f"p{number}"} for number in range(start, start + 100)], 2_000)

    class Projects:
        label, place, source, url = "Projects", "this computer", "argument", "http://127.0.0.1"

        def roots(self) -> Nodes:
            listing = Listing("projects", lambda: Offset(read, 100))
            return Nodes(listing, lambda each: Node("project", each["id"], each["id"]))

        def children(self, node: Node) -> Nodes:
            return Nodes([])

        frame = children

    browser = bionb.browse(Projects())
    assert len(browser.nodes) == 100, "as many as one request brings; the others when they are asked for"
    return len(asked)


def main() -> int:
    """Print all figures and return 1 if a limit is exceeded."""
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, sync_playwright() as playwright:
        folder = Path(home)
        with running_lab(folder) as address:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_context(base_url=address, viewport={"width": 1400, "height": 1000}).new_page()
            notebook = Notebook(page, folder, [WARM, SHOW], "lab")
            notebook.run(0)
            for _ in range(ROUNDS):
                for name, value in once(page, notebook).items():
                    best[name] = max(best.get(name, 0), value) if name == "fps" else min(best.get(name, 1e9), value)
            best["saved notebook: largest widget, kB"] = saved(notebook)
            browser.close()
    best["list of 2,000 projects: requests for its first level"] = first_level()
    fps, idle = best.pop("fps"), best.pop("a page that does nothing: frame, p95, ms")
    missed = [name for name, limit in LIMITS.items() if best[name] > limit]
    for name, limit in LIMITS.items():
        print(f"{name:55} {best[name]:7.1f}  at most {limit}")
    print(f"{'scrolling: frames a second':55} {fps:7.1f}  at least {FASTEST}")
    print(
        f"{'a page that does nothing: frame, p95, ms':55} {idle:7.1f}  above 17 the computer is busy with other things"
    )
    return 1 if missed or fps < FASTEST else 0


if __name__ == "__main__":
    sys.exit(main())
