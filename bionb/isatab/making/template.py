"""Templates: what a kind of study records of its samples, and how its assays go on from them.

A template is a small TOML file; those of this folder are readable examples for your own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.isatab.model.headers import DATA, MATERIALS, PROCESS_NAMES

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).parent / "templates"
VOCABULARY = "vocabulary"
PLACES = ("sample", "source", "before")


@dataclass(frozen=True)
class Step:
    """One step of an assay: a protocol with its parameters, and what comes out of it.

    Attributes
    ----------
    protocol : str
        Name of the protocol.
    parameters : sequence of str
        What is recorded of it.
    run : str
        Header of a name that the process itself bears (``MS Assay Name``), or nothing.
    makes : str
        Header of the material or file that comes out (``Extract Name``, ``Raw Data File``), or nothing.
    named : str
        How that is called: text with ``{sample}``, ``{source}`` and ``{before}``, the material before it.
    """

    protocol: str
    parameters: Sequence[str] = ()
    run: str = ""
    makes: str = ""
    named: str = ""


@dataclass(frozen=True)
class AssayPlan:
    """One assay of a template."""

    name: str
    measurement: str
    technology: str
    steps: Sequence[Step]

    @property
    def headers(self) -> list[str]:
        """Headers of what its steps make, in order."""
        return [step.makes for step in self.steps if step.makes]

    @property
    def parameters(self) -> list[str]:
        """Names of all its parameters, in order."""
        return [each for step in self.steps for each in step.parameters]


@dataclass(frozen=True)
class Template:
    """A kind of study; see the files in this folder."""

    name: str
    label: str
    about: str
    collection: str
    assays: Sequence[AssayPlan]
    study_design: str = ""
    source: Sequence[str] = ()
    sample: Sequence[str] = ()
    factors: Sequence[str] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, names: Sequence[str] | None) -> list[AssayPlan]:
        """Return the assays of these names, all by default."""
        if names is None:
            return list(self.assays)
        wanted = [names] if isinstance(names, str) else list(names)
        known = {each.name: each for each in self.assays}
        unknown = [each for each in wanted if each not in known]
        if unknown:
            raise UsageError(
                f"template {self.name!r} has no assay {unknown[0]!r}; it has: {', '.join(known)}. "
                "Choose with assays=[...], or leave it out for all."
            )
        return [known[each] for each in wanted]


def isatab_templates(folder: str | Path | None = None) -> pd.DataFrame:
    """Return the templates that `new_isatab` knows, one row a template.

    Parameters
    ----------
    folder : str or Path, optional
        A folder with templates of your own; bionb's by default.

    Returns
    -------
    pandas.DataFrame
        ``template`` (its name), ``label``, ``about``, ``characteristics`` and ``factors`` (columns that it knows),
        ``assays``.

    Examples
    --------
    >>> bionb.isatab_templates()["template"].tolist()
    ['cancer', 'generic', 'germline', 'metabolomics', 'proteomics', 'rnaseq']
    """
    import pandas as pd

    found = [load(path) for path in sorted(Path(folder or FOLDER).glob("*.toml")) if path.stem != VOCABULARY]
    rows = [
        (
            each.name,
            each.label,
            each.about,
            "; ".join([*each.source, *each.sample]),
            "; ".join(each.factors),
            "; ".join(plan.name for plan in each.assays),
        )
        for each in found
    ]
    columns = ["template", "label", "about", "characteristics", "factors", "assays"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def load(template: str | Path) -> Template:
    """Return a template by its name, or of a file of your own.

    Raises
    ------
    UsageError
        There is none of that name, or the file is no template; the message says what is wrong where.
    """
    path = Path(template)
    if path.suffix != ".toml":
        path = FOLDER / f"{template}.toml"
    if not path.is_file() or path.stem == VOCABULARY:
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.toml") if each.stem != VOCABULARY))
        raise UsageError(
            f"there is no template {str(template)!r}; there are: {known}. Or name a .toml file of your own."
        )
    return _read(path)


def vocabulary() -> Mapping[str, Any]:
    """Return ontologies, terms and units that columns may use by name."""
    return _toml(FOLDER / f"{VOCABULARY}.toml")


def _read(path: Path) -> Template:
    found = dict(_toml(path))
    try:
        plans = [_plan(dict(each)) for each in found.pop("assays", [])]
        template = Template(name=path.stem, assays=plans, **found)
    except TypeError as error:
        raise UsageError(
            f"{path.name} is no template: {str(error).split('() ')[-1]}. See isatab_templates()."
        ) from None
    for plan in plans:
        _check(path, plan)
    return template


def _plan(found: dict[str, Any]) -> AssayPlan:
    return AssayPlan(steps=[Step(**each) for each in found.pop("steps", [])], **found)


def _check(path: Path, plan: AssayPlan) -> None:
    for step in plan.steps:
        if step.makes and step.makes not in (*MATERIALS[2:], *DATA):
            raise UsageError(f"{path.name}: {step.makes!r} is nothing that a step of {plan.name} can make.")
        if step.run and step.run not in PROCESS_NAMES:
            raise UsageError(f"{path.name}: {step.run!r} is no name of a process.")
        try:
            step.named.format(**dict.fromkeys(PLACES, ""))
        except (KeyError, ValueError, IndexError):
            places = ", ".join(f"{{{each}}}" for each in PLACES)
            raise UsageError(f"{path.name}: {step.named!r} may hold {places} and nothing else in braces.") from None


@cache
def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} can't be read as TOML: {error}") from None
