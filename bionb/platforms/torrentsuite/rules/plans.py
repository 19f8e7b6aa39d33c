"""The rules for planned runs, as the server applies them; the client asks them first, so that nothing wrong is sent."""

from __future__ import annotations

from collections.abc import Iterable

from bionb.platforms.torrentsuite.rules import fields, reagents
from bionb.platforms.torrentsuite.rules.fields import IDENTITY, THRESHOLDS, cleared, type_findings
from bionb.platforms.torrentsuite.rules.findings import Finding, Plan, near
from bionb.platforms.torrentsuite.rules.known import Known
from bionb.platforms.torrentsuite.rules.samples import sample_findings

__all__ = ["Finding", "Known", "Plan", "findings", "identity_findings", "unknown_fields"]

RULES = (
    fields.required,
    fields.texts,
    reagents.reagents,
    fields.choices,
    reagents.protocol,
    reagents.application,
    fields.counts,
    reagents.region_files,
    fields.unsupported,
    sample_findings,
)
# Fields that the server takes although its schema does not tell them.
UNTOLD = (
    "barcodedSamples", "projects", "include_plugin_default_selection", "sampleSetName", "samplesList", "templatingSize",
    "analysisargs", "custom_args", "runType", *THRESHOLDS,
)  # fmt: skip


def findings(plan: Plan, known: Known) -> list[Finding]:
    """Return all that is wrong or doubtful about a plan."""
    found = type_findings(plan)
    # What has the wrong type is told once, and left out of all other rules.
    broken = {each.path[0] for each in found}
    plan = {name: cleared(name, value) for name, value in plan.items() if name not in broken}
    found += [each for rule in RULES for each in rule(plan, known) if each.path[0] not in broken]
    # The server compares chip and kits only when all else is right.
    return found if any(each.level == "error" for each in found) else [*found, *reagents.chip_and_kits(plan, known)]


def identity_findings(plan: Plan) -> list[Finding]:
    """Return the fields that would turn a new plan into a change of one that is there, an executed one included."""
    return [
        Finding((name,), "names a plan that is there already, and the server would overwrite it; leave it out.")
        for name in IDENTITY
        if name in plan
    ]


def unknown_fields(plan: Plan, told: Iterable[str]) -> list[Finding]:
    """Return the fields that a plan does not have; the server ignores them without a word."""
    names = sorted({*told, *UNTOLD})
    return [
        Finding((name,), f"a plan has no field {name!r}{near(name, names)}; it would be ignored.", "warning")
        for name in map(str, plan)
        if name not in names
    ]
