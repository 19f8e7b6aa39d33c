"""What the platform's errors mean and what to do next.

An error is ``{"status", "code", "message", "more_info"}`` (API status codes). The first digit of the code tells what it
is about; a few codes deserve words of their own.
"""

from __future__ import annotations

import requests

from bionb.http.answers import Problem, is_json, plain_problem
from bionb.http.bodies import json_of

_FAMILIES = {
    2: "Check the user name; upper and lower case differ.",
    3: "Check the project: its id is owner/short-name as client.projects() shows it; upper and lower case differ.",
    4: "Check the billing group's id in client.billing_groups().",
    5: "Check the file's id in client.files(project); a copy in another project has another id.",
    6: "Check the app's id: owner/project/app or owner/project/app/revision, as client.apps(project) shows it.",
    7: "Look at the task's present state with client.task(id).",
    8: "Start the upload again; parts that had arrived may be lost.",
    9: "Check the volume, and whether your credentials for the bucket are still valid.",
}
_CODES = {
    0: "The platform is under maintenance: try again later.",
    1000: "Wait until the limit is reset; client.rate_limit() does not count.",
    2105: "Only enterprise accounts can list users: name a division.",
    3007: "Give a name that holds letters or digits: the short name is made from it.",
    3008: "Name one of client.billing_groups().",
    3012: "Write the project as owner/short-name, as client.projects() shows it.",
    5005: "Write the project as owner/short-name; a second question mark in the URL must be an ampersand.",
    5015: "Files move within a project only: copy it to the other project.",
    5021: "Empty the folder first.",
    5029: "Name a project or a folder.",
    5031: "Name either a project or a folder, not both.",
    6011: "Write the app as owner/project/app or owner/project/app/revision.",
    7005: "Task ids are UUIDs, as client.tasks(project) shows them.",
    7006: "Statuses are DRAFT, QUEUED, RUNNING, COMPLETED, FAILED, ABORTED.",
    7007: "Only a DRAFT can be run: clone the task to run it once more.",
    7008: "Only a QUEUED or RUNNING task can be aborted.",
    7024: "See the messages about each input; client.app_inputs(app) shows what the app takes.",
    7026: "Only the name of a task that has run can be changed: clone it to run it with other inputs.",
    9014: "Choose a shorter name, of letters, digits and underscores.",
    90001: "Copy your token from the Developer tab of the platform's web page; it may be expired, or of another "
    "environment (known ones: BioData Catalyst, CGC, CAVATICA, ...).",
}


def read_problem(response: requests.Response) -> Problem:
    """Read an error answer into words, code and hint."""
    if not is_json(response):
        found = plain_problem(response)
        request_id = response.headers.get("X-Request-Id")
        return Problem(f"{found.detail} (request {request_id})" if request_id else found.detail)
    try:
        body = json_of(response)
    except ValueError:
        return Problem("broken JSON")
    if not isinstance(body, dict) or "message" not in body:
        return plain_problem(response)
    code = body.get("code")
    detail = f"{str(body['message']).rstrip('.')} (code {code})" if code is not None else str(body["message"])
    return Problem(detail, code, hint_for(code, response.status_code), more_info=str(body.get("more_info") or ""))


def hint_for(code: int | None, status: int) -> str:
    """Return what to do next, by code, else by family; empty when the status alone says it.

    Examples
    --------
    >>> hint_for(5021, 400)
    'Empty the folder first.'
    """
    if code is None or (code == 0 and status != 503):
        return ""
    return _CODES.get(code) or _FAMILIES.get(code // 1000, "")
