"""How fast and how exact is passage? Prints each figure with its budget, and the ratio to this core's own limit.

The case: 250 crossings (500 directed links) between 12 groups of very unequal size, 13 classes, 40 pairs, horizon 8.
All of it is invented. Run it alone with `python -m benchmarks.passage`; it takes one core.
"""

import os

from benchmarks.core import as_a_worker

if __name__ == "__main__":
    os.environ.update(as_a_worker())

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from panj.passage import Network, Traffic, assign, equilibrium

CROSSINGS_OF_A_GROUP = (90, 75, 65, 55, 45, 40, 35, 30, 25, 20, 12, 8)
PLACES_OF_A_GROUP = 3
PAIRS_OF_A_CLASS = (7, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1)
HORIZON = 8


def borders(rng: np.random.Generator) -> dict[tuple[int, int], int]:
    """Crossings at each border: a ring of groups and some chords, as large as both neighbours allow."""
    left = np.array(CROSSINGS_OF_A_GROUP)
    number = len(left)
    met = [(g, (g + 1) % number) for g in range(number)] + [(0, g) for g in (3, 4, 6, 8)] + [(1, 4), (1, 5), (2, 6)]
    count: dict[tuple[int, int], int] = {}
    while left.sum() > 1:
        open_borders = [b for b in met if left[b[0]] and left[b[1]]]
        if not open_borders:
            break
        pull = np.array([left[g] * left[h] for g, h in open_borders], float)
        border = open_borders[rng.choice(len(open_borders), p=pull / pull.sum())]
        count[border] = count.get(border, 0) + 1
        left[list(border)] -= 1
    while sum(count.values()) < 250:
        border = list(count)[rng.integers(len(count))]
        count[border] += 1
    return count


def realistic(dtype: Any = jnp.float32, seed: int = 1) -> Network:
    """The case described at the head of this file."""
    rng = np.random.default_rng(seed)
    number = len(CROSSINGS_OF_A_GROUP)
    portals: dict[int, list[str]] = {g: [f"place {g}.{i}" for i in range(PLACES_OF_A_GROUP)] for g in range(number)}
    links = []
    for (g, h), count in borders(rng).items():
        for i in range(count):
            ends = [f"crossing {g}-{h}.{i} on the side of {side}" for side in (g, h)]
            portals[g].append(ends[0])
            portals[h].append(ends[1])
            links += [(ends[0], ends[1]), (ends[1], ends[0])]
    blocks = {}
    for g, names in portals.items():
        at = rng.uniform(0, 1, (len(names), 2))
        blocks[g] = np.linalg.norm(at[:, None] - at[None], axis=-1) * np.sqrt(CROSSINGS_OF_A_GROUP[g] / 20)
    classes = {
        f"class {c}": Traffic(spread=float(rng.uniform(0.08, 0.4)), blocks=blocks) for c in range(len(PAIRS_OF_A_CLASS))
    }
    places = [name for names in portals.values() for name in names[:PLACES_OF_A_GROUP]]
    pairs = [
        (f"class {c}", places[i])
        for c, count in enumerate(PAIRS_OF_A_CLASS)
        for i in rng.choice(len(places), count, replace=False)
    ]
    return Network.build(portals, classes, links, pairs, places, dtype=dtype)


def best_time(work: Callable[[], Any], repeats: int = 5) -> float:
    """Seconds of the quickest of some runs: the one that others on the machine disturbed least."""
    jax.block_until_ready(work())  # type: ignore[no-untyped-call]
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        jax.block_until_ready(work())  # type: ignore[no-untyped-call]
        times.append(time.process_time() - begun)
    return min(times)


def matmul_rate() -> float:
    """Float32 matrix products of this core [1e9 operations/s], a square of 1024."""
    square = jnp.ones((1024, 1024), jnp.float32)
    product = jax.jit(lambda a: a @ a)
    return 2 * 1024**3 / best_time(lambda: product(square), 10) / 1e9


