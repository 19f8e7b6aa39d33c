"""How much of SODAR's API the client reaches: counted on what it sends, against what SODAR says that it has."""

import contextlib
import inspect
import re

import pytest

import bionb
from bionb.platforms.sodar.client import SodarClient
from tests.missing import python_of
from tests.platforms.arguments import arguments_of

# The apps of a SODAR server whose addresses the installed SODAR Core knows; the others stand in the reference.
CORE_APPS = {
    "project": "projectroles",
    "tokens": "tokens",
    "timeline": "timeline",
    "files": "filesfolders",
    "cache": "sodarcache",
}
# What no method sends, and why.
LEFT = {
    "files/api/": "small files and links of the web page's own app; data are in iRODS",
    "cache/api/": "what the server's apps keep for themselves",
    "/remote/get/": "sites that copy each other, with a secret of the site",
}
SERVER = {
    "4. Sample sheets": "samplesheets/api/",
    "5. Landing zones": "landingzones/api/",
}
OTHERS = ("irods/api/environment", "taskflowbackend/api/lock/status/{}")


def same(address: str) -> str:
    """Write an address without slashes around it, queries and the names of what stands in it."""
    return re.sub(
        r"<[^>]+>|\{[^}]*\}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "{}", address.partition("?")[0]
    ).strip("/")


def of_the_core() -> set[str]:
    """Read the addresses of the installed SODAR Core's apps."""
    (packages,) = python_of("sodar-core").parents[1].glob("lib/*/site-packages")
    return {
        same(f"{prefix}/{route}")
        for prefix, app in CORE_APPS.items()
        for route in re.findall(r"route=['\"](api/[^'\"]*)", (packages / app / "urls.py").read_text("utf-8"))
    }


def of_the_server(reference: str) -> set[str]:
    """Read the tables of addresses of a SODAR server in the reference; several methods may stand in one line."""
    found = set(OTHERS)
    for heading, prefix in SERVER.items():
        section = reference.partition(f"\n## {heading}")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (`.*?`[^`|]*) \| (?:GET|POST|PUT|DELETE)", section, re.MULTILINE)
        addresses = [each for row in rows for each in re.findall(r"`([^`]+)`", row) if "/" in each and each[0] != "?"]
        found |= {same(prefix + one) for each in addresses for one in spelled_out(each)}
    return found


def spelled_out(address: str) -> list[str]:
    """Give each of the addresses that are written as one: ``request/accept|reject/<r>``."""
    choices = re.search(r"[\w|]*\|[\w|]*", address)
    return [address.replace(choices[0], each) for each in choices[0].split("|")] if choices else [address]


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """All addresses that the methods of the client send, each called as the matrix calls it."""
    found = set()
    with contextlib.chdir(tmp_path_factory.mktemp("reach")), bionb.start_sandbox("sodar") as sandbox:
        for name, function in inspect.getmembers(SodarClient, inspect.isfunction):
            if name.startswith("_"):
                continue
            sandbox.reset()
            with bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar")) as client:
                positional, keyword = arguments_of("sodar", name, function, client)
                answer = None
                try:
                    answer = getattr(client, name)(*positional, **keyword)
                    list(answer) if isinstance(answer, bionb.listing.Listing) else None
                except bionb.BionbError:
                    pass  # it was sent all the same
            found |= {same(each.path) for each in sandbox.received("sodar")}
    with (
        bionb.start_sandbox("sodar") as sandbox,
        bionb.connect("sodar", sandbox.url("sodar"), **sandbox.credentials("sodar")) as client,
    ):
        project = next(each for each in client.projects() if each["title"] == "Exome pilot")
        client.export_sheets(project, "zip")
        client.settings(project).first(1)
        client.set_setting("ip_restrict", False, project)
        client.timeline(project).first(1)
        client.add_member(project, "dave", "guest")
        client.update_member(project, "dave", "contributor")
        client.remove_member(project, "dave")
        client.create_collections(project)
        zone = client.wait_zone(client.create_zone(project, "a_exome_pilot.txt"))
        client.files(zone=zone).first(1)
        client.validate_zone(zone)
        client.wait_zone(zone)
        client.delete_zone(zone)
        client.user_uuid("11111111-1111-4111-8111-111111111111")
        found |= {same(each.path) for each in sandbox.received("sodar")}
    return found


@pytest.mark.outside
def test_the_client_reaches_all_that_is_for_people(sent, reference_data, say):
    """55 of 65 or more; what is left is left for a reason."""
    known = of_the_core() | of_the_server((reference_data / "reference" / "sodar-api.md").read_text("utf-8"))
    left = sorted(known - sent)
    unexplained = [each for each in left if not any(why in f"{each}/" for why in LEFT)]
    say(f"SODAR: {len(known) - len(left)} of {len(known)} addresses are sent by methods; left: {', '.join(left)}")

    assert [] == unexplained
    assert len(known) >= 65
    assert len(known & sent) >= 55
