"""Projects and categories: the same on the sandbox and on real SODAR Core sites of all API versions."""

import pytest
import requests

from bionb.errors import NotFound, PermissionDenied, ResponseError, ServerFailed, UsageError, VersionRejected
from tests.platforms.sodar.servers import title

COLUMNS = [
    *("full_title", "type", "title", "sodar_uuid", "parent", "description", "public_access"),
    *("archive", "readme", "children", "roles"),
]
NOBODY = "00000000-0000-4000-8000-000000000000"


def test_a_new_project_is_listed_under_its_category(alice, project, server):
    """The first thing anybody does after making a project is to look for it."""
    found = {each["sodar_uuid"]: each for each in alice.projects()}[project["sodar_uuid"]]

    assert "PROJECT" == found["type"]
    assert server.category == found["parent"]
    assert f"Genomics / {project['title']}" == found["full_title"]


def test_projects_are_listed_by_full_title(alice, project):
    """Categories stand before what is in them, so that the table reads like the tree."""
    titles = [each["full_title"] for each in alice.projects()]

    assert sorted(titles) == titles


def test_a_category_names_its_children(alice, project, server):
    """Old servers do not say; it is worked out from the parents."""
    category = next(each for each in alice.projects() if each["sodar_uuid"] == server.category)
    below = {each["sodar_uuid"] for each in alice.projects() if each["parent"] == server.category}

    assert below == set(category["children"])
    assert project["sodar_uuid"] in below


def test_every_record_has_the_same_keys_everywhere(alice, project):
    """Notebooks must not depend on the server's version."""
    for record in [*alice.projects(), alice.project(project)]:
        assert set(COLUMNS) == set(record)


def test_frames_have_the_same_columns_everywhere(alice, project):
    """What is computed on one server's table works on another's."""
    assert COLUMNS == list(alice.projects().to_frame())


def test_a_created_project_comes_back_whole(project, server):
    """The server's own answer to creating leaves out roles and archive."""
    assert (server.category, "PROJECT", False, None) == (
        project["parent"],
        project["type"],
        project["archive"],
        project["public_access"],
    )
    assert [("project owner", server.users["alice"])] == [
        (each["role"], each["user"]["sodar_uuid"]) for each in project["roles"]
    ]


def test_description_and_readme_are_kept(alice, server):
    """Text typed into a notebook reaches the server unchanged, umlauts and Markdown included."""
    made = alice.create_project(title(), server.category, description="Größe 5 µm", readme="# Read\n\n*me*")

    assert ("Größe 5 µm", "# Read\n\n*me*") == (made["description"], made["readme"])


def test_a_category_is_created_in_a_category(alice, server):
    """Categories nest."""
    made = alice.create_project(title(), server.category, type="CATEGORY")
    inside = alice.create_project(title(), made)

    assert "CATEGORY" == made["type"]
    assert made["sodar_uuid"] == inside["parent"]


@pytest.mark.parametrize("given", ["name", "short name", "uuid", "record"])
def test_the_owner_may_be_given_in_any_form(alice, server, given):
    """People know names, the server wants UUIDs."""
    owner = {
        "name": server.usernames["bob"],
        "short name": "bob",
        "uuid": server.users["bob"],
        "record": {"sodar_uuid": server.users["bob"]},
    }[given]
    made = alice.create_project(title(), server.category, owner=owner)

    assert server.users["bob"] in {
        each["user"]["sodar_uuid"] for each in made["roles"] if each["role"] == "project owner"
    }


def test_an_unknown_owner_is_found_out_before_anything_is_created(alice, server):
    """A misspelt name must not end in a project of somebody else's."""
    wanted = title()
    with pytest.raises(NotFound, match="no user 'bbo'"):
        alice.create_project(wanted, server.category, owner="bbo")

    assert wanted not in {each["title"] for each in alice.projects()}


