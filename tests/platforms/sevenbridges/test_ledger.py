"""The ledger of accepted requests is what the official clients send and what documents name."""

import pytest

from tests.ledgers import ledger_file, ledger_text
from tests.platforms.sevenbridges.ledger import entries

pytestmark = pytest.mark.outside


def test_the_ledger_is_what_its_script_writes(reference_data):
    """Nobody may add a form by hand, and a new release of the official client shows here."""
    assert ledger_file("sevenbridges").read_text("utf-8") == ledger_text(entries(reference_data))
