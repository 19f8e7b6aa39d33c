"""The course goes where people are: copied from the package, for students without the solutions."""

import json

import nbformat
import pytest

import bionb
from bionb.course import SOLUTION
from bionb.errors import UsageError


def tags_in(path):
    """Tags of all cells of a notebook."""
    return {tag for cell in nbformat.read(path, as_version=4).cells for tag in cell.metadata.get("tags", ())}


def test_all_notebooks_are_copied_as_they_are(tmp_path):
    """Who installed with pip has no clone to open."""
    names = bionb.copy_notebooks(tmp_path / "a new folder")

    assert len(names) > 20
    assert names == sorted(path.name for path in (tmp_path / "a new folder").iterdir())
    for name in names:
        nbformat.validate(nbformat.read(tmp_path / "a new folder" / name, as_version=4))


def test_a_copy_for_students_has_no_solutions(tmp_path):
    """A solution that is one click away is read before anything was tried."""
    whole, handout = tmp_path / "whole", tmp_path / "handout"
    names = bionb.copy_notebooks(whole)
    bionb.copy_notebooks(handout, solutions=False)

    assert all(SOLUTION in tags_in(whole / name) for name in names)
    assert not any(SOLUTION in tags_in(handout / name) for name in names)


def test_work_is_never_overwritten_unasked(tmp_path):
    """A student's answers are in the very file that has the same name."""
    names = bionb.copy_notebooks(tmp_path)
    (tmp_path / names[3]).write_text(json.dumps({"cells": "mine"}))
    (tmp_path / names[0]).unlink()

    with pytest.raises(UsageError, match=rf"^{names[3]} in .* would be lost.*overwrite=True\.$"):
        bionb.copy_notebooks(tmp_path)

    assert not (tmp_path / names[0]).exists(), "nothing was copied"
    assert names == bionb.copy_notebooks(tmp_path, overwrite=True)
    assert names == bionb.copy_notebooks(tmp_path), "the same again changes nothing"


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path, name):
    """One line instead of a traceback from the file system."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"can't be written to .*Name another folder\.$"):
        bionb.copy_notebooks(tmp_path / name)