def test_a_title_is_taken_once_per_category(alice, project, server):
    """The server's reason is shown, not just the status."""
    with pytest.raises(ResponseError, match="unique") as caught:
        alice.create_project(project["title"], server.category)

    assert 400 == caught.value.status


@pytest.mark.parametrize("wrong", ["a / b", "Genomics"])
def test_a_title_the_server_refuses_is_an_error(alice, server, wrong):
    """A slash between blanks would break full titles; a title like the parent's is refused as well."""
    with pytest.raises(ResponseError, match="(?i)title") as caught:
        alice.create_project(wrong, server.category)

    assert 400 == caught.value.status


def test_creating_needs_a_role_in_the_category(bob, server):
    """The server says only 'no permission'; we say which role is needed and where."""
    with pytest.raises(PermissionDenied, match="contributor or stronger in the parent category"):
        bob.create_project(title(), server.category)


def test_only_superusers_create_at_the_root(alice, server):
    """The server's answer to others is the same bare refusal."""
    with pytest.raises(PermissionDenied, match="only superusers create at the root"):
        alice.create_project(title(), None, type="CATEGORY")

    made = server.connect("admin").create_project(title(), None, type="CATEGORY")
    assert made["parent"] is None


def test_an_unknown_type_is_refused_before_anything_is_sent(alice, server):
    """The server's answer would come after one round trip more and read worse."""
    with pytest.raises(UsageError, match="PROJECT or CATEGORY"):
        alice.create_project(title(), server.category, type="FOLDER")

    assert 0 == len(alice.history)


def test_a_project_public_for_guests_is_readable_by_everybody(alice, server):
    """One field in two forms and under two names, depending on the version."""
    made = alice.create_project(title(), server.category, public_access="guest")

    assert "project guest" == made["public_access"]
    assert "project guest" == server.connect("dave").project(made)["public_access"]


def test_public_access_for_viewers_needs_version_two(alice, server):
    """Older versions know guests only: said before anything is created."""
    wanted = title()
    if server.at_least("2.0"):
        assert (
            "project viewer" == alice.create_project(wanted, server.category, public_access="viewer")["public_access"]
        )
    else:
        with pytest.raises(UsageError, match="only for guests"):
            alice.create_project(wanted, server.category, public_access="viewer")
        assert wanted not in {each["title"] for each in alice.projects()}


def test_an_update_changes_what_it_names_and_nothing_else(alice, project):
    """A table edited in a notebook must not blank other columns."""
    wanted = title()
    alice.update_project(project, description="Second thoughts")
    changed = alice.update_project(project, title=wanted)

    assert (wanted, "Second thoughts", project["readme"]) == (
        changed["title"],
        changed["description"],
        changed["readme"],
    )


def test_an_update_keeps_public_access(alice, server):
    """Without the field in it, a server crashes in version 1 and closes the project to the public in version 2."""
    made = alice.create_project(title(), server.category, public_access="guest")
    changed = alice.update_project(made, description="Still public")

    assert "project guest" == changed["public_access"]
    assert "project guest" == alice.project(made)["public_access"]


def test_public_access_can_be_taken_back(alice, server):
    """What was opened to all must be closable from the same place."""
    made = alice.create_project(title(), server.category, public_access="guest")
    alice.update_project(made, public_access=None)

    assert alice.project(made)["public_access"] is None
    with pytest.raises(PermissionDenied):
        server.connect("dave").project(made)


def test_a_project_can_be_moved_to_another_category(alice, project, server):
    """Moving is an update of the parent."""
    other = alice.create_project(title(), server.category, type="CATEGORY")
    alice.update_project(project, parent=other)

    assert other["sodar_uuid"] == alice.project(project)["parent"]


@pytest.mark.parametrize("changes", [{}, {"owner": "bob"}, {"titel": "x"}])
def test_an_update_of_nothing_or_of_an_unknown_field_is_refused(alice, project, changes):
    """The server would ignore a misspelt field and answer 200."""
    sent = len(alice.history)
    with pytest.raises(UsageError, match="update_project changes title"):
        alice.update_project(project, **changes)

    assert sent == len(alice.history)


