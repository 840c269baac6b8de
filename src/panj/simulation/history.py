"""The clock: a batch of members through all months, and what is reported of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.mechanisms.detection import found
from panj.passage import Network, expected_cost, radius
from panj.simulation.crossing import AROUND, DECLARED, Parameters, Setting, counters, cross, working_hours
from panj.simulation.month import (
    HORIZON,
    Given,
    Known,
    Stocks,
    busy_and_quiet,
    by_border,
    flow_sum,
    month,
    pair_costs,
)
from panj.simulation.routes import shares_of_routes
from panj.simulation.world import Months, World

Results = dict[str, NDArray[Any]]

SETTLING = 6
"""Times that the first month is run before the clock starts, so that its queues are settled."""

POWER = 12
"""Power iterations for the spectral radius, which is a diagnostic."""


class Simulation:
    """The clock of one world, compiled at its first batch."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._run = jax.jit(lambda p, luck, months, network: _history(world, p, luck, months, network))

    def run(self, parameters: Mapping[str, NDArray[Any]], luck: NDArray[np.float32]) -> Results:
        """Run a batch of members through the whole clock.

        Args:
            parameters: For each parameter of the region one value a member.
            luck: Standard normal, ``World.luck_shape`` x member.

        Returns:
            Every quantity of ``quantities.csv``, axes as there, single precision; those of which a run keeps the mean
            over members have the member before their axes.
        """
        p = {name: jnp.asarray(values, jnp.float32) for name, values in parameters.items()}
        arrays = self.trace(p, jnp.asarray(luck))
        results = {name: np.moveaxis(np.asarray(values, np.float32), -1, 0) for name, values in arrays.items()}
        return results | {"rigidity": self.world.rigidity, "aid": self.world.aid}

    def trace(self, p: Parameters, luck: Float[Array, "T N M"]) -> dict[str, Array]:
        """As `run`, within JAX: to be differentiated or compiled into something larger.

        Args:
            p: For each parameter of the region one value a member.
            luck: As in `run`; of the first months only, where no more are wanted.

        Returns:
            The quantities that are not rules; the month comes first, the member last.
        """
        arrays: dict[str, Array] = self._run(p, luck, self.world.months, self.world.network)
        return arrays


def _history(world: World, p: Parameters, luck: Array, months: Months, network: Network) -> dict[str, Array]:
    """All months one after the other; every array of the result begins with the month."""
    busy, quiet = busy_and_quiet(world)
    given = Given(p, network, network.only(busy.tolist()), network.only(quiet.tolist()), _free_cost(world, p, network))
    members = luck.shape[-1]
    start = Stocks(
        donated=jnp.zeros((len(world.length), 2, members)),
        taught=jnp.zeros((len(world.length), 2, members)),
        backlog=jnp.zeros((len(world.post), 2, members)),
        arrivals=jnp.zeros((len(world.post), 2, members)),
        going=jnp.ones((len(network.origins), len(busy), members)),
    )

    def one(stocks: Stocks, of: tuple[Months, Array]) -> tuple[Stocks, dict[str, Array]]:
        stocks, known = month(world, given, of[0], of[1], stocks)
        return stocks, reported(world, given, of[0], known)

    # the first month is run some times before the clock starts
    order = np.maximum(np.arange(-SETTLING, luck.shape[0]), 0)
    wound = jax.tree.map(lambda series: jnp.asarray(series)[order], (months, luck))
    series: dict[str, Array] = lax.scan(one, start, wound)[1]
    return {name: values[SETTLING:] for name, values in series.items()}


def _free_cost(world: World, p: Parameters, network: Network) -> Float[Array, "O P M"]:
    """Expected cost of every journey with no rules, no queues and no guards, all posts open."""
    links, flows, members = len(world.post), len(world.factor), p["integrity"].shape[0]
    levers = world.months.rules
    nothing = jnp.zeros((2, links, members))
    setting = Setting(
        open=jnp.asarray(world.months.open.max(axis=0)),
        rules={lever: jnp.zeros((links, flows)) for lever in levers},
        counters={"check": jnp.zeros((links, 2)), "open": jnp.ones((links, 2))},
        line={lever: jnp.zeros(links) for lever in world.months.line},
        rigidity=jnp.zeros((links, flows)),
        effort=nothing,
        officers=nothing,
        quality=nothing,
        integrity=nothing + 1,
        backlog=jnp.zeros((links, 2, members)),
        hours=working_hours(world, p),
    )
    at_posts = counters(world, p, setting, jnp.zeros((links, 2, members)))
    crossing = cross(world, world.flows, p, setting, at_posts)
    return expected_cost(network, pair_costs(world, crossing), HORIZON)


