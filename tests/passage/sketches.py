"""Small invented networks with their costs, for tests."""

from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import reference
from hypothesis import strategies as st

from panj.passage import Link, Network, Traffic

HORIZON = 4


@dataclass(frozen=True)
class Sketch:
    groups: dict[str, list[str]]
    classes: dict[str, Traffic]
    links: list[Link]
    pairs: list[tuple[str, str]]
    origins: list[str]
    cost: Any  # link, pair, member
    loss: Any
    volume: Any  # origin, pair, member
    allowed_turns: tuple = ()

    def build(self, **more) -> Network:
        return Network.build(
            self.groups, self.classes, self.links, self.pairs, self.origins, self.allowed_turns, **more
        )

    def arrays(self):
        return tuple(jnp.asarray(a, jnp.float32) for a in (self.cost, self.loss, self.volume))

    def matrices(self, pair):
        name, destination = self.pairs[pair]
        links = [(link.tail, link.head) for link in self.links]
        traffic = self.classes[name]
        return (
            *reference.matrices(
                self.groups, traffic.spread, traffic.blocks, links, destination, self.origins, self.allowed_turns
            ),
            traffic.spread,
        )

    @property
    def sizes(self):
        return np.array([link.size for link in self.links])


def sketch(seed, members=2, shut=0.1) -> Sketch:
    """Draw three or four groups, each with a place and some crossings; a few ways inside and links are shut."""
    rng = np.random.default_rng(seed)
    names = ["north", "south", "east", "west"][: rng.integers(3, 5)]
    groups = {name: [f"{name} {i}" for i in range(rng.integers(2, 5))] for name in names}
    blocks = {}
    for name, portals in groups.items():
        block = rng.uniform(0, 2, (len(portals), len(portals)))
        block[rng.uniform(size=block.shape) < shut] = np.inf
        np.fill_diagonal(block, 0)
        blocks[name] = block
    classes = {
        "carts": Traffic(float(rng.uniform(0.2, 2)), blocks),
        "walkers": Traffic(float(rng.uniform(0.2, 2)), {g: 2 * b for g, b in blocks.items()}),
    }
    links = []
    for _ in range(rng.integers(6, 11)):
        a, b = rng.choice(names, 2, replace=False)
        links.append(Link(str(rng.choice(groups[a])), str(rng.choice(groups[b])), float(rng.uniform(0.5, 2))))
    origins = [groups[names[0]][0], groups[names[1]][0]]
    pairs = [("carts", groups[names[-1]][-1]), ("walkers", groups[names[1]][-1]), ("carts", groups[names[1]][-1])]
    shape = (len(links), len(pairs), members)
    cost = rng.uniform(0, 3, shape)
    cost[rng.uniform(size=shape) < shut] = np.inf
    return Sketch(
        groups, classes, links, pairs, origins, cost, rng.uniform(0, 0.5, shape),
        rng.uniform(0, 100, (len(origins), len(pairs), members)),
    )  # fmt: skip


def sketches(**given):
    return st.integers(0, 10_000).map(lambda seed: sketch(seed, **given))


__all__ = ["HORIZON", "Sketch", "replace", "sketch", "sketches"]