def test_a_contributor_cannot_update(alice, bob, project):
    """Owners and delegates only."""
    alice.add_member(project, "bob", "contributor")
    with pytest.raises(PermissionDenied) as caught:
        bob.update_project(project, description="Mine now")

    assert 403 == caught.value.status


def test_a_deleted_project_is_gone(alice, server):
    """Servers older than version 1.1 cannot delete by API, and the user is told where to do it."""
    made = alice.create_project(title(), server.category)
    if server.at_least("1.1"):
        alice.delete_project(made)
        with pytest.raises(NotFound):
            alice.project(made)
    else:
        with pytest.raises(VersionRejected, match="delete it in the web interface"):
            alice.delete_project(made)
        assert made["sodar_uuid"] == alice.project(made)["sodar_uuid"]


def test_a_category_with_projects_in_it_is_not_deleted(alice, project, server):
    """The server's reason reaches the user."""
    if not server.at_least("1.1"):
        with pytest.raises(VersionRejected):
            alice.delete_project(server.category)
    else:
        with pytest.raises(PermissionDenied, match="delet"):
            alice.delete_project(server.category)

    assert server.category == alice.project(project)["parent"]


def test_an_unknown_project_is_not_found(alice):
    """404 and the UUID that was asked for."""
    with pytest.raises(NotFound, match=NOBODY):
        alice.project(NOBODY)


def test_a_uuid_cut_short_is_refused_before_anything_is_sent(alice):
    """The server has no such address and would send a web page."""
    with pytest.raises(UsageError, match="'1234' is no UUID"):
        alice.project("1234")

    assert 0 == len(alice.history)


def test_a_web_page_instead_of_json_is_one_line(server):
    """What a server sends for a wrong address: nobody wants to see that page in a notebook."""
    with pytest.raises((NotFound, ServerFailed)) as caught:  # SODAR 1.1 fails at its own page for a wrong address
        server.connect("alice", url=server.url + "/nowhere").projects().first(1)

    assert "check the" in str(caught.value)
    assert "URL" in str(caught.value)
    assert "<" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("page", ["/project/0b4f1d5e-0000-4000-8000-000000000001", "/samplesheets/x", "/project/list"])
def test_the_address_of_a_page_leads_to_the_server(server, page):
    """It is what people copy from the browser."""
    assert server.connect("alice", url=server.url).whoami() == server.connect("alice", url=server.url + page).whoami()


def test_the_address_of_an_unknown_page_is_told_from_that_of_the_server(server):
    """A server may live below a path, so that it is tried as it is."""
    with pytest.raises((NotFound, ServerFailed), match=f"connect to {server.url} ") as caught:
        server.connect("alice", url=f"{server.url}/unheard-of/page").whoami()
    assert "\n" not in str(caught.value)


def test_a_uuid_cut_short_is_not_sent(alice):
    """A title or half a UUID is told apart before anything is asked."""
    before = len(alice.history)
    with pytest.raises(UsageError, match="no UUID"):
        alice.project("1234")

    assert before == len(alice.history)


def test_a_project_without_a_role_in_it_is_denied(bob, project):
    """The server reveals that it exists, and no more."""
    with pytest.raises(PermissionDenied):
        bob.project(project)


def test_a_finder_sees_titles_and_nothing_more(project, server):
    """Stubs have neither type nor parent, the case in which careless clients crash."""
    erin = server.connect("erin")
    stub = next(each for each in erin.projects() if each["sodar_uuid"] == project["sodar_uuid"])

    assert (project["title"], None, None, None) == (stub["title"], stub["type"], stub["parent"], stub["roles"])
    assert project["title"] in erin.projects().to_frame()["title"].tolist()
    (genomics, *others) = erin.roots()
    titles = {node.title for node in (others if server.old else erin.children(genomics))}
    assert ("Genomics", True) == (genomics.title, project["title"] in titles)
    with pytest.raises(PermissionDenied):
        erin.project(project)


