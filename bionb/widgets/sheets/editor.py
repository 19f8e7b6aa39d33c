"""The sheet editor: a table of an ISA-Tab set to write in, what is wrong with it, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.http.answers import shorten
from bionb.http.story import told
from bionb.isatab.dataset import ISATab
from bionb.isatab.editing.sheet import Sheet
from bionb.widgets import looks
from bionb.widgets.sheets.editing import Editing, finding_message, first_rows
from bionb.widgets.status import Status
from bionb.widgets.view import Shown, View, on_main_thread

if TYPE_CHECKING:
    from bionb.protocol import Client

Message = dict[str, Any]
SCRIPTS = ("dom", "grid", "editor")
_LOOKS = ("ready", "grid", "judge", "find")
LISTED = 200  # findings and changes that a page is told
PASTED = 20_000_000  # characters of a block


def edit(
    isa: ISATab,
    table: str | None = None,
    *,
    client: Client | None = None,
    project: str | Mapping[str, Any] | None = None,
) -> Editor:
    """Edit the tables of an ISA-Tab set as in a spreadsheet; nothing is sent or written before you ask for it.

    Parameters
    ----------
    isa : ISATab
        It stays as it is; the edited set is ``.isa`` of what is returned.
    table : str, optional
        Which file to begin with; the first study by default.
    client : Client, optional
        Of a platform that keeps sheets: then there is a button that replaces them there.
    project : record or identifier, optional
        Where they belong; by default where `isa` was exported from.

    Returns
    -------
    Editor
        A widget. All that a click does can be called, too: ``set``, ``paste``, ``fill_down``, ``add_rows``,
        ``delete_rows``, ``add_column``, ``delete_column``, ``undo``, ``redo``, ``show``, ``replace``.

    Raises
    ------
    UsageError
        There is no such table, or nothing to edit.

    Examples
    --------
    >>> editor = bionb.edit(isa)
    >>> editor.set(0, "Characteristics[age]", "9")      # or write it into the cell
    >>> editor.isa.diff(isa)[["old", "new"]].values.tolist()
    [['9', '8']]
    """
    return Editor(isa, table, client, project)


class Editor(Shown, Editing):
    """The widget that `edit` returns.

    Attributes
    ----------
    isa : ISATab
        The edited set.
    changes, findings : DataFrame
        What was changed, and what is to be known before the set is imported.
    replacement : object or None
        What the server answered when the sheets were replaced there.
    status : str
        What the status area says.
    """

    def __init__(self, isa: ISATab, table: str | None, client: Client | None, project: Any) -> None:
        self._view = View(SCRIPTS, "createEditor", self.receive)
        self._status, self._client = Status(self._tell), client
        if client is not None and not hasattr(client, "replace_sheets"):
            raise UsageError(f"{client!r} keeps no sheets that could be replaced; edit them without client=.")
        super().__init__(isa, table)
        origin = isa.origin[0] if isa.origin is not None else None
        self._project = origin if project is None else project
        self.replacement: Any = None
        self._asked: ISATab | None = None  # what a person was told before pressing a second time

    @property
    def status(self) -> str:
        """What the status area says, as plain text."""
        return self._status.text

    @told
    def replace(self) -> Any:
        """Replace the sheets on the server by the edited ones, with all of the platform's rules, and return its answer.

        Afterwards the table is the one that the server stored.

        Raises
        ------
        UsageError
            There is no client, no project, or nothing was changed.
        BionbError
            A rule is broken, or the server refused; nothing was replaced.
        """
        client: Any = self._client
        if client is None or self._project is None:
            raise UsageError(
                "It is not known where these sheets belong: call bionb.edit(isa, client=client, project=project)."
            )
        if self.isa == self._base:
            raise UsageError("Nothing was changed yet, so there is nothing to replace.")
        with self._status.showing(f"Replacing the sheets in {client.label} …"):
            self.replacement = client.replace_sheets(self._project, self.isa)
        self.reset(self.replacement.stored)
        warned = [shorten(each) for each in getattr(self.replacement, "warnings", ())]
        self._status.show("good", f"Replaced in {client.label}", repr(self.replacement).strip("<>"), *warned)
        return self.replacement

    def __repr__(self) -> str:
        count = len(self._done)
        steps = "nothing changed" if not count else f"{count} step{'s' * (count != 1)}"
        return f"<Editor: {self.table}, {len(self.sheet)} rows, {steps}>"

    def _picture(self) -> str:
        """Return what stays in a saved notebook."""
        lines = [self.table, self.grid.words(), repr(self).partition("rows, ")[2].rstrip(">")]
        return looks.picture("Sheet editor", lines, first_rows(self.grid))

    # -- messages of the page -------------------------------------------------------------------------------------

    def _tell(self, message: Message) -> None:
        self._view.tell(message)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Do what a page asks for; what only looks is answered at once, also while a cell runs."""
        inner = message.get("message")
        if message.get("type") == "grid" and isinstance(inner, dict) and inner.get("type") == "rows":
            self._do(message)
        else:
            on_main_thread(lambda: self._do(message))

    def _do(self, message: Mapping[str, Any]) -> None:
        action = getattr(self, f"_on_{message.get('type')}", None)
        if action is not None:
            if message.get("type") not in _LOOKS:
                self._status.clear()
            self._status.run(lambda: action(message))

    def _on_ready(self, message: Mapping[str, Any]) -> None:
        self._tell_all()
        self._tell(self._status.message)

    def _on_grid(self, message: Mapping[str, Any]) -> None:
        for answer in self.grid.receive(message["message"]):
            self._tell({"type": "grid", "message": answer})

    def _on_table(self, message: Mapping[str, Any]) -> None:
        self.show(str(message["name"]))

    def _on_find(self, message: Mapping[str, Any]) -> None:
        """Lead the cursor to a cell, wherever its row is shown now."""
        shown = [int(row) for row in self.grid.rows]
        if int(message["row"]) in shown:
            self._tell({"type": "go", "place": shown.index(int(message["row"])), "column": message["column"]})

    def _on_set(self, message: Mapping[str, Any]) -> None:
        self.set(int(message["row"]), str(message["column"]), str(message["text"]))

    def _on_paste(self, message: Mapping[str, Any]) -> None:
        text = str(message["text"])
        if len(text) > PASTED:
            raise UsageError("This block is too large for a page: use ISATab.replace with a DataFrame.")
        note = self.paste(int(message["row"]), str(message["column"]), text)
        if note:
            self._status.show("note", "", note)

    def _on_clear(self, message: Mapping[str, Any]) -> None:
        self.clear(self._rows_of(message), str(message["column"]))

    def _on_fill(self, message: Mapping[str, Any]) -> None:
        self.fill_down(self._marked(), str(message["column"]))

    def _on_add_rows(self, message: Mapping[str, Any]) -> None:
        row = message.get("row")
        self.add_rows(1, None if row is None else int(row) + 1)

    def _on_delete_rows(self, message: Mapping[str, Any]) -> None:
        self.delete_rows(self._rows_of(message))

    def _on_add_column(self, message: Mapping[str, Any]) -> None:
        options = {name: bool(message.get(name)) for name in ("unit", "term")}
        self.add_column(str(message["header"]), message.get("column"), **options)

    def _on_delete_column(self, message: Mapping[str, Any]) -> None:
        self.delete_column(str(message["column"]))

    def _on_undo(self, message: Mapping[str, Any]) -> None:
        self.undo()

    def _on_redo(self, message: Mapping[str, Any]) -> None:
        self.redo()

    def _on_judge(self, message: Mapping[str, Any]) -> None:
        if message.get("step") == self.step:  # else another change has come meanwhile, and asks again
            self._tell_judged()

    def _on_replace(self, message: Mapping[str, Any]) -> None:
        """Say at the first press what would be sent, and send it at the second."""
        client = self._client
        if client is not None and self._asked is not self.isa and self.isa != self._base:
            self._asked = self.isa
            count = len(self.changes)
            words = f"{count} change{'s' * (count != 1)} of the sheets in project {self._project} would be sent."
            place = f"{client.label}, {client.place}"
            self._status.show("note", f"Replace in {place}?", words, "Press again to do it; nothing was sent yet.")
            return
        self.replace()

    def _marked(self) -> list[int]:
        """Return the selected rows in the order in which they are shown."""
        return [int(row) for row in self.grid.rows if int(row) in self.grid.marked]

    def _rows_of(self, message: Mapping[str, Any]) -> list[int]:
        """Return the selected rows, else the one that the cursor is on."""
        row = message.get("row")
        return self._marked() or ([] if row is None else [int(row)])

    # -- showing --------------------------------------------------------------------------------------------------

    def show(self, table: str) -> None:
        """Edit another table of the set."""
        super().show(table)
        self._tell_all()

    def _take(self, sheet: Sheet) -> None:
        """Show a change; what is said of it comes when a person pauses."""
        before = self._shape()
        super()._take(sheet)
        after = self._shape()
        if before == after:
            self._tell({"type": "grid", "message": {"type": "changed"}})
        else:
            self._tell_table(keep=before[0] == after[0])
        self._tell_state()
        self._view.save(self._picture())

    def _shape(self) -> tuple[str, list[tuple[str, str]], list[int]]:
        grid = self.grid
        titles = [(each.key, each.title) for each in grid.headings.values()]
        return grid.sheet.table.name, titles, list(grid.rows)

    def _tell_all(self) -> None:
        self._tell_table()
        self._tell_state()

    def _tell_table(self, keep: bool = False) -> None:
        # A set of one row is a table here, too: a record can't be written in.
        self._tell({"type": "grid", "message": {**self.grid.table(), "keep": keep, "record": None}})

    def _tell_state(self) -> None:
        label = None if self._client is None else self._client.label
        self._tell(
            {
                "type": "state",
                "tables": self.tables,
                "table": self.table,
                "undo": len(self._done),
                "redo": len(self._undone),
                "replace": label,
                "step": self.step,
            }
        )

    def _tell_judged(self) -> None:
        findings = self.judge()
        changes = self.changes
        self._tell({"type": "grid", "message": {"type": "changed"}})
        self._tell(
            {
                "type": "judged",
                "step": self.step,
                "findings": [finding_message(each) for each in findings[:LISTED]],
                "found": len(findings),
                "accepted": self.isa.accepted(),
                "changes": [_change(each) for each in changes.head(LISTED).to_dict("records")],
                "changed": len(changes),
            }
        )


def _change(change: Mapping[Any, Any]) -> Message:
    """Return a line of `ISATab.diff` for a page."""
    texts = {name: "" if not isinstance(change[name], str) else shorten(change[name], 80) for name in ("old", "new")}
    row = change["row"]
    whole = int(row) if isinstance(row, int) or hasattr(row, "__index__") else None
    return {"file": change["file"], "what": change["change"], "row": whole, "column": change["column"], **texts}
