"""The site is a SODAR Core as users meet it: asked with plain requests, before any of bionb's code is."""

import pytest
import requests

pytestmark = pytest.mark.outside

TYPE = "application/vnd.bihealth.sodar-core.projectroles+json"
OLD_TYPE = "application/vnd.bihealth.sodar-core+json"


@pytest.fixture
def ask(sodar_core_site):
    """One request as a user of the site."""

    def ask(method, path, user="alice", accept=None, **options):
        headers = {"Authorization": f"token {sodar_core_site.tokens[user]}"} if user else {}
        if accept:
            headers["Accept"] = accept
        return requests.request(method, sodar_core_site.url + path, headers=headers, timeout=30, **options)

    return ask


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        (TYPE, 200),
        (f"{TYPE}; version=1.0", 200),
        (f"{TYPE}; version=1.1", 200),
        (f"{TYPE}; version=2.0", 200),
        (f"{TYPE}; version=0.13.3", 406),
        (f"{OLD_TYPE}; version=0.13.3", 406),
        ("application/json", 406),
        (f"{TYPE}; version=2.0, {OLD_TYPE}; version=0.13.3", 200),
    ],
)
def test_the_accept_header_decides_as_recorded(ask, accept, status):
    """A client that serves both generations rests on these answers."""
    assert status == ask("GET", "/project/api/list", accept=accept).status_code


def test_a_form_cannot_create_a_project_under_the_newest_version(ask, sodar_core_site):
    """The documented example posts a form: a form without the old check box counts as having it unset."""
    project = {"title": "By form", "type": "PROJECT", "parent": sodar_core_site.category}
    project["owner"] = sodar_core_site.users["alice"]

    form = ask("POST", "/project/api/create", accept=f"{TYPE}; version=2.0", data=project)
    json = ask("POST", "/project/api/create", accept=f"{TYPE}; version=2.0", json=project | {"public_access": None})
    ask("DELETE", f"/project/api/destroy/{json.json()['sodar_uuid']}")

    assert (400, 201) == (form.status_code, json.status_code)


def test_every_seeded_user_is_known_by_its_token(ask, sodar_core_site):
    """Tests of roles and permissions act as six different people."""
    known = {user: ask("GET", "/project/api/users/current", user=user).json() for user in sodar_core_site.users}

    assert sodar_core_site.users == {user: record["sodar_uuid"] for user, record in known.items()}
    assert sodar_core_site.usernames == {user: record["username"] for user, record in known.items()}


def test_people_are_listed_and_the_system_user_is_not(ask, sodar_core_site):
    """A site of local users only would answer with an empty list and prove nothing."""
    listed = {record["username"] for record in ask("GET", "/project/api/users/list", user="bob").json()}

    assert set(sodar_core_site.usernames.values()) - {"admin"} == listed


def test_a_finder_sees_stubs_of_the_projects(ask, sodar_core_site):
    """Stubs have no type and no parent: the case in which careless clients crash."""
    listed = ask("GET", "/project/api/list", user="erin").json()
    stubs = [record for record in listed if "type" not in record]

    assert set(sodar_core_site.projects.values()) == {stub["sodar_uuid"] for stub in stubs}
    assert {"title", "full_title", "sodar_uuid"} == {key for stub in stubs for key in stub}


def test_pages_hold_three_records(ask):
    """A page size below the number of projects makes paging testable."""
    first = ask("GET", "/project/api/users/list?page=1").json()

    assert (5, 3, True) == (first["count"], len(first["results"]), bool(first["next"]))


def test_a_password_makes_a_token_and_unmakes_the_others(ask, sodar_core_site):
    """The warning that goes with token creation is about exactly this."""
    login = ("dave@EXAMPLE", sodar_core_site.passwords["dave"])
    address = sodar_core_site.url + "/tokens/api/login"
    first = requests.post(address, auth=login, timeout=30)
    second = requests.post(address, auth=login, timeout=30)
    headers = {"Authorization": f"token {first.json()['token']}"}
    refused = requests.get(sodar_core_site.url + "/project/api/users/current", headers=headers, timeout=30)
    sodar_core_site.tokens["dave"] = second.json()["token"]

    assert 201 == first.status_code
    assert 1 == second.json()["delete_count"]
    assert 401 == refused.status_code
