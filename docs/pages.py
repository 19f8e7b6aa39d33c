"""The pages of the site that are made from the code: the course, the clients by role, the methods of each platform."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import bionb
from bionb.registry import platform_card

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
VERBS = [
    "create",
    "import",
    "build",
    "plan",
    "copy",
    "install",
    "add",
    "link",
    "upload",
    "update",
    "rename",
    "set",
    "transfer",
    "replace",
    "move",
    "publish",
    "run",
    "start",
    "submit",
    "validate",
    "wait",
    "stop",
    "abort",
    "cancel",
    "restart",
    "retry",
    "delete",
    "remove",
    "revoke",
    "unlink",
    "download",
    "export",
    "stream",
    "check",
    "search",
    "request",
    "accept",
    "reject",
    "resend",
    "send",
    "clone",
    "find",
]
COURSE = {
    "0": "Begin here",
    "1": "SODAR and ISA-Tab",
    "2": "Seven Bridges",
    "3": "Ion Torrent Suite",
    "4": "Genestack ODM",
    "5": "Across platforms",
}


def write(home: Path) -> None:
    """Write all of them below the folder of the site's sources; pages that are as before keep their time."""
    course = home / "course"
    notebooks = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    for path in notebooks:
        keep(course / path.name, path.read_text("utf-8"))
    for old in set(course.glob("*.ipynb")) - {course / path.name for path in notebooks}:
        old.unlink()
    keep(course / "index.md", course_page(notebooks))
    keep(home / "made" / "roles.md", roles_page())
    for name in bionb.platforms():
        keep(home / "made" / f"{name}.md", platform_page(name))
    shutil.copyfile(home.parent / "CHANGELOG.md", home / "made" / "changelog.md")


def keep(path: Path, text: str) -> None:
    """Write a file if its text changed."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def course_page(notebooks: list[Path]) -> str:
    """Return the page with all notebooks, their goals and what they need."""
    page = [
        "# The course\n\nEach notebook runs as it stands, on small servers on your own computer: no account needed. The"
        " outputs below are those of the sandbox; solutions are closed until you open them.\n"
    ]
    for digit, heading in COURSE.items():
        chosen = [path for path in notebooks if path.name.startswith(digit)]
        page.append(f"## {heading}\n\n| notebook | afterwards you can |\n|---|---|")
        page += [f"| [{title(path)}]({path.name}) | {goal(path)} |" for path in chosen]
        page.append("\n```{toctree}\n:hidden:\n")
        page += [f"{title(path)} <{path.name}>" for path in chosen]
        page.append("```\n")
    return "\n".join(page) + "\n"


def opening(path: Path) -> str:
    """Return the words before a notebook's first code cell."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    first = next(number for number, cell in enumerate(cells) if cell["cell_type"] == "code")
    return "\n".join("".join(cell["source"]) for cell in cells[:first])


def title(path: Path) -> str:
    """Return a notebook's title."""
    return re.search(r"^# (.+)$", opening(path), re.MULTILINE)[1]


def goal(path: Path) -> str:
    """Return what a notebook is for, in one line of a table."""
    found = re.search(r"^\*Goal\*:?\s*(.+?)(?:\n\s*\n|\n\*|\Z)", opening(path), re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()).replace("|", "\\|") if found else ""


def methods(name: str) -> dict[str, object]:
    """Return the public methods of a platform's client, those with a docstring of their own."""
    client = platform_card(name).load_client()
    found = inspect.getmembers(client, inspect.isfunction)
    return {method: function for method, function in found if not method.startswith("_")}


def role(method: str) -> str:
    """Return what kind of thing a method does: the verb it begins with, else that it reads."""
    verb = method.partition("_")[0]
    return verb if verb in VERBS else "read"


def roles_page() -> str:
    """Return the page on which the clients' methods stand side by side."""
    clients = {name: methods(name) for name in bionb.platforms()}
    common = set.intersection(*(set(each) for each in clients.values()))
    labels = [platform_card(name).label for name in clients]
    found = {role(method) for each in clients.values() for method in each}
    page = [
        "# Four clients side by side\n\nWho knows one client knows them all: a plural noun is a listing, a singular"
        " noun one record, a verb does what it says.\n",
        f"All have {', '.join(f'`{name}`' for name in sorted(common))}.\n",
        f"| | {' | '.join(labels)} |\n|---|{'---|' * len(labels)}",
    ]
    for verb in ["read", *(each for each in VERBS if each in found)]:
        cells = [
            ", ".join(f"`{method}`" for method in sorted(each) if role(method) == verb and method not in common)
            for each in clients.values()
        ]
        page.append(f"| {verb} | {' | '.join(cells)} |")
    return "\n".join(page) + "\n"


def platform_page(name: str) -> str:
    """Return the table of a client's methods with the requests that they send, and where the facts come from."""
    rows = [
        f"| `{method}` | {summary(function)} | {requests_of(function)} |"
        for method, function in sorted(methods(name).items())
    ]
    ledger = Path(importlib.import_module(f"bionb.platforms.{name}").__file__).parent
    forms = json.loads((ledger / "sandbox" / "data" / "accepted_requests.json").read_text("utf-8"))
    sources = Counter(each["source"] for each in forms)
    told = ", ".join(f"{source} ({number})" for source, number in sources.most_common())
    return "\n".join(
        [
            "| method | what it does | request |\n|---|---|---|",
            *rows,
            f"\nThe sandbox takes {len(forms)} forms of requests and refuses any other. They come from: {told}.\n",
        ]
    )


def summary(function: object) -> str:
    """Return the first line of a docstring, for a table."""
    return (inspect.getdoc(function) or "").partition("\n")[0].replace("|", "\\|")


def requests_of(function: object) -> str:
    """Return the requests that a docstring names, shortened."""
    found = re.findall(r"``((?:GET|POST|PUT|PATCH|DELETE|MKCOL|PROPFIND)[^`]*)``", inspect.getdoc(function) or "")
    return ", ".join(f"`{each}`".replace("|", "\\|") for each in dict.fromkeys(found))
