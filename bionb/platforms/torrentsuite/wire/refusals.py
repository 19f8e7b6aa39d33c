"""What the server says to a plan: a refusal with findings, or warnings."""

from __future__ import annotations

import requests

from bionb.errors import ResponseError
from bionb.platforms.torrentsuite.wire.problems import told


class PlanWarning(UserWarning):
    """The server took a plan and warned, or a value was filled in."""


class PlanRefused(ResponseError):
    """The server refused a plan.

    Attributes
    ----------
    findings : list of dict
        ``field`` (path with ``>``) and ``message`` of each fault.
    """

    findings: list[dict[str, str]]


def refused(error: ResponseError, answer: requests.Response) -> PlanRefused:
    """Return the server's refusal with its findings."""
    refusal = PlanRefused(
        error.args[0], hint=error.hint, platform=error.platform, method=error.method, path=error.path,
        status=error.status, code=error.code, detail=error.detail,
    )  # fmt: skip
    refusal.findings = told(answer.json())
    return refusal
