"""What the tests ask of every error."""

import pytest


def refused(kind, call):
    """Return the error of a call, which has to be of this kind and of one line."""
    with pytest.raises(kind) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value
