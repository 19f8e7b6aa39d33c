"""What the documents promise: every example runs, every path they name exists, every pin holds."""

import doctest
import importlib
import pkgutil
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bionb
from bionb.sandbox import shared_sandbox

ROOT = Path(__file__).parents[1]
ISATAB = ROOT / "tests" / "data" / "my_investigation"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FINDER = doctest.DocTestFinder(exclude_empty=True)


class Checker(doctest.OutputChecker):
    """An example without an output only has to run: a wide table says nothing in a docstring."""

    def check_output(self, want, got, optionflags):
        return not want or super().check_output(want, got, optionflags)


def run(example: doctest.DocTest) -> None:
    """Run the examples of one docstring or document against fresh sandboxes, and fail with the differences."""
    shared_sandbox().reset()
    example.globs |= {name: make() for name, make in NAMES.items() if mentions(example, name)}
    said: list[str] = []
    result = doctest.DocTestRunner(Checker(), optionflags=FLAGS).run(example, out=said.append)
    if result.failed:
        pytest.fail("".join(said), pytrace=False)


def mentions(example: doctest.DocTest, name: str) -> bool:
    """Tell whether an example uses a name."""
    return any(re.search(rf"\b{name}\b", each.source) for each in example.examples)


def sandboxed(platform: str):
    """Return what connects to a platform's sandbox."""
    return lambda: bionb.connect(platform, sandbox=True)


# What an example may use without saying where it comes from.
NAMES = {
    "isa": lambda: bionb.read_isatab(ISATAB),
    "suite": sandboxed("torrentsuite"),
    "shared_sandbox": lambda: shared_sandbox,
    **{name: sandboxed(name) for name in bionb.platforms()},
}


def documented() -> list[doctest.DocTest]:
    """Docstrings of bionb with examples."""
    names = [each.name for each in pkgutil.walk_packages(bionb.__path__, "bionb.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    found = [test for module in modules for test in FINDER.find(module, globs=vars(module) | {"bionb": bionb})]
    return [test for test in found if test.examples]


@pytest.fixture(autouse=True)
def _folder_with_a_study(tmp_path, monkeypatch):
    """Run in a new folder that holds ``my_investigation.zip``."""
    bionb.read_isatab(ISATAB).write(tmp_path / "my_investigation.zip")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("example", documented(), ids=lambda example: example.name)
def test_an_example_in_a_docstring_runs(example):
    """An example is the first thing a user copies."""
    run(example)


def test_the_session_in_the_readme_runs():
    """It is the promise of the project, and the first thing that anybody tries."""
    text = "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL))
    example = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)

    assert example.examples
    run(example)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "howto").glob("*.md")), ids=lambda path: path.stem)
def test_what_a_how_to_page_says_runs(path):
    """It is there to be copied."""
    text = "\n".join(re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL))
    example = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)

    assert example.examples or path.stem == "index"
    run(example)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_exist(document):
    """A dead link in a document says that nobody reads it."""
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [] == [link for link in links if not (ROOT / link).exists()]


