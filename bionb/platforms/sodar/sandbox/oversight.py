"""Views on settings, the timeline and the lock: what owners and stewards look after."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.projects import find, user_shape
from bionb.platforms.sodar.sandbox.refusals import crash_if, forbid_if, refuse_if, there, unfit_if
from bionb.platforms.sodar.sandbox.world import CATEGORY, DELEGATE, GUEST, Event, Project
from bionb.sandbox.application import Routes


@dataclass(frozen=True)
class Setting:
    """What an app says of one of its settings."""

    scope: str
    type: str
    default: Any
    user_modifiable: bool = True


_ALWAYS: Mapping[tuple[str, str], Setting] = {
    ("projectroles", "ip_restrict"): Setting("PROJECT", "BOOLEAN", False),
    ("projectroles", "project_star"): Setting("PROJECT_USER", "BOOLEAN", False, user_modifiable=False),
    ("samplesheets", "allow_editing"): Setting("PROJECT", "BOOLEAN", True),
    ("samplesheets", "sheet_sync_enable"): Setting("PROJECT", "BOOLEAN", False),
    ("landingzones", "file_name_prohibit"): Setting("PROJECT", "STRING", ""),
}
_ALLOWED = {("projectroles", "ip_allowlist"): Setting("PROJECT", "JSON", [])}
_NOTIFY = {
    ("projectroles", "notify_email_project"): Setting("USER", "BOOLEAN", True),
    ("projectroles", "notify_email_role"): Setting("USER", "BOOLEAN", True),
}
SETTINGS: Mapping[str, Mapping[tuple[str, str], Setting]] = {
    "new": {
        **_ALWAYS,
        **_NOTIFY,
        ("projectroles", "ip_allow_list"): Setting("PROJECT", "STRING", ""),
        ("projectroles", "project_access_block"): Setting("PROJECT", "BOOLEAN", False, user_modifiable=False),
    },
    "1.1": {**_ALWAYS, **_NOTIFY, **_ALLOWED},
    "old": {**_ALWAYS, **_ALLOWED, ("projectroles", "user_email_additional"): Setting("USER", "STRING", "")},
}


def _defined(context: Context, given: Mapping[str, Any], *scopes: str) -> tuple[tuple[str, str], Setting]:
    """Return the setting that a request names, if it is of one of these scopes."""
    name = str(given.get("app_name" if context.old else "plugin_name", "")), str(given.get("setting_name", ""))
    unfit_if(not name[0], "Which app? None was named.")
    known = SETTINGS[context.release].get(name)
    if known is None or known.scope not in scopes:
        unfit_if(True, f"{name[0]} has no setting {name[1]} with the scope {' or '.join(scopes)}.")
    assert known is not None
    return name, known


def _owner_of(context: Context, project: Project, setting: Setting, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return whose setting it is, project and user, after a look at the rights."""
    user = context.world.user(str(given.get("user")))
    if setting.scope == "PROJECT":
        forbid_if(not project.leads(context.user))
        return project.sodar_uuid, user.sodar_uuid if user else ""
    unfit_if(user is None, "Whose setting? No user was named.")
    forbid_if(user is not context.user and not context.user.is_superuser)
    return project.sodar_uuid, str(given["user"])


def _setting_shape(context: Context, name: tuple[str, str], setting: Setting, owner: tuple[str, str]) -> dict[str, Any]:
    user = context.world.user(owner[1])
    return {
        "project": owner[0] or None,
        "user": user and user_shape(context, user),
        "name": name[1],
        "type": setting.type,
        "value": context.world.settings.get((*owner, *name), setting.default),
        "app_name" if context.old else "plugin_name": name[0],
        "user_modifiable": setting.user_modifiable,
    }


def project_setting(context: Context, project: str) -> Any:
    """Return a setting of a project (to owners and delegates), or of the caller in a project."""
    found = find(context, project)
    name, setting = _defined(context, request.args, "PROJECT", "PROJECT_USER")
    owner = _owner_of(context, found, setting, request.args)
    _check_place(found, setting, owner)
    return _setting_shape(context, name, setting, owner)


def _check_place(project: Project, setting: Setting, owner: tuple[str, str]) -> None:
    if setting.scope == "PROJECT":
        unfit_if(project.type == CATEGORY, "Categories do not have this setting.")
        unfit_if(owner[1], "This setting is the project's, and no user's.")


def user_setting(context: Context) -> Any:
    """Return a setting of the caller."""
    name, setting = _defined(context, request.args, "USER")
    return _setting_shape(context, name, setting, ("", context.user.sodar_uuid))


