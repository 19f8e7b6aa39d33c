"""What SODAR looks at before a view: media type and version, the account, the body."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from packaging.version import Version

from bionb.platforms.sodar.sandbox.refusals import Refused, invalid_if, refuse_if
from bionb.platforms.sodar.sandbox.world import User, World
from bionb.sandbox.faults import Faults
from bionb.sandbox.gate import FINDINGS, Finding


@dataclass(frozen=True)
class Api:
    """One API of a server: its media type and versions, oldest first."""

    media_type: str
    versions: tuple[str, ...]


_PROJECTS = "application/vnd.bihealth.sodar-core.projectroles+json"
_SHEETS = "application/vnd.bihealth.sodar.samplesheets+json"
_ZONES = "application/vnd.bihealth.sodar.landingzones+json"
_IRODS = Api("application/vnd.bihealth.sodar.irodsinfo+json", ("1.0",))
_TIMELINE = Api("application/vnd.bihealth.sodar-core.timeline+json", ("2.0",))
_TASKFLOW = Api("application/vnd.bihealth.sodar.taskflowbackend+json", ("1.0",))
_SODAR_OLD = Api(
    "application/vnd.bihealth.sodar+json",
    ("0.7.0", "0.7.1", "0.8.0", "0.9.0", "0.10.0", "0.11.0", "0.12.0", "0.13.0", "0.14.0", "0.14.1"),
)
# By generation and the first part of the address; 1.1 is the new generation as of SODAR 1.1.
APIS: Mapping[str, Mapping[str, Api]] = {
    "new": {
        "project": Api(_PROJECTS, ("1.0", "1.1", "2.0")),
        "tokens": Api("application/vnd.bihealth.sodar-core.tokens+json", ("1.0",)),
        "samplesheets": Api(_SHEETS, ("1.0", "1.1", "1.2")),
        "landingzones": Api(_ZONES, ("1.0", "1.1")),
        "irods": _IRODS,
        "timeline": _TIMELINE,
        "taskflowbackend": _TASKFLOW,
    },
    "1.1": {
        "project": Api(_PROJECTS, ("1.0", "1.1")),
        "samplesheets": Api(_SHEETS, ("1.0", "1.1")),
        "landingzones": Api(_ZONES, ("1.0",)),
        "irods": _IRODS,
        "timeline": _TIMELINE,
        "taskflowbackend": _TASKFLOW,
    },
    "old": {
        "project": Api("application/vnd.bihealth.sodar-core+json", ("0.13.0", "0.13.1", "0.13.2", "0.13.3")),
        "samplesheets": _SODAR_OLD,
        "landingzones": _SODAR_OLD,
        "irods": Api("application/json", ("1",)),
    },
}
# What old servers lack, and the first version that has it.
_LATER = {
    r"/project/api/(destroy|users/[0-9a-f]{8}-)": "1.1",
    "/project/api/invites/retrieve/": "2.0",
    "/landingzones/api/(file|settings)/": "1.1",
}


def since() -> str:
    """Return the version that brought the address of the present request, empty for the first."""
    return next((version for path, version in _LATER.items() if re.match(path, request.path)), "")


@dataclass
class Context:
    """What a view needs to know of a request."""

    world: World
    user: User
    faults: Faults
    version: str
    release: str

    @property
    def old(self) -> bool:
        """Whether the server is of the old generation."""
        return self.release == "old"

    @property
    def core_1_4(self) -> bool:
        """Whether the server is as new as they come."""
        return self.release == "new"

    @property
    def is_form(self) -> bool:
        """Whether the body is form-encoded, in which an absent checkbox counts as unticked."""
        return not request.is_json

    def at_least(self, version: str) -> bool:
        """Tell whether the API version is this one or newer; old servers are older than all."""
        return not self.old and not is_newer(version, self.version)

    def delay(self, seconds: float) -> None:
        """Let the answer leave later, when all is done."""
        request.environ[DELAY] = seconds

    def body(self, **wrong: str) -> dict[str, Any]:
        """Return the body of a view that has a serializer, with blanks around its texts taken away.

        `wrong` is what the view itself knows to be wrong with single fields; real servers name all those at once,
        before they look at the fields together.
        """
        read = self.read()
        errors: dict[str, list[str]] = {}
        for each in request.environ.get(FINDINGS, ()):
            if each.where == "body":
                errors.setdefault(each.name, []).append(_words(each))
        errors = {name: [words] for name, words in wrong.items()} | errors
        refuse_if(errors, 400, "", body=errors)
        return {name: value.strip() if isinstance(value, str) else value for name, value in read.items()}

    def read(self) -> dict[str, Any]:
        """Return the JSON or form body as it came: what views read that look at it before, or without, a serializer."""
        if not request.is_json:
            known = ("", "application/x-www-form-urlencoded", "multipart/form-data")
            refuse_if(request.mimetype not in known, 415, f"Bodies of type {request.mimetype} are not read here.")
            return request.form.to_dict()
        try:
            found: dict[str, Any] = json.loads(request.get_data() or b"{}")
        except ValueError as error:
            raise Refused(400, f"The body is no JSON: {error}") from error
        invalid_if(not isinstance(found, dict), "An object is expected in the body.")
        return found


DELAY = "bionb.delay"  # seconds before the answer leaves, with no lock held


def _words(finding: Finding) -> str:
    """Word what is wrong with one field."""
    texts = {
        "required": "Please give this field.",
        "blank": "This field must not be empty.",
        "null": "This field must not be null.",
        "max": f"At most {finding.limit} characters.",
        "kind": f"This must be {finding.limit}.",
    }
    return texts.get(finding.rule, f"This is none of: {finding.limit}.")


def account(world: World) -> User:
    """Return who sends the present request."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    name = password = ""
    if scheme.lower() == "token":
        value = value.strip()
        refuse_if(not value, 401, "The token header is empty.")
        refuse_if(" " in value, 401, "The token header has blanks in it.")
    elif scheme.lower() == "basic":
        try:
            value, (name, _, password) = "", base64.b64decode(value).decode().partition(":")
        except ValueError:
            raise Refused(401, "The header of user name and password cannot be read.") from None
    else:
        raise Refused(401, "Log in: no credentials came with the request.")
    for user in world.users.values():
        if value in user.tokens or (name in (user.username, user.short) and password == user.password):
            return user
    raise Refused(401, "Nobody has this token, or this user name and password.")


