"""What real SODAR Core sites refuse, the sandbox refuses: with the same status, and naming the same fields."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.platforms.sodar.servers import SITES, SodarServer, of_sandbox, of_site
from tests.sodar_core_site.running import KEPT

pytestmark = pytest.mark.outside

NOBODY = "00000000-0000-4000-8000-000000000000"
TEXTS = {
    "blank": "",
    "spaces": "  ",
    "null": None,
    "slash": "/",
    "begins with a slash": "/abc",
    "ends with a slash": "abc/",
    "slash between blanks": "a / b",
    "raw": "raw",
    "drawings": "see the drawings",
    "255 characters": "x" * 255,
    "256 characters": "x" * 256,
    "512 characters and blanks": " " + "x" * 512 + " ",
    "513 characters": "x" * 513,
    "nobody's UUID": NOBODY,
    "a bare role": "guest",
    "a role": "project guest",
    "the finder's role": "project finder",
    "the owner's role": "project owner",
}


@dataclass
class Asked:
    """One request to be sent to two servers; texts in braces stand for what is called otherwise on each."""

    label: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    query: dict[str, Any] = field(default_factory=dict)
    user: str = "alice"


class Place:
    """A server with a fresh project of alice's, in which bob is a contributor, and an empty category."""

    def __init__(self, server: SodarServer) -> None:
        self.server = server
        self._clients: dict[tuple[str, bool], Any] = {}
        alice = server.connect("alice")
        project = alice.create_project("Hostile", server.category)
        category = alice.create_project("Empty", server.category, type="CATEGORY")
        role = alice.add_member(project, "bob", "contributor")
        owner = next(each for each in project["roles"] if each["role"] == "project owner")
        self.names = {
            "category": server.category,
            "project": project["sodar_uuid"],
            "empty": category["sodar_uuid"],
            "role": role["sodar_uuid"],
            "ownership": owner["sodar_uuid"],
            "alice": server.users["alice"],
            "bob": server.users["bob"],
            "carol": server.users["carol"],
            "erin": server.users["erin"],
            "Bob": server.usernames["bob"],
            "Alice": server.usernames["alice"],
            "Carol": server.usernames["carol"],
        }

    def client(self, user: str, by_password: bool) -> Any:
        """Return the one client of a user: sites take a hundred connections and no more."""
        if (user, by_password) not in self._clients:
            password = {"password": self.server.passwords[user], "username": self.server.usernames[user]}
            self._clients[user, by_password] = self.server.connect(user, **(password if by_password else {}))
            self._clients[user, by_password].api.settle()
        return self._clients[user, by_password]

    def translate(self, value: Any) -> Any:
        """Write this server's own name for a text in braces."""
        if isinstance(value, dict):
            return {key: self.translate(each) for key, each in value.items()}
        return self.names.get(value[1:-1], value) if isinstance(value, str) and value.startswith("{") else value

    def verdict(self, asked: Asked) -> tuple[int, Any]:
        """Send a request and return the status, and which fields were named as wrong."""
        api = asked.path.partition("/")[0]
        client = self.client(asked.user, by_password=api == "tokens")
        answer = client.session.request(
            asked.method,
            "/".join(self.translate(each) for each in asked.path.split("/")),
            what="try a value",
            params=self.translate(asked.query),
            json=self.translate(asked.body),
            headers={"Accept": client.api.accept("tokens" if api == "tokens" else "projects")},
            accept=range(400, 600),
        )
        return answer.status_code, named(answer)


