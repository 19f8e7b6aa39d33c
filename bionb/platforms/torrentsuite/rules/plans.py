"""The rules for planned runs, as the server applies them; the client asks them first, so that nothing wrong is sent."""

from __future__ import annotations

from bionb.platforms.torrentsuite.rules.fields import (
    Finding,
    Plan,
    chip_and_kits,
    cleared,
    field_findings,
    type_findings,
)
from bionb.platforms.torrentsuite.rules.known import Known
from bionb.platforms.torrentsuite.rules.samples import sample_findings

__all__ = ["Finding", "Known", "Plan", "findings"]


def findings(plan: Plan, known: Known) -> list[Finding]:
    """Return all that is wrong or doubtful about a plan."""
    found = type_findings(plan)
    # What has the wrong type is told once, and left out of all other rules.
    broken = {each.path[0] for each in found}
    plan = {name: cleared(name, value) for name, value in plan.items() if name not in broken}
    more = [*field_findings(plan, known), *sample_findings(plan, known)]
    found += [each for each in more if each.path[0] not in broken]
    # The server compares chip and kits only when all else is right.
    return found if any(each.level == "error" for each in found) else [*found, *chip_and_kits(plan, known)]
