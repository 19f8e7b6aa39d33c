"""Two servers for the same tests: a genuine Apache with mod_dav, and the sandbox, which is a WsgiDAV."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import bionb
from bionb.http.auth import BasicAuth
from bionb.platforms.sodar.wire.webdav import WebDav, read_problem
from bionb.secret import Secret
from bionb.session import Session


@dataclass
class Place:
    """A landing zone that takes files, at one of the servers.

    Attributes
    ----------
    sodar : SodarClient
        Who uploads; SODAR itself is the sandbox, whichever server has the files.
    zone : dict
        The zone, ACTIVE.
    dav : WebDav
        What is at the server, without the client.
    """

    sodar: Any
    project: Any
    zone: Any
    dav: WebDav
    sandbox: Any
    apache: Any = None

    @property
    def path(self) -> str:
        """The zone's collection."""
        return self.zone["irods_path"]

    def names(self, path: str = "") -> list[str]:
        """All files below the zone's collection."""
        found = []
        for each in self.dav.inside(f"{self.path}/{path}".rstrip("/")):
            inner = each.path.removeprefix(self.path + "/")
            found += self.names(inner) if each.is_collection else [inner]
        return sorted(found)


@contextmanager
def placed(apache=None, state="collections"):
    """Give a zone whose files are at an Apache, or else in the sandbox."""
    with bionb.start_sandbox("sodar", state=state) as sandbox:
        url, given = sandbox.url("sodar"), sandbox.credentials("sodar")
        if apache is not None:
            apache.let("alice@EXAMPLE", given["token"])
            given["webdav_url"] = apache.url
        with bionb.connect("sodar", url, **given) as sodar:
            project = next(each for each in sodar.projects() if each["title"] == "Exome pilot")
            zone = sodar.wait_zone(sodar.create_zone(project, "a_exome_pilot.txt", create_colls=True))
            if apache is not None:
                for each in sandbox.app("sodar").world.irods.collections:
                    (apache.dav / each.strip("/")).mkdir(parents=True, exist_ok=True)
                apache.own()
            auth = BasicAuth(Secret("alice@EXAMPLE"), Secret(given["token"]))
            session = Session(given["webdav_url"], auth, label="WebDAV", read_problem=read_problem)
            yield Place(sodar, project, zone, WebDav(session), sandbox, apache)


@pytest.fixture(params=("apache", "wsgidav"))
def place(request):
    """A zone at each of the servers."""
    with placed(request.getfixturevalue("apache") if request.param == "apache" else None) as found:
        yield found


@pytest.fixture
def sandbox_place():
    """A zone in the sandbox."""
    with placed() as found:
        yield found
