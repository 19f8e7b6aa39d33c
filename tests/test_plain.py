"""What a frame's cells become before they are sent."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from bionb.errors import UsageError
from bionb.plain import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float32(1.5), 1.5),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.array([1, 2]), [1, 2]),
        (pd.Series(["a", None], dtype=object), ["a", None]),
        (pd.Timestamp("2026-01-31"), "2026-01-31T00:00:00"),
        ((1, 2), [1, 2]),
        ({np.int64(1): {"x": np.int64(2)}}, {1: {"x": 2}}),
        (None, None),
    ],
)
def test_cells_become_values_that_json_has(value, expected):
    """People take numbers from frames, and json refuses them with an error of its own."""
    found = plain(value)

    assert expected == found
    assert type(expected) is type(found)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("value", [math.nan, np.nan, np.float32("nan"), pd.NA, pd.NaT, math.inf, -math.inf])
def test_an_empty_cell_is_told_with_its_key(value):
    """JSON has no NaN; as a parameter it would be the text ``nan``."""
    with pytest.raises(UsageError, match="'flows' .*can't be sent"):
        plain({"settings": [{"flows": value}]})


def test_what_no_json_holds_is_told_with_its_type():
    """A learner sees which of his values it was."""
    with pytest.raises(UsageError, match="'cwl' is of type object"):
        plain({"cwl": object()})


@pytest.mark.parametrize("part", ["params", "json"])
def test_every_request_goes_by_this_rule(things, things_sandbox, part):
    """One rule in the session, so that no platform needs its own."""
    with pytest.raises(UsageError, match="'n' is an empty cell"):
        things.session.request("POST", "api/things", what="send", **{part: {"n": math.nan}})
    things.session.request("POST", "api/things", what="send", accept=range(400, 600), **{part: {"n": np.int64(7)}})

    assert ["POST"] == [each.method for each in things_sandbox.received("things")]
    assert [7] == list((things.last_request.params or things.last_request.body).values())
