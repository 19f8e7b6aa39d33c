"""The types of an app's inputs, as the Common Workflow Language writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A type.

    Attributes
    ----------
    base : str
        ``File``, ``Directory``, ``int``, ``string``, ``array``, ``record``, ``enum``, ...
    optional : bool
        Whether null is allowed.
    items : Kind, optional
        Of an array.
    fields : mapping
        Of a record.
    symbols : tuple of str
        Of an enum.
    choices : tuple of Kind
        Of a union of several types.
    """

    base: str
    optional: bool = False
    items: Kind | None = None
    fields: Mapping[str, Kind] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    choices: tuple[Kind, ...] = ()

    def __str__(self) -> str:
        text = self.base
        if self.choices:
            text = " or ".join(map(str, self.choices))
        elif self.items is not None:
            text = f"{self.items}[]"
        elif self.base == "record":
            text = "record(" + ", ".join(f"{name}: {kind}" for name, kind in self.fields.items()) + ")"
        elif self.base == "enum":
            text = "enum(" + ", ".join(self.symbols) + ")"
        return text + ("?" if self.optional else "")


@dataclass(frozen=True)
class Port:
    """One input of an app."""

    name: str
    kind: Kind
    label: str
    required: bool


def ports(cwl: Mapping[str, Any]) -> Iterator[Port]:
    """Give the inputs of a description; a list of objects, or a mapping by id."""
    found = cwl.get("inputs") or []
    listed = [{"id": name, **_object(each)} for name, each in found.items()] if isinstance(found, Mapping) else found
    for each in listed:
        kind = parse(each.get("type", "Any"))
        name = str(each["id"]).rpartition("#")[2].rpartition("/")[2]
        yield Port(name, kind, str(each.get("label") or ""), not kind.optional and "default" not in each)


def _object(each: Any) -> Mapping[str, Any]:
    return each if isinstance(each, Mapping) and "type" in each else {"type": each}


def parse(written: Any) -> Kind:
    """Read a type in any of its forms.

    Examples
    --------
    >>> str(parse(["null", {"type": "array", "items": "File"}]))
    'File[]?'
    """
    if isinstance(written, str):
        return _short(written)
    if isinstance(written, list):
        return _union(written)
    base = written["type"]
    if base == "array":
        return Kind("array", items=parse(written["items"]))
    if base == "record":
        return Kind("record", fields=_fields(written.get("fields") or []))
    if base == "enum":
        return Kind("enum", symbols=tuple(each.rpartition("/")[2] for each in written["symbols"]))
    return parse(base)


def _short(written: str) -> Kind:
    if written.endswith("?"):
        return _optional(_short(written[:-1]))
    if written.endswith("[]"):
        return Kind("array", items=_short(written[:-2]))
    return Kind(written, optional=written in ("null", "Any"))


def _union(written: list[Any]) -> Kind:
    choices = tuple(parse(each) for each in written if each != "null")
    if len(choices) == 1:
        return _optional(choices[0]) if "null" in written else choices[0]
    return Kind("union", optional="null" in written, choices=choices)


def _optional(kind: Kind) -> Kind:
    return Kind(kind.base, True, kind.items, kind.fields, kind.symbols, kind.choices)


def _fields(written: Any) -> dict[str, Kind]:
    if isinstance(written, Mapping):
        written = [{"name": name, **_object(each)} for name, each in written.items()]
    return {str(each["name"]).rpartition("/")[2]: parse(each["type"]) for each in written}