def reported(world: World, given: Given, now: Months, known: Known) -> dict[str, Array]:
    """What is kept of a month: the quantities of ``quantities.csv`` that are not rules, the member last."""
    loaded, crossing, by_flow, taken = (known[name] for name in ("loaded", "crossing", "by_flow", "taken"))
    setting, at_posts = known["setting"], known["at_posts"]
    flows = world.flows
    potential = flow_sum(world, known["potential"].sum(axis=0), axis=0)
    sent = flow_sum(world, loaded.sent.sum(axis=0), axis=0)
    arrived = flow_sum(world, loaded.arrived, axis=0)
    journeys = by_flow * crossing.share[DECLARED] / flows.lot[:, None]
    declared = jnp.where(jnp.isfinite(crossing.declared), crossing.declared, 0.0) * flows.lot[:, None]
    arrivals = jnp.expm1(known["arrivals"])
    staff = _by_border_of_section(world, known["people"].sum(axis=1))
    return {
        "potential": potential,
        "sent": sent,
        "arrived": arrived,
        "seized": flow_sum(world, loaded.lost.sum(axis=0), axis=0),
        "passed": _flow_first(by_border(world, by_flow)),
        "passed_green": _flow_first(by_border(world, by_flow * crossing.share[AROUND])),
        "seized_at": _flow_first(by_border(world, taken.sum(axis=0))),
        "bribes": by_border(world, (crossing.bribe * by_flow).sum(axis=1)),
        "delay": _mean(world, at_posts.time[:, 0], arrivals[:, 0]),
        "price": _mean(world, declared, journeys, also=1),
        "recorded_seizures": known["recorded_seizures"],
        "recorded_trespasses": known["recorded_trespasses"],
        "staff": staff,
        "equipment": _by_border_of_section(world, known["equipment"].sum(axis=1)),
        "skill": _by_border_of_section(world, (known["skill"] * known["people"]).sum(axis=1)) / staff,
        "detection_green": _seen(world, given.p, setting),
        "wait": at_posts.time[:, 0].reshape(-1, 2, at_posts.time.shape[-1]).mean(axis=1),
        "route_share": shares_of_routes(world, loaded),
        "suppression": 1 - _worth(world, arrived, harmful=True) / _worth(world, potential, harmful=True),
        "communication": _worth(world, arrived, harmful=False) / _worth(world, potential, harmful=False),
        "crossing_traffic": by_flow.reshape(-1, 2, *by_flow.shape[1:]).sum(axis=1),
        "residual": known["residual"],
        "radius": _radius(world, given, known["cost"]),
    }


def _worth(world: World, by_flow: Float[Array, "F M"], harmful: bool) -> Float[Array, " M"]:
    of = (world.flows.hides == harmful) * world.flows.value
    return jnp.maximum(jnp.tensordot(of, by_flow, axes=1), 1e-9)


def _mean(world: World, value: Array, weight: Array, also: int | None = None) -> Float[Array, "B M"]:
    """Mean over the links of each border (and over an axis besides); missing where nothing weighs."""
    above, below = value * weight, weight
    if also is not None:
        above, below = above.sum(axis=also), below.sum(axis=also)
    total = by_border(world, below)
    return jnp.where(total > 1e-6, by_border(world, above) / jnp.maximum(total, 1e-6), jnp.nan)


def _by_border_of_section(world: World, by_section: Float[Array, "S M"]) -> Float[Array, "B M"]:
    return jnp.zeros((len(world.region.borders), by_section.shape[-1])).at[world.section_border].add(by_section)


def _seen(world: World, p: Parameters, setting: Setting) -> Float[Array, "B M"]:
    """Chance that a smuggler with a lot of the reference size is noticed over the green border, mean by length."""
    seen = found(p["sight_green"] / world.roughness(p), setting.effort.sum(axis=0))
    length = jnp.asarray(np.where(~world.post & world.land, world.length[world.section], 0.0))[:, None]
    return _mean(world, seen, jnp.broadcast_to(length, seen.shape))


def _radius(world: World, given: Given, cost: Array) -> Float[Array, " M"]:
    """Largest spectral radius over the kinds of traffic; one pair of each tells, since destinations do not matter."""
    one_each = np.unique(world.pair_flow, return_index=True)[1]
    network = given.network.only(one_each.tolist())
    return radius(network, cost[:, one_each], POWER).max(axis=0)


def _flow_first(by_border_and_flow: Float[Array, "B F M"]) -> Float[Array, "F B M"]:
    return jnp.swapaxes(by_border_and_flow, 0, 1)
