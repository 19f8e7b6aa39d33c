"""What may be changed about a record, by the default template."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from bionb.errors import UsageError
from bionb.platforms.odm.wire.records import Ref
from bionb.platforms.odm.wire.template import TEMPLATES, Attribute

# Kind of a record -> how its path calls it.
EDITED = {
    "study": "studies",
    "sample": "samples",
    "library": "libraries",
    "preparation": "preparations",
    "expression": "expressions",
    "flow-cytometry": "flow-cytometries",
}
UNCHECKED = "Pass check=False to send it nevertheless."
# An attribute that only records of this kind have, the most telling first.
_TELLING = {"Library ID": "library", "Preparation ID": "preparation", "Study Source ID": "study", "groupId": "sample"}
_CLASSES = {"Flow Cytometry": "flow-cytometry", "Gene variant (VCF)": "variant"}


def kind_of(record: Ref) -> str:
    """Return the kind of a record by what it holds.

    Examples
    --------
    >>> kind_of({"Library ID": "LIB01", "groupId": "GSF1"})
    'library'
    """
    if isinstance(record, Mapping):
        for name, kind in _TELLING.items():
            if name in record:
                return kind
        if "Data Class" in record:
            return checked_kind(_CLASSES.get(str(record["Data Class"]), "expression"))
    raise UsageError(f"What {record!r:.60} is can't be seen: pass kind=, one of {', '.join(EDITED)}.")


def checked_kind(kind: str) -> str:
    """Return a kind whose records can be changed, or refuse another."""
    if (found := str(kind).replace("_", "-")) not in EDITED:
        more = " Servers since 1.60 change no variant groups." if found == "variant" else ""
        raise UsageError(f"Records of kind {kind!r:.40} can't be changed: use one of {', '.join(EDITED)}.{more}")
    return found


def check_changes(kind: str, changes: Mapping[str, Any], known: Iterable[str] = ()) -> None:
    """Refuse what the default template does not allow; `known` are attributes that the record has already.

    Examples
    --------
    >>> check_changes("sample", {"Age": 42, "Genotype": "control"})
    """
    template = {each.name: each for each in TEMPLATES.get(kind, TEMPLATES["tabular"])}
    for name, value in changes.items():
        found = template.get(name)
        if found is None and name not in known and (meant := _meant(str(name), template)):
            raise UsageError(f"{name!r} is no attribute of a {kind}; did you mean {meant!r}? {UNCHECKED}")
        if found and (wrong := _wrong(found, value)):
            raise UsageError(f"{name} of a {kind} {wrong}. {UNCHECKED}")


def _meant(name: str, template: Iterable[str]) -> str:
    """Return the attribute that a name looks like a slip of, empty if it is likely one of its own."""
    lower = {each.lower(): each for each in template}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.85)
    longer = close and name.lower() != close[0] and (name.lower() in close[0] or close[0] in name.lower())
    return "" if longer or not close else lower[close[0]]


def _wrong(attribute: Attribute, value: Any) -> str:
    """Return what is wrong with a new value, empty if nothing is."""
    if value in (None, "", []):
        return "must not be empty, says the template" if attribute.required else ""
    if attribute.number and not _is_number(value):
        return f"is a number, not {value!r:.60}"
    each = value if isinstance(value, list | tuple) else [value]
    strange = [one for one in each if attribute.terms and one not in attribute.terms]
    return f"is one of {', '.join(attribute.terms)}, not {strange[0]!r:.60}" if strange else ""


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)
