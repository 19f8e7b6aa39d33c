"""Where the nodes of a small graph stand: in layers from left to right, with few crossings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[str, str]]


def related(starts: Iterable[str], edges: Pairs) -> set[str]:
    """Return everything that leads to some nodes, and everything that comes from them."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    return _reached(starts, before) | _reached(starts, after)


def _reached(starts: Iterable[str], following: dict[str, list[str]]) -> set[str]:
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for node in following.get(waiting.pop(), ()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached


def layers_of(nodes: Sequence[str], edges: Pairs) -> list[list[str]]:
    """Return the nodes in layers: each stands behind all that lead to it.

    An edge that leads back (a broken table may have one) is left out of account.
    """
    layer = dict.fromkeys(nodes, 0)
    for _ in nodes:
        moved = [(t, layer[s] + 1) for s, t in edges if s in layer and t in layer and layer[t] <= layer[s]]
        moved = [(target, place) for target, place in moved if place < len(nodes)]
        if not moved:
            break
        for target, place in moved:
            layer[target] = max(layer[target], place)
    result: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in nodes:
        result[layer[node]].append(node)
    return result


def positions_of(layers: Sequence[Sequence[str]], edges: Pairs) -> dict[str, tuple[float, float]]:
    """Return x and y of each node; nodes of a layer are ordered by the middle of their neighbours before them."""
    before: dict[str, list[str]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
    places: dict[str, tuple[float, float]] = {}
    for x, layer in enumerate(layers):
        middle = {node: _middle([places[s][1] for s in before.get(node, ()) if s in places]) for node in layer}
        ordered = sorted(layer, key=lambda node: -middle[node])
        for number, node in enumerate(ordered):
            places[node] = (float(x), (len(ordered) - 1) / 2 - number)
    return places


def _middle(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
