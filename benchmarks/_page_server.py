"""Serves a listing of files from pages rendered beforehand, after a latency: ``python _page_server.py COUNT``.

``/{latency}/v2/files?offset=..&limit=..`` answers after so many milliseconds; ``/count`` tells how many were asked.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from functools import cache

HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    "X-Total-Matching-Query: {total}\r\n"
    "X-RateLimit-Limit: 1000\r\nX-RateLimit-Remaining: 999\r\nX-RateLimit-Reset: 4000000000\r\n\r\n"
)


def record(number: int) -> dict[str, object]:
    """Return one file, about 630 bytes as JSON."""
    return {
        "href": f"https://api.example.org/v2/files/{number:024x}",
        "id": f"{number:024x}",
        "name": f"sample_{number:07d}.fastq.gz",
        "size": 1_000_000 + number,
        "project": "demo/large",
        "parent": "0" * 24,
        "type": "file",
        "created_on": f"2026-01-{1 + number % 28:02d}T03:04:05Z",
        "modified_on": f"2026-02-{1 + number % 28:02d}T03:04:05Z",
        "storage": {"type": "PLATFORM", "hosted_on_locations": ["aws:us-east-1"]},
        "origin": {"task": f"00000000-0000-4000-8000-{number % 100:012d}"},
        "tags": ["raw"],
        "metadata": {
            "sample_id": f"S{number // 2:06d}",
            "case_id": f"C{number // 4:06d}",
            "sample_type": "Primary Tumor",
            "library_id": f"L{number % 7}",
            "platform": "Illumina",
            "paired_end": str(1 + number % 2),
            "experimental_strategy": "WXS",
            "investigation": "DEMO",
        },
    }


class Pages(asyncio.Protocol):
    """One connection; requests come one after the other."""

    total = 0
    asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request; a body is read and dropped."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self.buffer = rest[size:]
            self.answer(head.split(b" ", 2)[1].decode())

    def answer(self, target: str) -> None:
        """Send a page, after the latency that the path names."""
        if target == "/count":
            body = str(Pages.asked).encode()
            self.transport.write(HEAD.format(length=len(body), total=0).encode() + body)
            return
        Pages.asked += 1
        latency = int(target.split("/")[1])
        offset, limit = (re.search(rf"[?&]{name}=(\d+)", target) for name in ("offset", "limit"))
        content = page(int(offset[1]) if offset else 0, int(limit[1]) if limit else 50, target.split("?")[0])
        if latency:
            asyncio.get_running_loop().call_later(latency / 1000, self.transport.write, content)
        else:
            self.transport.write(content)


@cache
def page(offset: int, limit: int, path: str) -> bytes:
    """Render one page with its header."""
    items = [record(number) for number in range(offset, min(offset + limit, Pages.total))]
    here = f"http://127.0.0.1:{PORT}{path}?project=demo%2Flarge&fields=_all&limit={limit}&offset="
    more = offset + limit < Pages.total
    links = [{"href": f"{here}{offset + limit}", "rel": "next", "method": "GET"}] if more else []
    body = json.dumps({"href": f"{here}{offset}", "items": items, "links": links}).encode()
    return HEAD.format(length=len(body), total=Pages.total).encode() + body


async def serve(count: int) -> None:
    """Render all pages, then serve until ended."""
    global PORT
    Pages.total = count
    running = await asyncio.get_running_loop().create_server(Pages, "127.0.0.1", 0)
    PORT = running.sockets[0].getsockname()[1]
    for latency in (0, 20, 50) if count <= 10_000 else (0,):
        for limit in (50, 100):
            for offset in range(0, count, limit):
                page(offset, limit, f"/{latency}/v2/files")
    print(f"http://127.0.0.1:{PORT}", flush=True)
    await running.serve_forever()


PORT = 0
if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
