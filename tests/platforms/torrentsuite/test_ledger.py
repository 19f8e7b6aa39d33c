"""The ledger of accepted requests is what the recordings say, and nothing that bionb says of itself."""

from tests.ledger import ledger_file, text
from tests.platforms.torrentsuite.ledger import entries


def test_the_ledger_is_made_from_the_recordings(reference_data):
    """Written by hand it would soon agree with the client, and the sandbox with both."""
    assert text(entries(reference_data)) == ledger_file("torrentsuite").read_text("utf-8")
