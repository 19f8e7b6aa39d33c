"""What a browser shows of one node: its table, its figure, the code that gives it, and its files."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.http.answers import shorten
from bionb.protocol import Client, Node
from bionb.registry import platform_card, platforms
from bionb.widgets.table.grid import Grid

if TYPE_CHECKING:
    import pandas as pd

Message = dict[str, Any]
TABLE, FIGURE, CODE, FILES = "Table", "Figure", "Code", "Files"
SHARP = 144  # dots per inch of a figure


class Detail:
    """One node with its table.

    Parameters
    ----------
    client : Client
        Whose node it is.
    path : sequence of Node
        From the root down to the node.
    key : str
        Its name in messages.
    frame : DataFrame
        The node's table.
    """

    def __init__(self, client: Client, path: Sequence[Node], key: str, frame: pd.DataFrame) -> None:
        self._client, self.path, self.key = client, list(path), key
        self.grid = Grid(frame)
        self.tab = TABLE

    @property
    def node(self) -> Node:
        """The node."""
        return self.path[-1]

    @property
    def tabs(self) -> list[str]:
        """What there is to see of it."""
        node, downloads = self.node, hasattr(self._client, "download_files")
        return [TABLE, *([FIGURE] if node.draw else []), CODE, *([FILES] if node.files and downloads else [])]

    def head(self) -> Message:
        """Return what stands above the tabs."""
        node = self.node
        return {
            "type": "shown",
            "node": self.key,
            "path": [shorten(each.title or each.id, 60) for each in self.path[:-1]],
            "title": shorten(node.title or node.id, 200),
            "kind": node.kind,
            "id": node.id,
            "tabs": self.tabs,
            "tab": self.tab,
        }

    def content(self) -> list[Message]:
        """Return what the tab in front shows, beside the table."""
        if self.tab == FIGURE:
            return [self.figure()]
        if self.tab == CODE:
            return [self.code()]
        if self.tab == FILES:
            return [{"type": "files", "node": self.key, "folder": "downloads", "marked": len(self.grid.marked)}]
        return []

    def figure(self) -> Message:
        """Draw the node's table."""
        import matplotlib.pyplot as plt
        from matplotlib.figure import Figure

        from bionb.describing import alt_text

        node = self.node
        if node.draw is None:
            raise UsageError(f"There is no figure of a {node.kind}.")
        drawn = node.draw(self.grid.frame)
        figure = drawn if isinstance(drawn, Figure) else drawn.get_figure()
        alt = alt_text(figure) or f"Figure of {node.kind} {node.title}: {self.grid.words()}"
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=SHARP, bbox_inches="tight", facecolor="white")
        plt.close(figure)
        picture = base64.b64encode(out.getvalue()).decode()
        return {"type": "figure", "node": self.key, "picture": picture, "alt": alt}

    def code(self) -> Message:
        """Return the calls that give this node's table."""
        node, sent = self.node, self._client.last_request
        calls = [f"table = client.{node.call}"] if node.call else self._clicks()
        parts = [["With bionb", "\n".join(["import bionb", "", self._connect(), *calls])]]
        if sent is not None:
            parts.append(["The latest request, without bionb", str(sent.python)])
        return {"type": "code", "node": self.key, "parts": parts}

    def _connect(self) -> str:
        label = self._client.label
        name = next((name for name in platforms() if platform_card(name).label == label), label)
        if self._client.source == "sandbox":
            return f'client = bionb.connect("{name}", sandbox=True)'
        return f'client = bionb.connect("{name}", "{self._client.url}")'

    def _clicks(self) -> list[str]:
        """Return how to come to the node by the browser, where no single call gives its table."""
        opened = [f"browser.open({each.id!r}, {each.kind!r})" for each in self.path[:-1]]
        node = self.node
        select = f"browser.select({node.id!r}, {node.kind!r})"
        return ["browser = bionb.browse(client)", *opened, select, "table = browser.frame"]

    def download(self, folder: str, chosen: bool) -> str:
        """Bring files of the node into a folder, those of the selected rows or all, and say what came of it."""
        if self.node.files is None:
            raise UsageError(f"A {self.node.kind} has no files here.")
        if not folder.strip():
            raise UsageError("Name the folder that the files go to.")
        rows = self.grid.selected_rows if chosen else self.grid.frame
        client: Any = self._client
        return f"{_told(client.download_files(self.node.files(rows), folder.strip()))} in the folder {folder.strip()}"

    def first_rows(self, rows: int, columns: int = 8) -> list[list[str]]:
        """Return the first rows for a saved notebook, with their header."""
        table = self.grid.table()
        titles = [f"{each['title']} [{each['unit']}]" if each["unit"] else each["title"] for each in table["columns"]]
        found = [[cell[:80] for cell in row["cells"][:columns]] for row in self.grid.window(0, rows)["rows"]]
        return [titles[:columns], *found] if found else []


def _told(moved: pd.DataFrame) -> str:
    """Say in a few words what became of files: ``3 files: 2 done, 1 there``."""
    counts = moved["status"].value_counts().items() if "status" in moved else ()
    became = ", ".join(f"{count:,} {status}" for status, count in counts)
    return f"{len(moved):,} file{'' if len(moved) == 1 else 's'}{': ' + became if became else ''}"
