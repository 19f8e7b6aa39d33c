"""Roles and owners: the same on the sandbox and on real SODAR Core sites of all API versions."""

import pytest

from bionb.errors import NotFound, PermissionDenied, ResponseError, UsageError
from tests.platforms.sodar.servers import title


def roles(client, project):
    """Who has which role of their own, by short name."""
    return {
        each["user"]["username"].split("@")[0]: each["role"].removeprefix("project ")
        for each in client.members(project)
        if not each["inherited"]
    }


@pytest.fixture
def bobs(alice, server):
    """A new project in alice's category that bob owns."""
    return alice.create_project(title(), server.category, owner="bob")


def test_the_owner_is_the_first_member(alice, project):
    """Version 2.0 gives UUIDs instead of users: their names are looked up."""
    frame = alice.members(project).to_frame()

    assert ["alice@EXAMPLE"] == frame["user.username"].tolist()
    assert ["project owner"] == frame["role"].tolist()
    assert ["Alice Example"] == frame["user.name"].tolist()
    assert ["alice@example.org"] == frame["user.email"].tolist()


@pytest.mark.parametrize("given", ["name", "short name", "uuid", "record"])
def test_a_member_is_added_in_any_form(alice, project, server, given):
    """The server takes UUIDs only, which nobody knows by heart."""
    user = {
        "name": server.usernames["bob"],
        "short name": "bob",
        "uuid": server.users["bob"],
        "record": next(each for each in alice.users() if each["sodar_uuid"] == server.users["bob"]),
    }[given]
    added = alice.add_member(project, user, "project contributor")

    assert server.users["bob"] == added["user"]["sodar_uuid"]
    assert {"alice": "owner", "bob": "contributor"} == roles(alice, project)


def test_the_answer_names_the_assignment_by_sodar_uuid(alice, project):
    """The documented example reads role_uuid, a key that no server has ever sent."""
    added = alice.add_member(project, "bob", "guest")

    assert "role_uuid" not in added
    assert added["sodar_uuid"] in {each["sodar_uuid"] for each in alice.members(project)}


@pytest.mark.parametrize("role", ["delegate", "contributor", "guest"])
def test_a_role_is_known_by_its_short_name(alice, project, role):
    """The server insists on "project contributor"."""
    assert f"project {role}" == alice.add_member(project, "bob", role)["role"]


def test_viewers_came_with_version_two(alice, project, server):
    """Servers that have it know the role under every API version; earlier ones refuse it."""
    if server.early:
        with pytest.raises(ResponseError) as caught:
            alice.add_member(project, "bob", "viewer")
        assert 400 == caught.value.status
    else:
        alice.add_member(project, "bob", "viewer")
        assert "viewer" == roles(alice, project)["bob"]


def test_a_second_role_for_the_same_user_is_refused(alice, project):
    """The server's reason is shown: the role there is."""
    alice.add_member(project, "bob", "guest")
    with pytest.raises(ResponseError, match="project guest") as caught:
        alice.add_member(project, "bob", "contributor")

    assert 400 == caught.value.status
    assert "guest" == roles(alice, project)["bob"]


def test_an_unknown_role_is_refused_before_anything_is_sent(alice, project):
    """The message lists the roles there are."""
    sent = len(alice.history)
    with pytest.raises(UsageError, match="owner, delegate, contributor, guest, viewer, finder"):
        alice.add_member(project, "bob", "editor")

    assert sent == len(alice.history)


def test_an_unknown_user_is_not_found(alice, project):
    """The message leads to the list of users."""
    with pytest.raises(NotFound, match=r"users\(\)"):
        alice.add_member(project, "bbo", "guest")


@pytest.mark.parametrize("role", ["owner", "finder"])
def test_roles_that_a_project_cannot_give_are_refused(alice, project, role):
    """Owners change by transfer; finders are for categories."""
    with pytest.raises(ResponseError) as caught:
        alice.add_member(project, "bob", role)

    assert 400 == caught.value.status
    assert {"alice": "owner"} == roles(alice, project)


def test_there_is_one_delegate(alice, project):
    """The site's limit, which is one on most sites."""
    alice.add_member(project, "bob", "delegate")
    with pytest.raises(ResponseError, match=r"(?i)delegate") as caught:
        alice.add_member(project, "carol", "delegate")

    assert 400 == caught.value.status


def test_a_contributor_adds_nobody(alice, bob, project):
    """Owners and delegates only."""
    alice.add_member(project, "bob", "contributor")
    with pytest.raises(PermissionDenied):
        bob.add_member(project, "carol", "guest")


def test_a_delegate_adds_members_but_no_delegate(alice, bob, project):
    """As in the web interface: only the owner appoints a delegate."""
    alice.add_member(project, "bob", "delegate")
    bob.add_member(project, "carol", "guest")
    with pytest.raises(PermissionDenied):
        bob.add_member(project, "dave", "delegate")

    assert {"alice": "owner", "bob": "delegate", "carol": "guest"} == roles(alice, project)


def test_a_role_is_changed(alice, project):
    """The assignment stays the same one."""
    added = alice.add_member(project, "bob", "guest")
    changed = alice.update_member(project, "bob", "contributor")

    assert added["sodar_uuid"] == changed["sodar_uuid"]
    assert "contributor" == roles(alice, project)["bob"]


def test_a_role_cannot_become_the_owners(alice, project):
    """Owners change by transfer."""
    alice.add_member(project, "bob", "guest")
    with pytest.raises(ResponseError) as caught:
        alice.update_member(project, "bob", "owner")

    assert 400 == caught.value.status


