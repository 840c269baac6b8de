"""A network unrolled for a horizon: the weights that each team of pairs needs, ready for loadings.

Make it once, before a loop over months: what does not change from loading to loading is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from numpy.typing import NDArray

from panj.passage.network import Network
from panj.passage.stages import Bundle, Horizon, Part, Team, Turn, horizon_of, teams_of
from panj.passage.sums import Sums


class Crew(eqx.Module):
    """A team with its weights; links stand in the order of the team.

    Attributes:
        team: Pairs and stages.
        kinds: Turns that have the same weights, once.
        blocks: Those weights, 0 where there is no turn.
        entries: By stage and part at which journeys may begin: weight from the group's origins to the links.
        stop: Cost from the end of each link to the destination, in spreads.
        stay: Cost from each origin to the destination without any link, in spreads.
        may_use: Whether a pair may use a link.
        spread: Of each pair.
    """

    team: Team = eqx.field(static=True)
    kinds: tuple[tuple[Bundle, ...], ...] = eqx.field(static=True)
    blocks: tuple[Float[Array, "pair arriving departing"], ...]
    entries: tuple[tuple[Float[Array, "pair origin departing"] | None, ...], ...]
    stop: Float[Array, "pair link"]
    stay: Float[Array, "pair origin"]
    may_use: Bool[Array, "pair link"]
    spread: Float[Array, "pair 1 1"]

    def block(self, turn: Turn) -> Float[Array, "pair arriving departing"]:
        """Weights of a turn."""
        return self.blocks[self.kinds.index(_kind(turn))]


class Unrolled(eqx.Module):
    """A network for one horizon; see `Network`.

    Attributes:
        network: The network.
        crews: Teams of pairs with their weights; every pair is in one.
    """

    network: Network
    crews: tuple[Crew, ...]


def unroll(network: Network, horizon: Horizon) -> Unrolled:
    """Unroll a network for journeys of at most `horizon` links.

    Args:
        network: From `Network.build`.
        horizon: Most links that a journey may use, at least 1: one number, or one for each origin (rows) and pair.

    Raises:
        ValueError: A horizon is below 1, or there is not one for each origin and pair.
    """
    if not isinstance(horizon, int):
        horizon = tuple(tuple(int(links) for links in row) for row in horizon)
        if [len(row) for row in horizon] != [len(network.pairs)] * len(network.origins):
            wanted = f"{len(network.origins)} origins and {len(network.pairs)} pairs"
            raise ValueError(f"Give a horizon for each of {wanted}.")
    least = horizon if isinstance(horizon, int) else min(min(row) for row in horizon)
    if least < 1:
        raise ValueError(f"horizon is {least}. Give the most links that a journey may use, at least 1.")
    teams = teams_of(network.topology, horizon)
    return Unrolled(network, tuple(_crew(network, horizon, team) for team in teams))


def links_of(network: Network, bundles: Sequence[Bundle]) -> NDArray[np.int_]:
    """Places in the departing order of all links of some bundles, bundle by bundle."""
    first, at = {}, 0
    for bundle, count in network.topology.links:
        first[bundle] = range(at, at + count)
        at += count
    return np.asarray([place for bundle in bundles for place in first[bundle]], int)


def origins_in(network: Network, group: int) -> NDArray[np.int_]:
    """Numbers of the origins of a group."""
    return np.flatnonzero(np.asarray(network.topology.origins) == group)


def _kind(turn: Turn) -> tuple[Bundle, ...]:
    return (*turn.arriving, *turn.departing)


def _crew(network: Network, horizon: Horizon, team: Team) -> Crew:
    sums, topology = network.sums, network.topology
    pairs = np.asarray(team.pairs, int)
    classes = np.asarray(network.class_of_pair, int)[pairs]
    places = links_of(network, team.bundles)
    may_use = network.may_use[pairs][:, [topology.bundles.index(bundle) for bundle in team.bundles]]
    turns = {_kind(turn): turn for stage in team.stages for turn in stage.turns}
    return Crew(
        team=team,
        kinds=tuple(turns),
        blocks=tuple(_block(network, sums, classes, turn) for turn in turns.values()),
        entries=tuple(
            tuple(_entry(network, sums, horizon, team, classes, stage.left, part) for part in stage.parts)
            for stage in team.stages
        ),
        stop=network.stop[network.arrived[places]][:, pairs].T,
        stay=jnp.where(network.may_begin[pairs], network.stay[:, pairs].T, jnp.inf),
        may_use=jnp.asarray(np.repeat(may_use, [topology.size[bundle] for bundle in team.bundles], axis=1)),
        spread=network.spread[classes][:, None, None],
    )


def _block(network: Network, sums: Sums, classes: NDArray[np.int_], turn: Turn) -> Array:
    into = _within(network, turn.arriving, [b for b in network.topology.bundles if b[1] == turn.group])
    out = _within(network, turn.departing, [b for b in network.topology.bundles if b[0] == turn.group])
    return sums.hold(-network.step[turn.group][np.ix_(classes, into, out)])


def _within(network: Network, bundles: Sequence[Bundle], among: Sequence[Bundle]) -> NDArray[np.int_]:
    """Where the links of some bundles stand among those of all bundles on one side of a group."""
    sizes = [network.topology.size[bundle] for bundle in among]
    ends = np.cumsum([0, *sizes])
    return np.concatenate([np.arange(ends[i], ends[i + 1]) for i in map(list(among).index, bundles)])


def _entry(
    network: Network, sums: Sums, horizon: Horizon, team: Team, classes: NDArray[np.int_], left: int, part: Part
) -> Array | None:
    if not part.begins:
        return None
    origins = origins_in(network, part.group)
    now = np.asarray([[horizon_of(horizon, o, pair) == left for o in origins] for pair in team.pairs])
    cost = network.start[np.ix_(classes, origins, links_of(network, part.bundles))]
    return sums.hold(-jnp.where((now & network.may_begin[list(team.pairs)][:, origins])[:, :, None], cost, jnp.inf))
