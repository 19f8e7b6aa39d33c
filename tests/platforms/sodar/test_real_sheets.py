"""Published ISA-Tabs meet a SODAR server: what bionb foretells is what happens."""

import csv
import posixpath

import bionb
from bionb.errors import InvalidInput, ServerFailed, UsageError
from bionb.platforms.sodar.rules.sheets import content_findings


def imported(sodar, project, source):
    """Tell whether a server takes a set."""
    try:
        sodar.import_sheets(project, source)
    except (InvalidInput, ServerFailed, UsageError):
        return False
    return True


def rows(isa):
    """Count the rows of each table by base name."""
    return {posixpath.basename(name): len(isa[name].frame) for name in [*isa.studies, *isa.assays]}


def foretold_rows(isa):
    """Count the rows of each table as they will be after AltamISA's writer."""
    expansion = isa.expansion()
    return dict(zip(map(posixpath.basename, expansion["file"]), expansion["rows_after"], strict=True))


def test_a_server_takes_what_bionb_says_it_takes_and_exports_as_many_rows_as_foretold(reference_data):
    """43 real sets, most made for other databases: a wrong verdict would cost users an upload, or their trust."""
    with (reference_data / "isatab" / "MANIFEST.csv").open() as manifest:
        names = sorted({row["dataset"] for row in csv.DictReader(manifest)})
    wrong, taken = [], []
    with bionb.start_sandbox("sodar") as sandbox:
        sodar = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
        category = sodar.projects()[0]
        for name in names:
            source = reference_data / "isatab" / f"{name}.zip"
            isa, project = bionb.read_isatab(source), sodar.create_project(name, category)
            foretold = len(isa.investigations) == 1 and not content_findings(isa)
            if foretold != imported(sodar, project, source):
                wrong.append(name)
            elif foretold:
                taken.append(name)
                if foretold_rows(isa) != rows(sodar.export_sheets(project)):
                    wrong.append(f"{name} (rows)")

    assert [] == wrong
    assert (43, 8) == (len(names), len(taken))
