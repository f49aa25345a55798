"""Core and periphery: the circles that the network shows, against those its members declare."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import choose
from qualcode.errors import UsageError
from qualcode.network.groups import simple

EXACT_UP_TO = 18
BETWEEN = ("ignored", "tied")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Core:
    """
    The ``core`` whose ideal pattern fits best, names by code point; ``fit`` is the correlation, -1 to 1.

    Where several fit as well, ``core`` is who is in all of them and ``undecided`` who is in some: none is picked.
    ``exact`` says whether all cores were tried; ``equal`` how many other cores fit as well.
    """

    core: tuple[str, ...]
    undecided: tuple[str, ...]
    fit: float
    exact: bool
    equal: int


def core_periphery(
    graph: nx.Graph[str], between: str = "ignored", *, exact_up_to: int = EXACT_UP_TO, seed: int = 0
) -> Core:
    """
    Find the core: people tied to one another, around whom others are not tied to one another.

    Of all cores the one is taken whose pattern correlates best with who is tied to whom: 1 inside the core, 0
    inside the periphery, and between the two ``ignored`` or 1 (``tied``). Both sides have two members at least. Among
    equals none is picked: who is in all of them is in the core, and who is in some is undecided.

    Args:
        graph: ties count as there or not there; direction and weight are not used.
        exact_up_to: beyond so many nodes cores are searched from many starts, with *seed*, by changing one
            member at a time.

    Raises:
        UsageError: an unknown word, fewer than four nodes, or nobody or everybody is tied.

    Source: Borgatti & Everett (2000), Social Networks 21(4).

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo"), ("ann", "cleo"), ("ann", "dora"), ("ben", "eve")])
        >>> core_periphery(graph)
        Core(core=('ann', 'ben'), undecided=('cleo',), fit=1.0, exact=True, equal=1)
    """
    choose(between, BETWEEN, "rule for ties between core and periphery")
    plain = simple(graph)
    nodes, n = list(plain), len(plain)
    if n < 4:
        raise UsageError(f"a core and a periphery need four nodes, not {n}")
    ties = nx.to_numpy_array(plain, nodelist=nodes)
    if ties.sum() in {0, n * (n - 1)}:
        raise UsageError("where nobody or everybody is tied there is neither core nor periphery")
    if n <= exact_up_to:
        best, fit = _all(ties, between)
    else:
        best, fit = _search(ties, between, np.random.default_rng(seed))
    cores = {tuple(np.flatnonzero(row).tolist()) for row in best}
    times = [sum(at in one for one in cores) for at in range(n)]
    core = tuple(name for name, count in zip(nodes, times, strict=True) if count == len(cores))
    undecided = tuple(name for name, count in zip(nodes, times, strict=True) if 0 < count < len(cores))
    return Core(core, undecided, fit, n <= exact_up_to, len(cores) - 1)


def circles(
    graph: nx.Graph[str], declared: str = "circle", core: str = "core", between: str = "ignored"
) -> pd.DataFrame:
    """
    Set the circle in which everybody is declared to be against what the ties show.

    Args:
        declared: the node attribute with the declared circle.
        core: its value that means the inmost one.
        between: as `core_periphery`.

    Returns:
        One row a node, by code point: ``declared`` (empty without), ``core_number`` (the largest k such that
        the node is in a k-core), ``found`` (core, periphery, or undecided: in some of several cores that fit
        equally well), ``differs`` (declared inside and found outside, or the reverse; false where nothing is declared
        or it is undecided). ``attrs``: ``fit``, ``exact``, ``equal`` of the core.

    Raises:
        UsageError: as `core_periphery`.

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo"), ("ann", "cleo"), ("ann", "dora"), ("ben", "eve")])
        >>> nx.set_node_attributes(graph, {"ann": "core", "dora": "core"}, "circle")
        >>> circles(graph)
             declared  core_number      found  differs
        node
        ann      core            2       core    False
        ben                      2       core    False
        cleo                     2  undecided    False
        dora     core            1  periphery     True
        eve                      1  periphery    False
    """
    found = core_periphery(graph, between)
    numbers = nx.core_number(simple(graph))
    nodes = sorted(graph)
    told = [str(graph.nodes[node].get(declared) or "") for node in nodes]
    places = ["core" if n in found.core else "undecided" if n in found.undecided else "periphery" for n in nodes]
    table = pd.DataFrame(
        {
            "declared": told,
            "core_number": [numbers[node] for node in nodes],
            "found": places,
            "differs": [
                bool(t) and p != "undecided" and (t == core) != (p == "core") for t, p in zip(told, places, strict=True)
            ],
        },
        index=pd.Index(nodes, name="node"),
    )
    table.attrs.update(fit=found.fit, exact=found.exact, equal=found.equal)
    return table


def _fits(rows: Floats, ties: Floats, between: str) -> Floats:
    """Correlate the ties with the pattern of every row's core; -2 where it has no meaning."""
    n = len(ties)
    size = rows.sum(axis=1)
    inside = ((rows @ ties) * rows).sum(axis=1) / 2
    outside = (((1 - rows) @ ties) * (1 - rows)).sum(axis=1) / 2
    dyads_in, dyads_out = size * (size - 1) / 2, (n - size) * (n - size - 1) / 2
    if between == "tied":
        ones, dyads = n * (n - 1) / 2 - dyads_out, np.full(len(rows), n * (n - 1) / 2)
        total = np.full(len(rows), ties.sum() / 2)
        hits = total - outside
    else:
        ones, dyads, total, hits = dyads_in, dyads_in + dyads_out, inside + outside, inside
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = hits / dyads - (ones / dyads) * (total / dyads)
        spread = (ones / dyads) * (1 - ones / dyads) * (total / dyads) * (1 - total / dyads)
        fit = shared / np.sqrt(spread)
    fit = np.where((size < 2) | (size > n - 2) | ~np.isfinite(fit), -2, fit)
    return np.asarray(np.round(fit, 12))


def _all(ties: Floats, between: str) -> tuple[Floats, float]:
    """Try every core."""
    n = len(ties)
    fit, best = -3.0, np.zeros((0, n))
    for first in range(0, 2**n, 2**14):
        number = np.arange(first, min(first + 2**14, 2**n))
        rows = ((number[:, None] >> np.arange(n)) & 1).astype(np.float64)
        fits = _fits(rows, ties, between)
        top = float(fits.max())
        if top >= fit:
            best = rows[fits == top] if top > fit else np.vstack([best, rows[fits == top]])
            fit = top
    return best, fit


def _search(ties: Floats, between: str, random: np.random.Generator) -> tuple[Floats, float]:
    """Climb from many starts: those with most ties first, then at random."""
    n = len(ties)
    order = np.argsort(-ties.sum(axis=1), kind="stable")
    starts = [np.isin(np.arange(n), order[:size]) for size in range(2, n - 1)]
    starts += [random.random(n) < 0.5 for _ in range(20)]
    fit, best = -3.0, np.zeros((0, n))
    for start in starts:
        here = start.astype(np.float64)
        while True:
            near = np.vstack([here, np.abs(here - np.eye(n))])
            fits = _fits(near, ties, between)
            if fits.argmax() == 0:
                break
            here = near[fits.argmax()]
        if fits[0] >= fit:
            best = here[None] if fits[0] > fit else np.vstack([best, here])
            fit = float(fits[0])
    return best, fit
