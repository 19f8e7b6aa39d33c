"""Refusals in other charsets and of odd forms, told alike on all platforms."""

import pytest

import bionb
from bionb.errors import BionbError, ResponseError
from bionb.platforms.odm.wire.jobs import Job, with_output
from bionb.registry import platform_card
from tests.servers import Answer, Server


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("platform", bionb.platforms())
def test_the_words_of_a_refusal_are_read_in_any_charset(platform, charset):
    """They were read by another rule than answers are."""
    words = '{"detail": "grün", "message": "grün", "error": {"message": "grün"}}'.encode(charset)
    given = dict.fromkeys(platform_card(platform).ways[0], "invented")
    with (
        Server(Answer(400, words, f"application/json; charset={charset}")) as server,
        bionb.connect(platform, server.url, **given) as client,
        pytest.raises(ResponseError, match="grün"),
    ):
        client.whoami()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"7", b'"x"', b"[1, 2]", b"[" * 100_000])
@pytest.mark.parametrize("platform", bionb.platforms())
def test_logging_in_to_a_server_that_answers_something_else_is_one_error(platform, body):
    """A login that says "connected" to anything is worth nothing."""
    given = dict.fromkeys(platform_card(platform).ways[0], "invented")
    with (
        Server(Answer(body=body)) as server,
        bionb.connect(platform, server.url, **given) as client,
        pytest.raises(BionbError, match="Is the URL"),
    ):
        client.whoami()


@pytest.mark.parametrize("odd", [[1], "x", 7, None, [{"stack": "x"}], [{"stack": [1]}], [[]]])
def test_a_job_with_an_odd_output_can_be_shown(odd):
    """It is shown in every notebook that imports."""
    job = with_output(Job(1), {"status": "FAILED", "result": odd, "errors": odd})

    assert "FAILED" in repr(job)
    assert isinstance(job.failure, str)
