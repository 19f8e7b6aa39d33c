"""The public face: few names, documented, loaded when used."""

import ast
import inspect
import pathlib
import subprocess
import sys

import pytest

import bionb

PACKAGE = pathlib.Path(bionb.__file__).parent
HEAVY = ("pandas", "matplotlib", "ipywidgets", "flask", "werkzeug", "altamisa", "requests", "numpy", "tqdm", "keyring")


def loaded_by(code):
    """Run code in a new process and return which of the heavy packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*[each for each in {HEAVY!r} if each in sys.modules])"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize("code", ["import bionb", "import bionb; dir(bionb); bionb.__version__; bionb.BionbError"])
def test_importing_loads_nothing_heavy(code):
    """Every notebook starts with it, and a script may need one small part."""
    assert [] == loaded_by(code)


def test_naming_a_platform_loads_nothing_heavy():
    """Listing what there is must be free."""
    assert [] == loaded_by("import bionb; bionb.platforms()")


def test_the_names_are_those_and_all_can_be_had():
    """What is in `__all__` is promised."""
    assert {
        "BionbError",
        "ISATab",
        "NotLoggedIn",
        "__version__",
        "browse",
        "connect",
        "copy_notebooks",
        "corpus",
        "edit",
        "isatab_templates",
        "login",
        "new_isatab",
        "platforms",
        "read_isatab",
        "start_sandbox",
    } == set(bionb.__all__)
    assert sorted(bionb.__all__) == bionb.__all__ == dir(bionb)
    assert all(getattr(bionb, name) is not None for name in bionb.__all__)


def test_an_unknown_name_says_what_there_is():
    """A typing error is the usual reason."""
    with pytest.raises(AttributeError, match=r"no attribute 'conect'; it offers .*connect"):
        _ = bionb.conect


@pytest.mark.parametrize(
    "order", ["bionb.platforms, bionb.login, bionb.browse", "bionb.browse, bionb.connect, bionb.platforms"]
)
def test_names_that_modules_have_too_stay_callable(order):
    """`bionb.platforms` is a function for people and a package for Python, in whatever order they are met."""
    code = (
        f"import bionb; {order}; import bionb.platforms, bionb.sandbox, bionb.widgets.login, bionb.widgets.browser; "
        "bionb.platforms(); assert callable(bionb.login) and callable(bionb.browse) and callable(bionb.start_sandbox)"
    )
    loaded_by(code)


@pytest.mark.parametrize("name", [each for each in bionb.__all__ if each != "__version__"])
def test_every_public_name_is_documented(name):
    """`?` is the first thing that a person tries."""
    value = getattr(bionb, name)
    assert inspect.getdoc(value)
    if inspect.isfunction(value):
        text = inspect.getdoc(value)
        assert "Examples" in text
        assert "Returns" in text


def test_every_error_is_a_bionb_error():
    """One except clause catches all."""
    import bionb.errors

    kinds = [each for each in vars(bionb.errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
    assert len(kinds) > 15
    assert all(issubclass(each, bionb.BionbError) for each in kinds)
    assert all(each.__name__ in bionb.errors.__doc__ for each in kinds)


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_do_not_print(path):
    """A cell's output belongs to the person who wrote it."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert "print" not in [each.id for each in calls if isinstance(each, ast.Name)]
