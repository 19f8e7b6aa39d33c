"""How fast ISA-Tab is read, checked and written, beside AltamISA, isatools, pandas and csv.

Every case runs in a fresh process on the same invented set (33 + 49 columns, as germline studies have them), so
that the ratios, which are what counts, come from one run on one machine. Memory is the peak after the case minus
the peak after all imports.

    python benchmarks/isatab.py [--rows 1000 10000 100000] [--repeat 3] [--limit 180]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent))
REFERENCE = os.environ.get("BIONB_REFERENCE_DATA")
SLOW = ("altamisa", "isatools")  # run once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=180, help="seconds after which a case is given up")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(run(options.case, options.folder)))
        return
    for rows in options.rows:
        compare(rows, options)
    if REFERENCE:
        compare_real_sets(options)


# The invented set


def write_set(folder: Path, rows: int) -> None:
    """Write an investigation, a study of 33 and an assay of 49 columns with some rows."""
    from tests.isatab.sets import investigation

    folder.mkdir(parents=True, exist_ok=True)
    protocols = [f"step {number}" for number in range(5)]
    sections = {
        "ontology_sources": [dict.fromkeys(TERM_SOURCE, "HP") | {"Term Source Name": "HP"}],
        "studies": [{"Study Identifier": "x", "Study Title": "x", "Study File Name": "s_x.txt"}],
        "factors": [{"Study Factor Name": "treatment"}],
        "assays": [
            {
                "Study Assay File Name": "a_x.txt",
                "Study Assay Measurement Type": "exome sequencing",
                "Study Assay Technology Type": "nucleotide sequencing",
                "Study Assay Technology Platform": "Illumina",
            }
        ],
        "protocols": [
            {"Study Protocol Name": name, "Study Protocol Parameters Name": "a;b;c"}
            | dict.fromkeys(PARAMETER_TERMS, ";;")
            for name in protocols
        ],
    }
    (folder / "i_x.txt").write_bytes(investigation(**sections))
    for name, columns in (("s_x.txt", list(study_columns())), ("a_x.txt", list(assay_columns(protocols)))):
        with (folder / name).open("w", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow([header for header, _ in columns])
            writer.writerows([value(row) for _, value in columns] for row in range(rows))


TERM_SOURCE = [f"Term Source {name}" for name in ("Name", "File", "Version", "Description")]
PARAMETER_TERMS = [f"Study Protocol Parameters Name Term {name}" for name in ("Accession Number", "Source REF")]
Columns = Iterator[tuple[str, Callable[[int], str]]]


def study_columns() -> Columns:
    yield "Source Name", lambda row: f"patient {row // 2}"
    yield "Characteristics[family]", lambda row: f"family {row // 6}"
    for label, values in (("sex", 2), ("disease", 40), ("phenotype", 90), ("tissue", 7)):
        yield from term_columns(f"Characteristics[{label}]", lambda row, n=values: row // 2 % n)
    for number in range(6):
        yield f"Comment[note {number}]", lambda row, n=number: f"note {row // 2 % (n + 1)}" if n < 4 else ""
    yield "Protocol REF", lambda row: "step 0"
    yield "Performer", lambda row: f"team {row // 2 % 3}"
    yield "Date", lambda row: f"2024-01-{1 + row // 2 % 28:02}"
    yield "Sample Name", lambda row: f"sample {row}"
    for label, values in (("material", 3), ("cell type", 12)):
        yield from term_columns(f"Characteristics[{label}]", lambda row, n=values: row % n)
    yield "Characteristics[volume]", lambda row: str(row % 500 / 10)
    yield "Unit", lambda row: "ml"
    yield "Factor Value[treatment]", lambda row: f"treatment {row % 4}"


def assay_columns(protocols: list[str]) -> Columns:
    yield "Sample Name", lambda row: f"sample {row}"
    for number, protocol in enumerate(protocols):
        yield "Protocol REF", lambda row, name=protocol: name
        yield "Performer", lambda row: f"team {row % 3}"
        yield "Date", lambda row: f"2024-02-{1 + row % 28:02}"
        for label in "abc":
            yield f"Parameter Value[{label}]", lambda row, n=number: f"value {row % (5 + n)}"
        if number < 2:
            yield f"Comment[remark {number}]", lambda row: ""
        header = ("Extract Name", "Library Name", "Assay Name", "Raw Data File", "Derived Data File")[number]
        yield header, lambda row, name=header: f"{name} {row}"
    yield "Comment[size]", lambda row: str(row * 17 % 100_003)
    for number in range(10):
        yield f"Comment[more {number}]", lambda row, n=number: f"{n}-{row % 50}"


def term_columns(header: str, value: Callable[[int], int]) -> Columns:
    yield header, lambda row: f"{header[16:-1]} {value(row)}"
    yield "Term Source REF", lambda row: "HP"
    yield "Term Accession Number", lambda row: f"HP:{value(row):07}"


# The cases: each returns a function to be timed, with everything imported


def bionb_read(folder: Path) -> Callable[[], object]:
    import bionb.isatab.graph.by_columns  # noqa: F401
    from bionb.isatab import read_isatab

    def job() -> object:
        isa = read_isatab(folder)
        frames = [(isa[name].frame, isa[name].columns) for name in [*isa.studies, *isa.assays]]
        return frames, isa.nodes(), isa.edges(), isa.samples()

    return job


def bionb_check(folder: Path) -> Callable[[], object]:
    import altamisa.isatab

    read = bionb_read(folder)
    assert altamisa.isatab
    from bionb.isatab import read_isatab

    def job() -> object:
        read()
        return read_isatab(folder).accepted()

    return job


def bionb_edit(folder: Path) -> Callable[[], object]:
    """Read, change a column of every row of both tables and write."""
    bionb_read(folder)
    from bionb.isatab import read_isatab

    def job() -> object:
        isa = read_isatab(folder)
        for name, column in (("s_x.txt", "Comment[note 5]"), ("a_x.txt", "Comment[remark 0]")):
            frame = isa[name].frame
            frame[column] = "edited"
            isa = isa.replace(name, frame)
        return isa.write(folder.with_name("edited"), overwrite=True)

    return job


def bionb_write_back(folder: Path) -> Callable[[], object]:
    """Read, take out both frames, give them back with one edit and write."""
    bionb_read(folder)
    from bionb.isatab import read_isatab

    def job() -> object:
        isa = read_isatab(folder)
        for name in ("s_x.txt", "a_x.txt"):
            frame = isa[name].frame
            frame.iloc[-1, -1] = "edited"
            isa = isa.replace(name, frame)
        return isa.write(folder.with_name("back"), overwrite=True)

    return job


def altamisa_models(folder: Path) -> tuple[object, ...]:
    from altamisa import isatab

    opened = {path.name[0]: path.open(encoding="utf-8") for path in folder.glob("[isa]_*.txt")}
    model = isatab.InvestigationReader.from_stream(opened["i"]).read()
    study = isatab.StudyReader.from_stream("S1", opened["s"]).read()
    return model, study, isatab.AssayReader.from_stream("S1", "A1", opened["a"]).read()


def altamisa_read(folder: Path) -> Callable[[], object]:
    from altamisa import isatab

    def job() -> object:
        model, study, assay = altamisa_models(folder)
        info = model.studies[0]
        isatab.InvestigationValidator(model).validate()
        isatab.StudyValidator(model, info, study).validate()
        isatab.AssayValidator(model, info, info.assays[0], assay, study).validate()
        return model

    return job


def altamisa_write(folder: Path) -> Callable[[], object]:
    from altamisa import isatab

    _, study, assay = altamisa_models(folder)

    def job() -> object:
        with (folder / "written.txt").open("w") as file:
            isatab.StudyWriter.from_stream(study, file).write()
            isatab.AssayWriter.from_stream(assay, file).write()
        return file

    return job


def isatools_read(folder: Path) -> Callable[[], object]:
    from isatools import isatab

    def job() -> object:
        with (folder / "i_x.txt").open() as file:
            return isatab.load(file)

    return job


def pandas_read(folder: Path) -> Callable[[], object]:
    import pandas as pd

    return lambda: [pd.read_csv(folder / name, sep="\t", dtype=str) for name in ("s_x.txt", "a_x.txt")]


def csv_read(folder: Path) -> Callable[[], object]:
    def job() -> object:
        tables = []
        for name in ("s_x.txt", "a_x.txt"):
            with (folder / name).open(newline="") as file:
                tables.append(list(csv.reader(file, delimiter="\t")))
        return tables

    return job


def bionb_real(folder: Path) -> Callable[[], object]:
    from bionb.isatab import ISATab

    bionb_read(folder)
    sets = real_sets(folder)

    def job() -> object:
        for files in sets:
            isa = ISATab(files)
            for name in [*isa.studies, *isa.assays]:
                assert isa[name].frame is not None
                assert isa[name].columns is not None
            isa.nodes(), isa.edges(), isa.samples()
        return sets

    return job


def altamisa_real(folder: Path) -> Callable[[], object]:
    from bionb.isatab import ISATab
    from tests.isatab.altamisa_oracle import judgement

    sets = [ISATab(files) for files in real_sets(folder)]
    for isa in sets:
        assert isa.declared is not None  # known to both sides beforehand

    return lambda: [judgement(isa) for isa in sets]


def real_sets(folder: Path) -> list[dict[str, bytes]]:
    """Return the real sets that AltamISA reads to their end."""
    from bionb.isatab import read_isatab
    from tests.isatab.altamisa_oracle import judgement

    sets = [read_isatab(path) for path in sorted((Path(str(REFERENCE)) / "isatab").glob("*.zip"))]
    return [isa.files for isa in sets if all(level != "error" for _, level, _ in judgement(isa))]


CASES = {
    case.__name__: case
    for case in (
        *(bionb_read, bionb_check, bionb_edit, bionb_write_back, altamisa_read, altamisa_write),
        *(isatools_read, pandas_read, csv_read, bionb_real, altamisa_real),
    )
}


# Measuring


def run(case: str, folder: Path) -> dict[str, float]:
    """Run one case in this process: seconds, and MiB beyond those after the imports."""
    warnings.simplefilter("ignore")
    job = CASES[case](folder)
    before = peak()
    started, started_cpu = time.perf_counter(), time.process_time()
    job()
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    return {"seconds": seconds, "cpu": cpu, "mib": peak() - before}


def peak() -> float:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(case: str, folder: Path, options: argparse.Namespace, python: str = sys.executable) -> dict[str, float]:
    """Run one case in fresh processes; the median, or the limit where a case was given up."""
    command = [python, str(HERE), "--case", case, "--folder", str(folder)]
    results = []
    for _ in range(1 if case.startswith(SLOW) else options.repeat):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=options.limit, check=True)
        except subprocess.TimeoutExpired:
            return {"seconds": options.limit, "cpu": options.limit, "mib": float("nan"), "given_up": 1}
        results.append(json.loads(done.stdout.splitlines()[-1]))
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def compare(rows: int, options: argparse.Namespace) -> None:
    """Print all cases at one size, and the ratios that the package promises."""
    print(f"\n{rows:,} rows, 33 + 49 columns")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "set"
        write_set(folder, rows)
        cases = ["bionb_read", "bionb_check", "bionb_edit", "bionb_write_back", "pandas_read", "csv_read"]
        cases += ["altamisa_read"] if rows <= 10_000 else []
        cases += ["altamisa_write"] if rows <= 10_000 else []
        results = {case: shown(case, measure(case, folder, options)) for case in cases}
        python = isatools_python() if rows <= 1_000 else None
        if python:
            results["isatools_read"] = shown("isatools_read", measure("isatools_read", folder, options, python))
    ratio(results, "altamisa_read", "bionb_read")
    ratio(results, "altamisa_read", "bionb_check")
    ratio(results, "altamisa_write", "bionb_edit")
    ratio(results, "isatools_read", "bionb_read")


def compare_real_sets(options: argparse.Namespace) -> None:
    """Print the total over the real sets that AltamISA reads."""
    print("\nreal sets that AltamISA reads")
    with tempfile.TemporaryDirectory() as name:
        results = {case: shown(case, measure(case, Path(name), options)) for case in ("bionb_real", "altamisa_real")}
    ratio(results, "altamisa_real", "bionb_real")


def isatools_python() -> str | None:
    """Return the Python of an environment with isatools (it needs older pandas than we do)."""
    from tests.environments import EnvironmentUnavailable, environment

    try:
        return str(environment("isatools"))
    except EnvironmentUnavailable as error:
        print(f"  isatools left out: {error}")
        return None


def shown(case: str, result: dict[str, float]) -> dict[str, float]:
    sign = "> " if result.get("given_up") else "  "
    print(
        f"  {case:18}{sign}{result['seconds']:8.3f} s {result['cpu']:8.3f} s of CPU {result['mib']:6.0f} MiB",
        flush=True,
    )
    return result


def ratio(results: dict[str, dict[str, float]], slow: str, fast: str) -> None:
    if slow in results and fast in results:
        # CPU seconds: on a busy machine the clock measures the neighbours
        times = results[slow]["cpu"] / results[fast]["cpu"]
        sign = ">" if results[slow].get("given_up") else "="
        print(f"  {slow} / {fast} {sign} {times:.1f}")


if __name__ == "__main__":
    main()