def set_project_setting(context: Context, project: str) -> Any:
    """Change a setting of a project, or of the caller in a project."""
    found, body = find(context, project), context.read()
    name, setting = _defined(context, body, "PROJECT", "PROJECT_USER")
    forbid_if(setting.scope == "PROJECT" and not setting.user_modifiable)
    unfit_if("value" not in body, "A value is needed.")
    owner = _owner_of(context, found, setting, body)
    value = _value(context, setting, name[1], body["value"])
    _check_place(found, setting, owner)
    context.world.settings[(*owner, *name)] = value
    words = f"set value of {name[0]}.settings.{name[1]}"
    context.world.note(found, context.user, "app_setting_set_api", words, classified=True, extra={"value": value})
    return {"detail": f"{'.'.join(name)} has a new value."}


def set_user_setting(context: Context) -> Any:
    """Change a setting of the caller."""
    body = context.read()
    name, setting = _defined(context, body, "USER")
    unfit_if("value" not in body, "A value is needed.")
    value = _value(context, setting, name[1], body["value"])
    context.world.settings["", context.user.sodar_uuid, *name] = value
    return {"detail": f"{'.'.join(name)} has a new value."}


def _value(context: Context, setting: Setting, name: str, value: Any) -> Any:
    """Return a value as it is kept; its type must be the setting's."""
    unfit_if(setting.type == "BOOLEAN" and not isinstance(value, bool), "This setting is true or false.")
    if setting.type == "JSON":
        try:
            value = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            unfit_if(True, "This is no JSON.")
        unfit_if(
            not context.old and value and not isinstance(value, list | dict), "This setting is a list or an object."
        )
    if name == "ip_allow_list" and value:
        crash_if(not isinstance(value, str))  # a fault of real servers
        unfit_if(not all(map(_is_address, value.split(","))), "There is something in it that is no IP address.")
    return value


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip())
    except ValueError:
        return False
    return True


# -- timeline and lock -----------------------------------------------------------------------------------------------


def _event_shape(context: Context, event: Event) -> dict[str, Any]:
    leads = context.user.is_superuser if event.project is None else event.project.leads(context.user)

    def extra(found: dict[str, Any]) -> dict[str, Any]:
        return {"extra_data": found} if leads else {}

    ids = [f"{event.sodar_uuid[:-2]}{number:02d}" for number in range(20)]
    return {
        "project": event.project and event.project.sodar_uuid,
        "app": event.app,
        "plugin": None,
        "user": event.user.sodar_uuid,
        "event_name": event.name,
        "description": event.description,
        **extra(event.extra),
        "classified": event.classified,
        "status_changes": [
            {
                "event": event.sodar_uuid,
                "timestamp": time,
                "status_type": kind,
                "description": words,
                **extra({}),
                "sodar_uuid": uuid,
            }
            for uuid, (time, kind, words) in zip(ids, event.statuses, strict=False)
        ],
        "event_objects": [
            {
                "event": event.sodar_uuid,
                "label": label,
                "name": name,
                "object_model": label.title(),
                "object_uuid": uuid,
                **extra({}),
                "sodar_uuid": own,
            }
            for own, (label, (name, uuid)) in zip(ids[10:], event.objects.items(), strict=False)
        ],
        "sodar_uuid": event.sodar_uuid,
    }


def _visible(context: Context, event: Event) -> bool:
    if event.project is None:
        return context.user.is_superuser or not event.classified
    return event.project.allows(context.user, DELEGATE if event.classified else GUEST)


def list_events(context: Context, project: str) -> Any:
    """List what was done in a project, newest first."""
    return _events(context, find(context, project, GUEST))


def list_site_events(context: Context) -> Any:
    """List what was done on the server, outside projects."""
    return _events(context, None)


def _events(context: Context, project: Project | None) -> Any:
    found = [each for each in reversed(context.world.events) if each.project is project and _visible(context, each)]
    return paged(context, [_event_shape(context, each) for each in found])


def retrieve_event(context: Context, event: str) -> Any:
    """Return one event."""
    found = there(next((each for each in context.world.events if each.sodar_uuid == event), None))
    forbid_if(not _visible(context, found))
    return _event_shape(context, found)


def lock_status(context: Context, project: str) -> Any:
    """Tell whether the server is at work on a project's files."""
    found = find(context, project, GUEST)
    refuse_if(context.faults.take("irods_off"), 503, "The taskflow backend is not switched on here.")
    refuse_if(found.type == CATEGORY, 400, "Categories are never locked.")
    working = any(each.status == "MOVING" for each in found.zones)
    return {"is_locked": working or bool(context.faults.take("locked"))}


ROUTES: Routes = {
    "GET /project/api/settings/retrieve/<uuid:project>": project_setting,
    "GET /project/api/settings/retrieve/user": user_setting,
    "POST /project/api/settings/set/<uuid:project>": set_project_setting,
    "POST /project/api/settings/set/user": set_user_setting,
    "GET /timeline/api/list/<uuid:project>": list_events,
    "GET /timeline/api/list/site": list_site_events,
    "GET /timeline/api/retrieve/<uuid:event>": retrieve_event,
    "GET /taskflowbackend/api/lock/status/<uuid:project>": lock_status,
}