def test_a_member_of_the_project_alone_sees_it_at_the_top(alice, bob, project, server):
    """The category above is hidden from such a member: the tree must not lose the project."""
    alice.add_member(project, "bob", "guest")

    assert server.category not in {each["sodar_uuid"] for each in bob.projects()}
    assert project["sodar_uuid"] in {node.id for node in bob.roots()}


def test_the_tree_leads_from_the_category_to_the_project(alice, project, server):
    """What the browser widget walks along."""
    category = next(node for node in alice.roots() if node.id == server.category)
    found = next(node for node in alice.children(category) if node.id == project["sodar_uuid"])

    assert ("category", "project") == (category.kind, found.kind)
    assert project["title"] in alice.frame(category)["title"].tolist()
    assert server.users["alice"] in alice.frame(found)["user.sodar_uuid"].tolist()


# -- what servers refuse, and sandboxes alike -----------------------------------------------------------------------

TITLES = ["", "  ", "/abc", "abc/", "a / b", " / ", "x" * 256, None, True, ["a"], {"a": 1}, "nul\0l"]
TEXTS = [
    ("description", "x" * 512, 201),
    ("description", "x" * 513, 400),
    ("description", None, 201),
    ("description", "", 201),
    ("description", ["x"], 400),
    ("readme", "", 201),
    ("readme", None, 400),
    ("readme", True, 400),
    ("parent", "", 403),
]
TAKEN = ["a/b", " trimmed ", "\ttab\n", 5, 1.5]


def sent(server, method, path, **body):
    """Send a plain request as alice; return status and the texts of the project that came back."""
    needed = {}
    if method == "POST":
        public = {"public_access": None} if server.at_least("2.0") else {"public_guest_access": False}
        needed = {
            "title": title(),
            "type": "PROJECT",
            "parent": server.category,
            "owner": server.users["alice"],
            **public,
        }
    accept = "*/*"
    if not server.old:
        accept = f"application/vnd.bihealth.sodar-core.projectroles+json; version={server.version or server.newest}"
        if method == "PATCH" and not server.at_least("2.0"):
            needed = {"public_guest_access": False}
    reply = requests.request(
        method,
        f"{server.url}/project/api/{path}",
        json={**needed, **body},
        headers={"Authorization": f"token {server.tokens['alice']}", "Accept": accept},
        timeout=30,
    )
    if not reply.ok:
        return reply.status_code, sorted(reply.json()) if "json" in reply.headers["Content-Type"] else "page"
    return reply.status_code, {name: reply.json().get(name) for name in ("title", "description", "readme")}


def test_titles_that_no_server_takes(server, project):
    """The sandbox must say no where real servers do: it is what people learn on."""
    for wrong in TITLES:
        for method, path in (("POST", "create"), ("PATCH", f"update/{project['sodar_uuid']}")):
            status, said = sent(server, method, path, title=wrong)
            rule = ["non_field_errors"] if isinstance(wrong, str) and "/" in wrong else ["title"]
            assert (wrong, 400, rule) == (wrong, status, said)


def test_the_title_of_the_category_is_no_title_of_a_project_in_it(server, alice, project):
    """Servers refuse it, and crash at it where only the title is to change; so it is refused here."""
    path = f"update/{project['sodar_uuid']}"

    assert (400, ["non_field_errors"]) == sent(server, "POST", "create", title="Genomics")
    assert (500, "page") == sent(server, "PATCH", path, title="Genomics")
    with pytest.raises(UsageError, match="category is called"):
        alice.update_project(project, title=" Genomics")


