"""ISA-Tabs to import: the sandbox's own examples, whole or spoiled in one place."""

from pathlib import Path

import bionb.platforms.sodar
from tests.platforms.sodar.sheet_recording import zipped

DATA = Path(bionb.platforms.sodar.__file__).parent / "data"
RNA, EXOME = DATA / "rna_pilot", DATA / "exome_pilot"


def texts(folder=RNA):
    """Return the files of an example by path."""
    return {f"{folder.name}/{each.name}": each.read_text("utf-8") for each in sorted(folder.iterdir())}


def changed(start, old, new, folder=RNA):
    """Pack an example with one text replaced in the files whose names start so."""
    files = texts(folder)
    found = [name for name in files if Path(name).name.startswith(start) and old in files[name]]
    assert found, f"{old!r} is nowhere in {start}*"
    return zipped({name: text.replace(old, new) if name in found else text for name, text in files.items()})


def without(start, folder=RNA):
    """Pack an example without the files whose names start so."""
    return zipped({name: text for name, text in texts(folder).items() if not Path(name).name.startswith(start)})


def emptied(start, folder=RNA):
    """Pack an example whose files that start so have a header only."""
    return zipped(
        {
            name: f"{text.splitlines()[0]}\n" if Path(name).name.startswith(start) else text
            for name, text in texts(folder).items()
        }
    )


def annotated_twice():
    """Pack an example that AltamISA finds critical: samples with annotations in the assay, too."""
    files = texts()
    lines = files["rna_pilot/a_rna_pilot.txt"].splitlines()
    added = ["Material Type", *["culture"] * (len(lines) - 1)]
    rows = [
        "\t".join([first, extra, *rest])
        for extra, (first, *rest) in zip(added, (line.split("\t") for line in lines), strict=True)
    ]
    return zipped({**files, "rna_pilot/a_rna_pilot.txt": "\n".join(rows) + "\n"})
