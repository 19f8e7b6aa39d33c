"""Files: filters, folders, copies, metadata, bulk calls."""

import pytest

from bionb.errors import InvalidInput, ResponseError, UsageError

from .conftest import MANY, PROJECT


def names(listing):
    return [file["name"] for file in listing]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "S01.bam"}, ["S01.bam"]),
        ({"name": ["S01.bam", "S02.vcf"]}, ["S01.bam", "S02.vcf"]),
        ({"metadata": {"sample_id": "S03", "paired_end": ["1", "2"]}}, ["S03_1.fastq.gz", "S03_2.fastq.gz"]),
        ({"tag": ["reference", "report"]}, ["human_reference.fasta", "run_report.html"]),
    ],
)
def test_filters(bridges, filters, expected):
    """Values of one field are alternatives, fields are all demanded."""
    assert expected == names(bridges.files(PROJECT, **filters))


def test_files_that_a_task_made(bridges):
    """``origin.task`` leads from a task to its results."""
    task = bridges.files(PROJECT, name="S01.bam")[0]["origin"]["task"]

    assert ["S01.bam", "S01.vcf"] == names(bridges.files(PROJECT, origin_task=task))


def test_a_project_or_a_folder_but_not_both(bridges):
    """The server wants exactly one of them."""
    for arguments in ({}, {"project": PROJECT, "parent": "0" * 24}):
        with pytest.raises(UsageError, match="one of project= and parent="):
            bridges.files(**arguments)


def test_the_tree_shows_every_file_with_its_folders(bridges, sent):
    """One request for each folder, those of one level at the same time."""
    tree = bridges.file_tree("RFranklin/rfranklins-experiments")

    assert "reads/lane1/DNA42_lane1_1.fastq.gz" in tree["path"].tolist()
    assert 2 == tree["depth"].max()
    assert len(tree) == tree["id"].nunique()
    assert 1 + (tree["type"] == "folder").sum() == len(sent())


def test_the_tree_of_a_large_folder_is_complete(bridges):
    """Further pages of a folder are read too."""
    assert 950 == len(bridges.file_tree(MANY))


def test_a_copy_has_another_id(bridges):
    """Ids depend on the project that a file is in."""
    source = bridges.files(PROJECT, name="run_report.html")[0]
    made = bridges.copy_files([source], "john_doe/project1")

    copy = bridges.file(made[source["id"]])
    assert source["id"] != copy["id"]
    assert ("john_doe/project1", source["name"]) == (copy["project"], copy["name"])


def test_copies_that_fail_are_told_and_the_others_kept(bridges, sandbox):
    """Nothing that was created may be lost."""
    files = bridges.files(PROJECT).first(3)
    with sandbox.fault("sevenbridges", "fail_copy", times=1), pytest.raises(InvalidInput, match="1 of 3") as caught:
        bridges.copy_files(files, "john_doe/project1")

    assert {file["id"] for file in files[1:]} == set(caught.value.partial)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"age": 7}, "'age' is 7: write a text such as '7'"),
        ({"age": ["7"]}, "write a text"),
        ({"age": True}, "write a text"),
        ({"age": "7" * 301}, "has 301 bytes; 300 are the most"),
        ({"age": "ü" * 151}, "has 302 bytes"),
        ({"a" * 101: "7"}, "a name of 101 characters"),
        ({" ": "7"}, "has no name"),
        ({f"k{number}": "" for number in range(1001)}, "at most 1000"),
        ("age=7", "a dict"),
    ],
)
def test_metadata_that_no_platform_takes_is_refused_here(bridges, sent, metadata, words):
    """Each way of writing metadata keeps to the same limits."""
    file = "0" * 24
    with pytest.raises(UsageError, match=words):
        bridges.update_metadata(file, metadata)
    with pytest.raises(UsageError, match=words):
        bridges.update_file(file, metadata=metadata)
    with pytest.raises(UsageError, match=words):
        bridges.update_files({file: {"metadata": metadata}})
    assert [] == sent()


def test_metadata_at_the_limits_is_taken(bridges):
    """None removes a key; the limits themselves are allowed."""
    file = bridges.files(PROJECT, name="S01_1.fastq.gz")[0]
    bridges.update_metadata(file, {"k" * 100: "7" * 300, "library": None})

    assert "7" * 300 == bridges.file(file)["metadata"]["k" * 100]


