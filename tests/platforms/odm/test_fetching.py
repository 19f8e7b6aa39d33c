"""What ODM's sandbox fetches for an import: only what it was told to serve."""

import pytest

import bionb
from bionb.errors import JobFailed
from tests.servers import Answer, Server

STUDY = b"Study Source ID\tStudy Title\nX1\tInvented\n"


@pytest.fixture
def odm():
    """Return a curator's client and the sandbox's own object."""
    with (
        bionb.start_sandbox("odm") as sandbox,
        bionb.connect("odm", sandbox.url("odm"), **sandbox.credentials("odm")) as client,
    ):
        yield client, sandbox.app("odm")


def test_a_link_is_fetched_below_the_address_told(odm):
    """As a server fetches from where it is allowed to."""
    client, app = odm
    with Server(Answer(body=STUDY, type="text/plain")) as web:
        app.serves.append(f"{web.url}/files")
        assert client.wait_job(client.import_study(f"{web.url}/files/study.tsv")).accession


@pytest.mark.parametrize(
    "path", ["/other/study.tsv", "/files/../other/study.tsv", "/files/%2e%2e/other.tsv", "/filesx/s.tsv"]
)
def test_no_other_link_of_this_computer_is_fetched(odm, path):
    """Else whoever has a token could read the other servers of this computer through it."""
    client, app = odm
    with Server(Answer(body=STUDY, type="text/plain")) as web:
        app.serves.append(f"{web.url}/files")
        with pytest.raises(JobFailed, match="cannot reach"):
            client.wait_job(client.import_study(web.url + path))
        assert [] == web.asked


def test_a_redirect_is_not_followed(odm):
    """It could lead anywhere."""
    client, app = odm
    with Server(Answer(body=STUDY)) as other, Server(Answer(302, headers=(("Location", f"{other.url}/s.tsv"),))) as web:
        app.serves.append(web.url)
        with pytest.raises(JobFailed):
            client.wait_job(client.import_study(f"{web.url}/study.tsv"))
        assert [] == other.asked
