"""Measurements: from the server's nested items to tidy rows and wide tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bionb.errors import UsageError
from bionb.frames import columns
from bionb.listing import Listing

if TYPE_CHECKING:
    import pandas as pd

EXPRESSION = columns("item sample library preparation cell run group")
LINKED = ("sample", "library", "preparation", "cell")


def tidy(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a measurement as one flat row; metadata of its group is left out.

    Servers before 1.58 say ``gene`` and ``expression`` instead of ``feature`` and ``value``.

    Examples
    --------
    >>> tidy({"itemId": "7-X", "feature": {"gene": "X"}, "value": {"value": "-Inf"}})["value.value"]
    -inf
    """
    origin, linked = item.get("itemOrigin") or {}, item.get("relationships") or {}
    feature = item.get("feature", item.get("gene"))
    value = item.get("value", item.get("expression"))
    row: dict[str, Any] = {"item": item.get("itemId"), **{name: linked.get(name) for name in LINKED}}
    row |= {"run": origin.get("runSourceId"), "group": origin.get("groupId")}
    pairs = feature if isinstance(feature, Mapping) else {"feature": feature}
    row |= {f"feature.{name}": each for name, each in pairs.items()}
    values = value if isinstance(value, Mapping) else {"value": value}
    return row | {f"value.{name}": _number(each) for name, each in values.items()}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


class ExpressionListing(Listing):
    """Measurements, one record each; `to_frame` is tidy, `to_wide` has features down and samples across."""

    def to_wide(self, value: str = "value", *, columns: str | None = None) -> pd.DataFrame:
        """Return the measurements as a table of features by samples.

        Parameters
        ----------
        value : str
            Which measurement, where samples have several: ``"intensity"``.
        columns : str, optional
            What goes across: ``"run"`` (the data's own column names, default), ``"sample"``, ``"library"``, ...

        Returns
        -------
        DataFrame
            Index: the feature columns.

        Raises
        ------
        UsageError
            There is no such measurement, or there are several of one feature in one column; the message tells which.

        Examples
        --------
        >>> odm.expression("CD36", attribute="gene").to_wide().shape
        (1, 7)
        """
        frame = self.to_frame()
        there = [name.removeprefix("value.") for name in frame.columns if name.startswith("value.")]
        if frame.empty:
            return frame
        if value not in there:
            raise UsageError(f"There is no measurement {value!r}; there are: {', '.join(there)}.")
        across = columns or "run"
        features = [name for name in frame.columns if name.startswith("feature.") and frame[name].notna().any()]
        # Groups differ in their feature columns; a missing one must not drop the row.
        keys = frame[features].astype(object)
        frame[features] = keys.where(keys.notna(), "")
        demand_one_each(frame, features, across)
        wide = frame.set_index([*features, across])[f"value.{value}"].unstack(across, sort=False)
        wide.index.names = [str(name).removeprefix("feature.") for name in wide.index.names]
        return wide.astype("float64")


def demand_one_each(frame: pd.DataFrame, features: list[str], across: str) -> None:
    """Refuse a table in which a cell would have several values.

    Raises
    ------
    UsageError
        Several data groups have the same feature of the same sample.
    """
    again = frame[frame.duplicated([*features, across], keep=False)]
    if again.empty:
        return
    groups = ", ".join(again["group"].dropna().unique())
    raise UsageError(
        f"{again[features[0]].iloc[0]} of {again[across].iloc[0]} was measured more than once (data groups {groups}): "
        'narrow the query with data_filter=where("genestack:accession") == "GSF...".'
    )
