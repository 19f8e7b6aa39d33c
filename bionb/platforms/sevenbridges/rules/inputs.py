"""The inputs of a task, checked against the app's own description before anything is sent.

An input is ``{input id: value}``. Numbers, texts and booleans stand as they are; a file is
``{"class": "File", "path": file id, "name": ...}``, a folder the same with class Directory; several values are a list;
records hold further inputs (API overview, "Inputs").
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb import showing
from bionb.errors import InvalidInput, UsageError
from bionb.frames import FLAG, columns, to_frame
from bionb.plain import is_empty, plain
from bionb.platforms.sevenbridges.rules.cwl import Kind, ports
from bionb.platforms.sevenbridges.rules.identifiers import Ref, file_id, project_id
from bionb.wording import ended, joined

if TYPE_CHECKING:
    import pandas as pd

Finding = dict[str, str]
_CLASSES = {"folder": "Directory", "file": "File"}
_PLAIN: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "string": str,
}


class Inputs:
    """What an app takes.

    Parameters
    ----------
    cwl : mapping
        The app's description in the Common Workflow Language.

    Examples
    --------
    >>> reads = {"id": "reads", "type": "File[]"}
    >>> Inputs({"inputs": [reads]}).build({"reads": ["0" * 24]})
    {'reads': [{'class': 'File', 'path': '000000000000000000000000'}]}
    """

    def __init__(self, cwl: Mapping[str, Any]) -> None:
        self._ports = {port.name: port for port in ports(cwl)}

    @property
    def names(self) -> list[str]:
        """The ids of the inputs."""
        return list(self._ports)

    def of_files(self, name: str) -> bool:
        """Tell whether an input takes files or folders."""
        return name in self._ports and _of_files(self._ports[name].kind)

    def of_table(self, name: str, value: Any) -> Any:
        """Return a cell as a value: an empty one is none, and a column with empty cells turns whole numbers to 1.0."""
        if is_empty(value):
            return None
        whole = name in self._ports and self._ports[name].kind.base in ("int", "long")
        return int(value) if whole and isinstance(value, float) and value.is_integer() else value

    def frame(self) -> pd.DataFrame:
        """Return the inputs as a table.

        Returns
        -------
        DataFrame
            ``id``, ``type``, ``required``, ``label``.
        """
        rows = [
            {"id": each.name, "type": str(each.kind), "required": each.required, "label": each.label}
            for each in self._ports.values()
        ]
        return to_frame(rows, columns("id type", required=FLAG) + columns("label"))

    def build(self, values: Mapping[str, Any], project: Ref | None = None, *, partly: bool = False) -> dict[str, Any]:
        """Return inputs in the platform's form.

        Parameters
        ----------
        values : mapping
            By input id. A file may be a record of ``client.files(...)``, its id, or the form above.
        project : str or dict, optional
            Where the task will run: file records of another project are refused.
        partly : bool
            True when the rest of the required inputs follows later.

        Raises
        ------
        InvalidInput
            Everything that is wrong, in one message and in ``.findings``; nothing was sent.
        """
        check = _Check(None if project is None else project_id(project))
        built: dict[str, Any] = {}
        for name, value in values.items():
            if name not in self._ports:
                folded = {each.lower(): each for each in self._ports}
                close = difflib.get_close_matches(name.lower(), folded, n=1)
                known = f"did you mean {folded[close[0]]}?" if close else f"the app takes {', '.join(self._ports)}"
                check.complain(name, f"is no input of this app; {known}")
            elif value is not None:
                built[name] = check.value(self._ports[name].kind, value, name)
        if not partly:
            for port in self._ports.values():
                if port.required and values.get(port.name) is None:
                    check.complain(port.name, f"is required: {port.kind}")
        if check.findings:
            words = joined(f"{each['input']} {each['problem']}" for each in check.findings)
            raise InvalidInput(
                f"The inputs do not fit the app: {ended(words)} Change them, and try again.", check.findings
            )
        return built

    def __repr__(self) -> str:
        return f"<Inputs: {', '.join(f'{each.name}: {each.kind}' for each in self._ports.values())}>"

    def _repr_html_(self) -> str:
        return showing.table("inputs", self.frame(), complete=[".frame()"], rows=len(self._ports))


def _of_files(kind: Kind) -> bool:
    inner = [*kind.choices, *([kind.items] if kind.items else [])]
    return kind.base in ("File", "Directory") or any(_of_files(each) for each in inner)


class _Check:
    """Turns values into the platform's form and collects what is wrong with them."""

    def __init__(self, project: str | None) -> None:
        self._project = project
        self.findings: list[Finding] = []

    def complain(self, name: str, problem: str) -> None:
        """Keep one finding."""
        self.findings.append({"input": name, "problem": problem})

    def value(self, kind: Kind, value: Any, name: str) -> Any:
        """Return a value in the platform's form."""
        if hasattr(value, "tolist"):  # a number or a column of a frame
            value = self._of_frame(value, name)
        if value is None:
            if not kind.optional:
                self.complain(name, f"is null, and {kind} is required")
            return None
        if kind.choices:
            return self._one_of(kind, value, name)
        if kind.base == "array":
            return self._list(kind, value, name)
        if kind.base == "record":
            return self._record(kind, value, name)
        if kind.base in ("File", "Directory"):
            return self._file(kind, value, name)
        if kind.base == "enum" and value not in kind.symbols:
            self.complain(name, f"is {value!r}; it may be {', '.join(kind.symbols)}")
        wanted = _PLAIN.get(kind.base)
        fits = wanted is None or (isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)))
        if not fits:
            self.complain(name, f"is {_described(value)}; the app wants {kind}")
        return value

    def _of_frame(self, value: Any, name: str) -> Any:
        try:
            return plain(value, name)
        except UsageError as error:
            self.complain(name, f"can't be sent: {error}")
            return None

    def _one_of(self, kind: Kind, value: Any, name: str) -> Any:
        for choice in kind.choices:
            trial = _Check(self._project)
            found = trial.value(choice, value, name)
            if not trial.findings:
                return found
        self.complain(name, f"is {_described(value)}; the app wants {kind}")
        return value

    def _list(self, kind: Kind, value: Any, name: str) -> Any:
        assert kind.items is not None
        if not isinstance(value, list | tuple):
            self.complain(name, f"is {_described(value)}; the app wants a list ({kind}): put it in brackets")
            return value
        return [self.value(kind.items, each, f"{name}[{number}]") for number, each in enumerate(value)]

    def _record(self, kind: Kind, value: Any, name: str) -> Any:
        if not isinstance(value, Mapping):
            self.complain(name, f"is {_described(value)}; the app wants a record of {', '.join(kind.fields)}")
            return value
        for extra in sorted(set(value) - set(kind.fields)):
            self.complain(f"{name}.{extra}", f"is no field of this record; it has {', '.join(kind.fields)}")
        missing = [field for field, inner in kind.fields.items() if value.get(field) is None and not inner.optional]
        for field in missing:
            self.complain(f"{name}.{field}", f"is required: {kind.fields[field]}")
        return {
            field: self.value(inner, value[field], f"{name}.{field}")
            for field, inner in kind.fields.items()
            if value.get(field) is not None
        }

    def _file(self, kind: Kind, value: Any, name: str) -> Any:
        if isinstance(value, list | tuple):
            self.complain(name, f"is a list; the app wants one {kind.base}")
            return value
        if not isinstance(value, str | Mapping):
            self.complain(name, f"is {_described(value)}; the app wants a {kind.base}")
            return value
        try:
            path = file_id(value)
        except UsageError as error:
            self.complain(name, f"is no {kind.base}: {error}")
            return value
        if isinstance(value, str):
            return {"class": kind.base, "path": path}
        given = value.get("class") or _CLASSES.get(str(value.get("type")).lower(), kind.base)
        if given != kind.base:
            self.complain(name, f"is a {given}; the app wants a {kind.base}")
        if self._project and value.get("project") not in (None, self._project):
            self.complain(
                name, f"is a file of {value['project']}; copy it to {self._project} first, where it has another id"
            )
        return _named_file(kind.base, path, value)


