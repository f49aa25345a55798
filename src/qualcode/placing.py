"""
Where a label goes beside its node: it covers no label and no node, and its own node is the nearest.

Labels are placed one after the other, those of the largest nodes first, each at the cheapest of
twenty places around its node and four distances; then each is tried again while that helps. The order of
trial breaks ties, so the result is the same on every machine. Where no place is left, `misplaced` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
_SIDES = ((1, 0.0), (-1, 1.0))
_ALONG = (0.5, 0.0, 1.0, 0.25, 0.75, 0.1, 0.9, 0.4, 0.6)
_DISTANCES = (3.0, 8.0, 16.0, 28.0)
_ROUNDS, _COVERED = 12, 20_000.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; it touches another only where they share an area."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Return the area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(0.0, width) * max(0.0, height)

    def distance(self, point: Point) -> float:
        """Return how far *point* lies outside."""
        dx = max(self.left - point[0], 0.0, point[0] - self.right)
        dy = max(self.bottom - point[1], 0.0, point[1] - self.top)
        return float((dx * dx + dy * dy) ** 0.5)


def place_labels(
    points: Mapping[str, Point],
    radii: Mapping[str, float],
    extents: Mapping[str, Point],
    frame: Box,
    ties: Sequence[tuple[Point, Point]] = (),
) -> dict[str, Box]:
    """
    Return a box for every node's label; all lengths in one unit.

    Args:
        points: the nodes' places.
        radii: how far each node reaches.
        extents: width and height of each label.
        frame: where labels should stay.
        ties: lines that a label should not lie on, where it can be helped.
    """
    order = sorted(points, key=lambda n: (-radii[n], n))
    options = {n: _options(points[n], radii[n], extents[n]) for n in order}
    alone = {
        n: [_alone(box, n, points, radii, frame) + _crossed(box, ties) for box in boxes] for n, boxes in options.items()
    }
    placed: dict[str, Box] = {}
    for _ in range(_ROUNDS):
        before = dict(placed)
        for node in order:
            others = [box for other, box in placed.items() if other != node]
            costs = [
                cost + sum(_COVERED * (box.overlap(other) > 0) + 1_000.0 * box.overlap(other) for other in others)
                for box, cost in zip(options[node], alone[node], strict=True)
            ]
            placed[node] = options[node][min(range(len(costs)), key=lambda n: (round(costs[n], 6), n))]
        if placed == before:
            break
    return placed


def misplaced(placed: Mapping[str, Box], points: Mapping[str, Point]) -> list[str]:
    """Name the nodes whose label covers another label or is no nearer to its own node than to another."""
    names = sorted(placed)
    wrong = {a for a in names for b in names if a != b and placed[a].overlap(placed[b]) > 0}
    for name in names:
        own = placed[name].distance(points[name])
        if any(placed[name].distance(point) <= own for other, point in points.items() if other != name):
            wrong.add(name)
    return sorted(wrong)


def _options(point: Point, radius: float, extent: Point) -> list[Box]:
    """Return right and left, then above and below along the label's width, each distance in turn."""
    width, height = extent
    options = []
    for distance in _DISTANCES:
        reach = radius + distance
        corners = [(point[0] + side * reach - share * width, point[1] - height / 2) for side, share in _SIDES]
        for along in _ALONG:
            left = point[0] - along * width
            corners += [(left, point[1] + reach), (left, point[1] - reach - height)]
        options += [Box(x, y, x + width, y + height) for x, y in corners]
    return options


def _alone(box: Box, node: str, points: Mapping[str, Point], radii: Mapping[str, float], frame: Box) -> float:
    """Return what a place costs whatever the other labels do."""
    cost = 2_000.0 * ((box.right - box.left) * (box.top - box.bottom) - box.overlap(frame))
    own = box.distance(points[node])
    for other, point in points.items():
        if other == node:
            continue
        away = box.distance(point)
        cost += 400.0 * max(0.0, radii[other] + 1.0 - away)
        if away <= own + 0.5:
            cost += _COVERED * (1.0 + own - away)
    return round(cost + 0.5 * own, 6)


def _crossed(box: Box, ties: Sequence[tuple[Point, Point]]) -> float:
    """Return the cost of the ties under a label: 8 for each, and a little for their length in it."""
    cost = 0.0
    for (x1, y1), (x2, y2) in ties:
        low, high = 0.0, 1.0
        for start, step, least, most in ((x1, x2 - x1, box.left, box.right), (y1, y2 - y1, box.bottom, box.top)):
            if step == 0:
                low, high = (low, high) if least < start < most else (1.0, 0.0)
                continue
            enter, leave = sorted(((least - start) / step, (most - start) / step))
            low, high = max(low, enter), min(high, leave)
        if low < high:
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
            cost += 8.0 + 0.2 * (high - low) * length
    return round(cost, 6)
