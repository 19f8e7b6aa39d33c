"""Views on roles, owners, users, invites and tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request

from bionb.platforms.sodar.sandbox.api import Context, paged
from bionb.platforms.sodar.sandbox.projects import UUID, find, user_shape
from bionb.platforms.sodar.sandbox.refusals import crash_if, forbid_if, invalid_if, refuse_if, there, unfit_if
from bionb.platforms.sodar.sandbox.world import CATEGORY, DELEGATE, OWNER, RANKS, Assignment, Project, User
from bionb.sandbox.application import Routes
from bionb.sandbox.tokens import token_of


def role_shape(project: Project, role: Assignment) -> dict[str, Any]:
    """Return a role assignment as create and update answer it: its own UUID is ``sodar_uuid``."""
    found = {"project": project.sodar_uuid, "role": role.role, "user": role.user.sodar_uuid}
    return {**found, "sodar_uuid": role.sodar_uuid}


def _wrong_fields(context: Context) -> dict[str, str]:
    """Return the fields that name a role or a user which is not there."""
    body, wrong = context.read(), {}
    role, user = body.get("role"), body.get("user")
    if isinstance(role, str) and (role not in RANKS or (not context.core_1_4 and role == "project viewer")):
        wrong["role"] = f"There is no role {role}."
    if isinstance(user, str) and (not UUID.fullmatch(user) or context.world.user(user) is None):
        wrong["user"] = f"Nobody has the UUID {user}."
    return wrong


def _check_role(context: Context, project: Project, name: str, user: User, present: Assignment | None) -> None:
    invalid_if(name == "project owner", "Owners are changed by owner transfer only.")
    forbid_if(name == "project delegate" and not project.allows(context.user, OWNER))
    invalid_if(
        name == "project delegate" and any(each.role == name for each in project.roles.values()),
        "One delegate is the limit here.",
    )
    invalid_if(name == "project finder" and project.type != CATEGORY, "Finders are for categories only.")
    own = None if present else project.own(user)
    invalid_if(own, f"This user is {own and own.role} already (assignment {own and own.sodar_uuid}).")
    invalid_if(
        any(each.user is user and each.rank < RANKS[name] for each in project.inherited()),
        "This user inherits a stronger role from a category above.",
    )


def create_role(context: Context, project: str) -> Any:
    """Give a user a role."""
    found = find(context, project, DELEGATE)
    body = context.body(**_wrong_fields(context))
    user = context.world.user(body["user"])
    assert user is not None
    _check_role(context, found, body["role"], user, None)
    _end_weaker(context, found, user, body["role"])
    _note(context, found, "role_create", f'add role "{body["role"]}" for {{user}}', user)
    return role_shape(found, context.world.assign(found, user, body["role"])), 201


def _note(context: Context, project: Project, name: str, description: str, user: User) -> None:
    context.world.note(project, context.user, name, description, objects={"user": (user.username, user.sodar_uuid)})


def _end_weaker(context: Context, category: Project, user: User, role: str) -> None:
    """Let a role in a category take the place of the weaker ones that its user has below."""
    for below in context.world.children(category):
        own = below.own(user)
        if own is not None and own.rank > RANKS[role]:
            del below.roles[own.sodar_uuid]
        _end_weaker(context, below, user, role)


def _find_role(context: Context, uuid: str) -> tuple[Project, Assignment]:
    found = there(context.world.assignment(uuid))
    forbid_if(not found[0].allows(context.user, DELEGATE))
    return found


def update_role(context: Context, role: str) -> Any:
    """Change a role; not its user."""
    project, assignment = _find_role(context, role)
    body = context.body(**_wrong_fields(context))
    invalid_if(
        body.get("user", assignment.user.sodar_uuid) != assignment.user.sodar_uuid,
        "The user of a role stays: make another assignment.",
    )
    crash_if("role" not in body)  # a fault of real servers
    _check_role(context, project, body["role"], assignment.user, assignment)
    _note(context, project, "role_update", f'update role to "{body["role"]}" for {{user}}', assignment.user)
    assignment.role = body["role"]
    _end_weaker(context, project, assignment.user, assignment.role)
    return role_shape(project, assignment)


def destroy_role(context: Context, role: str) -> None:
    """Take a role away."""
    project, assignment = _find_role(context, role)
    unfit_if(assignment.role == "project owner", "Owners are changed by owner transfer only.")
    _note(context, project, "role_delete", f'delete role "{assignment.role}" from {{user}}', assignment.user)
    del project.roles[role]


def transfer(context: Context, project: str) -> Any:
    """Make another user, given by NAME, the owner."""
    found = find(context, project, OWNER)
    by_name = {each.username: each for each in context.world.users.values()}
    name, old_role = _heir(context, found, by_name)
    owner = next(each for each in found.roles.values() if each.role == "project owner")
    unfit_if(owner.user is by_name[name], f"{name} is the owner already.")
    _hand_over(context, found, owner, by_name[name], old_role)
    _note(context, found, "role_owner_transfer", "transfer ownership to {user}", by_name[name])
    return {"detail": f"{name} owns {found.title} now, after {owner.user.username}."}


def _heir(context: Context, project: Project, by_name: dict[str, User]) -> tuple[Any, Any]:
    """Read who is to be the owner, and what the present one becomes."""
    body = context.read()
    name, old_role = body.get("new_owner"), body.get("old_owner_role") or None
    members = {each.user.username for each in [*project.roles.values(), *project.inherited()]}
    needed = "new_owner is needed, and before version 1.1 old_owner_role; old servers must know both."
    unfit_if(context.old and not (name in by_name and old_role in RANKS), needed)
    unfit_if(not name or (old_role is None and not context.at_least("1.1")), needed)
    unfit_if(old_role is not None and old_role not in RANKS, f"There is no role {old_role}.")
    unfit_if(old_role == "project finder" and project.type != CATEGORY, "Finders are for categories only.")
    unfit_if(name not in by_name, f"There is no user {name}.")
    unfit_if(name not in members, f"{name} is not a member of this project.")
    return name, old_role


def _hand_over(context: Context, project: Project, owner: Assignment, heir: User, old_role: str | None) -> None:
    """Existing assignments keep their UUIDs; an old owner with an inherited role needs none of their own."""
    above = min((each.rank for each in project.inherited() if each.user is owner.user), default=None)
    crash_if(old_role is None and above is not None)  # a fault of real servers
    words = f"{owner.user.username} inherits a stronger role from the category and keeps it."
    unfit_if(above is not None and RANKS[old_role or "project guest"] > above, words)
    if above is not None or old_role is None:
        del project.roles[owner.sodar_uuid]
    else:
        owner.role = old_role
    (project.own(heir) or context.world.assign(project, heir, "")).role = "project owner"


def list_users(context: Context) -> Any:
    """List people; local accounts only for superusers, or when asked for."""
    shown = context.user.is_superuser or (context.at_least("1.1") and request.args.get("include_system_users") == "1")
    users = sorted(context.world.users.values(), key=lambda each: each.username)
    found = [user_shape(context, each, embedded=False) for each in users if shown or not each.is_system]
    return paged(context, found)


def current_user(context: Context) -> Any:
    """Return the caller."""
    return user_shape(context, context.user, embedded=False)


def retrieve_user(context: Context, user: str) -> Any:
    """Return one user."""
    return user_shape(context, there(context.world.user(user)), embedded=False)


# -- invites ---------------------------------------------------------------------------------------------------------


def _invite_shape(context: Context, invite: Mapping[str, Any]) -> dict[str, Any]:
    shown = {**invite, "issuer": user_shape(context, invite["issuer"])}
    del shown["active"]
    return shown


def list_invites(context: Context, project: str) -> Any:
    """List active invites."""
    found = find(context, project, DELEGATE)
    return paged(context, [_invite_shape(context, each) for each in found.invites if each["active"]])


def create_invite(context: Context, project: str) -> Any:
    """Invite somebody who has no account yet."""
    found, read, wrong = find(context, project, DELEGATE), context.read(), {}
    email, role = str(read.get("email", "")).strip(), read.get("role")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", email):
        wrong["email"] = "This is no e-mail address."
    if isinstance(role, str) and (role not in RANKS or (not context.core_1_4 and role == "project viewer")):
        wrong["role"] = f"There is no role {role}."
    body = context.body(**wrong)
    invalid_if(role == "project owner", "Owners are changed by owner transfer only.")
    forbid_if(role == "project delegate" and not found.allows(context.user, OWNER))
    invalid_if(any(each.email == email for each in context.world.users.values()), f"{email} has an account already.")
    above, invited = found, list[str]()
    while above is not None:
        invited += [each["email"] for each in above.invites if each["active"]]
        above = above.parent  # type: ignore[assignment]
    unfit_if(email in invited and not context.old, f"{email} is invited already.")
    now = context.world.clock.now()
    made = {
        "email": email,
        "project": project,
        "role": body["role"],
        "issuer": context.user,
        "date_created": now.isoformat(),
        "date_expire": (now + timedelta(days=14)).isoformat(),
        "message": body.get("message", ""),
        "sodar_uuid": context.world.ids.uuid("invite"),
        "active": True,
    }
    found.invites.append(made)
    context.world.note(found, context.user, "invite_send", f'send project invite with role "{role}" to {email}')
    return _invite_shape(context, made), 201


def _invite(context: Context, uuid: str) -> tuple[Project, dict[str, Any]]:
    everywhere = ((one, each) for one in context.world.projects.values() for each in one.invites)
    found = there(next((pair for pair in everywhere if pair[1]["sodar_uuid"] == uuid), None))
    forbid_if(not found[0].leads(context.user))
    return found


def retrieve_invite(context: Context, invite: str) -> Any:
    """Return one invite, active or not."""
    found = _invite(context, invite)[1]
    refuse_if(not context.at_least("2.0"), 406, "This is for version 2.0.")
    return _invite_shape(context, found)


def _active_invite(context: Context, uuid: str) -> tuple[Project, dict[str, Any]]:
    project, invite = _invite(context, uuid)
    forbid_if(invite["role"] == "project delegate" and not project.allows(context.user, OWNER))
    unfit_if(not invite["active"], "This invite is not active.")
    return project, invite


def revoke_invite(context: Context, invite: str) -> Any:
    """End an invite."""
    project, found = _active_invite(context, invite)
    found["active"] = False
    context.world.note(project, context.user, "invite_revoke", f'revoke invite sent to "{found["email"]}"')
    return {"detail": f"{found['email']} is no longer invited to {project.title}."}


def resend_invite(context: Context, invite: str) -> Any:
    """Send the e-mail again."""
    project, found = _active_invite(context, invite)
    words = f'resend project invite with role "{found["role"]}" to {found["email"]}'
    context.world.note(project, context.user, "invite_resend", words)
    return {"detail": f"{found['email']} was invited to {project.title} again."}


# -- tokens ----------------------------------------------------------------------------------------------------------


def create_token(context: Context) -> Any:
    """Make a token and delete all others of the user."""
    body, user = context.read(), context.user
    hours, label = str(body.get("expiry") or 0), body.get("sodar_label", "")
    crash_if(not isinstance(label, str) or not re.fullmatch(r"-?\d{1,8}(\.\d+)?", hours))  # faults of real servers
    unfit_if(len(label) > 256, "A label has at most 256 characters.")
    deleted, token = len(user.tokens), token_of(f"{user.short}-{context.world.ids.number('token')}")
    user.tokens = {token}
    expiry = (context.world.clock.now() + timedelta(hours=float(hours))).isoformat() if float(hours) else None
    answer = {"delete_count": deleted, "expiry": expiry, "sodar_label": label, "token": token}
    return {**answer, "user_uuid": user.sodar_uuid}, 201


ROUTES: Routes = {
    "POST /project/api/roles/create/<uuid:project>": create_role,
    "PUT /project/api/roles/update/<uuid:role>": update_role,
    "PATCH /project/api/roles/update/<uuid:role>": update_role,
    "DELETE /project/api/roles/destroy/<uuid:role>": destroy_role,
    "POST /project/api/roles/owner-transfer/<uuid:project>": transfer,
    "GET /project/api/users/list": list_users,
    "GET /project/api/users/current": current_user,
    "GET /project/api/users/<uuid:user>": retrieve_user,
    "GET /project/api/invites/list/<uuid:project>": list_invites,
    "POST /project/api/invites/create/<uuid:project>": create_invite,
    "GET /project/api/invites/retrieve/<uuid:invite>": retrieve_invite,
    "POST /project/api/invites/revoke/<uuid:invite>": revoke_invite,
    "POST /project/api/invites/resend/<uuid:invite>": resend_invite,
    "POST /tokens/api/login": create_token,
}
