import io
import random
import zipfile

import pytest

from bionb.errors import InvalidSheet
from bionb.isatab import ISATab, read_isatab
from tests.isatab.sets import COLUMNAR, PLAIN

BYTES = b'\t\n\r"#;\\\x00\xff\xef\xbb[] ,SPTa0'


def damaged(data, chance):
    """Bytes with one to eight random changes: replaced, dropped, repeated."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            data[at : at + 1] = bytes([chance.choice(BYTES)])
        elif kind == 1:
            del data[at : at + chance.choice([1, 1, 20, 500])]
        elif kind == 2:
            data[at:at] = data[at : at + chance.choice([1, 40, 400])]
        else:
            data[at:at] = bytes(chance.randrange(256) for _ in range(3))
    return bytes(data)


def one_byte(data, chance):
    """Bytes of which one is another."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def use(isa):
    """Do with a set everything that a notebook does."""
    isa.check()
    isa.expansion()
    isa.samples(numbers=True, terms=True)
    isa.annotations()
    for name in [*isa.studies, *isa.assays]:
        assert len(isa[name].columns) == isa[name].frame.shape[1]
    for name in isa.assays:
        isa.assay(name)
    for name in [*isa.investigations, *isa.studies, *isa.assays]:
        frame = isa[name].frame
        assert isa == (isa.replace(name, frame) if len(frame.columns) else isa)
    for section, frame in isa.investigation.items():
        if section not in ("parameters", "components"):
            try:
                isa.replace(section, frame)
            except InvalidSheet:
                continue  # a section that is there twice cannot be edited as a frame
    assert isa == read_isatab(isa.to_zip())


@pytest.mark.parametrize("columnar_from", [PLAIN, COLUMNAR])
def test_random_damage_ends_in_a_result(real_sets, columnar_from):
    """Never in a traceback from the depths: broken sheets are what this package is for."""
    names = sorted(name for name, files in real_sets.items() if sum(map(len, files.values())) < 20_000)
    for seed in range(60):
        chance = random.Random(seed)
        files = dict(real_sets[chance.choice(names)])
        name = chance.choice(sorted(files))
        files[name] = damaged(files[name], chance)
        use(ISATab(files, columnar_from=columnar_from))


def test_random_damage_of_an_archive_ends_in_a_result_or_invalid_sheet(real_sets):
    """Archives come from e-mails."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in real_sets["altamisa-i_small"].items():
            archive.writestr(name, data)
    refused = 0
    for seed in range(400):
        try:
            read_isatab(one_byte(buffer.getvalue(), random.Random(seed))).check()
        except InvalidSheet:
            refused += 1

    assert 50 < refused < 400  # a changed date in the directory harms nobody