def operations(network: Network, members: int, horizon: int = HORIZON) -> float:
    """Multiplications and additions that one loading needs in matrix products.

    A block counts in full, forbidden turns included; the padding of columns does not count.
    """
    inside = sum(block.shape[1] * block.shape[2] for block in network.step)
    begin = len(network.origins) * len(network.links)
    return 4.0 * ((horizon - 1) * inside + begin) * len(network.pairs) * members


def inputs(network: Network, members: int, seed: int = 2) -> tuple[Array, Array, Array]:
    """Free costs and losses of links, and volumes, each with members that differ."""
    rng = np.random.default_rng(seed)
    shape = (len(network.links), len(network.pairs), members)
    begins = rng.uniform(size=(len(network.origins), len(network.pairs), 1)) < 2 / len(network.origins)
    volume = np.where(begins, rng.uniform(0.5, 1.5, (*begins.shape[:2], members)), 0.0)
    cost, loss = rng.uniform(0, 1, shape), rng.uniform(0, 0.2, shape)
    return jnp.asarray(cost, jnp.float32), jnp.asarray(loss, jnp.float32), jnp.asarray(volume, jnp.float32)


def season(month: int) -> float:
    """Factor on all volumes in a month: what moves the balance from month to month."""
    return 1.0 + 0.3 * float(np.sin(2 * np.pi * month / 12))


CROWDING = 0.5  # cost per unit of traffic at a crossing, both directions and all pairs sharing it


def queue_cost(total: Any, xp: Any = jnp) -> Any:
    """Cost of waiting at each link, from the traffic of both directions: [link, member]."""
    both = total.reshape(-1, 2, total.shape[-1]).sum(axis=1)
    return CROWDING * xp.repeat(both, 2, axis=0)


def month_of(network: Network, cost: Array, loss: Array, volume: Array, sweeps: int) -> Callable[..., Array]:
    """One month: total traffic of each link, from that of the month before and the factor on volumes."""

    @jax.jit
    def month(total: Array, factor: Array) -> Array:
        def step(state: Array) -> Array:
            return assign(network, cost + queue_cost(state)[:, None], loss, volume * factor, HORIZON).link_total

        return equilibrium(step, total, sweeps).state

    return month


def reference_months(network: Network, cost: Array, loss: Array, volume: Array, months: int) -> list[Any]:
    """Total traffic of each link and month, in float64 from first principles, solved to 1e-9 (first member)."""
    steps = [np.asarray(block, float) for block in network.step]
    departing, arriving = np.asarray(network.departing), np.asarray(network.arriving)
    tail, head = np.repeat([ends for ends, _ in network.topology.links], [n for _, n in network.topology.links], 0).T
    keep, fixed = 1 - np.asarray(loss, float)[departing, :, 0], np.asarray(cost, float)[departing, :, 0]
    turns = []
    for c in range(len(network.classes)):
        turn = np.zeros((len(tail), len(tail)))
        for g, block in enumerate(steps):
            ins = arriving[head[arriving] == g]
            turn[np.ix_(ins, np.flatnonzero(tail == g))] = np.exp(-block[c])
        turns.append(turn)
    stop = np.exp(-np.asarray(network.stop, float))[np.asarray(network.arrived)]
    start, stay = np.exp(-np.asarray(network.start, float)), np.exp(-np.asarray(network.stay, float))
    spread = np.asarray(network.spread, float)
    classes = np.array(network.class_of_pair)

    def load(total: Any, factor: float) -> Any:
        wait = queue_cost(total[:, None], np)[departing]
        weight = np.exp(-(fixed + wait) / spread[classes])
        sent = np.asarray(volume, float)[:, :, 0] * factor
        traffic = np.zeros_like(weight)
        for c in range(len(turns)):
            own = classes == c
            value, end, pass_on = stop[:, own], stop[:, own], weight[:, own]
            values = [value]
            for _ in range(HORIZON - 1):
                value = turns[c] @ (pass_on * value) + end
                values.append(value)
            top = start[c] @ (pass_on * value) + stay[:, own]
            flow = start[c].T @ (sent[:, own] / np.where(top > 0, top, np.inf)) * pass_on
            for stage in range(HORIZON - 1, -1, -1):
                traffic[:, own] += flow * values[stage]
                flow = turns[c].T @ (flow * keep[:, own]) * pass_on
        return traffic.sum(axis=1)[np.asarray(network.placed)]

    total, found = np.zeros(len(tail)), []
    for number in range(months):
        total = _solved(partial(load, factor=season(number)), total)
        found.append(total)
    return found


