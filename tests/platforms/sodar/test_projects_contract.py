"""Projects and categories: the same on the sandbox and on real SODAR Core sites of all API versions."""

import pytest

from bionb.errors import NotFound, PermissionDenied, ResponseError, UsageError, VersionRejected
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
    with pytest.raises(NotFound) as caught:
        server.connect("alice", url=server.url + "/nowhere").projects().first(1)

    assert "<" not in str(caught.value)
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
    assert project["title"] in {node.title for node in erin.roots()}
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