def test_the_readme_leads_to_every_notebook():
    """A notebook that no document names is found by nobody."""
    named = re.findall(r"\]\((notebooks/\w+\.ipynb)\)", (ROOT / "README.md").read_text("utf-8"))
    assert set(named) == set(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_the_readme_names_commands_that_make_has():
    """Two commands are all that a user has to know."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"^make ([a-z]+)", (ROOT / document).read_text("utf-8"), re.MULTILINE))
        assert {"lab", "test"} <= named <= targets


def section(document: str, heading: str) -> str:
    """Text of a ``##`` section of a document."""
    _, _, rest = (ROOT / document).read_text("utf-8").partition(f"## {heading}\n")
    assert rest, f"{document} has no section {heading!r}"
    return rest.partition("\n## ")[0]


def test_the_rooms_of_the_code_are_there():
    """Who looks for the place of a new line finds it by this table."""
    rooms = re.findall(r"^\| `([\w/.]+)`", section("CONTRIBUTING.md", "A line of code knows its room"), re.MULTILINE)

    assert "session.py" in rooms
    assert [] == [room for room in rooms if not (ROOT / "bionb" / room.removesuffix("NAME/")).exists()]


def test_adding_a_platform_takes_the_files_of_the_smallest_platform():
    """The five steps name exactly the files that a platform has, and tests that exist."""
    text = section("CONTRIBUTING.md", "Add a platform in five steps")
    folder = ROOT / re.search(r"`(tests/fifth_platform/\w+)`", text)[1]
    steps = re.findall(r"^\d\. \*\*", text, re.MULTILINE)
    made = {"calls/__init__.py", "wire/__init__.py"}  # one line each

    assert 5 == len(steps)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*.py")}
    assert files - made == set(re.findall(r"`([\w/]+\.py)`", text))


def test_every_dependency_has_a_reason_and_a_pin():
    """What is installed on a user's computer is justified in one place, and the same everywhere."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    listed = [*project["project"]["dependencies"], *project["build-system"]["requires"], *sum(extras, [])]
    listed = [each for each in listed if not each.startswith("bionb[")]
    reasons = section("CONTRIBUTING.md", "Dependencies")
    pins = pinned()
    for requirement in map(Requirement, listed):
        assert f"`{requirement.name}`" in reasons
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def pinned(*files: str) -> dict[str, str]:
    """Versions by name in the files of pins, or in some of them."""
    paths = [ROOT / "binder" / name for name in files or ("requirements.txt", "requirements-dev.txt")]
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in requirements}


def test_a_learner_installs_no_tools_of_developers():
    """The first start is the one in front of a class: every package more is seconds of waiting."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    tools = {Requirement(each).name.lower() for name in ("test", "docs", "lite") for each in extras[name]}

    assert {"pytest", "sphinx"} <= tools
    assert set() == (tools & pinned("requirements.txt").keys()) - {"nbclient", "nbformat"}  # JupyterLab's own


def test_what_is_pinned_is_what_runs():
    """Tests with other versions than the users' prove nothing about theirs."""
    installed = {canonicalize_name(each.name): each.version for each in distributions()}
    both = pinned().keys() & installed.keys()

    assert {"pandas", "requests", "ipywidgets"} <= both
    assert {name: pinned()[name] for name in both} == {name: installed[name] for name in both}


def calls(tens: str) -> str:
    """All code of the notebooks whose number starts with this digit."""
    cells = [
        cell.source
        for path in sorted((ROOT / "notebooks").glob(f"{tens}?_*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    return "\n".join(cells)


# What the platforms' own documents show, and what does it here.
SHOWN = {
    "1": {
        "GET /project/api/list": r"\.projects\(",
        "GET /project/api/retrieve": r"\.project\(",
        "POST /project/api/create": r"\.create_project\(",
        "PATCH /project/api/update": r"\.update_project\(",
        "POST /project/api/roles/create": r"\.add_member\(",
        "PATCH /project/api/roles/update": r"\.update_member\(",
        "DELETE /project/api/roles/destroy": r"\.remove_member\(",
        "POST /project/api/roles/owner-transfer": r"\.transfer_ownership\(",
        "GET /project/api/users/list": r"\.users\(",
        "POST /samplesheets/api/import": r"\.import_sheets\(",
        "GET /samplesheets/api/investigation/retrieve": r"\.investigation\(",
        "GET /samplesheets/api/export/json": r"\.export_sheets\([^)]*json",
        "GET /samplesheets/api/export/zip": r"\.export_sheets\([^)]*zip",
        "POST /samplesheets/api/import, again": r"\.replace_sheets\(",
        "POST /samplesheets/api/irods/collections/create": r"\.create_collections\(",
        "POST /landingzones/api/create": r"\.create_zone\(",
        "GET /landingzones/api/retrieve": r"\.wait_zone\(",
        "POST /landingzones/api/submit/move": r"\.move_zone\(",
    },
    "2": {
        "GET /": r"\.paths\(",
        "GET /rate_limit": r"\.rate_limit\(",
        "GET /user": r"\.user\(|\.whoami\(",
        "GET /users": r"\.users\(",
        "GET /billing": r"\.billing_",
        "GET /projects": r"\.projects\(",
        "PATCH /projects/ID, its name": r"\.update_project\(",
        "GET /files": r"\.files\(",
        "GET /files/ID": r"\.file\(",
        "GET /files by name, metadata or task": r"\.files\([^)]*(?:name|metadata|task)",
        "POST /action/files/copy": r"\.copy_files\(",
        "POST /upload": r"\.upload_files\(",
        "GET /apps": r"\.apps?\(",
        "GET /tasks": r"\.tasks\(",
        "GET /tasks/ID/inputs": r"\.task_inputs\(",
        "POST /tasks": r"\.create_task\(",
        "GET /storage": r"\.volumes\(",
        "fields": r"fields=",
        "limit": r"limit=",
    },
    "3": {
        "GET chip": r"\.chips\(\)",
        "GET chip, filtered": r"\.chips\(name__startswith=",
        "GET compositeexperiment": r"\.runs\(",
        "GET results and libmetrics": r"\.run_report\(",
        "POST plannedexperiment": r"\.create_plan\(",
        "POST plannedexperiment, barcoded": r"\.create_barcoded_plan\(",
    },
    "4": {
        "POST jobs/import/study": r"\.import_study\(",
        "POST jobs/import/samples": r"\.import_samples\(",
        "POST jobs/import/expression": r"\.import_expression\(",
        "GET jobs/ID/output": r"\.wait_job\(",
        "libraries": r"\.link_libraries\(",
        "preparations": r"\.(?:import_|link_)?preparations\(",
        "cross-reference mapping": r"\.import_mapping\(",
        "POST link/sample/group/ID/to/study/ID": r"\.link_samples\(",
        "POST link/expression/group/ID/to/sample/group/ID": r"\.link_expression\(",
    },
}


@pytest.mark.parametrize(("tens", "asked"), [(tens, asked) for tens, each in SHOWN.items() for asked in each])
def test_what_the_platforms_documents_show_runs_in_a_notebook(tens, asked):
    """Who knows a request from the documentation finds here how to do it."""
    assert re.search(SHOWN[tens][asked], calls(tens)), f"no notebook {tens}x does {asked}"
