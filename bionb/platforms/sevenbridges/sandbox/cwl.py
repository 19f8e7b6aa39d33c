"""Apps in the Common Workflow Language, by id, with all their revisions."""

from __future__ import annotations

from typing import Any

Raw = dict[str, Any]


def _port(name: str, kind: Any, label: str, **more: Any) -> Raw:
    return {"id": name, "type": kind, "label": label, **more}


def _tool(label: str, inputs: list[Raw], outputs: list[Raw]) -> Raw:
    return {
        "class": "CommandLineTool",
        "cwlVersion": "v1.0",
        "label": label,
        "baseCommand": [label.split()[0].lower()],
        "inputs": inputs,
        "outputs": outputs,
        "requirements": [{"class": "ShellCommandRequirement"}],
    }


_MERGE = _tool(
    "BamTools Merge 2.4.0",
    [_port("input_bam", "File[]", "BAM files"), _port("output_name", "string?", "Name of the result")],
    [_port("merged", "File", "Merged BAM", suffix=".merged.bam")],
)

_READS = _port("Reads_FASTQ", "File[]", "Reads, one or two files")
_INDELS = _port("cuffdiff_zip", "File?", "Known indels")
_OFFSET = _port("Offset", "int?", "Offset of the quality scores", default=0)
_LANES = {
    "type": "array",
    "items": {
        "type": "record",
        "name": "lane",
        "fields": [{"name": "number", "type": "int"}, {"name": "reads", "type": "File[]"}],
    },
}
_SAMPLE = {
    "type": "record",
    "name": "sample",
    "fields": [{"name": "sample_id", "type": "string"}, {"name": "library", "type": "string?"}],
}

_EXOME_0 = _tool("Exome alignment", [_READS, _INDELS, _OFFSET], [_port("aligned", "File", "BAM", suffix=".bam")])
_EXOME_1 = {
    **_EXOME_0,
    "class": "Workflow",
    "inputs": [
        _READS,
        _INDELS,
        _OFFSET,
        _port("sample", ["null", _SAMPLE], "Sample"),
        _port("lanes", ["null", _LANES], "Reads of each lane"),
        _port("thresholds", "float[]?", "Quality thresholds"),
        _port("mode", ["null", {"type": "enum", "name": "mode", "symbols": ["fast", "careful"]}], "Mode"),
        _port("keep_duplicates", "boolean?", "Keep duplicates"),
        _port("workspace", "Directory?", "Folder for intermediate files"),
    ],
    "steps": [{"id": "align"}, {"id": "sort"}, {"id": "index"}],
}

_QUALITY = {
    **_tool("Read quality", [], [_port("report", "File", "Report", suffix=".quality.html")]),
    "cwlVersion": "sbg:draft-2",
    "inputs": [{"id": "#reads", "type": [{"type": "array", "items": "File"}], "label": "Reads"}],
}

APPS: dict[str, list[Raw]] = {
    "RFranklin/my-project/bamtools-merge-2-4-0": [_MERGE],
    "RFranklin/my-project/exome-alignment": [_EXOME_0, _EXOME_1],
    "john_doe/project1/read-quality": [_QUALITY],
    "admin/public/read-quality": [_QUALITY],
}
