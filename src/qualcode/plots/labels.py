"""
Where a label goes beside its node: it covers no label and no node, and its own node is the nearest.

Labels are placed one after the other, those of the largest nodes first, each at the cheapest of
twenty places around its node and four distances; then each is tried again while that helps. The order of
trial breaks ties, so the result is the same on every machine. Where no place is left, `misplaced` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
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
    corners = {n: np.array([(b.left, b.bottom, b.right, b.top) for b in boxes]) for n, boxes in options.items()}
    nodes = _Nodes(np.array([points[n] for n in order]).reshape(-1, 2), np.array([radii[n] for n in order]))
    alone = [_alone(corners[node], n, nodes, frame, ties) for n, node in enumerate(order)]
    around = [np.concatenate([c[:, :2].min(axis=0), c[:, 2:].max(axis=0)]) for c in corners.values()]
    there = np.full((len(order), 4), np.nan)  # a label that is not placed yet meets none
    placed: dict[str, int] = {}
    for _ in range(_ROUNDS):
        before = dict(placed)
        for n, node in enumerate(order):
            meets = np.all((there[:, :2] < around[n][2:]) & (there[:, 2:] > around[n][:2]), axis=1)
            others = np.flatnonzero(meets)
            covered = _overlaps(corners[node], there[others[others != n]])
            costs = alone[n] + (_COVERED * (covered > 0) + 1_000.0 * covered).sum(axis=1)
            placed[node] = int(np.round(costs, 6).argmin())
            there[n] = corners[node][placed[node]]
        if placed == before:
            break
    return {node: options[node][at] for node, at in placed.items()}


def misplaced(placed: Mapping[str, Box], points: Mapping[str, Point]) -> list[str]:
    """Name the nodes whose label covers another label or is no nearer to its own node than to another."""
    names = sorted(placed)
    if not names:
        return []
    boxes = np.array([(b.left, b.bottom, b.right, b.top) for b in (placed[name] for name in names)])
    covers = _overlaps(boxes, boxes) > 0
    np.fill_diagonal(covers, val=False)
    away = _distances(boxes, np.array([points[name] for name in points]))
    number = {name: n for n, name in enumerate(points)}
    own = [number[name] for name in names]
    rows = np.arange(len(names))
    mine = away[rows, own].copy()
    away[rows, own] = np.inf
    wrong = np.flatnonzero(np.any(covers, axis=1) | np.any(away <= mine[:, None], axis=1))
    return [names[n] for n in wrong.tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """Where all nodes are, and how far each reaches."""

    places: Floats
    reach: Floats


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


def _alone(boxes: Floats, node: int, nodes: _Nodes, frame: Box, ties: Sequence[tuple[Point, Point]]) -> Floats:
    """Return what every place costs whatever the other labels do; nodes too far off to matter are not looked at."""
    edge = np.array([[frame.left, frame.bottom, frame.right, frame.top]])
    outside = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - _overlaps(boxes, edge)[:, 0]
    own = _distances(boxes, nodes.places[node][None])[:, 0]
    cost = 2_000.0 * outside + 0.5 * own
    around = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])[None]
    near = _distances(around, nodes.places)[0] <= np.maximum(nodes.reach + 1.0, own.max() + 0.5)
    near[node] = False
    if near.any():
        away = _distances(boxes, nodes.places[near])
        cost += (400.0 * np.maximum(0.0, nodes.reach[near] + 1.0 - away)).sum(axis=1)
        nearer = away <= own[:, None] + 0.5
        cost += (np.where(nearer, _COVERED * (1.0 + own[:, None] - away), 0.0)).sum(axis=1)
    return np.asarray(cost + _crossed(boxes, ties))


def _overlaps(boxes: Floats, others: Floats) -> Floats:
    """Return the area that each box shares with each of the others."""
    shared = np.minimum(boxes[:, None, 2:], others[None, :, 2:]) - np.maximum(boxes[:, None, :2], others[None, :, :2])
    return np.asarray(np.prod(np.maximum(0.0, shared), axis=2))


def _distances(boxes: Floats, points: Floats) -> Floats:
    """Return how far each point lies outside each box."""
    apart = np.maximum(boxes[:, None, :2] - points[None], points[None] - boxes[:, None, 2:])
    return np.asarray(np.sqrt((np.maximum(0.0, apart) ** 2).sum(axis=2)))


def _crossed(boxes: Floats, ties: Sequence[tuple[Point, Point]]) -> Floats:
    """Return the cost of the ties under each box: 8 for each, and a little for their length in it."""
    if not ties:
        return np.zeros(len(boxes))
    start = np.array([one for one, _ in ties])
    step = np.array([other for _, other in ties]) - start
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (boxes[:, None, :2] - start[None]) / step[None]
        last = (boxes[:, None, 2:] - start[None]) / step[None]
    within = (boxes[:, None, :2] < start[None]) & (start[None] < boxes[:, None, 2:])
    level = np.broadcast_to(step[None] == 0, within.shape)
    enter = np.where(level, np.where(within, 0.0, 1.0), np.minimum(first, last)).max(axis=2)
    leave = np.where(level, np.where(within, 1.0, 0.0), np.maximum(first, last)).min(axis=2)
    part = np.minimum(1.0, leave) - np.maximum(0.0, enter)
    length = np.sqrt((step**2).sum(axis=1))
    return np.asarray(np.where(part > 0, 8.0 + 0.2 * part * length[None], 0.0).sum(axis=1))
