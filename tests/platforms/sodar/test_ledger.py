"""SODAR's ledger of accepted requests is what its servers say of themselves, and nothing that bionb says."""

import pytest

from tests.ledgers import ledger_file, ledger_text
from tests.platforms.sodar.ledger import entries


@pytest.mark.outside
def test_the_ledger_is_what_its_script_writes(reference_data):
    """Nobody may add a form by hand, and a new release of SODAR Core shows here."""
    assert ledger_file("sodar").read_text("utf-8") == ledger_text(entries(reference_data / "data" / "sodar"))
