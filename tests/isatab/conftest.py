"""Fixtures of the ISA-Tab tests."""

import zipfile

import pytest

from bionb.isatab import ISATab


@pytest.fixture(scope="session")
def real_sets(reference_data):
    """The 43 real data sets: name -> {file: bytes}."""
    return {path.stem: _unpacked(path) for path in sorted((reference_data / "isatab").glob("*.zip"))}


def _unpacked(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture(scope="session")
def real(real_sets):
    """Opens a real data set by name."""
    return lambda name, **options: ISATab(real_sets[name], **options)
