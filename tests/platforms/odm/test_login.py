"""Login: a token, an access token or the downloaded file; and what each role may do."""

import pytest

import bionb
from bionb.errors import AuthenticationFailed, PermissionDenied, UsageError
from bionb.platforms.odm import PLATFORM
from bionb.sandbox.tokens import token_of
from tests.platforms.odm.conftest import BUCKET, LIVER, connected


def test_a_token_travels_in_the_platforms_own_header(sandbox, odm):
    """The vendor's header is Genestack-API-Token with the bare token."""
    odm.whoami()

    headers = sandbox.received("odm")[-1].headers
    assert token_of("alice") == headers["Genestack-Api-Token"]
    assert "Authorization" not in headers


def test_an_access_token_travels_as_bearer(sandbox):
    """Instances with an identity provider take its tokens instead."""
    with bionb.connect("odm", sandbox.url("odm"), access_token=token_of("alice")) as odm:
        assert "curator" == odm.whoami()

    headers = sandbox.received("odm")[-1].headers
    assert f"Bearer {token_of('alice')}" == headers["Authorization"]
    assert "Genestack-Api-Token" not in headers


@pytest.mark.parametrize("content", ["{token}\n", "\ufeff{token}\r\n", "  {token} "])
def test_a_token_file_may_end_with_a_line_end(sandbox, tmp_path, content):
    """The file that ODM offers for download is opened and saved again by editors."""
    file = tmp_path / "token.txt"
    file.write_text(content.format(token=token_of("alice")), "utf-8")

    with bionb.connect("odm", sandbox.url("odm"), token_file=str(file)) as odm:
        assert "curator" == odm.whoami()


@pytest.mark.parametrize("way", ["argument", "environment", "widget"])
def test_a_token_file_may_lie_in_a_folder_of_any_name(sandbox, tmp_path, monkeypatch, way):
    """Home folders are named in all scripts; only what a header holds must be ASCII."""
    file = tmp_path / "Jürgen 試料" / "токен.txt"
    file.parent.mkdir()
    file.write_text(token_of("alice"), "utf-8")
    given = {} if way == "environment" else {"token_file": str(file)}
    if way == "environment":
        monkeypatch.setenv("BIONB_ODM_URL", sandbox.url("odm"))
        monkeypatch.setenv("BIONB_ODM_TOKEN_FILE", str(file))

    if way == "widget":
        odm = bionb.login("odm", sandbox.url("odm"), **given).client
    else:
        odm = bionb.connect("odm", sandbox.url("odm"), **given)
    with odm:
        assert "curator" == odm.whoami()


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_a_token_that_no_header_can_hold_is_refused(sandbox, name):
    """A token copied with its comment must be told before it is sent."""
    with pytest.raises(UsageError, match=f"The {name} holds a line end or another character"):
        bionb.connect("odm", sandbox.url("odm"), **{name: "sandbox-älice"})


def test_a_token_file_that_is_not_there_is_told_before_anything_is_sent(sandbox, tmp_path):
    """A wrong path is the commonest mistake with a file."""
    with pytest.raises(UsageError, match=r"gone\.txt cannot be read"):
        bionb.connect("odm", sandbox.url("odm"), token_file=str(tmp_path / "gone.txt"))


def test_the_role_is_found_by_a_few_cheap_requests(sandbox, odm, consumer):
    """There is no who-am-I in this API, so pages of one record tell."""
    assert "curator" == odm.whoami()
    assert "consumer" == consumer.whoami()
    assert ["pageLimit=1"] * 3 + ["limit=1"] == [each.query for each in sandbox.received("odm")]
    assert [True, False] == [odm.may_curate(), consumer.may_curate()]


def test_an_administrator_need_not_be_a_curator(sandbox):
    """Only members of the group Curator import and edit, says the document."""
    with connected(sandbox, "carol") as carol:
        assert "administrator" == carol.whoami()
        with pytest.raises(PermissionDenied, match="Curator"):
            carol.import_study(BUCKET + "study.tsv")


def test_a_wrong_token_is_told_as_such(sandbox):
    """A wrong token must not pass as an account without rights."""
    with bionb.connect("odm", sandbox.url("odm"), token="wrong") as odm, pytest.raises(AuthenticationFailed):
        odm.whoami()


def test_a_consumer_is_told_what_the_right_to_import_takes(consumer):
    """A token without curator rights is valid, and fails only here."""
    with pytest.raises(PermissionDenied, match="group Curator"):
        consumer.import_study(BUCKET + "study.tsv")
    with pytest.raises(PermissionDenied, match="group Curator"):
        consumer.update_study(LIVER, {"Study Type": "Cohort"})
    assert 1 == len(consumer.studies())


def test_an_api_version_is_refused(sandbox):
    """The API has no versions to choose from."""
    with pytest.raises(UsageError, match="leave out api_version"):
        bionb.connect("odm", sandbox.url("odm"), token="sandbox-alice", api_version="1")


SETTINGS = """<genestack><user><alias>lab</alias><host>odm.example.org</host><email>a@example.org</email>
<token>invented</token></user><user><alias>other</alias><host>https://two.example.org</host><token>second</token></user>
<default_user>lab</default_user></genestack>"""


def test_the_command_line_tools_settings_are_found(tmp_path, monkeypatch):
    """Who has run odm-user-setup need not type the token again."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert [] == list(PLATFORM.official(None))
    (tmp_path / ".genestack").mkdir()
    (tmp_path / ".genestack" / "genestack.xml").write_text(SETTINGS)

    [default], [other] = list(PLATFORM.official(None)), list(PLATFORM.official("other"))
    assert ("https://odm.example.org", "invented") == (default.url, default.values["token"].reveal())
    assert ("https://two.example.org", "second") == (other.url, other.values["token"].reveal())
    assert [] == list(PLATFORM.official("nobody"))


def test_broken_settings_count_as_none(tmp_path, monkeypatch):
    """Another program's file must not keep anyone from logging in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".genestack").mkdir()
    (tmp_path / ".genestack" / "genestack.xml").write_text("<genestack><user>")

    assert [] == list(PLATFORM.official(None))


def test_a_token_pasted_as_a_file_name_is_not_shown():
    """The form has both fields; a mistake between them must not put the token into an error."""
    with pytest.raises(UsageError, match="token=") as caught:
        bionb.connect("odm", "https://odm.example.org", token_file="sandbox-pasted-by-mistake")

    assert "pasted" not in str(caught.value)
    assert caught.value.__cause__ is None