def _solved(step: Callable[[Any], Any], state: Any) -> Any:
    """Solve state = step(state) to a relative L1 of 1e-9: damped sweeps, then least squares over the last twenty."""
    past: list[tuple[Any, Any]] = []
    for number in range(200):
        moved = step(state) - state
        if np.abs(moved).sum() <= 1e-9 * np.abs(state).sum():
            return state
        past = [*past, (state, moved)][-20:]
        if number < 5:
            state = state + 0.5 * moved
            continue
        dx = np.stack([b[0] - a[0] for a, b in pairwise(past)], 1)
        df = np.stack([b[1] - a[1] for a, b in pairwise(past)], 1)
        state = state + 0.5 * moved - (dx + 0.5 * df) @ np.linalg.lstsq(df, moved, rcond=1e-13)[0]
    raise AssertionError("the reference did not converge")


Row = tuple[str, float, float | None, float | None]


def measure(members: int = 64, sweeps: int = 20, months: int = 3) -> list[Row]:
    """Rows (what, measured, budget, ratio); the ratio is to this core's rate where one exists, else to the budget."""
    network = realistic()
    cost, loss, volume = inputs(network, members)
    rate = matmul_rate()

    begun = time.process_time()
    load = jax.jit(lambda c: assign(network, c, loss, volume, HORIZON)).lower(cost).compile()
    compiled = time.process_time() - begun
    seconds = best_time(lambda: load(cost), 12)
    rate = max(rate, matmul_rate())
    speed = operations(network, members) / seconds / 1e9

    slope = jax.jit(jax.grad(lambda c: (assign(network, c, loss, volume, HORIZON).traffic ** 2).sum()))
    backward = best_time(lambda: slope(cost), 3)

    month = month_of(network, cost[:, :, :1], loss[:, :, :1], volume[:, :, :1], sweeps)
    total, worst = jnp.zeros((len(network.links), 1)), 0.0
    for number, exact in enumerate(reference_months(network, cost, loss, volume, months)):
        for _ in range(4 if number == 0 else 1):  # the first month has none before it: it is converged fully
            total = month(total, jnp.float32(season(number)))
        worst = max(worst, float(np.abs(np.asarray(total[:, 0], float) - exact).sum() / exact.sum()))

    return [
        ("float32 matrix product, one core [GFLOP/s]", rate, None, None),
        (f"passage, {members} members [GFLOP/s]", speed, 0.65 * rate, speed / rate),
        ("one loading [ms a member]", seconds / members * 1e3, None, None),
        (f"168 months of {sweeps} loadings [s a member]", 168 * sweeps * seconds / members, None, None),
        ("compilation of one loading [s]", compiled, 10.0, compiled / 10.0),
        ("gradient / loading [1]", backward / seconds, 7.0, backward / seconds / 7.0),
        (f"worst month against float64, L1, {sweeps} sweeps [1]", worst, 1e-3, worst / 1e-3),
    ]


if __name__ == "__main__":
    for what, measured, budget, ratio in measure():
        print(f"{what:56s} {measured:10.4g}", *(f"{value:10.3g}" for value in (budget, ratio) if value is not None))
