"""A Jupyter server of our own, with JupyterLab, Notebook and Voila, and notebooks in their pages.

It runs with the Python of the tests and keeps all it writes in one folder. A notebook is driven through Lab's own
commands, whose promises are kept when the work is done: menus lose clicks on a slow machine.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import nbformat
from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[2]
SETTINGS = {
    # Without these a question about news covers the page.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# Off by default; on, it writes into the notebook what widgets hold: the way by which a secret could be saved.
SAVE_WIDGETS = {"plugin": {"saveState": True}}
START = 120  # seconds; ten are usual
READY = """async () => {
    await window.jupyterapp.restored;
    const {context} = window.jupyterapp.shell.currentWidget;
    await context.ready;
    await context.sessionContext.ready;
    await context.sessionContext.session.kernel.info;
}"""
RUN_CELL = """async (index) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
    return await window.jupyterapp.commands.execute('notebook:run-cell');
}"""

END_KERNEL = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .map((cell) => [cell.type, cell.sharedModel.getSource()])"""


def chromium() -> str | None:
    """Path of a Chromium that the system brought, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running_lab(folder: Path) -> Iterator[str]:
    """Start JupyterLab with everything it reads or writes in a folder, and return its address."""
    write_settings(folder)
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(lab_command(folder), env=lab_environ(folder), stdout=log, stderr=log)
    try:
        yield wait_until_ready(process, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)


def write_settings(folder: Path) -> None:
    """Write the user settings that a test needs."""
    for owner, settings in (("jupyterlab", SETTINGS), ("jupyter-widgets/jupyterlab-manager", SAVE_WIDGETS)):
        for name, values in settings.items():
            path = folder / "settings" / f"@{owner}" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(values))


def lab_command(folder: Path) -> list[str]:
    """Command line of a Lab that asks for no password and serves one folder."""
    (folder / "notebooks").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--port={port}",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        *("--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.expose_app_in_browser=True"),
        *("--JupyterNotebookApp.expose_app_in_browser=True", "--ServerApp.log_level=DEBUG"),
    ]


def lab_environ(folder: Path) -> dict[str, str]:
    """Environment variables that keep Lab away from the settings and files of whoever runs the tests."""
    places = {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        **{name: str(folder / place) for name, place in places.items()},
        "PYTHONPATH": os.pathsep.join(paths),
    }


def wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait until Lab has written down its address and answers there."""
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        for written in (folder / "runtime").glob("jpserver-*.json"):
            # The file may be half written, and is there before the server listens.
            with suppress(OSError, ValueError):
                address: str = json.loads(written.read_text())["url"]
                with urlopen(address + "api", timeout=START):
                    return address
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start: " + (folder / "lab.log").read_text()[-2000:])


class Notebook:
    """A new notebook with some code cells, open in a page of JupyterLab or Notebook.

    Attributes
    ----------
    told : list of str
        All that the kernel said to this page, and thus to all clients of the kernel.
    """

    def __init__(self, page: Page, folder: Path, cells: Sequence[str], front: str) -> None:
        self.page, self.told = page, []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.told.append(str(frame))))
        # A new name each time: Lab would give an old one its old kernel back.
        self.path = folder / "notebooks" / f"test{len(list((folder / 'notebooks').iterdir()))}.ipynb"
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        written.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(written, self.path)
        self._address = f"lab/tree/{self.path.name}?reset" if front == "lab" else f"notebooks/{self.path.name}"
        self.open()

    def open(self) -> None:
        """Open the file, as a person does who comes back to it."""
        self.page.goto(self._address)
        self.page.locator(".jp-Notebook").wait_for()
        self.page.evaluate(READY)

    def open_without_kernel(self) -> None:
        """Open the file after its kernel has ended, and start none: what was saved is all there is."""
        self.page.evaluate(END_KERNEL)
        nothing = json.loads(self.path.read_text("utf-8"))
        del nothing["metadata"]["kernelspec"]
        self.path.write_text(json.dumps(nothing), "utf-8")
        self.page.goto("about:blank")
        self.page.goto(self._address)
        self.page.locator(".jp-Notebook").wait_for()

    def run(self, index: int) -> None:
        """Run one cell to its end."""
        self.page.evaluate(RUN_CELL, index)

    def output(self, index: int) -> Locator:
        """What a cell shows."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index).locator(".jp-OutputArea")

    def command(self, name: str) -> None:
        """Do what a menu offers."""
        self.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)

    def cells(self) -> list[tuple[str, str]]:
        """Kind and text of all cells."""
        found: list[list[str]] = self.page.evaluate(CELLS)
        return [(kind, text) for kind, text in found]

    def save(self) -> str:
        """Save the notebook and return the text of its file."""
        self.command("docmanager:save")
        return self.path.read_text("utf-8")