def test_titles_are_trimmed_and_numbers_become_text(server):
    """What comes back is what other lists will show."""
    for given in TAKEN:
        status, said = sent(server, "POST", "create", title=given)
        assert (201, str(given).strip()) == (status, said["title"])


def test_texts_have_rules(server):
    """Lengths and nulls as the servers' own serializers have them."""
    for field, given, expected in TEXTS:
        assert (field, given, expected) == (field, given, sent(server, "POST", "create", **{field: given})[0])


def test_letters_that_crash_servers_before_core_1_4(server):
    """They take "raw" in a readme for a command."""
    assert (500 if server.early else 201) == sent(server, "POST", "create", readme="our drawings")[0]


def test_bionb_says_so_beforehand_where_it_is_sure(alice, server, project):
    """A crash tells nobody which word it was."""
    if server.early:
        with pytest.raises(UsageError, match="drawings"):
            alice.update_project(project, readme="our drawings")
    elif server.at_least("2.0"):
        assert "our drawings" == alice.update_project(project, readme="our drawings")["readme"]


def test_nothing_that_was_not_given_is_sent(alice, server):
    """No empty texts: what servers take for them differs by field and version."""
    made = alice.create_project(title(), server.category)
    assert (None, "") == (made["description"], made["readme"])


@pytest.mark.parametrize(
    "call",
    [
        lambda alice, category: alice.create_project(title(), category, type="CATEGORY", public_access="guest"),
        lambda alice, category: alice.update_project(category, public_access="guest"),
    ],
    ids=["create", "update"],
)
def test_a_category_is_never_public(alice, server, call):
    """New servers ignore it at an update without a word, old ones crash."""
    before = len(alice.history)
    with pytest.raises(UsageError, match="never public"):
        call(alice, server.category)
    assert "POST" not in set(alice.history["method"][before:])
    assert "PATCH" not in set(alice.history["method"][before:])

    field = {"public_access": "project guest"} if server.at_least("2.0") else {"public_guest_access": True}
    assert 400 == sent(server, "POST", "create", type="CATEGORY", **field)[0]
    assert (500 if server.old else 200) == sent(server, "PATCH", f"update/{server.category}", **field)[0]
    assert alice.project(server.category)["public_access"] is None


def test_a_category_is_updated_all_the_same(alice, server):
    """The public field has to come along, and may say only one thing."""
    made = alice.create_project(title(), server.category, type="CATEGORY")
    assert "new" == alice.update_project(made, description="new")["description"]


@pytest.mark.parametrize("as_record", [True, False])
def test_a_parent_that_is_a_project_is_named_so(alice, project, server, as_record):
    """Servers say that it does not exist."""
    parent = project if as_record else project["sodar_uuid"]
    other = alice.create_project(title(), server.category)
    for call in (lambda: alice.create_project(title(), parent), lambda: alice.update_project(other, parent=parent)):
        with pytest.raises((UsageError, ResponseError), match="is a project"):
            call()


def test_a_category_is_not_moved_into_itself(alice, server):
    """Servers fail at it, and nobody could tell why."""
    made = alice.create_project(title(), server.category, type="CATEGORY")
    with pytest.raises(UsageError, match="into itself"):
        alice.update_project(made, parent=made)

    assert (500, "page") == sent(server, "PATCH", f"update/{made['sodar_uuid']}", parent=made["sodar_uuid"])


@pytest.mark.parametrize("field", ["title", "readme", "parent"])
def test_an_update_to_nothing_is_refused_here(alice, project, field):
    """Servers take null for descriptions only."""
    with pytest.raises(UsageError):
        alice.update_project(project, **{field: None})
    assert alice.update_project(project, description=None)["description"] is None


@pytest.mark.parametrize("role", ["finder", "contributor", "owner"])
def test_everybody_is_guest_or_viewer_at_most(alice, project, role):
    """Servers crash at other roles that they know."""
    with pytest.raises(UsageError, match="guest"):
        alice.update_project(project, public_access=role)
