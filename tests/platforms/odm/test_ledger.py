"""The ledger of accepted requests is what the vendor's programs say and send."""

import pytest

from tests.ledgers import ledger_file, ledger_text
from tests.platforms.odm.ledger import entries, read_facts

pytestmark = pytest.mark.outside


@pytest.fixture(scope="module")
def facts(reference_data):
    """Facts on the operations and models of the vendor's client."""
    return read_facts(reference_data)


def test_the_ledger_is_what_its_script_writes(facts):
    """Nobody may add a form by hand, and a new release of the vendor's client shows here."""
    assert ledger_file("odm").read_text("utf-8") == ledger_text(entries(facts))
