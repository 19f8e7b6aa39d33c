"""How results look in a notebook: a title, a count, the first rows, and how to get all.

What is shown comes from servers and files, so every text is escaped, freed of marks that turn the direction of writing,
cut where it is too long, and never read as a formula. Colours are the front end's own, light or dark.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bionb.wording import shorten

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10
WIDEST = 110  # characters of a row; a notebook beside a file browser shows about as many
LONGEST_CELL = 40
LONGEST_TITLE = 120
_NAMED = 8  # columns that are left out and named
_FAINT = "color: var(--jp-ui-font-color2, #767676)"
_TEXT, _NUMBER = ' style="text-align:left"', ' style="text-align:right"'
_TABLE = '<table class="dataframe" style="min-width:max-content">{}</table>'  # no identifier breaks into four lines
# MathJax leaves elements of these classes alone.
_WRAPPED = '<div class="bionb-shown tex2jax_ignore mathjax_ignore" style="max-width: 100%; overflow-x: auto">{}</div>'


def table(
    title: str,
    frame: pd.DataFrame,
    *,
    total: int | None = None,
    count: str = "",
    complete: Sequence[str] = (),
    rows: int = ROWS,
    index: bool = False,
) -> str:
    """Return the first rows of a frame as HTML, with as many columns as are read without scrolling.

    Columns that are empty in all these rows are left out.

    Parameters
    ----------
    title : str
        What this is.
    frame : DataFrame
        All rows or the first ones.
    total : int, optional
        How many rows there are; those of the frame if left out.
    count : str
        What to say in place of "first 10 of 95".
    complete : sequence of str
        Python that gives all of it: ``".to_frame()"``.
    rows : int
        Rows shown at most.
    index : bool
        Show the row labels, too.

    Examples
    --------
    >>> import pandas as pd
    >>> shown = table("things", pd.DataFrame({"id": ["<a>"]}), total=95, complete=[".to_frame()"])
    >>> "first 1 of 95" in shown, "&lt;a&gt;" in shown
    (True, True)
    """
    first = frame.head(rows)
    cells = {str(name): [text_of(value) for value in first[name]] for name in first.columns}
    numbers = {str(name) for name in first.columns if _numeric(first[name])}
    if index:
        cells = {"": [text_of(value) for value in first.index]} | cells
    filled = {name: values for name, values in cells.items() if any(values)} or cells
    names = _fitting(filled)
    said = count or counted(len(first), len(frame) if total is None else total)
    lines = [_heading(title, said)]
    if len(first):
        lines.append(_grid(names, [[cells[name][row] for name in names] for row in range(len(first))], numbers))
    elif names:
        lines.append(_faint(f"Columns: {', '.join(shorten(name, LONGEST_CELL) for name in names)}"))
    lines += [_left_out(list(filled)[len(names) :], len(cells) - len(filled)), _more(complete)]
    return _WRAPPED.format("".join(lines))


def facts(title: str, said: Mapping[str, Any], *, count: str = "", complete: Sequence[str] = ()) -> str:
    """Return what is known of one thing as HTML, one fact a line; what is missing is left out.

    Examples
    --------
    >>> "reads" in facts("report 3", {"reads": 10, "q20": None}), "q20" in facts("report 3", {"q20": None})
    (True, False)
    """
    rows = [
        f'<tr><th scope="row"{_TEXT}>{_cell(name)}</th><td{_TEXT}>{_cell(shown)}</td></tr>'
        for name, value in said.items()
        if (shown := text_of(value))
    ]
    body = _TABLE.format(f"<tbody>{''.join(rows)}</tbody>") if rows else ""
    return _WRAPPED.format(_heading(title, count) + body + _more(complete))


def text_of(value: Any) -> str:
    """Return a value as people read it; nothing for a missing one.

    Examples
    --------
    >>> text_of(1234567.0), text_of(0.123456789), text_of(None), text_of(["a", "b"])
    ('1234567', '0.123457', '', 'a, b')
    """
    if isinstance(value, str):
        return value
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(text_of, value))
    if hasattr(value, "strftime") and hasattr(value, "hour"):
        return str(value.strftime("%Y-%m-%d %H:%M"))
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.6g}"
    return str(value)


def _numeric(column: pd.Series[Any]) -> bool:
    return getattr(column.dtype, "kind", "O") in "iuf"


def _fitting(cells: Mapping[str, list[str]]) -> list[str]:
    """Return the columns, in their order, that are read without scrolling; one at least."""
    names: list[str] = []
    left = WIDEST
    for name, values in cells.items():
        left -= 2 + min(LONGEST_CELL, max(map(len, [name, *values])))
        if left < 0 and names:
            break
        names.append(name)
    return names


def counted(shown: int, total: int) -> str:
    """Say how many rows of how many are shown."""
    if shown == total:
        return f"all {total}" if total else "none"
    return f"first {shown} of {total}"


def _heading(title: str, count: str) -> str:
    said = f' <span style="{_FAINT}">{_escaped(count, LONGEST_TITLE)}</span>' if count else ""
    return f'<p style="margin: 0 0 4px"><b>{_escaped(title, LONGEST_TITLE)}</b>{said}</p>'


def _grid(names: list[str], rows: list[list[str]], numbers: set[str]) -> str:
    looks = [_NUMBER if name in numbers else _TEXT for name in names]
    pairs = zip(names, looks, strict=True)
    head = "".join(f'<th scope="col"{look}>{_cell(name)}</th>' for name, look in pairs)
    body = "".join(
        f"<tr>{''.join(f'<td{look}>{_cell(each)}</td>' for each, look in zip(row, looks, strict=True))}</tr>"
        for row in rows
    )
    return _TABLE.format(f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>")


def _left_out(names: list[str], empty: int) -> str:
    named = ", ".join(shorten(name, LONGEST_CELL) for name in names[:_NAMED])
    said = [f"and {len(names)} more columns: {named}{', …' * (len(names) > _NAMED)}"] if names else []
    said += [f"{empty} empty column{'s' * (empty > 1)} left out"] if empty else []
    return _faint("; ".join(said)) if said else ""


def _more(complete: Sequence[str]) -> str:
    codes = ", ".join(f"<code>{html.escape(each)}</code>" for each in complete)
    return f'<p style="margin: 4px 0 0; {_FAINT}">All of it: {codes}</p>' if codes else ""


def _faint(text: str) -> str:
    return f'<p style="margin: 4px 0 0; {_FAINT}">{_escaped(text, 10 * LONGEST_TITLE)}</p>'


def _cell(text: str) -> str:
    return _escaped(text, LONGEST_CELL)


def _escaped(text: str, longest: int) -> str:
    return html.escape(shorten(text, longest))
