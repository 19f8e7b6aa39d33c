"""The benchmark runs, and a listing of N files is exactly N / 100 requests."""

import importlib.util
import math
import pathlib

import pytest

SCRIPT = pathlib.Path(__file__).parents[3] / "benchmarks" / "listing.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("benchmark_listing", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count", [100, 1050])
def test_requests_rows_and_the_floor(benchmark, count):
    """Ratios depend on the machine, requests do not; a wrong number of rows would make any speed worthless."""
    with benchmark.server(count) as url:
        ours, floor = (benchmark.measure(name, url, 0, 1) for name in ("bionb", "floor"))

    assert count == ours["rows"] == floor["rows"]
    assert math.ceil(count / 100) == ours["requests"]