def in_platform_form(value: Any) -> Any:
    """Return inputs with every file and folder as tasks name it, however it was given; ids alone stay texts.

    Examples
    --------
    >>> in_platform_form({"reads": [{"id": "a", "type": "file", "name": "r.fastq", "size": 7}], "offset": 2})
    {'reads': [{'class': 'File', 'path': 'a', 'name': 'r.fastq'}], 'offset': 2}
    """
    if isinstance(value, Mapping):
        kind = _class_of(value)
        if kind is None:
            return {key: in_platform_form(each) for key, each in value.items()}
        return _named_file(kind, file_id(value), value)
    return [in_platform_form(each) for each in value] if isinstance(value, list | tuple) else value


def _class_of(value: Mapping[str, Any]) -> str | None:
    """Return ``File`` or ``Directory`` for a file of a task and for a record of a listing, None for other records."""
    if value.get("class") in ("File", "Directory"):
        return str(value["class"])
    if "id" not in value:
        return None
    kind = _CLASSES.get(str(value.get("type")).lower())
    # A listing of chosen fields may lack the type; then the record's own address tells what it is.
    return kind or ("File" if "/files/" in str(value.get("href")) else None)


def _named_file(kind: str, path: str, value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: in_platform_form(value[key]) for key in ("name", "secondaryFiles") if value.get(key)}
    return {"class": kind, "path": path, **kept}


def paths_in(inputs: Any) -> list[str]:
    """Return the ids of all files and folders in built inputs.

    Examples
    --------
    >>> paths_in({"reads": [{"class": "File", "path": "a"}], "offset": 2})
    ['a']
    """
    if isinstance(inputs, Mapping):
        if inputs.get("class") in ("File", "Directory"):
            return [str(inputs["path"])]
        return [path for value in inputs.values() for path in paths_in(value)]
    if isinstance(inputs, list):
        return [path for value in inputs for path in paths_in(value)]
    return []


def _described(value: Any) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}
    return words.get(type(value), "a record" if isinstance(value, Mapping) else type(value).__name__) + (
        f" ({value!r})" if isinstance(value, bool | int | float | str) else ""
    )
