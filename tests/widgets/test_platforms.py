"""What the browser shows of each platform's things beside their table: figure, code and files."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure

import bionb
from bionb.widgets.detail import Detail


def every_kind(client, wide=4):
    """One node of each kind, with the path to it."""
    found, paths = {}, [[node] for node in client.roots().first(wide)]
    while paths:
        for path in paths:
            found.setdefault(path[-1].kind, path)
        paths = [
            [*path, below] for path in paths if not path[-1].leaf for below in client.children(path[-1]).first(wide)
        ]
    return found


@pytest.fixture(scope="module", params=bionb.platforms())
def client(request):
    """A client of each platform's sandbox."""
    name = request.param
    with (
        bionb.start_sandbox(name, state="linked" if name == "odm" else None) as sandbox,
        bionb.connect(name, sandbox.url(name), **sandbox.credentials(name)) as client,
    ):
        yield client


def test_the_call_of_a_node_gives_its_table(client):
    """What the Code tab shows is what the browser did; a record where there is no table."""
    for kind, path in every_kind(client).items():
        node = path[-1]
        if node.call:
            given, shown = eval(f"client.{node.call}", {"client": client}), client.frame(node)
            if isinstance(given, pd.DataFrame):
                pd.testing.assert_frame_equal(shown, given)
            else:
                assert node.id in map(str, given.values()), kind


def test_every_figure_can_be_drawn(client):
    """Nothing stays open that the next cell would show."""
    drawn = {}
    for kind, path in every_kind(client).items():
        if path[-1].draw:
            drawn[kind] = Detail(client, path, "key", client.frame(path[-1])).figure()

    assert drawn, "each platform has figures"
    assert all(each["picture"] and each["alt"] for each in drawn.values())
    assert [] == plt.get_fignums()


def test_a_figure_is_drawn_of_an_empty_table_too(client):
    """A project without files is no reason for an error."""
    for path in every_kind(client).values():
        node = path[-1]
        if node.draw and node.kind != "report":
            figure = node.draw(client.frame(node).iloc[:0])
            plt.close(figure if isinstance(figure, Figure) else figure.get_figure())


def test_a_server_finds_its_own_roots(client):
    """Where the list is read in parts, a search asks the server; what comes back are nodes like those of the list."""
    roots = client.roots()
    if roots.can_find:
        first = roots.first(1)[0]
        found = roots.find(first.title, 10)

        assert (first.kind, first.id, first.title) in {(node.kind, node.id, node.title) for node in found}
        assert len(client.frame(next(node for node in found if node.id == first.id)))


def test_files_are_named_for_the_transfers(client, tmp_path, monkeypatch):
    """Rows of a table become what `download_files` takes; nothing is moved here."""
    monkeypatch.chdir(tmp_path)
    for path in every_kind(client).values():
        node = path[-1]
        if node.files:
            wanted = node.files(client.frame(node))
            assert len(client.download_files(wanted, "files", dry_run=True))


def test_the_files_of_a_sodar_project_are_in_the_tree_once_it_has_a_place_for_them(page):
    """Before its collections are made there is nothing to list, and a line that fails would help nobody."""
    with bionb.start_sandbox("sodar") as sandbox:
        sodar = bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar"))
        browser = bionb.browse(sodar)
        browser.select("Exome pilot", "project")
        sodar.create_collections(browser.selection.id)
        assert ["Table", "Code", "Files"] == files_of(browser, page)["tabs"]


def files_of(browser, page):
    """Select the files of the selected project, and return what a page is told."""
    project = browser.selection
    browser.reload()
    browser.open(browser.nodes[0])
    browser.select(project)
    browser.select(project.id, "files")
    return page(browser).latest("shown")
