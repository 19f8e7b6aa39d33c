"""Killed at any moment, and run again: every file whole, and hardly anything sent twice."""

import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SIZES = {"large": 72 << 20, "a": 3 << 20, "b": 100_000, "empty": 0, "ä ö #1 %2B+": 50_000}
PART = 32 << 20  # bytes that a crash may cost a file at most: what is on its way, and what was not yet proven


class Server:
    """Serves files in ranges and counts their bytes; slow enough to be interrupted."""

    def __init__(self, files):
        self.files, self.sent, self.lock = files, dict.fromkeys(files, 0), threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                name = unquote(self.path.lstrip("/"))
                content = outer.files[name]
                found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                start, stop = 0, len(content)
                if found:
                    start, stop = int(found[1]), min(stop, int(found[2] or stop) + 1)
                self.send_response(206 if found else 200)
                self.send_header("ETag", f'"{name.encode().hex()}"')
                self.send_header("Content-Length", str(stop - start))
                if found:
                    self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
                self.end_headers()
                while start < stop:
                    chunk = content[start : min(stop, start + (1 << 18))]
                    self.wfile.write(chunk)
                    start += len(chunk)
                    with outer.lock:
                        outer.sent[name] += len(chunk)
                    time.sleep(0.002)

            def log_message(self, *arguments):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.slow
def test_killed_at_twenty_moments_every_file_is_whole_in_the_end(tmp_path):
    """No handler runs at a kill: what is on disk has to be enough."""
    files = {name: os.urandom(size) for name, size in SIZES.items()}
    server, chance = Server(files), random.Random(14)
    command = [sys.executable, str(ROOT / "tests" / "transfers" / "killed.py"), server.url, str(tmp_path / "down")]
    command += [text for name, size in SIZES.items() for text in (name, str(size))]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1"}
    kills = 0
    try:
        for _ in range(20):
            before = sum(server.sent.values())
            with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
                wanted = before + chance.randrange(1, 12 << 20)
                while process.poll() is None and sum(server.sent.values()) < wanted:
                    time.sleep(0.01)
                time.sleep(chance.random() * 0.05)
                kills += process.poll() is None
                process.kill()
            for path in (tmp_path / "down").glob("*"):
                if not path.name.endswith((".part", ".proof")):
                    assert files[path.name] == path.read_bytes(), "a file had its name before it was whole"
        subprocess.run(command, env=environ, check=True, timeout=120)
    finally:
        server.stop()
    found = {each.name: each.read_bytes() for each in (tmp_path / "down").iterdir()}
    assert files == found
    assert kills > 0
    for name, content in files.items():
        assert server.sent[name] <= len(content) + (kills + 1) * PART


@pytest.mark.slow
def test_one_kill_costs_a_file_at_most_one_part(tmp_path):
    """Bytes that were sent before a kill are not sent again, but for what was on its way."""
    files = {"large": os.urandom(SIZES["large"])}
    server = Server(files)
    command = [sys.executable, str(ROOT / "tests" / "transfers" / "killed.py"), server.url, str(tmp_path / "down")]
    command += ["large", str(SIZES["large"])]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1"}
    try:
        with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and server.sent["large"] < 48 << 20:
                time.sleep(0.01)
            process.kill()
        subprocess.run(command, env=environ, check=True, timeout=120)
    finally:
        server.stop()
    assert files["large"] == (tmp_path / "down" / "large").read_bytes()
    assert server.sent["large"] <= SIZES["large"] + PART
