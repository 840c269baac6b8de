"""The clock: a batch of members through all months, and what is reported of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.passage import BALANCE, radius
from panj.passage.sums import over_rows
from panj.simulation.compiled import Kept, compiled
from panj.simulation.crossing import (
    AROUND,
    AT_POST,
    Honesty,
    Parameters,
    Setting,
    counters,
    cross,
    standing,
    working_hours,
)
from panj.simulation.month import (
    Given,
    Known,
    Stocks,
    month,
)
from panj.simulation.needed import LINKS
from panj.simulation.passing import Networks, expected_costs, networks_of
from panj.simulation.queues import posts_of, queue
from panj.simulation.routes import directed_borders, shares_of_routes
from panj.simulation.society import begin, settling
from panj.simulation.society import reported as of_society
from panj.simulation.sums import (
    add_up,
    links_to_borders,
    over_flows,
    pairs_to_flows,
    sections_to_borders,
    weighed,
)
from panj.simulation.world import Months, World

Results = dict[str, NDArray[Any]]

SETTLING = 6
"""Times that the first month is run before the clock starts, so that its queues are settled."""

POWER = 12
"""Power iterations for the spectral radius, which is a diagnostic."""


class Simulation:
    """The clock of one world, compiled at its first batch.

    Args:
        world: The region as arrays.
        kept: Where programs are kept between runs; None: they are not.
    """

    def __init__(self, world: World, kept: Kept | None = None) -> None:
        self.world = world
        self._kept = kept
        self._still = world.still()
        self._networks = cache(partial(networks_of, world))
        self._programs: dict[tuple[tuple[int, ...], ...], Callable[..., Any]] = {}
        self._run = jax.jit(lambda *given: _history(self._still, *given))

    def run(
        self, parameters: Mapping[str, NDArray[Any]], luck: NDArray[np.float32], cut: Collection[str] = ()
    ) -> Results:
        """Run a batch of members through the whole clock.

        Args:
            parameters: For each parameter of the region one value a member.
            luck: Standard normal, ``World.luck_shape`` x member.
            cut: Links of the system's list that are cut: what they lead to feels their cause as it stood at the start.

        Raises:
            ValueError: A link cannot be cut.

        Returns:
            Every quantity of ``quantities.csv``, axes as there, single precision; those of which a run keeps the mean
            over members have the member before their axes.
        """
        p = {name: jnp.asarray(values, jnp.float32) for name, values in parameters.items()}
        if unknown := sorted(set(cut) - set(LINKS)):
            raise ValueError(f"{', '.join(unknown)} cannot be cut. Links that can be cut: {', '.join(LINKS)}.")
        links = {link: jnp.asarray(float(link not in cut), jnp.float32) for link in LINKS}
        wound = _wound(jax.tree.map(np.asarray, self.world.months), len(luck))
        given = (p, jnp.asarray(luck), wound, self._networks(luck.shape[-1]), links)
        arrays: dict[str, Array] = self._program(given)(*given)
        whole = {name: np.asarray(values, np.float32)[SETTLING:] for name, values in arrays.items()}
        results = {name: np.moveaxis(values, -1, 0) for name, values in whole.items()}
        return results | {name: np.asarray(series) for name, series in self.world.months.reported.items()}

    def _program(self, given: tuple[Any, ...]) -> Callable[..., Any]:
        """What runs a batch of this size."""
        if self._kept is None:
            return self._run
        size = tuple(np.shape(leaf) for leaf in jax.tree.leaves(given))
        if size not in self._programs:
            self._programs[size] = compiled(self._run, given, self._still, self._kept)
        return self._programs[size]

    def trace(
        self,
        p: Parameters,
        luck: Float[Array, "T N M"],
        links: dict[str, Float[Array, ""]] | None = None,
        months: Months | None = None,
    ) -> dict[str, Array]:
        """As `run`, within JAX: to be differentiated or compiled into something larger.

        Args:
            p: For each parameter of the region one value a member.
            luck: As in `run`; of the first months only, where no more are wanted.
            links: For each link 1, or 0 where it is cut; None: nothing is cut.
            months: What the files give for each month, if not what the region's do; shapes as there.

        Returns:
            The quantities that are not rules; the month comes first, the member last.
        """
        links = {link: jnp.ones((), jnp.float32) for link in LINKS} if links is None else links
        wound = _wound(months or self.world.months, len(luck))
        arrays: dict[str, Array] = _clocked(self._run(p, luck, wound, self._networks(luck.shape[-1]), links))
        return arrays


def _history(
    world: World,
    p: Parameters,
    luck: Array,
    wound: Months,
    networks: Networks,
    links: dict[str, Array],
) -> dict[str, Array]:
    """All months one after the other, the first some times before; every array of the result begins with the month."""
    members = luck.shape[-1]
    first: Months = jax.tree.map(lambda series: series[0], wound)
    given = Given(p, networks, expected_costs(world, networks, _free(world, p, first)), links)
    society = begin(world, p, first)
    start = Stocks(
        donated=jnp.zeros((len(world.length), 2, members)),
        taught=jnp.zeros((len(world.length), 2, members)),
        backlog=jnp.zeros((2, len(world.posts), members)),
        pull=jnp.zeros((2, len(world.posts), members)),
        society=society,
        usual=None,
    )
    shapes = jax.eval_shape(lambda: month(world, given, first, luck[0], start, jnp.asarray(False))[0].usual)
    usual = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    start = eqx.tree_at(lambda s: s.usual, start, usual, is_leaf=lambda x: x is None)

    def one(stocks: Stocks, of: tuple[Months, Any, Any, Any]) -> tuple[Stocks, dict[str, Array]]:
        now, chance, begun, january = of
        here = eqx.tree_at(lambda g: g.p, given, settling(p, begun))
        after, known = month(world, here, now, chance, stocks, begun)
        return after, reported(world, given, now, stocks, known, january)

    order = _order(luck.shape[0])
    begun = np.arange(len(order)) >= SETTLING
    january = np.asarray([world.clock[number].month == 1 for number in order])
    # slopes are worked out month by month anew, from its balance: nothing else of a month is kept for them
    again = jax.checkpoint(one, prevent_cse=False, policy=jax.checkpoint_policies.save_only_these_names(BALANCE))
    series: dict[str, Array] = lax.scan(again, start, (wound, luck[order], begun, january))[1]
    return series


def _order(months: int) -> NDArray[np.int_]:
    """Number of each month that is run: the first one some times before the clock starts."""
    return np.maximum(np.arange(-SETTLING, months), 0)


def _wound(months: Months, number: int) -> Months:
    """What the files give for each month that is run, of so many months of the clock."""
    wound: Months = jax.tree.map(lambda series: series[_order(number)], months)
    return wound


@jax.jit
def _clocked(arrays: dict[str, Array]) -> dict[str, Array]:
    """The results without the months before the clock starts."""
    return {name: values[SETTLING:] for name, values in arrays.items()}


def unguarded(world: World, p: Parameters, first: Months) -> Setting:
    """No rules, no queues and no guards, all posts open."""
    links, flows, members = len(world.post), len(world.factor), p["integrity"].shape[0]
    levers = first.rules
    nothing = jnp.zeros((2, links, members))
    return Setting(
        open=jnp.asarray(world.ever_open),
        rules={lever: jnp.zeros((flows, links)) for lever in levers},
        counters={"check": jnp.zeros((2, links)), "open": jnp.ones((2, links))},
        line={lever: jnp.zeros(links) for lever in first.line},
        rigidity=jnp.zeros((flows, links)),
        tightening=nothing[0],
        effort=nothing,
        officers=nothing,
        quality=nothing,
        searching=jnp.broadcast_to(p["search_share"], (2, len(world.posts), members)),
        honesty=Honesty(nothing + 1, nothing + 1, nothing + 1, nothing + 1),
        fee=nothing[0] + 1,
        networks=nothing[0, 0],
        lots=jnp.ones((flows, members)),
        portals=nothing,
        shut=nothing[0],
        backlog=jnp.zeros((2, len(world.posts), members)),
        hours=working_hours(world, p),
    )


def _free(world: World, p: Parameters, first: Months) -> Float[Array, "F L M"]:
    """Cost of every crossing on a free passage."""
    setting = unguarded(world, p, first)
    nobody = setting.backlog
    at_posts = counters(world, p, setting, queue(world, p, posts_of(world, p, setting), nobody).time, nobody)
    fixed = standing(world, world.flows, p, setting)
    return cross(world.flows, p, fixed, at_posts.everywhere(world)).cost


def reported(world: World, given: Given, now: Months, stocks: Stocks, known: Known, january: Array) -> dict[str, Array]:
    """What is kept of a month: the quantities of ``quantities.csv`` that are not rules, the member last."""
    crossing, by_flow, taken = (known[name] for name in ("crossing", "by_flow", "taken"))
    at_posts = known["at_posts"]
    flows = world.flows
    potential = pairs_to_flows(world, known["potential"].sum(axis=1))
    sent = pairs_to_flows(world, known["sent"].sum(axis=1))
    arrived = pairs_to_flows(world, known["arrived"])
    at_post = by_flow * crossing.share[AT_POST] * flows.declares[:, None, None]
    journeys = at_post / flows.lot[:, None, None]
    price = jnp.where(jnp.isfinite(crossing.at_post), crossing.at_post, 0.0) * flows.lot[:, None, None]
    lorries = at_posts.time[0, world.posts], known["came"][0]
    staff = sections_to_borders(world, known["people"].sum(axis=1))
    forth, back = _flows_by_way(world, by_flow)
    return {
        "potential": potential,
        "sent": sent,
        "arrived": arrived,
        "seized": over_rows(taken[0] + taken[1]),
        "passed": forth + back,
        "passed_forth": forth,
        "passed_green": _flows_by_border(world, by_flow * crossing.share[AROUND]),
        "seized_at": _flows_by_border(world, taken[0] + taken[1]),
        "bribes": links_to_borders(world, over_flows(crossing.bribe, by_flow)),
        "delay": _mean(world, *lorries, world.posts),
        "price": _mean(world, over_flows(price, journeys), over_flows(journeys), summed=True),
        "recorded_seizures": known["recorded_seizures"],
        "recorded_inside": known["recorded_inside"],
        "recorded_trespasses": known["recorded_trespasses"],
        "recorded_trespasses_first": known["recorded_trespasses_first"],
        "aid_delivered": known["aid_delivered"],
        "staff": staff,
        "equipment": sections_to_borders(world, known["equipment"].sum(axis=1)),
        "skill": sections_to_borders(world, (known["skill"] * known["people"]).sum(axis=1)) / staff,
        "detection_green": known["detection"],
        "wait": at_posts.time[0].reshape(-1, 2, at_posts.time.shape[-1]).mean(axis=1),
        "route_share": shares_of_routes(world, known),
        "suppression": 1 - _worth(world, arrived, harmful=True) / _worth(world, potential, harmful=True),
        "communication": _worth(world, arrived, harmful=False) / _worth(world, potential, harmful=False),
        "crossing_traffic": jnp.swapaxes(by_flow, 0, 1).reshape(-1, 2, *by_flow.shape[::2]).sum(axis=1),
        "residual": known["residual"],
        "radius": _radius(world, given, january, crossing.cost),
    } | of_society(stocks.society, known["felt"].causes)


def _worth(world: World, by_flow: Float[Array, "F M"], harmful: bool) -> Float[Array, " M"]:
    return jnp.maximum(weighed((world.flows.harmful == harmful) * world.flows.value, by_flow), 1e-9)


def _mean(
    world: World, value: Array, weight: Array, links: NDArray[np.int_] | None = None, summed: bool = False
) -> Float[Array, "B M"]:
    """Mean over the links of each border (or over some of the links); missing where nothing weighs.

    Args:
        world: The region as arrays.
        value: By link; with ``summed``, times the weight already.
        weight: By link.
        links: Their numbers, if not all.
        summed: Whether values are weighed already.
    """
    of, borders = world.border if links is None else world.border[links], len(world.region.borders)
    total = add_up(of, borders, weight)
    above = add_up(of, borders, value if summed else value * weight)
    return jnp.where(total > 1e-6, above / jnp.maximum(total, 1e-6), jnp.nan)


def _flows_by_border(world: World, by_flow: Float[Array, "F L M"]) -> Float[Array, "F B M"]:
    return jnp.swapaxes(links_to_borders(world, jnp.swapaxes(by_flow, 0, 1)), 0, 1)


def _flows_by_way(world: World, by_flow: Float[Array, "F L M"]) -> Float[Array, "2 F B M"]:
    """Over each border from its first state and from its second."""
    ways = add_up(directed_borders(world), 2 * len(world.region.borders), jnp.swapaxes(by_flow, 0, 1))
    return jnp.transpose(ways.reshape(-1, 2, *ways.shape[1:]), (1, 2, 0, 3))


def _radius(world: World, given: Given, january: Array, cost: Float[Array, "F L M"]) -> Float[Array, " M"]:
    """Largest spectral radius over the kinds of traffic, each January; one pair of each tells well enough."""
    flows = np.unique(world.pair_flow)

    def measured(cost: Float[Array, "F L M"]) -> Float[Array, " M"]:
        return radius(given.networks.kinds, jnp.swapaxes(cost[flows], 0, 1), POWER).max(axis=0)

    found: Array = lax.cond(january, measured, lambda cost: jnp.full_like(cost[0, 0], jnp.nan), cost)
    return found
