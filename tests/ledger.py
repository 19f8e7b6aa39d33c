"""Write a ledger of accepted requests from outside evidence, one entry a line, so that a change shows as a line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import bionb.platforms
from bionb.sandbox.gate import FILE

KINDS = {str: "text", bool: "boolean", int: "integer", float: "number", list: "list", dict: "object"}


def ledger_file(platform: str) -> Path:
    """Return where a platform's ledger stands."""
    return Path(bionb.platforms.__file__).parent / platform / "sandbox/data" / FILE


def text(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return a ledger as the text of its file, in a fixed order."""
    lines = {json.dumps(each, ensure_ascii=False): (each["path"], each["method"]) for each in entries}
    return "[\n" + ",\n".join(sorted(lines, key=lambda line: (lines[line], line))) + "\n]\n"


def rule(values: Iterable[Any]) -> dict[str, Any]:
    """Return the rule of a key from the values that it was seen with: their types, and null if that was among them."""
    seen = list(values)
    types = sorted({KINDS[type(each)] for each in seen if each is not None}) or ["any"]
    found: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
    return found | ({"null": True} if None in seen else {})


def either(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a rule that takes what one of two rules takes, as far as types and null go."""
    if one is None or other is None:
        return one or other or {}
    types = {
        each for rule in (one, other) for each in ([rule["type"]] if isinstance(rule["type"], str) else rule["type"])
    }
    found = {"type": "any" if "any" in types else sorted(types) if len(types) > 1 else types.pop()}
    return found | ({"null": True} if one.get("null") or other.get("null") else {})


def _types(rule: Mapping[str, Any]) -> list[str]:
    return [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
