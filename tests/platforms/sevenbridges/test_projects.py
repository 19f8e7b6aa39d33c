"""Projects and members: names change, ids stay."""

import pytest

from bionb.errors import PermissionDenied, ResponseError, UsageError
from bionb.platforms.sevenbridges.rules.identifiers import suggest_short_name
from bionb.sandbox.tokens import token_of

from .conftest import PROJECT


@pytest.fixture
def group(bridges):
    return bridges.call("GET", "billing/groups", what="list the billing groups")["items"][0]


def test_the_projects_of_the_overview(bridges):
    """Offset 2 shows the two projects of the documented answer."""
    ids = bridges.projects().to_frame()["id"].tolist()

    assert len(ids) >= 4
    assert ["john_doe/project1", "john_doe/project2"] == ids[2:4]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "RANKLIN"}, ["RFranklin/rfranklins-experiments"]),
        ({"owner": "john_doe"}, ["john_doe/project1", "john_doe/project2"]),
        ({"tags": ["nobody has this"]}, []),
    ],
)
def test_filters(bridges, filters, expected):
    """Part of a name in any case, an owner, tags."""
    assert expected == [project["id"] for project in bridges.projects(**filters)]


def test_the_name_changes_and_the_id_stays(bridges, group):
    """The short name is fixed when the project is made."""
    made = bridges.create_project("RFranklin's experiments", group)
    renamed = bridges.update_project(made, name="Something else")

    assert "RFranklin/rfranklins-experiments_1" == made["id"] == renamed["id"]
    assert "Something else" == bridges.project(made)["name"]
    bridges.delete_project(made)
    assert made["id"] not in [project["id"] for project in bridges.projects()]


def test_a_project_without_letters_is_refused(bridges, group):
    """Nothing is left for the short name."""
    with pytest.raises(ResponseError, match=r"code 3007.*letters or digits"):
        bridges.create_project("!!!", group)


def test_what_cannot_be_changed_is_refused_here(bridges):
    """The short name, for one."""
    with pytest.raises(UsageError, match="no changeable id"):
        bridges.update_project(PROJECT, id="RFranklin/other")
    with pytest.raises(UsageError, match="no changeable colour"):
        bridges.update_task("dca36ba2-07c5-5349-a38f-972e93242046", colour="red")
    with pytest.raises(UsageError, match="no changeable colour"):
        bridges.update_volume("RFranklin/lab_bucket", colour="red")


def test_a_new_project_has_only_what_was_given(bridges, group):
    """Neither official client sends an empty description, empty tags or empty settings."""
    bridges.create_project("Bare", group)
    assert {"name": "Bare", "billing_group": group["id"]} == bridges.last_request.body
    bridges.create_project("Dressed", group, description="d", tags="one", settings={"locked": False})
    assert ("d", ["one"], {"locked": False}) == tuple(list(bridges.last_request.body.values())[2:])


@pytest.mark.parametrize(
    "call",
    [
        lambda bridges: bridges.update_project(PROJECT),
        lambda bridges: bridges.update_member(PROJECT, "viewer"),
        lambda bridges: bridges.update_file("0" * 24),
        lambda bridges: bridges.update_files({"0" * 24: {}}),
        lambda bridges: bridges.update_metadata("0" * 24, {}),
        lambda bridges: bridges.update_task("dca36ba2-07c5-5349-a38f-972e93242046"),
        lambda bridges: bridges.update_volume("RFranklin/lab_bucket"),
    ],
)
def test_an_update_without_changes_is_refused_here(bridges, sent, call):
    """The official client refuses it as well; what a server makes of it is not known."""
    with pytest.raises(UsageError, match="Nothing to change"):
        call(bridges)
    assert [] == sent()


def test_members_and_their_permissions(bridges):
    """Reading is always allowed; admin implies the rest."""
    before = bridges.members(PROJECT).to_frame().set_index("username")
    changed = bridges.update_member(PROJECT, "viewer", copy=True)
    bridges.remove_member(PROJECT, "viewer")
    added = bridges.add_member(PROJECT, "viewer", admin=True)

    assert before.loc["viewer", "permissions.read"]
    assert not before.loc["viewer", "permissions.write"]
    assert {"read", "copy"} == {name for name, allowed in changed.items() if allowed}
    assert all(added["permissions"].values())


def test_an_unknown_permission_is_refused_here(bridges):
    """A mistyped one would be ignored."""
    with pytest.raises(UsageError, match="no permission exectute"):
        bridges.add_member(PROJECT, "viewer", exectute=True)
    with pytest.raises(UsageError, match="True or False"):
        bridges.update_member(PROJECT, "viewer", write="yes")


def test_a_viewer_may_not_write(sandbox):
    """Permissions are the server's, and its refusal is readable."""
    import bionb

    with (
        bionb.connect("sevenbridges", sandbox.url("sevenbridges"), token=token_of("viewer")) as viewer,
        pytest.raises(PermissionDenied, match="403"),
    ):
        viewer.update_project(PROJECT, name="Mine")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RFranklin's experiments", "rfranklins-experiments"),
        ("My  Project", "my--project"),
        ("A/B", "ab"),
        ("BamTools Merge 2.4.0", "bamtools-merge-240"),
        ("my-project", "my-project"),
    ],
)
def test_the_documented_short_names(name, expected):
    """The rule as written; the overview's own app id breaks it (dots became hyphens)."""
    assert expected == suggest_short_name(name)


def test_short_names_that_collide_are_numbered():
    """``My_Project`` and ``My Project`` are one short name."""
    assert "my-project_1" == suggest_short_name("My_Project", {"my-project"})
    assert "my-project_2" == suggest_short_name("My Project", {"my-project", "my-project_1"})


@pytest.mark.parametrize("name", ["!!!", "", "___"])
def test_names_of_which_nothing_is_left(name):
    """A short name of hyphens only could not be told from nothing."""
    with pytest.raises(UsageError, match="letters or digits"):
        suggest_short_name(name)
