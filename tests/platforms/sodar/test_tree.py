"""The tree of projects: one list of them, and everything in its place."""

import time

import pytest

import bionb
from bionb.errors import UsageError
from bionb.platforms.sodar.wire.tree import ProjectTree

LIST = "/project/api/list"


@pytest.fixture
def asked(sandbox):
    """The queries of all lists of projects so far."""
    return lambda: [each.query for each in sandbox.received("sodar") if each.path == LIST]


@pytest.fixture
def many(sandbox):
    """2,000 projects in 20 categories below Genomics."""
    world = sandbox.app("sodar").world
    genomics = next(each for each in world.projects.values() if each.title == "Genomics")
    for number in range(20):
        category = world.add(genomics, f"Group {number:02}", alice="owner")
        category.type = "CATEGORY"
        for each in range(100):
            world.add(category, f"Project {number:02}-{each:02}", alice="owner")


def test_a_browser_on_two_thousand_projects_shows_its_first_level_after_one_list(sodar, many, asked):
    """Servers take 43 s for this list, and twice that for its pages."""
    browser = bionb.browse(sodar)

    assert "Genomics" == browser.nodes[0].title
    assert "Group 19" in [each.title for each in browser.nodes]
    assert [""] == asked()
    assert 100 == len(browser.open(browser.nodes[2]))
    assert 100 == len(sodar.frame(browser.nodes[2]))
    assert [""] == asked()


def test_a_look_at_the_projects_costs_a_page_and_all_of_them_one_list(sandbox, sodar, many, asked):
    """A page takes servers a twelfth of the time of the list, and all 21 pages twice its time."""
    everything = len(sandbox.app("sodar").world.projects)
    pages = sandbox.app("sodar").generation == "new"
    projects = sodar.projects()
    assert projects.first(3)
    assert (["page=1"], True) == (asked(), len(projects) <= everything)

    titles = projects.to_frame()["full_title"].tolist()
    assert ["page=1", ""][: 1 + pages] == asked()
    assert titles == sodar.projects().to_frame()["full_title"].tolist()
    assert ["page=1", "", ""] == asked() if pages else ["page=1", ""] == asked()
    assert len(titles) == len(set(titles))


def test_the_roots_are_read_anew(sandbox, sodar, asked):
    """That is what a browser's button to reload asks for."""
    (genomics,) = sodar.roots()
    world = sandbox.app("sodar").world
    world.add(next(each for each in world.projects.values() if each.title == "Genomics"), "Newcomer", alice="owner")

    assert "Newcomer" not in [each.title for each in sodar.children(genomics)]
    sodar.roots()
    assert "Newcomer" in [each.title for each in sodar.children(genomics)]


def test_what_is_changed_here_is_seen_at_once(sodar, projects):
    """A project that was just made must be in its category."""
    (genomics,) = sodar.roots()
    made = sodar.create_project("Newcomer", genomics.id)
    assert "Newcomer" in [each.title for each in sodar.children(genomics)]
    sodar.update_project(made, title="Old hand")
    assert "Old hand" in [each.title for each in sodar.children(genomics)]


def test_a_list_costs_the_server_by_its_length(sandbox, sodar):
    """The lesson on patience, and why one list is better than many."""
    sodar.whoami()
    with sandbox.fault("sodar", "slow_list", ms=50):
        begun = time.perf_counter()
        sodar.roots()

    assert time.perf_counter() - begun > 0.25


def test_stubs_stand_where_their_full_title_says(sandbox, connect):
    """A finder sees no parents; the old generation sends no full titles to place stubs by."""
    erin = connect("erin")
    (genomics, *others) = erin.roots()

    if sandbox.app("sodar").generation == "new":
        assert [] == others
        assert {"Exome pilot", "RNA pilot", "Teaching"} <= {each.title for each in erin.children(genomics)}
        stub = next(each for each in erin.children(genomics) if each.title == "Exome pilot")
        assert ("project", []) == (stub.kind, list(erin.children(stub)))
    else:
        assert {"Exome pilot", "RNA pilot"} <= {each.title for each in others}


def test_the_nearest_category_that_is_seen_takes_what_is_below_one_that_is_not():
    """A project two levels down belongs somewhere."""
    records = [
        {"sodar_uuid": "a", "parent": None, "full_title": "A", "title": "A"},
        {"sodar_uuid": "p", "parent": "unseen", "full_title": "A / B / P", "title": "P"},
        {"sodar_uuid": "s", "parent": None, "full_title": "A / S", "title": "S"},
        {"sodar_uuid": "o", "parent": "gone", "full_title": "Other / O", "title": "O"},
        {"sodar_uuid": "x", "parent": None, "full_title": None, "title": "X"},
    ]
    tree = ProjectTree(records)

    assert ["a", "o", "x"] == [each["sodar_uuid"] for each in tree.below()]
    assert ["p", "s"] == [each["sodar_uuid"] for each in tree.below("a")]


def test_a_project_is_selected_by_its_title(sodar, sandbox):
    """Nobody knows a UUID by heart; a title that two projects have is not enough."""
    browser = bionb.browse(sodar)
    assert "Exome pilot" == browser.select("Exome pilot").title

    browser.open("Teaching")
    world = sandbox.app("sodar").world
    world.add(next(each for each in world.projects.values() if each.title == "Teaching"), "Exome pilot", alice="owner")
    twice = bionb.browse(sodar)
    twice.open("Teaching")
    with pytest.raises(UsageError, match="2 things here are called 'Exome pilot'; select one by its id"):
        twice.select("Exome pilot")
