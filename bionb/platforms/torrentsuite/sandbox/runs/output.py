"""The folders of reports as the web server shows them: pages that list them, and files in ranges."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import http_date

from bionb.platforms.torrentsuite.sandbox.store import Record, Store

STARTED = datetime(2025, 12, 1, tzinfo=UTC)
BARCODED = ("variantCaller", "coverageAnalysis", "molecularCoverageAnalysis")
Tree = dict[str, Callable[[], bytes]]

LOGIN = "<html><title>Torrent Browser</title><body><form action='/login/'>User name, password</form></body></html>"


def login_page() -> Response:
    """Return the page that those get who are not known: it is no error."""
    return Response(LOGIN, 200, {"Vary": "Cookie"}, content_type="text/html; charset=utf-8")


def to_login(path: str) -> Response:
    """Return where those are sent who have no session in the browser."""
    return Response("", 302, {"Location": f"/login/?next=/{quote(path)}"}, content_type="text/html; charset=utf-8")


def served(store: Store, path: str) -> Response:
    """Answer a request for a file or folder below ``/output/``."""
    found = re.fullmatch(r"output/Home/([^/]+)/(.*)", path)
    link = f"/output/Home/{found[1]}/" if found else ""
    report = next((each for each in store.records("results") if each["reportLink"] == link), None)
    if not found or report is None:
        return _missing()
    tree, below = files(store, report), found[2]
    if below in tree:
        return _file(tree[below](), below)
    if below and not below.endswith("/"):
        return _missing()
    inner = [each.removeprefix(below) for each in tree if each.startswith(below)]
    names = sorted({each.partition("/")[0] + "/" * ("/" in each) for each in inner})
    return _page(path, names) if names else _missing()


def files(store: Store, report: Record) -> Tree:
    """Return what makes the bytes of each file of a report, by its path below the report's folder."""
    rows = store.table("barcode summaries").get(str(report["id"]), {"rows": []})["rows"]
    barcodes = [each["Barcode Name"] for each in rows]
    link = report["reportLink"]
    found: Tree = {"log.html": lambda: b"<html><body>Analysis finished.</body></html>"}
    if not report["libmetrics"]:
        return found
    for name in [f"{each}_rawlib" for each in barcodes] or ["rawlib"]:
        found |= _aligned(f"{name}", f"{link}{name}")
    whole = report["bamLink"].removeprefix(link).removesuffix(".bam")
    found |= _aligned(whole, f"{link}{whole}")
    for each in store.records("pluginresult"):
        if each["result"] == report["resource_uri"] and each["state"] == "Completed":
            found |= _plugin(each["URL"].removeprefix(link), each["pluginName"], barcodes)
    return found


def _aligned(name: str, seed: str) -> Tree:
    return {
        f"{name}.bam": lambda: _bytes(seed, 60_000, b"BAM\1"),
        f"{name}.bam.bai": lambda: _bytes(seed + "i", 2_000, b"BAI\1"),
    }


def _plugin(folder: str, name: str, barcodes: list[str]) -> Tree:
    found: Tree = {f"{folder}{name}.html": lambda: f"<html><body>{name}</body></html>".encode()}
    if name in BARCODED:
        for each in barcodes:
            kind = "TSVC_variants.vcf" if name == "variantCaller" else f"{each}.stats.cov.txt"
            found[f"{folder}{each}/{kind}"] = lambda each=each: _variants(each)  # type: ignore[misc]
    return found


def _variants(barcode: str) -> bytes:
    return f"##fileformat=VCFv4.1\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{barcode}\n".encode()


def _bytes(seed: str, size: int, head: bytes) -> bytes:
    return (head + hashlib.shake_128(seed.encode()).digest(size))[:size]


def _file(content: bytes, path: str) -> Response:
    """Send a file as the web server does: whole, or the range asked for of this very state."""
    etag = f'"{len(content):x}-{hashlib.md5(content, usedforsecurity=False).hexdigest()[:12]}"'
    said = {"ETag": etag, "Last-Modified": http_date(STARTED), "Accept-Ranges": "bytes"}
    kind = {"html": "text/html", "txt": "text/plain"}.get(path.rpartition(".")[2], "application/octet-stream")
    if path.startswith("download_links/"):
        said["Content-Disposition"] = "attachment"
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", etag) not in (etag, said["Last-Modified"]):
        return Response(content, 200, said, content_type=kind)
    start, stop = int(asked[1]), min(len(content), int(asked[2] or len(content)) + 1)
    if start >= len(content):
        return Response("", 416, {"Content-Range": f"bytes */{len(content)}"})
    said["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
    return Response(content[start:stop], 206, said, content_type=kind)


def _page(path: str, names: list[str]) -> Response:
    lines = "\n".join(f'<a href="{quote(each)}">{escape(each)}</a>' for each in names)
    head = f'<h1>Index of /auth/{escape(path)}</h1><a href="?C=N;O=D">Name</a><a href="/auth/output/">Parent</a>'
    return Response(
        f"<html><body>{head}<pre>\n{lines}</pre></body></html>", 200, content_type="text/html;charset=UTF-8"
    )


def _missing() -> Response:
    return Response("<h1>Not Found</h1>", 404, content_type="text/html; charset=iso-8859-1")
