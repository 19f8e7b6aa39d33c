"""Frames with declared columns and dtypes, made with as little of pandas' ceremony as possible.

A set of forty small tables makes hundreds of frames; looking up a dtype by name or reindexing columns for each of
them would cost more than reading the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api.extensions import ExtensionArray


@cache
def _dtype(name: str) -> Any:
    import pandas as pd

    return pd.array([], dtype=name).dtype if name != "bool" else name


def text_dtype() -> Any:
    """Return the dtype ``str``."""
    return _dtype("str")


def text_array(values: Sequence[str]) -> ExtensionArray:
    """Return texts as an array of dtype ``str``."""
    import pandas as pd

    return pd.array(values, dtype=_dtype("str"))


def repeated(values: Sequence[str], numbers: Sequence[int]) -> ExtensionArray:
    """Return texts by their numbers, checked once each instead of once a row."""
    import numpy as np

    return text_array(values).take(np.asarray(numbers, dtype=np.int64))


def frame_of(data: Mapping[str, Any], height: int = 0) -> pd.DataFrame:
    """Return a frame of finished columns; ``height`` counts only where there is no column."""
    import pandas as pd

    if not data:
        return pd.DataFrame(index=pd.RangeIndex(height), columns=pd.Index([], dtype="str"))
    return pd.DataFrame(dict(data), copy=False)


def typed_frame(data: Mapping[str, Sequence[Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame with declared columns and dtypes, also when it is empty."""
    import numpy as np
    import pandas as pd

    return frame_of(
        {
            name: np.array(data[name], dtype=bool) if dtype == "bool" else pd.array(data[name], dtype=_dtype(dtype))
            for name, dtype in dtypes.items()
        }
    )


def stacked_frame(parts: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Return one frame of several parts with the same columns."""
    import pandas as pd

    if len(parts) == 1:
        return typed_frame(parts[0], dtypes)
    if all(isinstance(values, list) for part in parts for values in part.values()):
        return typed_frame({name: [v for part in parts for v in part[name]] for name in dtypes}, dtypes)
    return pd.concat([typed_frame(part, dtypes) for part in parts], ignore_index=True)