def named(answer: Any) -> Any:
    """Reduce a refusal to the names of fields, or to its kind."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return "a page"
    body = answer.json()
    if answer.status_code < 400:
        return ""
    return sorted(body) if isinstance(body, dict) else "a list"


def project_cases(at_least_2: bool, with_public: bool) -> Iterator[Asked]:
    """Give requests that create and change projects with one value in a body that is otherwise good."""
    public = {"public_access": None} if at_least_2 else {"public_guest_access": False} if with_public else {}
    good = {"title": "New", "type": "PROJECT", "parent": "{category}", "owner": "{alice}", **public}
    names = ["title", "type", "parent", "owner", "description", "readme", *(["public_access"] if at_least_2 else [])]
    update = {"title": "Hostile", "type": "PROJECT", "parent": "{category}", **public}
    for name in names:
        for label, value in TEXTS.items():
            yield Asked(f"create {name}: {label}", "POST", "project/api/create", {**good, name: value})
            yield Asked(f"patch {name}: {label}", "PATCH", "project/api/update/{project}", {**public, name: value})
            if name in ("title", "parent"):
                yield Asked(f"put {name}: {label}", "PUT", "project/api/update/{project}", {**update, name: value})
        without = {key: value for key, value in good.items() if key != name}
        yield Asked(f"create without {name}", "POST", "project/api/create", without)
        without = {key: value for key, value in update.items() if key != name}
        yield Asked(f"put without {name}", "PUT", "project/api/update/{project}", without)
    if with_public and not at_least_2:
        without = {key: value for key, value in good.items() if key not in public}
        yield Asked("create without the public field", "POST", "project/api/create", without)
        yield Asked("patch without the public field", "PATCH", "project/api/update/{project}", {"description": "x"})
        without = {key: value for key, value in update.items() if key not in public}
        yield Asked("put without the public field", "PUT", "project/api/update/{project}", without)
    yield Asked("create in a project", "POST", "project/api/create", {**good, "parent": "{project}"})
    yield Asked("move into a project", "PATCH", "project/api/update/{project}", {**public, "parent": "{project}"})
    yield Asked("a title twice", "POST", "project/api/create", {**good, "title": "Hostile"})
    yield Asked("a title twice but for blanks", "POST", "project/api/create", {**good, "title": " Hostile "})
    yield Asked(
        "rename to the parent's title", "PATCH", "project/api/update/{project}", {**public, "title": "Genomics"}
    )
    yield Asked("many wrong at once", "POST", "project/api/create", {"title": "", "type": "x", "parent": "{category}"})
    yield Asked("nothing", "POST", "project/api/create", {}, user="admin")
    yield Asked("a project at the root", "POST", "project/api/create", {**good, "parent": None}, user="admin")
    yield Asked("nobody's parent", "POST", "project/api/create", {**good, "parent": NOBODY}, user="admin")
    given = {"public_access": "project guest"} if at_least_2 else {"public_guest_access": True}
    category = {**good, "type": "CATEGORY", **given}
    yield Asked("a public category", "POST", "project/api/create", category)
    yield Asked("make a category public", "PATCH", "project/api/update/{empty}", given)
    yield Asked("make a category public by type", "PATCH", "project/api/update/{empty}", {"type": "CATEGORY", **given})
    yield Asked("a contributor changes it", "PATCH", "project/api/update/{project}", {"title": ""}, user="bob")


def role_cases() -> Iterator[Asked]:
    """Give requests on roles and owners."""
    for label, value in TEXTS.items():
        create = {"role": "project guest", "user": "{carol}"}
        yield Asked(f"role: {label}", "POST", "project/api/roles/create/{project}", {**create, "role": value})
        yield Asked(f"user: {label}", "POST", "project/api/roles/create/{project}", {**create, "user": value})
        yield Asked(f"patch role: {label}", "PATCH", "project/api/roles/update/{role}", {"role": value})
        yield Asked(
            f"patch user: {label}", "PATCH", "project/api/roles/update/{role}", {"role": "project guest", "user": value}
        )
        give = {"new_owner": "{Bob}", "old_owner_role": "project contributor"}
        yield Asked(
            f"new owner: {label}", "POST", "project/api/roles/owner-transfer/{project}", {**give, "new_owner": value}
        )
        yield Asked(
            f"old role: {label}",
            "POST",
            "project/api/roles/owner-transfer/{project}",
            {**give, "old_owner_role": value},
        )
    yield Asked(
        "below an inherited role",
        "POST",
        "project/api/roles/create/{project}",
        {"role": "project guest", "user": "{alice}"},
    )
    yield Asked(
        "above an inherited role",
        "POST",
        "project/api/roles/create/{project}",
        {"role": "project guest", "user": "{erin}"},
    )
    yield Asked("both wrong", "POST", "project/api/roles/create/{project}", {"role": "", "user": ""})
    yield Asked("nothing", "POST", "project/api/roles/create/{project}", {})
    yield Asked("put without user", "PUT", "project/api/roles/update/{role}", {"role": "project guest"})
    yield Asked("the owner's role", "PATCH", "project/api/roles/update/{ownership}", {"role": "project guest"})
    yield Asked(
        "to the owner",
        "POST",
        "project/api/roles/owner-transfer/{project}",
        {"new_owner": "{Alice}", "old_owner_role": "project guest"},
    )
    yield Asked(
        "to a stranger",
        "POST",
        "project/api/roles/owner-transfer/{project}",
        {"new_owner": "{Carol}", "old_owner_role": "project owner"},
    )


def account_cases(old: bool) -> Iterator[Asked]:
    """Give requests on settings, invites, users and tokens."""
    app = "app_name" if old else "plugin_name"
    good = {app: "projectroles", "setting_name": "ip_restrict"}
    for label, value in TEXTS.items():
        if value is None:
            continue
        for name in good:
            yield Asked(
                f"{name}: {label}", "GET", "project/api/settings/retrieve/{project}", query={**good, name: value}
            )
            yield Asked(
                f"user's {name}: {label}", "GET", "project/api/settings/retrieve/user", query={**good, name: value}
            )
        yield Asked(f"invites, page: {label}", "GET", "project/api/invites/list/{project}", query={"page": value})
        yield Asked(f"users, page: {label}", "GET", "project/api/users/list", query={"page": value})
    for label, value in TEXTS.items():
        if not old:
            yield Asked(f"label: {label}", "POST", "tokens/api/login", {"sodar_label": value}, user="dave")


VALUES = {
    "on": True,
    "off": False,
    "none": None,
    "0": 0,
    "1": 1,
    "2": 2,
    "half": 0.5,
    "text 1": "1",
    "list": ["1.2.3.4"],
}
TARGETS = {"project": "{project}", "category": "{category}", "mine": "user"}


def setting_cases(old: bool, early: bool) -> Iterator[Asked]:
    """Give requests that read and change settings."""
    app, allowed = ("app_name" if old else "plugin_name"), ("ip_allowlist" if early else "ip_allow_list")
    mine = "user_email_additional" if old else "notify_email_role"
    addresses = {"one": "1.2.3.4", "two": "1.2.3.4, ::1", "net": "10.0.0.0/8", "json": '["1.2.3.4"]', "no": "x"}
    for where, place in TARGETS.items():
        for name in ("ip_restrict", "project_star", "project_access_block", mine, allowed, "unheard_of"):
            named = {app: "projectroles", "setting_name": name}
            if (where, name) == ("category", "ip_restrict"):  # what was never set is read from elsewhere
                continue
            for user in ("{alice}", "{bob}", NOBODY, None):
                whose = {} if user is None else {"user": user}
                yield (
                    Asked(
                        f"read {name} of {where}, {user}",
                        "GET",
                        f"project/api/settings/retrieve/{place}",
                        query={**named, **whose},
                    )
                    if where != "mine"
                    else Asked(f"read my {name}", "GET", "project/api/settings/retrieve/user", query=named)
                )
                if where != "mine" or user is None:
                    body = {**named, **whose, "value": True}
                    yield Asked(f"set {name} of {where}, {user}", "POST", f"project/api/settings/set/{place}", body)
    for name, values in {"ip_restrict": VALUES, allowed: VALUES | addresses}.items():
        for label, value in values.items():
            body = {app: "projectroles", "setting_name": name, "value": value}
            yield Asked(f"set {name}: {label}", "POST", "project/api/settings/set/{project}", body)
    for label, value in VALUES.items():
        body = {app: "projectroles", "setting_name": mine, "value": value}
        yield Asked(f"set {mine}: {label}", "POST", "project/api/settings/set/user", body)
    yield Asked(
        "set without a value", "POST", "project/api/settings/set/user", {app: "projectroles", "setting_name": mine}
    )
    body = {app: "projectroles", "setting_name": "ip_restrict", "value": True}
    yield Asked("set as contributor", "POST", "project/api/settings/set/{project}", body, user="bob")


def invite_cases() -> Iterator[Asked]:
    """Give requests that invite people."""
    good = {"email": "new@example.org", "role": "project guest"}
    mails = {**TEXTS, "no host": "new@", "two": "a@b@c.org", "dots": "a@b..org", "bob's": "bob@example.org"}
    for label, value in mails.items():
        yield Asked(f"email: {label}", "POST", "project/api/invites/create/{project}", {**good, "email": value})
    for label, value in TEXTS.items():
        yield Asked(f"role: {label}", "POST", "project/api/invites/create/{project}", {**good, "role": value})
        yield Asked(f"message: {label}", "POST", "project/api/invites/create/{project}", {**good, "message": value})
    for name in good:
        yield Asked(f"without {name}", "POST", "project/api/invites/create/{project}", {name: good[name]})
    for role in ("project delegate", "project viewer", "project finder"):
        yield Asked(f"as {role}", "POST", "project/api/invites/create/{category}", {**good, "role": role})
    yield Asked("by a contributor", "POST", "project/api/invites/create/{project}", good, user="bob")
    for verb in ("revoke", "resend"):
        yield Asked(f"{verb} nothing", "POST", f"project/api/invites/{verb}/{NOBODY}")
    yield Asked("show nothing", "GET", f"project/api/invites/retrieve/{NOBODY}")


def different(real: Place, ours: Place, cases: Iterator[Asked], reset: Any) -> list[str]:
    """Send each request to both servers and describe where their verdicts differ."""
    found = []
    for each in cases:
        expected, actual = real.verdict(each), ours.verdict(each)
        if expected != actual:
            found.append(f"{each.label}: the real site says {expected}, the sandbox {actual}")
        if each.method != "GET" and (expected[0] < 400 or actual[0] < 400):
            reset()
    return found


@pytest.fixture(
    params=[("new", None), ("new", "1.1"), ("new", "1.0"), ("1.1", None), ("old", None)],
    ids=["2.0", "1.1", "1.0", "core-1.1", "0.13"],
)
def pair(request, sandboxes):
    """A place on a real site, one on the sandbox that stands for it, and how to set both back."""
    stands_for, version = request.param
    site = request.getfixturevalue(SITES[stands_for])
    sandbox = sandboxes[stands_for].reset("default")
    servers = of_site(site, stands_for, version), of_sandbox(sandbox, stands_for, version)
    real, ours = map(Place, servers)
    site.keep()
    app = sandbox.app("sodar")
    app.world.core_only = True  # as the site is
    kept = deepcopy(app.world)

    def reset():
        site.reset(KEPT)
        app.world = deepcopy(kept)

    yield real, ours, reset
    for each in servers:
        each.close()


def test_values_of_projects_are_judged_alike(pair):
    """A title that the sandbox takes and no server does would end the lesson on the first real server."""
    real, ours, reset = pair
    version_2 = real.server.at_least("2.0")

    assert [] == different(real, ours, project_cases(version_2, not real.server.old), reset)


def test_values_of_roles_and_owners_are_judged_alike(pair):
    """Roles are given by name, users by UUID, owners by user name: each is mistaken for another."""
    real, ours, reset = pair

    assert [] == different(real, ours, role_cases(), reset)


def test_values_of_settings_invites_and_tokens_are_judged_alike(pair):
    """What is only read is asked for by names, too."""
    real, ours, reset = pair

    assert [] == different(real, ours, account_cases(real.server.old), reset)


def test_values_of_settings_that_change_are_judged_alike(pair):
    """A switch takes true and false, and whoever types 1 has to meet the refusal in the lesson."""
    real, ours, reset = pair

    assert [] == different(real, ours, setting_cases(real.server.old, real.server.early), reset)


def test_values_of_invites_are_judged_alike(pair):
    """Whom one can invite, and as what, differs from whom one can add."""
    real, ours, reset = pair

    assert [] == different(real, ours, invite_cases(), reset)
