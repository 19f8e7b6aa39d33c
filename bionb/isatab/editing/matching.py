"""Which old row is behind each row of an edited frame."""

from __future__ import annotations

from collections.abc import Sequence

Row = tuple[str, ...]


def partners(old: Sequence[Row], new: Sequence[Row], labels: Sequence[object]) -> list[int | None]:
    """Return for each new row the old row that it is, None for an added one.

    The index label says so: a filtered or sorted frame keeps it. Where ``reset_index`` has shifted the labels, the
    cells say it better; what finds no partner by the first way may find one by the second.

    Parameters
    ----------
    old, new : sequence of tuple of str
        Cells of the same columns.
    labels : sequence
        The index of the new frame.
    """
    by_label = _known(labels, len(old))
    if _fitting(old, new, by_label) == len(new):
        return by_label
    by_cells = _by_cells(old, new, range(len(old)))
    if _found(by_cells) > _fitting(old, new, by_label):
        return _completed(by_cells, by_label)
    unused = sorted(set(range(len(old))) - set(by_label))
    return _completed(by_label, _by_cells(old, new, unused))


def _known(labels: Sequence[object], count: int) -> list[int | None]:
    """Return the labels that are old rows; one that comes again (frames were concatenated) is a new row."""
    seen: set[int] = set()
    result: list[int | None] = []
    for label in labels:
        row = label if isinstance(label, int) and 0 <= label < count and label not in seen else None
        result.append(row)
        if row is not None:
            seen.add(row)
    return result


def _fitting(old: Sequence[Row], new: Sequence[Row], rows: Sequence[int | None]) -> int:
    return sum(row is not None and old[row] == cells for row, cells in zip(rows, new, strict=True))


def _found(rows: Sequence[int | None]) -> int:
    return sum(row is not None for row in rows)


def _by_cells(old: Sequence[Row], new: Sequence[Row], among: Sequence[int]) -> list[int | None]:
    rows: dict[Row, list[int]] = {}
    for row in reversed(among):
        rows.setdefault(old[row], []).append(row)
    return [rows[cells].pop() if rows.get(cells) else None for cells in new]


def _completed(first: Sequence[int | None], second: Sequence[int | None]) -> list[int | None]:
    """Fill the gaps of one matching from another, no old row twice."""
    used = set(first)
    result = []
    for row, other in zip(first, second, strict=True):
        if row is None and other not in used:
            row = other
            used.add(other)
        result.append(row)
    return result
