"""Serves chips, reports and metrics rendered beforehand, after a latency: ``python _torrent_pages.py CHIPS REPORTS``.

``/{latency}/rundb/api/v1/{resource}/`` answers after so many milliseconds; ``/count`` tells how many were asked.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks._page_server import Pages
from bionb.platforms.torrentsuite.sandbox import reagents
from bionb.platforms.torrentsuite.sandbox.world import world

HEAD = "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
METRICS = ("libmetrics", "qualitymetrics", "analysismetrics")
TABLES: dict[str, dict[int, str]] = {}


def fill(chips: int, reports: int) -> None:
    """Render all records, newest first, as the server lists them."""
    models = reagents.chips()
    made = ({**models[n % len(models)], "id": n, "name": f"chip {n}"} for n in range(chips, 0, -1))
    TABLES["chip"] = {each["id"]: json.dumps(each) for each in made}
    store = world("busy")
    chosen = [each for each in store.table("results").values() if each["libmetrics"]][:reports]
    TABLES["results"] = {each["id"]: json.dumps(each) for each in reversed(chosen)}
    for name in METRICS:
        rows = store.table(name)
        TABLES[name] = {each["id"]: json.dumps(rows[str(each["id"])]) for each in reversed(chosen)}


class TorrentPages(Pages):
    """One connection; requests come one after the other."""

    def answer(self, target: str) -> None:
        """Send what is asked for, after the latency that the path names."""
        if target == "/count":
            self.transport.write(_whole(str(Pages.asked)))
            return
        Pages.asked += 1
        latency = int(target.split("/")[1]) / 1000
        asyncio.get_running_loop().call_later(latency, self.transport.write, content(target))


@cache
def content(target: str) -> bytes:
    """Return a page, a record, or the metrics of some reports."""
    parts = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = re.fullmatch(r"/\d+/rundb/api/v1/(\w+)/(?:(\d+)/)?", parts.path)
    if not found or found[1] not in TABLES:
        return _whole("", "404 Not Found")
    table = TABLES[found[1]]
    if found[2]:
        return _whole(table[int(found[2])])
    ids = [int(each) for each in query["report__in"].split(",")] if "report__in" in query else list(table)
    limit, offset = int(query.get("limit", 20)), int(query.get("offset", 0))
    more = f"{parts.path}?limit={limit}&offset={offset + limit}" if offset + limit < len(ids) else None
    meta = {"limit": limit, "next": more, "offset": offset, "previous": None, "total_count": len(ids)}
    objects = ", ".join(table[each] for each in ids[offset : offset + limit])
    return _whole(f'{{"meta": {json.dumps(meta)}, "objects": [{objects}]}}')


def _whole(body: str, status: str = "200 OK") -> bytes:
    return (HEAD.format(status=status, length=len(body.encode())) + body).encode()


def render(latency: int) -> None:
    """Render the pages of all cases before anything is measured."""
    for limit in (20, 1000):
        for offset in range(0, len(TABLES["chip"]), limit):
            content(f"/{latency}/rundb/api/v1/chip/?limit={limit}" + (f"&offset={offset}" if offset else ""))


async def serve(chips: int, reports: int) -> None:
    """Render, then serve until ended."""
    fill(chips, reports)
    render(20)
    running = await asyncio.get_running_loop().create_server(TorrentPages, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}", flush=True)
    await running.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
