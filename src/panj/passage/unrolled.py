"""A network for a horizon: the weights that each team of pairs needs, ready for loadings.

Make it once, before a loop over months: what does not change from loading to loading is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from panj.passage.network import Network
from panj.passage.stages import Bundle, Horizon, Team, horizon_of, teams_of
from panj.passage.sums import Sums

Numbers = NDArray[np.int_]
Turn = tuple[tuple[int, ...], tuple[int, ...]]

TURN = 8_000
"""What one more turn of a stage costs, in multiplications a column: its dispatch, and its compilation."""

NEAR = 32_768
"""Numbers of one kind that stay in the fast memory of a core with all that is worked out from them (measured)."""


class Crew(eqx.Module):
    """A team with its weights; links stand as in `Team`, places that a pair does not need are closed.

    Every array begins with the pair. Work on one pair (see `by_pairs`) gets a crew without that axis.

    Attributes:
        team: Pairs and sizes.
        row: Row of costs that each pair pays.
        links: Link (caller's number) at each place; the number of links where there is none.
        place: Place of each link; the number of places where it has none.
        bundle: Its bundle, in the order of `Topology.links`; the number of bundles where there is none.
        turns: Places of leading and of following links between which journeys go on: all of them or, where that is
            much less work, those of each group by themselves.
        onward: Weight of going on from each leading link of a turn to each following one; ``back``: the other way.
        origins: Origins of each pair; the number of origins where there is none.
        entry: Weight from each origin to each link.
        begins: By links left, whether journeys from an origin begin; None where none does.
        stop: Cost from the end of each link to the destination, in spreads; inf where it does not lead there.
        stay: Cost from each origin to the destination without any link, in spreads.
        spread: Of each pair.
    """

    team: Team = eqx.field(static=True)
    row: Int[Array, " pair"]
    links: Int[Array, "pair place"]
    place: Int[Array, "pair link"]
    bundle: Int[Array, "pair place"]
    turns: tuple[Turn, ...] = eqx.field(static=True)
    onward: tuple[Float[Array, "pair leading following"], ...]
    back: tuple[Float[Array, "pair following leading"], ...]
    origins: Int[Array, "pair origin"]
    entry: Float[Array, "pair origin link"]
    begins: tuple[Float[Array, "pair origin 1"] | None, ...]
    stop: Float[Array, "pair link"]
    stay: Float[Array, "pair origin"]
    spread: Float[Array, "pair 1 1"]

    def going_on(self, sums: Sums, value: Float[Array, "following member"]) -> Float[Array, "leading member"]:
        """Of one pair: what it is worth to go on after each leading link, from the value of each following one."""
        return _through(sums, self.onward, [(a, b) for a, b in self.turns], value)

    def going_back(self, sums: Sums, left: Float[Array, "leading member"]) -> Float[Array, "following member"]:
        """The adjoint of `going_on`."""
        return _through(sums, self.back, [(b, a) for a, b in self.turns], left)


class Unrolled(eqx.Module):
    """A network for one horizon; see `Network`.

    Attributes:
        network: The network.
        crews: Teams of pairs with their weights; every pair is in one.
        rows: Row of costs that each pair pays.
    """

    network: Network
    crews: tuple[Crew, ...]
    rows: tuple[int, ...] = eqx.field(static=True)

    @property
    def stages(self) -> int:
        """Most links that any journey uses."""
        return max(crew.team.stages for crew in self.crews)

    @property
    def row_spread(self) -> Float[Array, " row"]:
        """Spread of the pairs that pay each row of costs."""
        payer = {row: pair for pair, row in enumerate(self.rows)}
        return self.network.pair_spread[np.asarray([payer.get(row, 0) for row in range(max(self.rows) + 1)], int)]

    def by_pair(self, of_crews: Sequence[Array]) -> Array:
        """What is known of each crew's pairs, in the order of all pairs."""
        order = np.argsort(np.concatenate([crew.team.pairs for crew in self.crews]).astype(int))
        return jnp.concatenate(of_crews)[order]

    @property
    def places(self) -> tuple[Numbers, Numbers]:
        """Pair and link (caller's number; the number of links for none) of each place of all crews, in a row."""
        teams = [crew.team for crew in self.crews]
        pair = np.concatenate([np.repeat(team.pairs, sum(team.sizes)) for team in teams])
        places = np.concatenate([_places(self.network, team).ravel() for team in teams])
        return pair.astype(int), _links(self.network, places)

    def at_origins(self, of_crews: Sequence[Float[Array, "pair origin member"]], nothing: float) -> Array:
        """What is known at the origins of each crew's pairs, for all pairs and origins; nothing at the others."""
        most = max(values.shape[1] for values in of_crews)
        padded = [jnp.pad(values, ((0, 0), (0, most - values.shape[1]), (0, 0))) for values in of_crews]
        flat = jnp.concatenate([values.reshape(-1, values.shape[2]) for values in padded])
        slots = np.full((len(self.rows), len(self.network.origins)), len(flat))
        for number, pair in enumerate(pair for crew in self.crews for pair in crew.team.pairs):
            mine = list(self.network.topology.origins_of(pair))
            slots[pair, mine] = number * most + np.arange(len(mine))
        found: Array = flat.at[slots].get(mode="fill", fill_value=nothing)
        return found

    def rows_of(self, crew: Crew) -> Numbers:
        """Row of costs of each pair of a crew."""
        return np.asarray(self.rows, int)[list(crew.team.pairs)]


def by_pairs(crew: Crew, work: Callable[..., Any], members: int, *given: Any) -> Any:
    """Do for each pair of a crew what is written for one, for so many pairs at a time as stay in a core's fast memory.

    Args:
        crew: The crew.
        work: Gets the crew of one pair and what is given for it, arrays without the axis of pairs.
        members: How many members there are.
        given: Arrays that begin with the pair, in any structure.
    """
    pairs = len(crew.team.pairs)
    most = max(1, NEAR // max(1, sum(crew.team.sizes) * members))
    at_once = max(number for number in range(1, pairs + 1) if pairs % number == 0 and number <= most)
    if pairs == 1:
        alone = work(*jax.tree.map(lambda array: array[0], (crew, *given)))
        return jax.tree.map(lambda array: array[None], alone)
    if at_once == pairs or jax.default_backend() != "cpu":  # a GPU wants all at once (measured: 13 times as fast)
        return jax.vmap(work)(crew, *given)
    # slopes are worked out from what is given: what lies between does not stay in the fast memory
    again = jax.checkpoint(work, prevent_cse=False)
    return lax.map(lambda of: again(*of), (crew, *given), batch_size=None if at_once == 1 else at_once)


def _through(sums: Sums, blocks: Sequence[Array], turns: Sequence[Turn], rows: Array) -> Array:
    """Send rows through every turn; each place has one."""
    given, taken = (np.concatenate([np.asarray(turn[side], int) for turn in turns]) for side in (0, 1))
    ends = np.cumsum([0, *(len(take) for _, take in turns)])
    rows = _in_order(rows, taken)
    each = zip(blocks, pairwise(ends.tolist()), strict=True)
    parts = [sums.through(block, lax.slice_in_dim(rows, a, b)) for block, (a, b) in each]
    return _in_order(jnp.concatenate(parts), np.argsort(given))


def _in_order(rows: Array, order: Numbers) -> Array:
    return rows if (order == np.arange(len(rows))).all() else rows[order]


def unroll(network: Network, horizon: Horizon, rows: Sequence[int] | None = None) -> Unrolled:
    """Get a network ready for journeys of at most `horizon` links.

    Args:
        network: From `Network.build`.
        horizon: Most links that a journey may use, at least 1: one number, or one for each origin (rows) and pair.
        rows: Row of the costs that each pair pays, where some pay the same; they must be of one class. None: each
            pair its own.

    Raises:
        ValueError: A horizon is below 1, there is not one for each origin and pair, or pairs of different classes
            pay the same.
    """
    if not isinstance(horizon, int):
        horizon = tuple(tuple(int(links) for links in row) for row in horizon)
        if [len(row) for row in horizon] != [len(network.pairs)] * len(network.origins):
            wanted = f"{len(network.origins)} origins and {len(network.pairs)} pairs"
            raise ValueError(f"Give a horizon for each of {wanted}.")
    least = horizon if isinstance(horizon, int) else min(min(row) for row in horizon)
    if least < 1:
        raise ValueError(f"horizon is {least}. Give the most links that a journey may use, at least 1.")
    rows = tuple(range(len(network.pairs))) if rows is None else tuple(int(row) for row in rows)
    if len(set(zip(rows, network.class_of_pair, strict=True))) != len(set(rows)):
        raise ValueError("Pairs of different classes pay the same row of costs. Give each class rows of its own.")
    teams = teams_of(network.topology, horizon)
    return Unrolled(network, tuple(_crew(network, horizon, team, rows) for team in teams), rows)


def _crew(network: Network, horizon: Horizon, team: Team, rows: tuple[int, ...]) -> Crew:
    sums, topology = network.sums, network.topology
    pairs = np.asarray(team.pairs, int)
    classes = np.asarray(network.class_of_pair, int)[pairs]
    places = _places(network, team)
    links = _links(network, places)
    place = np.full((len(pairs), len(network.links) + 1), places.shape[1])
    np.put_along_axis(place, links, np.arange(places.shape[1])[None], axis=1)
    of_link = np.repeat(np.arange(len(topology.bundles)), [count for _, count in topology.links])
    bundle = np.append(of_link, len(topology.bundles))[places]
    most = max(len(topology.origins_of(pair)) for pair in team.pairs)
    origins = np.full((len(pairs), max(most, 1)), len(network.origins))
    for number, pair in enumerate(team.pairs):
        mine = topology.origins_of(pair)
        origins[number, : len(mine)] = mine
    left = np.asarray(
        [
            [horizon_of(horizon, o, pair) if o < len(network.origins) else 0 for o in row]
            for row, pair in zip(origins.tolist(), team.pairs, strict=True)
        ]
    )
    leading, following = places[:, team.leading], places[:, team.following]
    turns = _turns_of(network, leading, following)
    onward = tuple(sums.hold(-_turns(network, classes, leading[:, list(a)], following[:, list(b)])) for a, b in turns)
    stop = _padded(network.stop[network.arrived].T, 1)
    start = _padded(_padded(network.start, 1), 2)
    stay = _padded(network.stay.T, 1)
    return Crew(
        team=team,
        row=jnp.asarray(np.asarray(rows, int)[pairs]),
        links=jnp.asarray(links),
        place=jnp.asarray(place[:, :-1]),
        bundle=jnp.asarray(bundle),
        turns=turns,
        onward=onward,
        back=tuple(jnp.swapaxes(block, 1, 2) for block in onward),
        origins=jnp.asarray(origins),
        entry=sums.hold(-start[classes[:, None, None], origins[:, :, None], places[:, None, :]]),
        begins=tuple(
            jnp.asarray(left == stage, network.spread.dtype)[..., None] if (left == stage).any() else None
            for stage in range(1, team.stages + 1)
        ),
        stop=stop[pairs[:, None], places],
        stay=stay[pairs[:, None], origins],
        spread=network.spread[classes][:, None, None],
    )


def _padded(array: Array, axis: int) -> Array:
    """One more place at the end of an axis, from where no way leads on."""
    return jnp.pad(array, [(0, int(axis == number)) for number in range(array.ndim)], constant_values=jnp.inf)


def _links(network: Network, places: Numbers) -> Numbers:
    """Links in the caller's numbers, from `_places`."""
    return np.append(network.departing, len(network.links))[places]


def _places(network: Network, team: Team) -> Numbers:
    """Link at each place of each pair, in the departing order; the number of links where there is none."""
    topology = network.topology
    ends = dict(zip(topology.bundles, accumulate(count for _, count in topology.links), strict=True))
    found: list[list[int]] = []
    for course in team.courses:
        row: list[int] = []
        for kind, size in zip((course.first, course.middle, course.last), team.sizes, strict=True):
            mine = [place for bundle in kind for place in range(ends[bundle] - topology.size[bundle], ends[bundle])]
            row += mine + [len(network.links)] * (size - len(mine))
        found.append(row)
    return np.asarray(found, int).reshape(len(team.pairs), sum(team.sizes))


def _turns_of(network: Network, leading: Numbers, following: Numbers) -> tuple[Turn, ...]:
    """Group by group where all pairs use the same links, at the same places, and that is less work."""
    whole = (tuple(range(leading.shape[1])), tuple(range(following.shape[1])))
    if any((links != links[0]).any() or (links == len(network.links)).any() for links in (leading, following)):
        return (whole,)
    head, tail = _ends(network)
    into, out = head[leading[0]], tail[following[0]]
    turns = tuple(
        (tuple(np.flatnonzero(into == group).tolist()), tuple(np.flatnonzero(out == group).tolist()))
        for group in np.union1d(into, out)
    )
    work = sum(TURN + len(a) * len(b) for a, b in turns)
    return turns if turns and work < TURN + len(whole[0]) * len(whole[1]) else (whole,)


def _turns(network: Network, classes: Numbers, leading: Numbers, following: Numbers) -> Array:
    """Cost of going on from one link to another, in spreads, by pair; inf where nobody may."""
    head, tail = (np.append(ends, -2 + side) for side, ends in enumerate(_ends(network)))
    sizes = [block.shape[1:] for block in network.step]
    begins = np.concatenate([[0], np.cumsum([rows * columns for rows, columns in sizes])]).astype(int)
    flat = jnp.concatenate([block.reshape(len(block), -1) for block in network.step], axis=1)
    flat = _padded(flat, 1)
    into, out = _within(network)
    group = head[leading][:, :, None]
    here = group == tail[following][:, None, :]
    width = np.append([columns for _, columns in sizes], 0)
    at = begins[np.maximum(group, 0)] + into[leading][:, :, None] * width[group] + out[following][:, None, :]
    return flat[classes[:, None, None], np.where(here, at, begins[-1])]


def _ends(network: Network) -> tuple[Numbers, Numbers]:
    """Group that each link enters and group that it leaves, in the departing order."""
    bundles: list[Bundle] = [bundle for bundle, count in network.topology.links for _ in range(count)]
    return tuple(np.asarray([bundle[side] for bundle in bundles], int) for side in (1, 0))  # type: ignore[return-value]


def _within(network: Network) -> tuple[Numbers, Numbers]:
    """Where each link stands among those that enter its group, and among those that leave it; 0 where there is none."""
    head, tail = _ends(network)
    arriving = np.lexsort((tail, head))
    into, out = np.zeros(len(head) + 1, int), np.zeros(len(head) + 1, int)
    for group in range(len(network.groups)):
        entering = arriving[head[arriving] == group]
        into[entering] = np.arange(len(entering))
        leaving = np.flatnonzero(tail == group)
        out[leaving] = np.arange(len(leaving))
    return into, out