def is_newer(version: str, than: str) -> bool:
    """Tell whether one version is newer than another; none at all is older than any."""
    return bool(version) and (not than or Version(version) > Version(than))


def negotiated(api: Api) -> str:
    """Return the version to answer in: the server's type wins over ``*/*``, its first mention counts."""
    accept = request.headers.get("Accept", "*/*")
    asked = [[part.strip() for part in each.split(";")] for each in accept.split(",")]
    for media_type, *parameters in asked:
        if media_type == api.media_type:
            version = next((p.split("=", 1)[1] for p in parameters if p.startswith("version=")), api.versions[-1])
            refuse_if(version not in api.versions, 406, f"There is no version {version} here.")
            return version
    if any(media_type in ("*/*", "application/*") for media_type, *_ in asked):
        return api.versions[-1]
    raise Refused(406, "None of the accepted media types is served here.")


def paged(context: Context, records: list[Any], relative: bool = False) -> Any:
    """Return a list, or one numbered page of it where the server knows pages."""
    asked = request.args.get("page", "")
    if context.old or not asked:
        return records
    size = context.world.page_size
    last = max(1, -(-len(records) // size))
    number = last if asked == "last" else int(asked) if asked.isdecimal() else 0
    refuse_if(not 1 <= number <= last, 404, "There is no such page.")
    return {
        "count": len(records),
        "next": _page_url(number + 1, relative) if number < last else None,
        "previous": _page_url(number - 1, relative) if number > 1 else None,
        "results": records[(number - 1) * size : number * size],
    }


def _page_url(number: int, relative: bool) -> str:
    others = "".join(f"&{name}={value}" for name, value in request.args.items() if name != "page")
    return f"{'' if relative else request.host_url.rstrip('/')}{request.path}?page={number}{others}"