def test_metadata_is_merged_or_replaced(bridges):
    """The official client hides which of the two happens."""
    file = bridges.files(PROJECT, name="S01.vcf")[0]
    merged = bridges.update_metadata(file, {"sample_type": "Metastasis", "library": None})
    replaced = bridges.update_metadata(file, {"sample_id": "S01"}, replace=True)

    assert "Metastasis" == merged["sample_type"]
    assert "library" not in merged
    assert {"sample_id": "S01"} == replaced == bridges.file(file)["metadata"]


def test_folders_and_moves(bridges):
    """A move keeps the id."""
    folder = bridges.create_folder("sorted", project=PROJECT)
    file = bridges.files(PROJECT, name="S01.vcf")[0]
    moved = bridges.move_file(file, folder)

    assert file["id"] == moved["id"]
    assert ["S01.vcf"] == names(bridges.files(parent=folder))
    with pytest.raises(ResponseError, match="Empty the folder first"):
        bridges.delete_file(folder)
    bridges.delete_file(file)
    bridges.delete_file(folder)
    assert [] == names(bridges.files(PROJECT, name=["sorted", "S01.vcf"]))


def test_name_and_tags(bridges):
    """A patch changes what is named and nothing else."""
    file = bridges.files(PROJECT, name="run_report.html")[0]
    changed = bridges.update_file(file, name="report.html", tags=["old"])

    assert ("report.html", ["old"], file["size"]) == (changed["name"], changed["tags"], changed["size"])


def test_bulk_details_go_in_chunks_of_a_hundred(bridges, sent):
    """250 files are three requests, in the order asked, with an error in its place."""
    ids = [file["id"] for file in bridges.files(MANY).first(250)]
    ids[100] = "f" * 24
    found = bridges.files_by_id(ids)

    assert ids == [file["id"] for file in found]
    assert 5002 == found[100]["error"]["code"]
    assert 3 == sent().count("POST /v2/bulk/files/get")


def test_bulk_changes_and_deletion(bridges):
    """Merge and replace are two calls on the server, and one word here."""
    first, second = bridges.files(PROJECT, name=["S01.bam", "S02.bam"])
    bridges.update_files({first["id"]: {"metadata": {"checked": "yes"}}})
    bridges.update_files({second["id"]: {"metadata": {"checked": "yes"}}}, replace=True)

    assert "S01" == bridges.file(first)["metadata"]["sample_id"]
    assert {"checked": "yes"} == bridges.file(second)["metadata"]
    bridges.delete_files([first, second])
    assert 68 == bridges.files(PROJECT).total


def test_a_folder_of_a_project_in_the_browser(bridges):
    """The tree of the widgets: project, files, folder, file."""
    project = next(node for node in bridges.roots() if node.id.endswith("experiments"))
    files = next(node for node in bridges.children(project) if node.kind == "files")
    folder = next(node for node in bridges.children(files) if node.title == "reads")

    assert ["lane1", "lane2"] == [node.title for node in bridges.children(folder)]
    assert ["lane1", "lane2"] == bridges.frame(folder)["name"].tolist()
    assert "notes.txt" in bridges.frame(project)["name"].tolist()
    file = next(node for node in bridges.children(files) if node.title == "notes.txt")
    assert "1200" == str(bridges.frame(file).loc["size", "value"])
    assert [] == list(bridges.children(file))


def test_apps_tasks_and_members_in_the_browser(bridges):
    """Beside its files a project shows what runs in it, and who may."""
    shown = {node.kind: bridges.frame(node) for node in bridges.children(bridges.roots()[0]) if node.leaf}

    assert {"apps": 2, "tasks": 18, "members": 3} == {kind: len(frame) for kind, frame in shown.items()}


def test_folders_are_copied_with_all_that_is_in_them(bridges):
    """A second copy finds the folders, and makes no others."""
    outer = bridges.create_folder("outer", project=PROJECT)
    inner = bridges.create_folder("inner", parent=outer)
    report = bridges.files(PROJECT, name="run_report.html")[0]
    bridges.move_file(report, inner)
    other = "RFranklin/rfranklins-experiments"
    single = bridges.files(PROJECT, name="S01.vcf")[0]
    made = bridges.copy_files([outer["id"], single], other)

    assert {outer["id"], inner["id"], report["id"], single["id"]} == set(made)
    tree = bridges.file_tree(other)
    assert ["S01.vcf", "outer", "outer/inner", "outer/inner/run_report.html"] == [
        path for path in tree["path"] if path.startswith(("outer", "S01"))
    ]
    assert made[outer["id"]] == bridges.copy_files(outer, other)[outer["id"]]
