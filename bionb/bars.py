"""How long work looks: one line of words and a bar, the same in a notebook and in a shell; nothing stays of it."""

from __future__ import annotations

import html
import sys
from typing import Any, Protocol

from bionb.wording import shorten

_PREFIXES = ("", "k", "M", "G", "T", "P")
_LABEL = 80  # characters
_DRAWN = (
    '<div class="bionb-progress tex2jax_ignore mathjax_ignore" style="display: flex; gap: 8px; align-items: center; '
    'line-height: 1.4"><span>{label}</span>{bar}<span style="color: var(--jp-ui-font-color2, #767676)">{words}</span>'
    "</div>"
)
_BAR = (
    '<progress value="{share:.4f}" max="1" aria-label="{label}" '
    'style="width: 160px; accent-color: var(--jp-brand-color1, #1976d2)"></progress>'
)


class Bar(Protocol):
    """One line that is drawn again and again."""

    def draw(self, label: str, share: float | None, words: str) -> None:
        """Show the line; `share` is what is done, 0 to 1, None where nobody knows how much there is."""

    def close(self) -> None:
        """Take it away."""


def bar() -> Bar:
    """Return the bar for where this runs."""
    return _InNotebook() if _in_notebook() else _InShell()


def _in_notebook() -> bool:
    """Tell whether displays reach a front end; IPython is not loaded for the question."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell is not None and hasattr(shell, "kernel")


class _InNotebook:
    """A display that is replaced: no widget, so that a saved notebook holds no model that has gone."""

    def __init__(self) -> None:
        self._handle: Any = None

    def draw(self, label: str, share: float | None, words: str) -> None:
        from IPython.display import display

        label, words = html.escape(label), html.escape(words)
        drawn = "" if share is None else _BAR.format(share=share, label=label)
        shown = {
            "text/html": _DRAWN.format(label=label, bar=drawn, words=words),
            "text/plain": f"{label} {words}",
        }
        if self._handle is None:
            self._handle = display(shown, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown, raw=True)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.update({}, raw=True)  # an output without any form is not shown


class _InShell:
    """A line on the error stream; tqdm knows the width of the window and keeps several lines apart."""

    def __init__(self) -> None:
        self._line: Any = None

    def draw(self, label: str, share: float | None, words: str) -> None:
        if self._line is None:
            from tqdm import tqdm

            self._line = tqdm(total=1.0, leave=False, dynamic_ncols=True, delay=1e-9)  # drawn by refresh() only
        label, words = (each.replace("{", "{{").replace("}", "}}") for each in (label, words))
        drawn = "" if share is None else " |{bar:24}|"
        self._line.bar_format, self._line.n = f"{label}{drawn} {words}", share or 0.0
        self._line.refresh()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()


def label_of(text: str) -> str:
    """Return what is being done, as one short line."""
    return shorten(text, _LABEL)


def words_of(
    done: float, total: float | None, unit: str, elapsed: float, rate: float | None = None, text: str = ""
) -> str:
    """Return how far work is, in words.

    Parameters
    ----------
    done, total : float
        In `unit`; total None where nobody knows it.
    unit : str
        ``"records"``, ``"B"``, ``"s"``, or nothing for steps that are none of the user's business.
    elapsed : float
        Seconds since the work began.
    rate : float, optional
        Units a second, where it says something.
    text : str
        A word about it.

    Examples
    --------
    >>> words_of(12_000, 20_000, "records", 30.0, 400.0)
    '12,000 of 20,000 records, 400 records/s, 20 s left'
    """
    said = [shorten(text, _LABEL)] if text else []
    if unit == "s":
        said.append(f"{span(total - done)} left" if total else span(done))
        return ", ".join(said)
    if unit and done:
        said.append(f"{_amount(done, unit, total is None)}{f' of {_amount(total, unit)}' if total else ''}")
    if unit and rate:
        said.append(f"{_amount(rate, unit)}/s")
    left = (total - done) / rate if total and rate and total > done else None
    said.append(f"{span(left)} left" if left is not None else span(elapsed))
    return ", ".join(said)


def span(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> span(12.4), span(90), span(8000)
    ('12 s', '1 min 30 s', '2 h 13 min')
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _amount(number: float, unit: str, named: bool = True) -> str:
    if unit == "B":
        power = 0
        while number >= 999.5 and power < len(_PREFIXES) - 1:
            number, power = number / 1000, power + 1
        return f"{number:.3g} {_PREFIXES[power]}B"
    shown = f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
    return f"{shown} {unit}" if named else shown