def test_a_role_is_taken_away(alice, project):
    """And a second time there is nothing to take away, which is said."""
    alice.add_member(project, "bob", "guest")
    alice.remove_member(project, "bob")

    assert {"alice": "owner"} == roles(alice, project)
    with pytest.raises(NotFound, match="no role of their own"):
        alice.remove_member(project, "bob")


def test_the_owner_cannot_be_removed(alice, project):
    """A project has an owner at all times."""
    with pytest.raises(ResponseError) as caught:
        alice.remove_member(project, "alice")

    assert 400 == caught.value.status


def test_a_member_cannot_leave_alone(alice, bob, project):
    """Also one's own role is the owner's to take."""
    alice.add_member(project, "bob", "contributor")
    with pytest.raises(PermissionDenied):
        bob.remove_member(project, "bob")


def test_roles_in_the_category_are_shown_as_inherited(alice, server):
    """They can be changed in the category only, and asking for it here says so."""
    category = alice.create_project(title(), server.category, type="CATEGORY")
    alice.add_member(category, "bob", "contributor")
    inside = alice.create_project(title(), category)
    inherited = {each["user"]["username"]: each["role"] for each in alice.members(inside) if each["inherited"]}

    assert "project contributor" == inherited[server.usernames["bob"]]
    with pytest.raises(NotFound, match="changed in the category"):
        alice.remove_member(inside, "bob")


def test_a_role_in_the_category_lets_create_in_it(alice, bob, server):
    """What a contributor of a category is for."""
    category = alice.create_project(title(), server.category, type="CATEGORY")
    alice.add_member(category, "bob", "contributor")
    made = bob.create_project(title(), category)

    assert "owner" == roles(bob, made)["bob"]


@pytest.mark.parametrize("given", ["name", "short name", "uuid"])
def test_ownership_goes_to_a_user_in_any_form(alice, bob, bobs, server, given):
    """The server takes the name only, although the documentation once said UUID."""
    alice.add_member(bobs, "carol", "guest")
    heir = {"name": server.usernames["carol"], "short name": "carol", "uuid": server.users["carol"]}[given]
    bob.transfer_ownership(bobs, heir)

    assert {"carol": "owner", "bob": "contributor"} == roles(alice, bobs)


def test_the_old_owner_gets_the_role_asked_for(alice, bob, bobs):
    """A contributor unless told otherwise."""
    alice.add_member(bobs, "carol", "contributor")
    bob.transfer_ownership(bobs, "carol", "guest")

    assert {"carol": "owner", "bob": "guest"} == roles(alice, bobs)


def test_an_owner_of_the_category_stays_owner_by_inheritance(alice, project, server):
    """Nobody falls below a role from above; leaving the role open makes real servers crash."""
    alice.add_member(project, "bob", "contributor")
    alice.transfer_ownership(project, "bob")
    members = {each["user"]["username"]: each for each in alice.members(project)}

    assert "project owner" == members[server.usernames["bob"]]["role"]
    assert not members[server.usernames["bob"]]["inherited"]
    assert "project owner" == members[server.usernames["alice"]]["role"]
    assert members[server.usernames["alice"]]["inherited"]


def test_a_role_below_the_inherited_one_is_refused(alice, project):
    """The server's reason is shown."""
    alice.add_member(project, "bob", "contributor")
    with pytest.raises(ResponseError, match="inherit") as caught:
        alice.transfer_ownership(project, "bob", "contributor")

    assert 400 == caught.value.status
    assert "owner" == roles(alice, project)["alice"]


def test_only_the_owner_gives_the_project_away(alice, bob, project):
    """Not even a delegate."""
    alice.add_member(project, "bob", "delegate")
    with pytest.raises(PermissionDenied):
        bob.transfer_ownership(project, "bob")


def test_ownership_goes_to_nobody_unknown(alice, project):
    """Found out before the server is asked."""
    with pytest.raises(NotFound):
        alice.transfer_ownership(project, "nobody")

    assert {"alice": "owner"} == roles(alice, project)


def test_ownership_goes_to_a_member(alice, bob, bobs):
    """Servers refuse anybody else; what to do first is said."""
    with pytest.raises(ResponseError, match="member") as caught:
        bob.transfer_ownership(bobs, "dave")

    assert 400 == caught.value.status
    assert {"bob": "owner"} == roles(alice, bobs)


@pytest.fixture
def below(alice, server):
    """A project in a category of its own."""
    category = alice.create_project(title(), server.category, type="CATEGORY")
    return category, alice.create_project(title(), category)


def test_a_role_weaker_than_an_inherited_one_is_refused(alice, below):
    """Who contributes to the category cannot be a guest in a project of it."""
    category, project = below
    alice.add_member(category, "bob", "contributor")

    with pytest.raises(ResponseError) as caught:
        alice.add_member(project, "bob", "guest")
    assert 400 == caught.value.status
    assert "project contributor" == alice.add_member(project, "bob", "contributor")["role"]


def test_a_stronger_role_in_the_category_takes_the_place_of_a_weaker_one_below(alice, below):
    """The assignment in the project is gone, not hidden."""
    category, project = below
    alice.add_member(project, "carol", "guest")
    alice.add_member(category, "carol", "contributor")
    found = [each for each in alice.members(project) if each["user"]["username"].startswith("carol")]

    assert [("project contributor", True)] == [(each["role"], each["inherited"]) for each in found]
