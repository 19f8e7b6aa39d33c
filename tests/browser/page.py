"""A widget in a page of Chromium without any Jupyter: its messages go straight to the Python of the test.

What a page does with a widget is the same everywhere; this way a test takes a fraction of a second.
"""

from typing import Any

from playwright.sync_api import Locator, Page

HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A widget</title>
<style>body {{ margin: 8px; {style} }}</style></head><body><main><h2>A widget</h2><div id="widget"></div></main></body>
</html>"""
DARK = (
    "background: #111; --jp-ui-font-color1: #e0e0e0; --jp-ui-font-color2: #b0b0b0; --jp-layout-color1: #111;"
    "--jp-layout-color2: #303030; --jp-border-color1: #616161; --jp-border-color2: #424242; --jp-brand-color1: #64b5f6;"
    "--jp-error-color1: #ef9a9a; --jp-warn-color1: #ffb74d; --jp-success-color1: #81c784;"
)
# Chromium counts a page for itself as a place that may use the clipboard only on https or this computer.
ADDRESS = "http://localhost/widget"
MOUNT = """async ([module, style]) => {
    const sheet = document.createElement("style");
    sheet.textContent = style;
    document.head.append(sheet);
    const url = URL.createObjectURL(new Blob([module], {type: "text/javascript"}));
    const {default: widget} = await import(url);
    const handlers = {};
    window.sent = [];
    window.emit = (name, ...given) => (handlers[name] ?? []).forEach((each) => each(...given));
    const model = {
        on: (name, handler) => { (handlers[name] ??= []).push(handler); },
        off: (name, handler) => { handlers[name] = (handlers[name] ?? []).filter((each) => each !== handler); },
        send: async (message) => {
            window.sent.push(message);
            for (const answer of await window.toKernel(message)) window.emit("msg:custom", answer, []);
        },
    };
    window.unmount = await widget.render({model, el: document.getElementById("widget")});
}"""


class Mounted:
    """A widget in a page.

    Attributes
    ----------
    answers : list
        All that the kernel told the page.
    delay : callable, optional
        Called before each message is answered.
    """

    def __init__(self, page: Page, widget: Any, *, dark: bool = False, answering: bool = True) -> None:
        self.page, self.widget, self.answering = page, widget, answering
        self.answers: list[Any] = []
        self.received: list[Any] = []
        self.before = lambda message: None
        self.errors: list[str] = []
        self._view = widget._view
        self._view.send = self._take
        self._now: list[Any] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.route(
            ADDRESS, lambda route: route.fulfill(body=HTML.format(style=DARK if dark else ""), content_type="text/html")
        )
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(ADDRESS)
        page.expose_function("toKernel", self._answer)
        page.evaluate(MOUNT, [self._view._esm, self._view._css])

    def _take(self, message: Any, buffers: Any = None) -> None:
        self._now.append(message)
        self.answers.append(message)

    def _answer(self, message: Any) -> list[Any]:
        if not self.answering:
            return []
        self.received.append(message)
        self.before(message)
        self._now = []
        self._view._received(None, message, [])
        return self._now

    @property
    def root(self) -> Locator:
        """The widget's element."""
        return self.page.locator(".bionb").first
