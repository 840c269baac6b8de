"""How fast and how exact is passage? Prints each figure with its budget, and the ratio to this core's own limit.

The case: 250 crossings (500 directed links) between 12 groups of very unequal size, 13 classes, 40 pairs, horizon 8.
All of it is invented. Run it alone with `python benchmarks/passage.py`; it takes one core.
"""

import os

if __name__ == "__main__":
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from panj.passage import Network, Traffic, assign

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
            links += [tuple(ends), tuple(ends[::-1])]
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
    jax.block_until_ready(work())
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        jax.block_until_ready(work())
        times.append(time.perf_counter() - begun)
    return min(times)


def matmul_rate() -> float:
    """Float32 matrix products of this core [1e9 operations/s], a square of 1024."""
    square = jnp.ones((1024, 1024), jnp.float32)
    product = jax.jit(lambda a: a @ a)
    return 2 * 1024**3 / best_time(lambda: product(square), 10) / 1e9


def operations(network: Network, members: int) -> float:
    """Multiplications and additions that one loading needs in matrix products: no padding, turns counted as blocks."""
    inside = sum(block.shape[1] * block.shape[2] for block in network.weight)
    begin = len(network.origins) * len(network.links)
    return 4.0 * ((HORIZON - 1) * inside + begin) * len(network.pairs) * members
