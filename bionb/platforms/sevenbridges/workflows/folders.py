"""Folders by their names: found where they are, made where they are not."""

from __future__ import annotations

from bionb.errors import UsageError
from bionb.platforms.sevenbridges.calls.files import Files


def found_folder(files: Files, name: str, where: dict[str, str]) -> str | None:
    """Return the id of a folder in a project or folder, None where there is none.

    Raises
    ------
    UsageError
        A file of this name stands there.
    """
    for each in files.files(where.get("project"), parent=where.get("parent"), name=name):
        if str(each.get("type")).lower() != "folder":
            raise UsageError(f"A file called {name} stands where a folder is needed: rename one of them.")
        return str(each["id"])
    return None


def folder_called(files: Files, name: str, where: dict[str, str]) -> str:
    """Return the id of a folder, which is made where there is none."""
    found = found_folder(files, name, where)
    if found is not None:
        return found
    made = files.create_folder(name, project=where.get("project"), parent=where.get("parent"))
    return str(made["id"])
