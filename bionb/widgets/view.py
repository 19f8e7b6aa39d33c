"""What stands in the page of a widget: a module made of our own files, and messages in both directions.

Nothing is a synchronised value: what goes either way is a custom message, which no notebook saves and no other client
of the kernel is told.
"""

from __future__ import annotations

import base64
import contextvars
import functools
import gzip
import signal
import threading
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import anywidget

from bionb.widgets import looks

Message = dict[str, Any]


# A saved notebook may keep the module: packed, it is a third as large. Browsers unpack it themselves.
_UNPACK = """
const bytes = Uint8Array.from(atob("{packed}"), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const text = await new Response(unpacked).text();
const url = URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }}));
const module = await import(url);
URL.revokeObjectURL(url);
export default module.default;
"""


def source(names: tuple[str, ...], create: str) -> str:
    """Return files of this folder as one module, as they are written.

    Parameters
    ----------
    names : tuple of str
        The files, without their ending.
    create : str
        The function in them that makes the widget.
    """
    parts = [_text(f"{name}.js") for name in names]
    return "\n".join([*parts, f"export default {{ render: (context) => renderWidget(context, {create}) }};"])


@functools.cache
def script(names: tuple[str, ...], create: str) -> str:
    """Return the module of `source`, packed."""
    packed = gzip.compress(source(names, create).encode(), mtime=0)
    return _UNPACK.format(packed=base64.b64encode(packed).decode())


@functools.cache
def style() -> str:
    """Return the looks of all widgets."""
    return _text("widgets.css")


def _text(name: str) -> str:
    return files("bionb.widgets").joinpath(name).read_text("utf-8")


def on_main_thread(action: Callable[[], None]) -> None:
    """Do something in the thread in which cells run: at once if this is it, else when no cell runs.

    Newer front ends let messages of widgets come in a thread beside, where no stop button reaches what they lead to.
    """
    import IPython

    shell: Any = IPython.get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None or threading.current_thread() is threading.main_thread():
        action()
    else:
        kernel.io_loop.add_callback(contextvars.copy_context().run, _interruptible, action)


def _interruptible(action: Callable[[], None]) -> None:
    """Do something that the stop button ends; kernels ignore it between cells."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        action()
    finally:
        signal.signal(signal.SIGINT, before)


class View(anywidget.AnyWidget):
    """The part of a widget that is in the page.

    Parameters
    ----------
    scripts, create
        As for `script`.
    receive : callable
        Called with each message from the page, a dict with a ``type``.

    Attributes
    ----------
    seen : bool
        True once a page has shown it.
    """

    def __init__(self, scripts: tuple[str, ...], create: str, receive: Callable[[Mapping[str, Any]], None]) -> None:
        self._esm, self._css = script(scripts, create), style()
        super().__init__()
        self._take, self._saved = receive, ""
        self.seen = False
        self.on_msg(self._received)

    def _received(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict):
            self.seen = True
            self._take(content)

    def tell(self, message: Message) -> None:
        """Send a message to the page, if one shows the widget; one that comes later asks for everything."""
        if self.seen:
            self.send(message)

    def show(self, words: str, saved: str) -> None:
        """Show the view, and beside it what stays of it in a saved notebook.

        Parameters
        ----------
        words : str
            For consoles and for comparing notebooks: one stable line.
        saved : str
            HTML.
        """
        import IPython.display

        display: Any = IPython.display.display
        self._saved = saved
        view, picture = looks.shown_with(self.model_id, words, saved)
        display(view, raw=True)
        display(picture, raw=True, display_id=self._place)

    def save(self, saved: str) -> None:
        """Let the saved notebook hold another picture, once a person has done something in a page."""
        import IPython.display

        update: Any = IPython.display.update_display
        if self.seen and self._saved not in ("", saved):
            self._saved = saved
            update({"text/html": saved}, raw=True, display_id=self._place)

    @property
    def _place(self) -> str:
        return f"bionb-{self.model_id}"


class Shown:
    """What all widgets are to a notebook: a view in the page, and beside it what stays of it in a saved file."""

    _view: View

    def _picture(self) -> str:
        """Return what stays in a saved notebook."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        self._view.show(repr(self), self._picture())

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        view, picture = looks.shown_with(self._view.model_id, repr(self), self._picture())
        return view | picture
