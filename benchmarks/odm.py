"""ODM: three imports end to end, 100,000 samples in short pages, a matrix of 20,000 by 200 as a stream.

``make bench`` runs it. Server and client are processes of their own, a new client for each case; the server's pages
and rows are rendered beforehand. Memory is the peak resident size minus that after importing.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SAMPLES, SHORT = 100_000, 7  # every page lacks so many of the records asked for
GENES, COLUMNS = 20_000, 200
IMPORTS_LIMIT, MEMORY_LIMIT = 8.0, 2.5  # times as many small requests; times the frame


# -- the server's process -------------------------------------------------------------------------------------------


def serve_sandbox() -> None:
    """Serve the sandbox, whose jobs are done at the first look."""
    import bionb

    with bionb.start_sandbox("odm") as sandbox, sandbox.fault("odm", "instant_jobs"):
        say(sandbox.url("odm") + " " + sandbox.credentials("odm")["token"])
        sys.stdin.read()


def serve_bulk() -> None:
    """Serve many samples and a large matrix from what was rendered beforehand."""
    records = [json.dumps(sample(number)).encode() for number in range(SAMPLES)]
    head, rows = matrix_lines()

    class Bulk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if "streamed-data" in self.path:
                self.answer("text/csv", head + b"".join(rows))
            elif "/group/" in self.path:
                self.answer("application/json", b'{"itemId":"GSF1","metadata":{"Features (string)":["gene"]}}')
            else:
                self.answer("application/json", page(records, self.path))

        def answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bulk)
    say(f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


def sample(number: int) -> dict[str, object]:
    """Return one sample with the attributes of the default template, most of them empty."""
    from bionb.platforms.odm.wire.template import SAMPLE

    found: dict[str, object] = dict.fromkeys(each.name for each in SAMPLE)
    found |= {"genestack:accession": f"GSF{number:07d}", "Sample Source ID": f"S{number:06d}", "Sex": "FM"[number % 2]}
    return found | {"Organism": "Mus musculus", "Age": number % 90, "Tissue": "liver", "groupId": "GSF9999999"}


def page(records: list[bytes], path: str) -> bytes:
    """Return a page that holds fewer records than its limit although more follow, as real servers do."""
    asked = dict(re.findall(r"(pageOffset|pageLimit)=(\d+)", path))
    offset, limit = int(asked.get("pageOffset", 0)), int(asked.get("pageLimit", 2000))
    chosen = records[offset : offset + (limit - SHORT if limit > 2 * SHORT else limit)]
    pagination = {"count": len(chosen), "total": len(records), "offset": offset, "limit": limit}
    return b'{"meta":{"pagination":%s},"data":[%s]}' % (json.dumps(pagination).encode(), b",".join(chosen))


def matrix_lines() -> tuple[bytes, list[bytes]]:
    """Return the header and the rows of a matrix of invented values."""
    head = ",".join(["gene", *(f"S{number:03d}" for number in range(COLUMNS))]).encode() + b"\n"
    values = [f"{(number * 37 % 1009) / 71:.4f}".encode() for number in range(COLUMNS)]
    return head, [b"G%05d,%s\n" % (row, b",".join(values)) for row in range(GENES)]


def say(url: str) -> None:
    """Tell the parent process where the server is."""
    sys.stdout.write(url + "\n")
    sys.stdout.flush()


# -- the client's process -------------------------------------------------------------------------------------------


def measure_imports(url: str) -> dict[str, float]:
    """Import study, samples and data, wait for each, and link them."""
    odm = connected(url)
    bucket = "s3://example_data/GSE60871/GSE60871_"
    odm.whoami()
    started = time.perf_counter()
    study = odm.wait_job(odm.import_study(bucket + "study.tsv"))
    samples = odm.wait_job(odm.import_samples(bucket + "samples.tsv"))
    data = odm.wait_job(odm.import_expression(bucket + "expression.gct"))
    imported, requests = time.perf_counter() - started, len(odm.history) - 1
    odm.link_samples(samples, study)
    odm.link_expression(data, samples)
    linked = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(requests):
        odm.whoami()
    small = time.perf_counter() - started
    return {"seconds": imported, "with links": linked, "requests": requests, "ratio": imported / small}


def measure_samples(url: str) -> dict[str, float]:
    """Read all samples into a frame."""
    odm, before = connected(url), peak()
    started = time.perf_counter()
    frame = odm.samples().to_frame()
    seconds = time.perf_counter() - started
    assert frame["genestack:accession"].is_unique
    return {
        "seconds": seconds,
        "rows": len(frame),
        "requests": len(odm.history),
        "added MB": (peak() - before) / 1e6,
    }


def measure_matrix(url: str) -> dict[str, float]:
    """Stream a matrix into a frame."""
    odm, before = connected(url), peak()
    started = time.perf_counter()
    frame = odm.stream_expression("GSF1").to_frame()
    seconds = time.perf_counter() - started
    size = int(frame.memory_usage(deep=True).sum())
    assert frame.shape == (GENES, COLUMNS)
    added = peak() - before
    return {"seconds": seconds, "frame MB": size / 1e6, "added MB": added / 1e6, "ratio": added / size}


def connected(told: str) -> object:
    """Connect, and import what the case will use, so that it is not measured."""
    import numpy
    import pandas

    import bionb
    from bionb.platforms.odm.calls import queries
    from bionb.platforms.odm.tables import matrix

    pandas.read_csv(io.StringIO("a,b\n1,2\n"))
    assert all((numpy, matrix, queries))
    address, _, token = told.partition(" ")
    return bionb.connect("odm", address, token=token or "any")


def peak() -> int:
    """Return the peak resident size in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# -- both -----------------------------------------------------------------------------------------------------------

CASES = {
    "imports": (serve_sandbox, measure_imports),
    "samples": (serve_bulk, measure_samples),
    "matrix": (serve_bulk, measure_matrix),
}


def run(name: str) -> dict[str, float]:
    """Run one case with a server and a client of its own."""
    command = [sys.executable, __file__, "serve", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            told = server.stdout.readline().strip() if server.stdout else ""
            command = [sys.executable, __file__, "measure", name, told]
            quiet = os.environ | {"TQDM_DISABLE": "1"}
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300, env=quiet)
        finally:
            server.kill()
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Run all cases, print their figures, and fail when one misses its mark."""
    results = {name: run(name) for name in CASES}
    for name, figures in results.items():
        print(f"odm {name}: " + ", ".join(f"{what} {value:.4g}" for what, value in figures.items()))
    missed = [
        f"three imports took {results['imports']['ratio']:.1f} times as long as so many small requests"
        if results["imports"]["ratio"] >= IMPORTS_LIMIT
        else "",
        f"{results['samples']['rows']} of {SAMPLES} samples" if results["samples"]["rows"] != SAMPLES else "",
        f"the matrix took {results['matrix']['ratio']:.2f} times its frame"
        if results["matrix"]["ratio"] > MEMORY_LIMIT
        else "",
    ]
    sys.exit("; ".join(filter(None, missed)) or 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        CASES[sys.argv[2]][0]()
    elif sys.argv[1:2] == ["measure"]:
        json.dump(CASES[sys.argv[2]][1](sys.argv[3]), sys.stdout)
    else:
        main()
