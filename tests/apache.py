"""A genuine Apache on loopback with ``mod_dav``, and with folders behind HTTP Basic: Debian's, as a plain process.

SODAR's Davrods is a module on the same ``mod_dav``; Torrent Suite serves its files with the same modules as ``/auth/``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.missing import missing

MODULES = Path("/usr/lib/apache2/modules")
NEEDED = (
    *("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "dav", "dav_fs"),
    *("alias", "autoindex", "mime"),
)
CONFIGURATION = """
ServerRoot "{home}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{home}/pid"
ErrorLog "{home}/error.log"
Mutex file:{home}
{user}
{modules}
TypesConfig /dev/null
Timeout 20
DavLockDB "{home}/locks"
DocumentRoot "{home}/dav"
Alias "/auth/" "{home}/pages/"
<Directory "{home}">
    AuthType Basic
    AuthName "files"
    AuthBasicProvider file
    AuthUserFile "{home}/passwords"
    Require valid-user
</Directory>
<Directory "{home}/dav">
    Dav On
    LimitXMLRequestBody 100000
    LimitRequestBody 0
</Directory>
<Directory "{home}/pages">
    Options +Indexes
    IndexOptions FancyIndexing
</Directory>
"""


@dataclass(frozen=True)
class Apache:
    """A running server.

    Attributes
    ----------
    url : str
        Where; WebDAV is at its root, pages are below ``/auth/``.
    dav, pages : Path
        The folders behind them.
    """

    url: str
    home: Path

    @property
    def dav(self) -> Path:
        """What is served over WebDAV."""
        return self.home / "dav"

    @property
    def pages(self) -> Path:
        """What is served below ``/auth/``, with a page for each folder."""
        return self.home / "pages"

    def let(self, user: str, password: str) -> None:
        """Let a user in, with this password from now on."""
        digest = base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode()
        lines = [each for each in (self.home / "passwords").read_text().splitlines() if not each.startswith(f"{user}:")]
        (self.home / "passwords").write_text("\n".join([*lines, f"{user}:{{SHA}}{digest}"]) + "\n")

    def own(self) -> None:
        """Give all files to the server, so that it may change those that a test put there."""
        if os.geteuid() == 0:
            user = pwd.getpwnam("www-data")
            for each in (self.home, *self.home.rglob("*")):
                if each.name not in ("error.log", "configuration"):
                    with contextlib.suppress(FileNotFoundError):
                        os.chown(each, user.pw_uid, user.pw_gid)

    def empty(self) -> None:
        """Take away all files, and all users."""
        for folder in (self.dav, self.pages):
            for each in folder.iterdir():
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        (self.home / "passwords").write_text("")
        self.own()


@contextlib.contextmanager
def running() -> Iterator[Apache]:
    """Run Apache in a folder of its own until the block ends."""
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not all((MODULES / f"mod_{each}.so").exists() for each in NEEDED):
        missing("Debian's apache2-bin is not installed")
    home = Path(tempfile.mkdtemp(prefix="bionb_apache_"))  # not pytest's folder, in which only its owner may look
    try:
        home.chmod(0o755)
        for each in ("dav", "pages"):
            (home / each).mkdir()
        (home / "passwords").write_text("")
        apache = Apache(f"http://127.0.0.1:{_free_port()}", home)
        (home / "configuration").write_text(
            CONFIGURATION.format(
                home=home,
                port=apache.url.rpartition(":")[2],
                user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
                modules="\n".join(f'LoadModule {each}_module "{MODULES}/mod_{each}.so"' for each in NEEDED),
            )
        )
        apache.own()
        with subprocess.Popen([program, "-f", str(home / "configuration"), "-D", "FOREGROUND"]) as process:
            try:
                _wait(process, apache)
                yield apache
            finally:
                process.terminate()
                process.wait(20)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], apache: Apache) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", int(apache.url.rpartition(":")[2]))) == 0:
                return
        time.sleep(0.05)
    log = apache.home / "error.log"
    raise RuntimeError(f"Apache did not start: {log.read_text() if log.exists() else 'it wrote no log'}")
