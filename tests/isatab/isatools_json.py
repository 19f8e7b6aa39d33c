"""Run by ISA's own tools, in their environment: validate, load and write again each file of a folder.

For each file the counts of what was loaded go to standard output, and what isatools writes of it to ``again/``.
"""

import json
import sys
from pathlib import Path

import isatools
import jsonschema
from isatools import isajson
from isatools.isajson.dump import ISAJSONEncoder
from referencing import Registry, Resource

SCHEMAS = Path(isatools.__file__).parent / "resources/schemas/isa_model_version_1_0_schemas/core"


def validator():
    """The published schema, its parts found beside each other."""
    parts = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    pairs = [(f"https://isa.test/{name}", Resource.from_contents(part)) for name, part in parts.items()]
    for part in parts.values():
        part["$id"] = f"https://isa.test/{next(name for name, each in parts.items() if each is part)}"
    registry = Registry().with_resources([(uri, Resource.from_contents(each.contents)) for uri, each in pairs])
    return jsonschema.Draft7Validator(parts["investigation_schema.json"], registry=registry)


def main(folder):
    """Print one line of JSON a file."""
    rules = validator()
    (folder / "again").mkdir()
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text("utf-8"))
        errors = [f"{'/'.join(map(str, error.path))}: {error.message}"[:200] for error in rules.iter_errors(found)]
        with path.open() as file:
            model = isajson.load(file)
        counts = {
            "studies": len(model.studies),
            "sources": [len(study.sources) for study in model.studies],
            "samples": [len(study.samples) for study in model.studies],
            "processes": [len(study.process_sequence) for study in model.studies],
            "assays": [
                [len(a.process_sequence), len(a.data_files), len(a.other_material)]
                for study in model.studies
                for a in study.assays
            ],
        }
        (folder / "again" / path.name).write_text(json.dumps(model, cls=ISAJSONEncoder))
        print(json.dumps({"file": path.stem, "errors": errors[:5], **counts}))


main(Path(sys.argv[1]))
