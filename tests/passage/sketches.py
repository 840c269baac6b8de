"""Small invented networks with their costs, for tests."""

from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

import reference
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


SHAPES = (0, 1)


def sketch(shape, numbers=0, members=2, shut=0.1) -> Sketch:
    """Draw three or four groups, each with a place and some crossings; a few ways inside and links are shut.

    Networks of one shape differ in numbers only, so that a compiled function serves them all.
    """
    rng, values = np.random.default_rng(shape), np.random.default_rng([shape, numbers])
    names = ["north", "south", "east", "west"][: rng.integers(3, 5)]
    groups = {name: [f"{name} {i}" for i in range(rng.integers(2, 5))] for name in names}
    blocks = {}
    for name, portals in groups.items():
        closed = rng.uniform(size=(len(portals), len(portals))) < shut
        blocks[name] = np.where(closed, np.inf, values.uniform(0, 2, closed.shape))
        np.fill_diagonal(blocks[name], 0)
    classes = {
        "carts": Traffic(float(values.uniform(0.2, 2)), blocks),
        "walkers": Traffic(float(values.uniform(0.2, 2)), {g: 2 * b for g, b in blocks.items()}),
    }
    links = []
    for _ in range(rng.integers(6, 11)):
        a, b = rng.choice(names, 2, replace=False)
        links.append(Link(str(rng.choice(groups[a])), str(rng.choice(groups[b])), float(rng.uniform(0.5, 2))))
    origins = [groups[names[0]][0], groups[names[1]][0]]
    pairs = [("carts", groups[names[-1]][-1]), ("walkers", groups[names[1]][-1]), ("carts", groups[names[1]][-1])]
    size = (len(links), len(pairs), members)
    cost = values.uniform(0, 3, size)
    cost[values.uniform(size=size) < shut] = np.inf
    return Sketch(
        groups, classes, links, pairs, origins, cost, values.uniform(0, 0.5, size),
        values.uniform(0, 100, (len(origins), len(pairs), members)),
    )  # fmt: skip


def sketches(**given):
    return st.builds(
        lambda shape, numbers: sketch(shape, numbers, **given), st.sampled_from(SHAPES), st.integers(0, 10_000)
    )


__all__ = ["HORIZON", "Sketch", "replace", "sketch", "sketches"]
