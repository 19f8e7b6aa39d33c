"""Serves files out of a folder with ranges, as storage does, and what Seven Bridges says about them.

``python _file_server.py FOLDER`` prints its port. ``/{latency}/files/NAME`` answers after so many milliseconds;
``/{latency}/v2/...`` tells about the files by their numbers as the platform does. Bodies go by ``sendfile``.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_GET

    def _answer(self) -> None:
        latency, _, path = self.path.partition("?")[0].lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(int(latency) / 1000)
        if path.startswith("files/"):
            self._send_file(FOLDER / path.removeprefix("files/"))
        elif path.startswith("v2/"):
            self._send_json(self._platform(path.removeprefix("v2/").strip("/"), body, latency))
        else:
            self.send_error(404)

    def _platform(self, path: str, body: bytes, latency: str) -> Any:
        base = f"http://127.0.0.1:{self.server.server_address[1]}/{latency}"
        if path == "bulk/files/get":
            names = json.loads(body)["file_ids"]
            return {"items": [{"resource": record(base, name)} for name in names]}
        name = path.split("/")[1]
        return {"url": f"{base}/files/{int(name)}"} if path.endswith("download_info") else record(base, name)

    def _send_json(self, value: Any) -> None:
        text = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _send_file(self, path: Path) -> None:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            start, stop = (int(asked[1]), min(size, int(asked[2] or size) + 1)) if asked else (0, size)
            self.send_response(206 if asked else 200)
            self.send_header("ETag", f'"{path.name}-{size}"')
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(stop - start))
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
            self.end_headers()
            self.wfile.flush()
            while start < stop:
                start += os.sendfile(self.connection.fileno(), stream.fileno(), start, stop - start)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def record(base: str, name: str) -> dict[str, Any]:
    """Return one file as the platform shows it."""
    path = FOLDER / str(int(name))
    known = {"project": "demo/files", "parent": "0" * 24, "type": "file", "tags": [], "metadata": {}}
    return {"href": f"{base}/v2/files/{name}", "id": name, "name": path.name, "size": path.stat().st_size, **known}


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        return connection, address


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
