"""What a crossing costs and takes: the mechanisms put together for every directed link, flow and member.

Axes: ``L`` directed links (crossing by crossing, first a to b, then b to a), ``F`` flows, ``M`` members. Costs are in
USD a unit of the flow. Side 0 of a link is the side that is left, side 1 the one that is entered.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.bribery import expected_loss, let_go, toll
from panj.mechanisms.choice import nest_cost, nest_shares
from panj.mechanisms.detection import bulk, found, search_minutes
from panj.mechanisms.waiting import tandem
from panj.simulation.world import Traits, World

DECLARED, HIDDEN, AROUND = 0, 1, 2
"""Ways past a crossing: declared at the post; hidden in declared traffic; over the green border, near a post or far."""

OFFICER_HOURS = 160.0
"""Hours that one officer works in a month (assumed: eight hours on twenty days)."""

REFERENCE_LOT_KG = 20.0
"""Lot for which the rates of detection are meant (assumed: between courier loads and record consignments)."""

Parameters = dict[str, Float[Array, " M"]]


class Setting(NamedTuple):
    """What does not depend on this month's traffic.

    Attributes:
        open: Share of the month in which a link's crossing exists, L.
        rules: Levers by link and flow, each L x F.
        counters: Levers by link and kind of counter (goods vehicles, travellers): ``check`` and ``open``, L x 2.
        line: Levers on the line by link: fence, mines, garrison, cooperation, L.
        rigidity: What a traveller of each flow meets, 0-1, L x F.
        effort: Guards on the green border, in full-skilled persons a km, by side, 2 x L x M.
        officers: At a post, by side, 2 x L x M [person].
        quality: Of those officers, by side, 2 x L x M.
        integrity: Of the agencies, by side, 2 x L x M.
        backlog: Waiting since last month, L x 2 x M.
        hours: Of the month that posts work, M.
    """

    open: Float[Array, " L"]
    rules: dict[str, Float[Array, "L F"]]
    counters: dict[str, Float[Array, "L 2"]]
    line: dict[str, Float[Array, " L"]]
    rigidity: Float[Array, "L F"]
    effort: Float[Array, "2 L M"]
    officers: Float[Array, "2 L M"]
    quality: Float[Array, "2 L M"]
    integrity: Float[Array, "2 L M"]
    backlog: Float[Array, "L 2 M"]
    hours: Float[Array, " M"]


class Counters(NamedTuple):
    """What traffic makes of a post.

    Attributes:
        time: In the queue and at the counters of both sides, L x 2 x M [h].
        backlog: At the end of the month, L x 2 x M.
        minutes: Of search that one goods vehicle and one traveller meets at a side, L x 2 x M [min].
    """

    time: Float[Array, "L 2 M"]
    backlog: Float[Array, "L 2 M"]
    minutes: Float[Array, "L 2 M"]


class Crossing(NamedTuple):
    """A month at every link.

    Attributes:
        cost: Of the crossing as a whole, L x F x M [USD/unit].
        loss: Share of what crosses that is found and taken, L x F x M.
        share: Of each way, 3 x L x F x M.
        taken: Share of what crosses that each side takes, 2 x L x F x M.
        bribe: Paid on average, L x F x M [USD/unit].
        declared: Cost of the declared way, L x F x M [USD/unit].
        noticed: Share of what crosses that is noticed over the green border, L x F x M.
    """

    cost: Float[Array, "L F M"]
    loss: Float[Array, "L F M"]
    share: Float[Array, "3 L F M"]
    taken: Float[Array, "2 L F M"]
    bribe: Float[Array, "L F M"]
    declared: Float[Array, "L F M"]
    noticed: Float[Array, "L F M"]


def counters(world: World, p: Parameters, setting: Setting, arrivals: Float[Array, "L 2 M"]) -> Counters:
    """Waits, backlogs and searches at all posts for the declared traffic of a month (vehicles and travellers)."""
    check = 1 + p["check_slows"] * setting.counters["check"][..., None]
    together = 1 - p["cooperation_saves"] * setting.line["cooperation"][:, None, None]
    goods = jnp.where(world.rail[:, None], p["service_train"], p["service_lorry"])
    service = jnp.stack([goods, jnp.broadcast_to(p["service_person"], goods.shape)], axis=1) / 60 * check * together
    hours = jnp.maximum(setting.hours * setting.counters["open"][..., None] * setting.open[:, None, None], 1.0)
    lanes = jnp.asarray(world.lanes)[:, None, None]
    post = tandem(arrivals, setting.backlog, lanes, (service, service), p["service_scv"], hours, world.most_lanes)
    nights = world.hours_in_month / setting.hours
    weighted = arrivals[:, 0] + p["search_of_travellers"] * arrivals[:, 1]
    both_ways = (
        weighted.reshape(-1, 2, weighted.shape[-1]).sum(axis=1).repeat(2, axis=0, total_repeat_length=len(weighted))
    )
    vehicle = search_minutes(setting.officers.mean(axis=0), p["search_share"], jnp.asarray(OFFICER_HOURS), both_ways)
    minutes = jnp.stack([vehicle, vehicle * p["search_of_travellers"]], axis=1)
    wait = (post.time - 2 * service) * nights + 2 * service
    return Counters(time=wait, backlog=post.backlog, minutes=minutes)


def cross(world: World, flows: Traits, p: Parameters, setting: Setting, at_posts: Counters) -> Crossing:
    """Cost, losses and ways of every flow at every link.

    Args:
        world: The region as arrays.
        flows: Traits of the flows that are looked at (all of them, or those that make queues).
        p: Parameters, one value a member.
        setting: The month's rules and guards.
        at_posts: Its waits and searches.
    """
    of = flows.number
    rules = {lever: level[:, of, None] for lever, level in setting.rules.items()}
    value, lot, per_hour = (jnp.asarray(x)[:, None] for x in (flows.value, flows.lot, flows.per_hour))
    time = at_posts.time[:, flows.counter]
    worth = jnp.asarray(world.worth[:, of])[..., None]
    stake = p["penalty"] * worth * lot
    honesty = setting.integrity[:, :, None]
    free = [let_go(honesty[side], p["bribe_at_finding"], stake, p["stake_half"]) for side in (0, 1)]

    # declared
    opacity = setting.rigidity[:, of, None]
    unofficial = jnp.where(flows.goods[:, None], p["bribe_lorry"], p["bribe_person"])
    tolls = sum(toll(honesty[side], opacity, unofficial) for side in (0, 1))
    official = (
        rules["fee"]
        + p["visa_price"] * rules["visa"]
        + p["fee_lorry"] * (world.into_member[:, None, None] * flows.goods[:, None])
    )
    limits = p["limit_full"] * jnp.maximum(rules["import-limit"], rules["currency-limit"])
    ajar = jnp.minimum(rules["closure"], 0.95)
    of_value = p["duty_full"] * rules["duty"] + limits + p["partial_closure"] * ajar / (1 - ajar)
    at_hand = per_hour * (time + p["stay_check"] * rules["check"])
    passable = (setting.open[:, None, None] > 0) & (rules["closure"] < 1) & world.access[:, of, None]
    declared = jnp.where(
        passable & flows.declares[:, None], at_hand + (official + tolls) / lot + of_value * value, jnp.inf
    )

    # hidden
    size = _sight_of_lot(flows, lot, p)
    minutes = at_posts.minutes[:, flows.counter]
    seen_at_post = [found(p["sight_post"] * size, minutes * setting.quality[side][:, None]) for side in (0, 1)]
    risk = sum(expected_loss(seen_at_post[side], free[side], stake, p["bribe_price"]) for side in (0, 1))
    hidden = jnp.where(passable & flows.hides[:, None], per_hour * time + (p["hiding_cost"] + risk) / lot, jnp.inf)

    # over the green border
    post = world.post[:, None, None]
    rough = world.roughness(p)[:, None]
    hours = (
        jnp.where(post, p["round_hours"], p["green_hours"]) * rough
        + p["fence_hours"] * setting.line["fence"][:, None, None]
    )
    small = jnp.where(
        flows.kg[:, None] > 0, jnp.minimum(lot, p["green_lot"] / jnp.maximum(flows.kg[:, None], 1e-6)), lot
    )
    small_size = _sight_of_lot(flows, small, p)
    ease = jnp.where(flows.declares[:, None], p["trespass_ease"], 1.0)
    sight = p["sight_green"] * small_size * ease * jnp.where(post, p["round_watch"], 1.0) / rough
    watch = 1 + setting.line["garrison"][:, None, None]
    seen_on_line = [found(sight, setting.effort[side][:, None] * watch) for side in (0, 1)]
    small_stake = p["penalty"] * worth * small
    let_through = [let_go(honesty[side], p["bribe_at_finding"], small_stake, p["stake_half"]) for side in (0, 1)]
    danger = sum(expected_loss(seen_on_line[side], let_through[side], small_stake, p["bribe_price"]) for side in (0, 1))
    fixed = p["guide_fee"] * ~flows.declares[:, None] + p["mine_risk"] * setting.line["mines"][:, None, None] + danger
    around = jnp.where(world.land[:, None, None] & flows.walks[:, None], per_hour * hours + fixed / small, jnp.inf)

    ways = jnp.stack([declared, hidden, around])
    spread = p["nest"] * jnp.asarray(flows.spread)[:, None]
    share = nest_shares(ways, spread)
    at_post = [seen_at_post[side] * (1 - free[side]) for side in (0, 1)]
    on_line = [seen_on_line[side] * (1 - let_through[side]) for side in (0, 1)]
    leaving = share[HIDDEN] * at_post[0] + share[AROUND] * on_line[0]
    entering = share[HIDDEN] * (1 - at_post[0]) * at_post[1] + share[AROUND] * (1 - on_line[0]) * on_line[1]
    paid = share[DECLARED] * tolls / lot + p["bribe_price"] * (
        share[HIDDEN] * sum(seen_at_post[side] * free[side] for side in (0, 1)) * stake / lot
        + share[AROUND] * sum(seen_on_line[side] * let_through[side] for side in (0, 1)) * small_stake / small
    )
    return Crossing(
        cost=nest_cost(ways, spread),
        loss=leaving + entering,
        share=share,
        taken=jnp.stack([leaving, entering]),
        bribe=paid,
        declared=declared,
        noticed=share[AROUND] * (1 - (1 - seen_on_line[0]) * (1 - seen_on_line[1])),
    )


def _sight_of_lot(flows: Traits, units: Float[Array, "F M"], p: Parameters) -> Float[Array, "F M"]:
    """Factor on detection of lots of so many units; 1 for people, whose number does not make them easier to see."""
    kg = units * jnp.maximum(flows.kg[:, None], 1e-6)
    return jnp.where(flows.kg[:, None] > 0, bulk(kg, jnp.asarray(REFERENCE_LOT_KG), p["lot_effect"]), 1.0)


def working_hours(world: World, p: Parameters) -> Float[Array, " M"]:
    """Hours of a month that posts work where no rule cuts them [h]."""
    return p["hours_open"] * world.hours_in_month / 24
