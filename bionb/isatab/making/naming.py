"""How a set calls its things: a text around the name that each was made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from bionb.isatab.making.places import column_of
from bionb.isatab.model.headers import DATA, SAMPLE, SOURCE, Column
from bionb.isatab.model.table import Table

_ENDINGS = {"Extract Name": "E1", "Labeled Extract Name": "L1", "Library Name": "LIB1"}
_FILE_ENDING = re.compile(r"(?:\.\w{1,8}){1,2}$")


class Chain:
    """Names of the rows that are there and of new ones, on the way from the samples through the steps."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        self._samples = self._before = (old, new)

    def rule(self, names: Sequence[str]) -> str | None:
        """Return the rule that most names of the next step follow."""
        return _rule(names, _parts(before=self._before[0], sample=self._samples[0]))

    def named(self, rule: str) -> list[str]:
        """Return the names that a rule gives the new rows."""
        parts = _parts(before=self._before[1], sample=self._samples[1])
        return [rule.format(**dict(zip(parts, names, strict=True))) for names in zip(*parts.values(), strict=True)]

    def go_on(self, old: list[str], new: list[str]) -> None:
        """Take a step, which gave these names."""
        self._before = (old, new)


def source_rule(table: Table) -> Callable[[str], str]:
    """Return how the set calls the source of a sample: one name is the other with a text around it."""
    sources, samples = _names(table)
    longer = _rule(sources, {"sample": samples})
    shorter = None if longer else _rule(samples, {"source": sources})
    pattern = _pattern(shorter or "{source}")

    def name(sample: str) -> str:
        found = pattern.fullmatch(sample) if shorter else None
        return found[1] if found else (longer or "{sample}-source").format(sample=sample)

    return name


def sample_rule(table: Table) -> Callable[[str], str]:
    """Return how the set calls the sample of a source: a text around its name, else ``NAME-N1``."""
    sources, samples = _names(table)
    rule = _rule(samples, {"source": sources}) or "{source}-N1"
    return lambda source: rule.format(source=source)


def fallback(column: Column, names: Sequence[str]) -> str:
    """Return a rule for names that follow none: with the usual ending of such files, or of such things."""
    if column.kind in DATA:
        endings = Counter(found[0] for name in names if (found := _FILE_ENDING.search(name)))
        return "{before}" + _braced(endings.most_common(1)[0][0] if endings else "")
    return "{before}-" + _ENDINGS.get(column.kind, "run1")


def _names(table: Table) -> tuple[list[str], list[str]]:
    sources, samples = (table.cells.stripped(column_of(table, kind).position) for kind in (SOURCE, SAMPLE))
    return sources, samples


def _pattern(rule: str) -> re.Pattern[str]:
    """Return what finds the source in a sample's name; a second sample of it has another number: N2 beside N1."""
    lead, tail = rule.replace("{{", "{").replace("}}", "}").split("{source}", 1)
    ending = re.sub(r"\d+", r"\\d+", re.escape(tail))
    return re.compile(f"{re.escape(lead)}(.+){ending}")


def _rule(names: Sequence[str], parts: dict[str, list[str]]) -> str | None:
    """Return the rule that most names follow: a text around the name that each was made from."""
    filled = sum(map(bool, names))
    for place, originals in parts.items():
        rules = Counter(
            f"{{{place}}}".join(map(_braced, name.split(original, 1)))
            for name, original in zip(names, originals, strict=True)
            if name and original and original in name
        )
        rule, count = next(iter(rules.most_common(1)), ("", 0))
        if 2 * count > filled:
            return rule
    return None


def _parts(**names: list[str]) -> dict[str, list[str]]:
    """Return what a name may be made from; files often have ``_`` where a sample has a blank."""
    return {**names, **{f"{part}_": [name.replace(" ", "_") for name in found] for part, found in names.items()}}


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
