"""What a server has that a plan may name, found as the server itself finds it: by name, in any case, or description."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bionb.platforms.torrentsuite.wire.records import serial

Rows = Sequence[Mapping[str, Any]]

# Nucleotide types by run type: a table of samples is filled in before the server is asked for its own.
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("GENS", "AMPS", "TARS", "WGNM", "AMPS_EXOME", "TARS_16S", "TAG_SEQUENCING"), ("DNA",)),
    **dict.fromkeys(("AMPS_HD_DNA", "AMPS_HD_DNA_RNA_1"), ("DNA",)),
    **dict.fromkeys(("RNA", "AMPS_RNA", "AMPS_HD_RNA"), ("RNA",)),
    **dict.fromkeys(("AMPS_DNA_RNA", "MIXED", "AMPS_HD_DNA_RNA"), ("DNA", "RNA")),
}
ANY_AMPLISEQ = ("AMPS", "AMPS_DNA_RNA", "AMPS_EXOME", "AMPS_RNA")  # what kits for AMPS_ANY are for
ALL_KITS = ("TemplatingKit", "IonChefPrepKit", "SequencingKit", "LibraryKit", "LibraryPrepKit")


@dataclass
class Known:
    """What a server has: only these may be named in a plan.

    Attributes
    ----------
    chips, kits, references : list of dict
        Records of ``chip``, ``kitinfo`` and ``referencegenome``.
    barcodes : mapping of str to set of str
        Barcodes by kit; it may hold only the kit asked for.
    beds : set of str
        Names and paths of uploaded region files.
    keys : set of str
        Names and sequences of library keys.
    run_types, groups : list of dict
        Records of ``runtype`` and ``applicationgroup``.
    hotspots : set of str or None
        Those of the region files that list hotspots.
    protocols, groupings, flow_orders, plugins, controls : list of dict or None
        Records of ``common_cv`` (sample preparation), ``samplegrouptype_cv``, ``floworder``, ``plugin`` and
        ``sampleannotation_cv`` (control types). None: not asked, or not offered; then nothing is said about them.
    """

    chips: Rows = ()
    kits: Rows = ()
    references: Rows = ()
    barcodes: Mapping[str, set[str]] = field(default_factory=dict)
    beds: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    run_types: Rows = ()
    groups: Rows = ()
    hotspots: set[str] | None = None
    protocols: Rows | None = None
    groupings: Rows | None = None
    flow_orders: Rows | None = None
    plugins: Rows | None = None
    controls: Rows | None = None

    def chip(self, name: str) -> Mapping[str, Any] | None:
        """Return a chip by name or description."""
        return _first(self.chips, name, ("name", "description"))

    def kit(
        self, name: str, kinds: Sequence[str] = ALL_KITS, by: Sequence[str] = ("name", "description")
    ) -> Mapping[str, Any] | None:
        """Return a kit by name or description; an old one may share its description with a newer one."""
        return _first([each for each in self.kits if each["kitType"] in kinds], name, by)

    def barcodes_of(self, kit: str) -> set[str]:
        """Return the barcodes of a kit, in small letters."""
        ours = (barcodes for name, barcodes in self.barcodes.items() if name.lower() == kit.lower())
        return {each.lower() for barcodes in ours for each in barcodes}

    def has_reference(self, name: str) -> bool:
        """Tell whether there is a reference of this short name, ready for use."""
        return any(each["short_name"] == name.strip() and each.get("enabled", True) for each in self.references)

    def bed(self, path: str, reference: str) -> str | None:
        """Return a region file as the server knows it: by its path, or by its name below the reference."""
        below = f"/{reference.strip()}/unmerged/detail/{path.rsplit('/', 1)[-1]}"
        return next((each for each in (path.strip(), below) if each in self.beds), None)

    def has_key(self, name: str) -> bool:
        """Tell whether there is a library key of this name or sequence."""
        return name.strip().lower() in {each.lower() for each in self.keys}

    def run_type(self, name: str) -> str | None:
        """Return a run type as the server writes it."""
        found = _first(self.run_types or [{"runType": each} for each in KINDS], name, ("runType",), strip=False)
        return None if found is None else str(found["runType"])

    def run_type_names(self) -> list[str]:
        """Return all run types."""
        return sorted(each["runType"] for each in self.run_types) or sorted(KINDS)

    def nucleotides(self, run_type: str) -> tuple[str, ...]:
        """Return the nucleotide types that samples of a run type may have."""
        told = next((each.get("nucleotideType") for each in self.run_types if each["runType"] == run_type), None)
        return tuple(str(told).upper().split("_")) if told else KINDS.get(run_type, ("DNA", "RNA"))

    def group(self, name: str) -> Mapping[str, Any] | None:
        """Return an application group by name or description."""
        return _first(self.groups, name, ("name", "description"))

    def groups_of(self, run_type: str) -> list[str] | None:
        """Return the names of the application groups that a run type is for, None if the server does not tell."""
        record = next((each for each in self.run_types if each["runType"] == run_type), {})
        if record.get("applicationGroups") is None:
            return None
        linked = [_linked(each) for each in record["applicationGroups"]]
        return [str(each["name"]) for each in self.groups if each["id"] in linked]


def applications(kit: Mapping[str, Any]) -> list[str]:
    """Return the run types that a kit is for; an empty list for all."""
    words = split(kit.get("applicationType"))
    return [name for word in words for name in (ANY_AMPLISEQ if word == "AMPS_ANY" else (word,))]


def split(text: Any) -> list[str]:
    """Return the parts of a list that the server keeps as text."""
    return [each for each in str(text or "").split(";") if each]


def is_hotspot(content: Mapping[str, Any]) -> bool:
    """Tell whether an uploaded region file lists hotspots."""
    meta = content.get("meta") or {}
    try:
        meta = json.loads(meta) if isinstance(meta, str) else meta
    except ValueError:
        return False
    return bool(isinstance(meta, Mapping) and meta.get("hotspot"))


def named(records: Rows, name: str, *fields: str) -> bool:
    """Tell whether a record has this name, in any case."""
    return _first(records, name, fields) is not None


def _first(
    records: Iterable[Mapping[str, Any]], name: str, fields: Sequence[str], strip: bool = True
) -> Mapping[str, Any] | None:
    """Return the oldest record that is called so, as the server does."""
    wanted = (name.strip() if strip else name).lower()
    found = [each for each in records if any(str(each.get(key) or "").lower() == wanted for key in fields)]
    return min(found, key=serial, default=None)


def _linked(group: Any) -> Any:
    """Return the identifier of a group, which may be a link."""
    if isinstance(group, Mapping):
        return group.get("id")
    tail = str(group).rstrip("/").rsplit("/", 1)[-1]
    return int(tail) if tail.isdigit() else group
