"""A network for a horizon: the weights that each team of pairs needs, ready for loadings.

Make it once, before a loop over months: what does not change from loading to loading is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from panj.passage.network import Network
from panj.passage.stages import Horizon, Numbers, Team, Topology, a_column, horizon_of, teams_of
from panj.passage.sums import Sums

Turn = tuple[tuple[int, ...], tuple[int, ...]]

TURN = 256_000
"""What one more turn of a stage costs, in multiplications, all columns together: its dispatch, and its compilation."""

MEMBERS = 32
"""How many members are loaded at once if nobody says."""

NEAR = 32_768
"""Numbers of one kind that stay in the fast memory of a core with all that is worked out from them (measured)."""


class Crew(eqx.Module):
    """A team with its weights; links stand as in `Team`, places that a pair does not need are closed.

    Every array begins with the pair. Work on one pair (see `by_pairs`) gets a crew without that axis.

    Attributes:
        team: Pairs and sizes.
        at: Row of costs and link at each place: row x links + link (caller's number); any where there is none.
        lift: Pair and bundle at each place, likewise.
        stop: Weight of the way from the end of the link at each place to the destination, over the best such way.
        turns: Places of leading and of following links between which journeys go on: all of them or, where that is
            much less work, those of each group by themselves.
        onward: Weight of going on from each leading link of a turn to each following one; ``back``: the other way.
        entry: By links left, weight from each origin at which journeys then begin to each link, nothing from the
            others; None where none begins.
        spread: Of each pair.
    """

    team: Team = eqx.field(static=True)
    at: Int[Array, "pair place"]
    lift: Int[Array, "pair place"]
    stop: Float[Array, "pair place"]
    turns: tuple[Turn, ...] = eqx.field(static=True)
    onward: tuple[Float[Array, "pair leading following"], ...]
    back: tuple[Float[Array, "pair following leading"], ...]
    entry: tuple[Float[Array, "pair origin place"] | None, ...]
    spread: Float[Array, "pair 1 1"]

    def going_on(self, sums: Sums, value: Float[Array, "following member"]) -> Float[Array, "leading member"]:
        """Of one pair: what it is worth to go on after each leading link, from the value of each following one."""
        return _through(sums, self.onward, self.back, [(a, b) for a, b in self.turns], value)

    def going_back(self, sums: Sums, left: Float[Array, "leading member"]) -> Float[Array, "following member"]:
        """The adjoint of `going_on`."""
        return _through(sums, self.back, self.onward, [(b, a) for a, b in self.turns], left)


class Unrolled(eqx.Module):
    """A network for one horizon; see `Network`.

    A *seat* is a place of a link in a pair of a crew, a *start* an origin of a pair; both are counted crew by crew.

    Attributes:
        network: The network.
        crews: Teams of pairs with their weights; every pair is in one.
        rows: Row of costs that each pair pays.
        nearest: Least cost from the end of any link to the destination of each pair, in spreads; 0 if none leads there.
        stay: Cost from each start to the destination without any link, in spreads.
    """

    network: Network
    crews: tuple[Crew, ...]
    rows: tuple[int, ...] = eqx.field(static=True)
    nearest: Float[Array, " pair"]
    stay: Float[Array, " start"]

    @property
    def stages(self) -> int:
        """Most links that any journey uses."""
        return max(crew.team.stages for crew in self.crews)

    @property
    def row_spread(self) -> Float[Array, " row"]:
        """Spread of the pairs that pay each row of costs."""
        payer = {row: pair for pair, row in enumerate(self.rows)}
        return self.network.pair_spread[np.asarray([payer.get(row, 0) for row in range(max(self.rows) + 1)], int)]

    @property
    def seats(self) -> tuple[Numbers, Numbers]:
        """Pair and link (caller's number; the number of links for none) of each seat."""
        return _seats(self.network.tail_group, self.network.head_group, self.network.topology, self._teams)

    @property
    def starts(self) -> tuple[Numbers, Numbers]:
        """Pair and origin (the number of origins for none) of each start."""
        return _starts(self.network.topology, self._teams)

    @property
    def _teams(self) -> tuple[Team, ...]:
        return tuple(crew.team for crew in self.crews)

    def of_starts(self, values: Float[Array, "start member"]) -> list[Float[Array, "pair origin member"]]:
        """What is known of all starts, crew by crew."""
        return _parted(values, [(len(team.pairs), _most_origins(self.network.topology, team)) for team in self._teams])

    def of_origins(self, values: Float[Array, "pair origin member"]) -> list[Float[Array, "pair origin member"]]:
        """What is known of all pairs and origins, crew by crew at their starts; anything where there is no origin."""
        return self.of_starts(taken(flat(values), cell(*self.starts, values.shape[1])))

    def by_pair(self, of_crews: Sequence[Array]) -> Array:
        """What is known of each crew's pairs, in the order of all pairs."""
        order = np.argsort(np.concatenate([team.pairs for team in self._teams]).astype(int))
        return taken(jnp.concatenate(of_crews), order)

    def by_link(self, of_crews: Sequence[Float[Array, "pair place member"]]) -> Float[Array, "pair link member"]:
        """What is known at the places of each crew, for all pairs and links (caller's order); 0 at the others."""
        return _in_cells(of_crews, self.seats, (len(self.rows), len(self.network.links)), 0.0)

    def by_origin(self, of_crews: Sequence[Float[Array, "pair origin member"]], nothing: float) -> Array:
        """What is known at the starts of each crew, for all pairs and origins; nothing at the others."""
        return _in_cells(of_crews, self.starts, (len(self.rows), len(self.network.origins)), nothing)


def taken(values: Array, numbers: Numbers | Int[Array, "..."]) -> Array:
    """Rows of an array by numbers that are known to be there: one operation, where an index makes a dozen."""
    numbers = numbers.astype(np.int32) if isinstance(numbers, np.ndarray) else numbers
    found: Array = values.at[numbers].get(mode="promise_in_bounds", wrap_negative_indices=False)
    return found


def flat(values: Float[Array, "a b member"]) -> Float[Array, "ab member"]:
    """The rows of a table, row by row."""
    return values.reshape(-1, values.shape[2])


def cell(row: Numbers, column: Numbers, columns: int) -> Numbers:
    """Number of a cell of a table, row by row; beyond the last column the last one's, for what has no weight there."""
    return row * columns + np.minimum(column, columns - 1)


def _in_cells(
    of_crews: Sequence[Array], at: tuple[Numbers, Numbers], shape: tuple[int, int], nothing: float
) -> Float[Array, "row column member"]:
    """What is known of each crew, as a table of rows and columns; what stands beyond the last column is left out."""
    (row, column), (rows, columns) = at, shape
    cells = np.full((rows, columns + 1), len(row))
    cells[row, column] = np.arange(len(row))
    values = [flat(values) for values in of_crews]
    nowhere = jnp.full((1, values[0].shape[1]), nothing, values[0].dtype)
    return taken(jnp.concatenate([*values, nowhere]), cells[:, :-1])


def _parted(values: Array, shapes: Sequence[tuple[int, int]]) -> list[Array]:
    """Rows in parts, each with rows and columns of its own."""
    ends = pairwise(np.cumsum([0, *(rows * columns for rows, columns in shapes)]).tolist())
    each = zip(ends, shapes, strict=True)
    return [lax.slice_in_dim(values, a, b).reshape(*shape, values.shape[1]) for (a, b), shape in each]


def by_pairs(crew: Crew, work: Callable[..., Any], members: int, *given: Any) -> Any:
    """Do for each pair of a crew what is written for one, for so many pairs at a time as stay in a core's fast memory.

    Args:
        crew: The crew.
        work: Gets the crew of one pair and what is given for it, arrays without the axis of pairs.
        members: How many members there are.
        given: Arrays that begin with the pair, in any structure.
    """
    pairs = len(crew.team.pairs)
    crew = jax.tree.map(jnp.asarray, crew)  # weights may be NumPy's, which a function with slopes of its own refuses
    most = max(1, NEAR // max(1, sum(crew.team.sizes) * members))
    at_once = max(number for number in range(1, pairs + 1) if pairs % number == 0 and number <= most)
    if pairs == 1:
        alone = work(*jax.tree.map(lambda array: array.reshape(array.shape[1:]), (crew, *given)))
        return jax.tree.map(lambda array: array.reshape(1, *array.shape), alone)
    if at_once == pairs or jax.default_backend() != "cpu":  # a GPU wants all at once (measured: 13 times as fast)
        return jax.vmap(work)(crew, *given)
    # slopes are worked out from what is given: what lies between does not stay in the fast memory
    again = jax.checkpoint(work, prevent_cse=False)
    return lax.map(lambda of: again(*of), (crew, *given), batch_size=None if at_once == 1 else at_once)


def _through(sums: Sums, blocks: Sequence[Array], turned: Sequence[Array], turns: Sequence[Turn], rows: Array) -> Array:
    """Send rows through every turn; each place has one. Blocks are given both ways round."""
    if len(turns) == 1:
        return sums.there_and_back(blocks[0], turned[0], rows)
    reached, left = (np.concatenate([np.asarray(turn[side], int) for turn in turns]) for side in (0, 1))
    ends = np.cumsum([0, *(len(those) for _, those in turns)])
    rows = _in_order(rows, left)
    each = zip(blocks, turned, pairwise(ends.tolist()), strict=True)
    parts = [sums.there_and_back(block, back, lax.slice_in_dim(rows, a, b)) for block, back, (a, b) in each]
    return _in_order(jnp.concatenate(parts), np.argsort(reached))


def _in_order(rows: Array, order: Numbers) -> Array:
    return rows if (order == np.arange(len(rows))).all() else taken(rows, order)


def unroll(network: Network, horizon: Horizon, rows: Sequence[int] | None = None, members: int = MEMBERS) -> Unrolled:
    """Get a network ready for journeys of at most `horizon` links.

    Args:
        network: From `Network.build`.
        horizon: Most links that a journey may use, at least 1: one number, or one for each origin (rows) and pair.
        rows: Row of the costs that each pair pays, where some pay the same; they must be of one class. None: each
            pair its own.
        members: How many are loaded at once, about; it changes no result, only how the work is cut up.

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
    teams, network = teams_of(network.topology, horizon, members), network.at_hand()
    pair, origin = _starts(network.topology, teams)
    return Unrolled(
        network,
        tuple(_crew(network, horizon, team, rows, members) for team in teams),
        rows,
        nearest=_nearest(network),
        stay=_padded(network.stay, 0)[origin, pair],
    )


def _crew(network: Network, horizon: Horizon, team: Team, rows: tuple[int, ...], members: int) -> Crew:
    sums, links, origins = network.sums, len(network.links), len(network.origins)
    pairs = np.asarray(team.pairs, int)
    classes = np.asarray(network.class_of_pair, int)[pairs]
    places = _places(network.topology, team)
    link = _links(network, places)
    begins = _begins(network.topology, team)
    left = np.asarray(
        [
            [horizon_of(horizon, origin, pair) if origin < origins else 0 for origin in row]
            for row, pair in zip(begins.tolist(), team.pairs, strict=True)
        ]
    )
    leading, following = places[:, team.leading], places[:, team.following]
    turns = _turns_of(network, leading, following, members)
    onward = tuple(sums.hold(-_turns(network, classes, leading[:, list(a)], following[:, list(b)])) for a, b in turns)
    bundles = len(network.topology.bundles)
    bundle = np.append(network.topology.of_link, bundles)[places]
    stop = _padded(network.stop[network.arrived].T - _nearest(network)[:, None], 1)[pairs[:, None], places]
    start = _padded(_padded(network.start, 1), 2)[classes[:, None, None], begins[:, :, None], places[:, None, :]]
    xp: Any = start.__array_namespace__()
    return Crew(
        team=team,
        at=cell(np.asarray(rows, int)[pairs][:, None], link, links).astype(np.int32),  # type: ignore[arg-type]
        lift=cell(pairs[:, None], bundle, bundles).astype(np.int32),  # type: ignore[arg-type]
        stop=sums.hold(-stop),
        turns=turns,
        onward=onward,
        back=tuple(block.swapaxes(1, 2) for block in onward),
        entry=tuple(
            sums.hold(-xp.where((left == stage)[..., None], start, xp.inf)) if (left == stage).any() else None
            for stage in range(1, team.stages + 1)
        ),
        spread=network.spread[classes][:, None, None],
    )


def _nearest(network: Network) -> Any:
    """Least cost from the end of any link to the destination of each pair, in spreads; 0 if none leads there."""
    xp: Any = network.stop.__array_namespace__()
    least = network.stop.min(axis=0, initial=xp.inf)
    return xp.where(xp.isfinite(least), least, 0.0).astype(network.stop.dtype)


def _most_origins(topology: Topology, team: Team) -> int:
    """Places for origins of a pair of a team."""
    return max(1, *(len(topology.origins_of(pair)) for pair in team.pairs))


def _begins(topology: Topology, team: Team) -> Numbers:
    """Origins of each pair of a team; the number of origins where there is none."""
    most, none = _most_origins(topology, team), len(topology.origins)
    mine = [topology.origins_of(pair) for pair in team.pairs]
    return np.asarray([[*row, *[none] * (most - len(row))] for row in mine], int)


@cache
def _seats(
    tail_group: tuple[int, ...], head_group: tuple[int, ...], topology: Topology, teams: tuple[Team, ...]
) -> tuple[Numbers, Numbers]:
    pair = [np.repeat(np.asarray(team.pairs, int), sum(team.sizes)) for team in teams]
    departing = np.append(np.lexsort((head_group, tail_group)), len(tail_group))
    return np.concatenate(pair), np.concatenate([departing[_places(topology, team)].ravel() for team in teams])


@cache
def _starts(topology: Topology, teams: tuple[Team, ...]) -> tuple[Numbers, Numbers]:
    origin = [_begins(topology, team) for team in teams]
    pair = [np.repeat(np.asarray(team.pairs, int), each.shape[1]) for team, each in zip(teams, origin, strict=True)]
    return np.concatenate(pair), np.concatenate([each.ravel() for each in origin])


def _padded(array: Any, axis: int) -> Any:
    """One more place at the end of an axis, from where no way leads on."""
    xp = array.__array_namespace__()
    return xp.pad(array, [(0, int(axis == number)) for number in range(array.ndim)], constant_values=xp.inf)


def _links(network: Network, places: Numbers) -> Numbers:
    """Links in the caller's numbers, from `_places`."""
    return np.append(network.departing, len(network.links))[places]


def _places(topology: Topology, team: Team) -> Numbers:
    """Link at each place of each pair, in the departing order; the number of links where there is none."""
    ends = dict(zip(topology.bundles, accumulate(count for _, count in topology.links), strict=True))
    found: list[list[int]] = []
    none = sum(topology.size.values())
    for course in team.courses:
        row: list[int] = []
        for kind, size in zip((course.first, course.middle, course.last), team.sizes, strict=True):
            mine = [place for bundle in kind for place in range(ends[bundle] - topology.size[bundle], ends[bundle])]
            row += mine + [none] * (size - len(mine))
        found.append(row)
    return np.asarray(found, int).reshape(len(team.pairs), sum(team.sizes))


def _turns_of(network: Network, leading: Numbers, following: Numbers, members: int) -> tuple[Turn, ...]:
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
    work, of_whole = (sum(a_column(TURN, members) + len(a) * len(b) for a, b in those) for those in (turns, (whole,)))
    return turns if turns and work < of_whole else (whole,)


def _turns(network: Network, classes: Numbers, leading: Numbers, following: Numbers) -> Array:
    """Cost of going on from one link to another, in spreads, by pair; inf where nobody may."""
    head, tail = (np.append(ends, -2 + side) for side, ends in enumerate(_ends(network)))
    sizes = [block.shape[1:] for block in network.step]
    begins = np.concatenate([[0], np.cumsum([rows * columns for rows, columns in sizes])]).astype(int)
    xp: Any = network.spread.__array_namespace__()
    flat = _padded(xp.concatenate([block.reshape(len(block), -1) for block in network.step], axis=1), 1)
    into, out = _within(network)
    group = head[leading][:, :, None]
    here = group == tail[following][:, None, :]
    width = np.append([columns for _, columns in sizes], 0)
    at = begins[np.maximum(group, 0)] + into[leading][:, :, None] * width[group] + out[following][:, None, :]
    cost: Array = flat[classes[:, None, None], np.where(here, at, begins[-1])]
    return cost


def _ends(network: Network) -> tuple[Numbers, Numbers]:
    """Group that each link enters and group that it leaves, in the departing order."""
    topology = network.topology
    return topology.head[topology.of_link], topology.tail[topology.of_link]


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
