"""What a crossing costs and takes: the mechanisms put together for every flow, directed link and member.

Axes: ``F`` flows, ``L`` directed links (crossing by crossing, first a to b, then b to a), ``Q`` links of posts, ``K``
kinds of counters (two), ``M`` members. Costs are in USD a unit of the flow. Side 0 is the side that is left, side 1
the one that is entered. What does not depend on the month's traffic (`standing`) is computed once a month.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.mechanisms.bribery import expected_loss, let_go, toll
from panj.mechanisms.choice import nest_cost, nest_shares
from panj.mechanisms.detection import bulk, found, search_minutes, sight_in_search
from panj.simulation.kinds import DRUGS, RADIOACTIVE, of_kind
from panj.simulation.world import Traits, World

AT_POST, AROUND = 0, 1
"""Ways past a crossing: at the post, declared or hidden in declared traffic; over the green border or round a post."""

OFFICER_HOURS = 160.0
"""Hours that one officer works in a month (assumed: eight hours on twenty days)."""

REFERENCE_LOT_KG = 20.0
"""Lot for which the rates of detection are meant (assumed: between courier loads and record consignments)."""

BULKIEST_KG = 200.0
"""Weight from which on a lot is found no more often for being larger [kg]: the largest consignments of which the
elasticity tells, record hauls of heroin (PE128, PE129); what is heavier fills a vehicle as any freight does."""

Parameters = dict[str, Float[Array, " M"]]


class Honesty(NamedTuple):
    """Integrity of agencies by side, each 2 x L x M, as it acts in different places.

    Attributes:
        findings: On what becomes of a finding.
        drugs: On what becomes of one of drugs.
        tolls: On what honest travellers pay.
        reckoned: As smugglers reckon with it when they choose.
    """

    findings: Float[Array, "2 L M"]
    drugs: Float[Array, "2 L M"]
    tolls: Float[Array, "2 L M"]
    reckoned: Float[Array, "2 L M"]


class Setting(NamedTuple):
    """What does not depend on this month's traffic.

    Attributes:
        open: Share of the month in which a link's crossing exists, L.
        rules: Levers by flow and link, each F x L.
        counters: Levers by kind of counter (goods vehicles, travellers) and link: ``check`` and ``open``, K x L.
        line: Levers on the line by link: fence, mines, garrison, cooperation, L.
        rigidity: What a traveller of each flow meets by the dated rules, 0-1, F x L.
        tightening: Share of what the dated rules leave open that the state entered takes on its own, L x M.
        effort: Guards on the green border, in full-skilled persons a km, by side, 2 x L x M.
        officers: At a post, by side, 2 x L x M [person].
        quality: Of those officers, by side, 2 x L x M.
        searching: Share of an officer's time at a post that goes into search, K x Q x M.
        honesty: Integrity of the agencies.
        fee: What guides and hiding cost over the parameter, L x M.
        networks: Organisation of those who smuggle, 0-1, M.
        lots: Size of a smuggler's lot over the file's, F x M.
        portals: Chance that a detector finds radioactive material at a post, by side, 2 x L x M.
        shut: Share of passage shut of the moment, over the dated rules, L x M.
        backlog: Waiting since last month, K x Q x M.
        hours: Of the month that posts work, M.
    """

    open: Float[Array, " L"]
    rules: dict[str, Float[Array, "F L"]]
    counters: dict[str, Float[Array, "K L"]]
    line: dict[str, Float[Array, " L"]]
    rigidity: Float[Array, "F L"]
    tightening: Float[Array, "L M"]
    effort: Float[Array, "2 L M"]
    officers: Float[Array, "2 L M"]
    quality: Float[Array, "2 L M"]
    searching: Float[Array, "K Q M"]
    honesty: Honesty
    fee: Float[Array, "L M"]
    networks: Float[Array, " M"]
    lots: Float[Array, "F M"]
    portals: Float[Array, "2 L M"]
    shut: Float[Array, "L M"]
    backlog: Float[Array, "K Q M"]
    hours: Float[Array, " M"]


class Counters(NamedTuple):
    """What traffic makes of posts.

    Attributes:
        time: In the queue and at the counters of both sides, K x Q x M [h].
        minutes: Of search that one goods vehicle and one traveller meets at a side of a post, K x Q x M [min].
    """

    time: Float[Array, "K Q M"]
    minutes: Float[Array, "K Q M"]

    def everywhere(self, world: World) -> Counters:
        """The same at every link, K x L x M; 0 where there is no post."""
        where = np.full(len(world.post), len(world.posts))
        where[world.posts] = np.arange(len(world.posts))
        return Counters(*(jnp.pad(values, ((0, 0), (0, 1), (0, 0)))[:, where] for values in self))


class Standing(NamedTuple):
    """What of a month's crossings does not depend on its traffic, F x L x M.

    Attributes:
        at_post: Cost at the post without the time there [USD/unit]; infinite where it cannot be passed.
        around: Cost over the green border [USD/unit]; infinite where nobody walks.
        sight: Rate at which a search at the post finds what is hidden, by side [1/min]; 0 for what does not hide.
        portals: Chance that a detector finds it, by side.
        danger: What being found at the post costs as smugglers reckon, by side [USD/unit].
        let_go: Chance that a finding at the post ends in a bribe, by side.
        sold: What a finding brings in bribes, by side [USD/unit].
        toll: What honest travellers pay unofficially, both sides [USD/unit]; 0 for others.
        seen: Chance of being noticed on the line, by side.
        taken_around: The same of being noticed and not let go, by side.
        bribe_around: Bribes over the green border [USD/unit].
    """

    at_post: Float[Array, "F L M"]
    around: Float[Array, "F L M"]
    sight: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    portals: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    danger: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    let_go: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    sold: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    toll: Float[Array, "F L M"]
    seen: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    taken_around: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    bribe_around: Float[Array, "F L M"]

    def only(self, flows: NDArray[np.int_], links: NDArray[np.int_]) -> Standing:
        """The same of some flows at some links."""
        at = np.ix_(flows, links)
        found: Standing = jax.tree.map(lambda values: values[at], self)
        return found


class Crossing(NamedTuple):
    """A month at every link.

    Attributes:
        cost: Of the crossing as a whole, F x L x M [USD/unit].
        loss: Share of what crosses that is found and taken, F x L x M.
        share: Of each way.
        taken: Share of what crosses that each side takes.
        bribe: Paid on average, F x L x M [USD/unit].
        at_post: Cost of the way at the post, F x L x M [USD/unit].
        noticed: Share of what crosses over the green border and is noticed first by each side.
    """

    cost: Float[Array, "F L M"]
    loss: Float[Array, "F L M"]
    share: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    taken: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]
    bribe: Float[Array, "F L M"]
    at_post: Float[Array, "F L M"]
    noticed: tuple[Float[Array, "F L M"], Float[Array, "F L M"]]


def counters(
    world: World, p: Parameters, setting: Setting, time: Float[Array, "K Q M"], arrivals: Float[Array, "K Q M"]
) -> Counters:
    """What everyone meets at all posts, from the time there and the declared traffic of a month.

    Who passes for reasons outside the study is searched like the others; how long that traffic waits, and how many
    booths serve it, is not known, so that it makes no queue.
    """
    at = world.posts
    weighted = arrivals[0] + p["search_of_travellers"] * arrivals[1]
    both_ways = weighted.reshape(-1, 2, weighted.shape[-1]).sum(axis=1)[np.arange(len(at)) // 2]
    goods, travellers = jnp.asarray(world.other_traffic)[:, at, None]
    load = both_ways + goods + p["search_of_travellers"] * travellers
    officers = setting.officers.mean(axis=0)[at]
    hours = jnp.asarray(OFFICER_HOURS)
    minutes = search_minutes(officers, setting.searching, hours, load, p["search_longest"], p["share_inspected"])
    each = jnp.stack([jnp.ones_like(p["search_of_travellers"]), p["search_of_travellers"]])
    return Counters(time, minutes * each[:, None])


def stricter(lever: Float[Array, "..."], tightening: Float[Array, "..."]) -> Float[Array, "..."]:
    """A lever of the dated rules and what a state adds on its own: a share of what is left open."""
    return either(lever, tightening)


def standing(world: World, flows: Traits, p: Parameters, setting: Setting) -> Standing:
    """What of the month's crossings does not depend on its traffic.

    Args:
        world: The region as arrays.
        flows: Traits of the flows that are looked at (all of them, or those that make queues).
        p: Parameters, one value a member.
        setting: The month's rules and guards.
    """
    of = flows.number
    rules = {lever: level[of, :, None] for lever, level in setting.rules.items()}
    value, per_hour = (jnp.asarray(x)[:, None, None] for x in (flows.value, flows.per_hour))
    lot = lots(flows, setting)
    drugs = of_kind(world.region.flows, DRUGS)[of][:, None, None] > 0
    goods, declares, hides, walks = (x[:, None, None] for x in (flows.goods, flows.declares, flows.hides, flows.walks))
    worth = world.price(p)[of]
    stake = p["penalty"] * worth * lot
    honesty = setting.honesty

    def freed(loss: Float[Array, "F L M"], side: int) -> Float[Array, "F L M"]:
        integrity = jnp.where(drugs, honesty.drugs[side], honesty.findings[side])
        return let_go(integrity, p["bribe_at_finding"], loss, p["stake_half"])

    def loses(chance: Float[Array, "..."], stake: Float[Array, "F L M"], side: int) -> Float[Array, "F L M"]:
        reckoned = let_go(honesty.reckoned[side], p["bribe_at_finding"], stake, p["stake_half"])
        return expected_loss(chance, reckoned, stake, p["bribe_price"])

    # at the post: declared, or hidden in declared traffic
    opacity = stricter(setting.rigidity[of, :, None], setting.tightening)
    unofficial = jnp.where(goods, p["bribe_lorry"], p["bribe_person"])
    tolls = toll(honesty.tolls[0], opacity, unofficial) + toll(honesty.tolls[1], opacity, unofficial)
    official = rules["fee"] + p["visa_price"] * rules["visa"] + p["fee_lorry"] * (world.into_member[:, None] * goods)
    limits = p["limit_full"] * jnp.maximum(rules["import-limit"], rules["currency-limit"])
    ajar = jnp.minimum(stricter(rules["closure"], setting.shut), 0.95)
    of_value = rules["duty"] + limits + p["partial_closure"] * ajar / (1 - ajar)
    stay = p["stay_check"] * stricter(rules["check"], setting.tightening)
    passable = (setting.open[:, None] > 0) & (rules["closure"] < 1) & world.access[of, :, None]
    declared = per_hour * stay + (official + tolls) / lot + of_value * value
    hidden = p["hiding_cost"] * setting.fee / lot
    at_post = jnp.where(passable & (declares | hides), jnp.where(declares, declared, hidden), jnp.inf)
    free = [freed(stake, side) for side in (0, 1)]
    sight = sight_in_search(p["search_finds"], p["search_longest"])
    sees = sight * (1 - p["network_hides"] * setting.networks) * sight_of_lot(flows, lot, p) * hides

    # over the green border
    post = world.post[:, None]
    rough = world.roughness(p)
    unfenced = jnp.where(post, p["round_hours"], p["green_hours"]) * rough
    hours = unfenced + p["fence_hours"] * setting.line["fence"][:, None]
    small = green_lots(flows, setting, p)
    ease = jnp.where(declares, p["trespass_ease"], 1.0)
    unseen = 1 - p["network_hides"] * setting.networks * ~declares
    sight = (
        p["sight_green"]
        * unseen
        * sight_of_lot(flows, small, p)
        * ease
        * jnp.where(post, p["round_watch"], 1.0)
        * (hours / unfenced)  # who takes longer is longer under watch: the law of random search is one of time
        / rough
    )
    watch = 1 + setting.line["garrison"][:, None]
    seen = [found(sight, setting.effort[side] * watch) for side in (0, 1)]
    small_stake = p["penalty"] * worth * small + p["trespass_penalty"] * declares
    through = [freed(small_stake, side) for side in (0, 1)]
    danger = sum(loses(seen[side], small_stake, side) for side in (0, 1))
    fixed = p["guide_fee"] * setting.fee * ~declares + p["mine_risk"] * setting.line["mines"][:, None] + danger
    # nobody goes round a post that does not exist: the green crossing of its section stands for that way
    there = world.land[:, None] & (~post | (setting.open[:, None] > 0))
    around = jnp.where(there & walks, per_hour * hours + fixed / small, jnp.inf)
    paid = p["bribe_price"] * (seen[0] * through[0] + seen[1] * through[1]) * small_stake / small
    radioactive = jnp.asarray(of_kind(world.region.flows, RADIOACTIVE)[of])[:, None, None]
    return Standing(
        at_post=at_post,
        around=around,
        sight=(sees * setting.quality[0], sees * setting.quality[1]),
        portals=(radioactive * setting.portals[0], radioactive * setting.portals[1]),
        danger=(loses(jnp.asarray(1.0), stake, 0) / lot, loses(jnp.asarray(1.0), stake, 1) / lot),
        let_go=(free[0], free[1]),
        sold=(p["bribe_price"] * free[0] * stake / lot, p["bribe_price"] * free[1] * stake / lot),
        toll=tolls / lot * declares,
        seen=(seen[0], seen[1]),
        taken_around=(seen[0] * (1 - through[0]), seen[1] * (1 - through[1])),
        bribe_around=paid,
    )


def cross(flows: Traits, p: Parameters, fixed: Standing, at_posts: Counters) -> Crossing:
    """Cost, losses and ways of every flow at every link, one flow after the other: each fits into the fast memory.

    Args:
        flows: Traits of the flows that are looked at.
        p: Parameters, one value a member.
        fixed: From `standing`, of the same flows, at all links or some.
        at_posts: The month's waits and searches at the same links.
    """
    traits = (jnp.asarray(trait) for trait in (flows.counter, flows.per_hour, flows.spread))
    found: Crossing = lax.map(lambda flow: _cross(p, at_posts, *flow), (*traits, fixed))
    return found


def _cross(
    p: Parameters, at_posts: Counters, counter: Array, per_hour: Array, spread: Array, own: Standing
) -> Crossing:
    """Of one flow; arrays as in `Crossing` and `Standing`, without the axis of flows."""
    minutes, time = at_posts.minutes[counter], at_posts.time[counter]
    searched = [either(found(own.sight[side], minutes), own.portals[side]) for side in (0, 1)]
    risk = sum(searched[side] * own.danger[side] for side in (0, 1))
    at_post = own.at_post + per_hour * time + risk

    ways = jnp.stack([at_post, own.around])
    spread = p["nest"] * spread
    share = nest_shares(ways, spread)
    caught = [searched[side] * (1 - own.let_go[side]) for side in (0, 1)]
    line = own.taken_around
    leaving = share[AT_POST] * caught[0] + share[AROUND] * line[0]
    entering = share[AT_POST] * (1 - caught[0]) * caught[1] + share[AROUND] * (1 - line[0]) * line[1]
    paid = own.toll + sum(searched[side] * own.sold[side] for side in (0, 1))
    return Crossing(
        cost=nest_cost(ways, spread),
        loss=leaving + entering,
        share=(share[AT_POST], share[AROUND]),
        taken=(leaving, entering),
        bribe=share[AT_POST] * paid + share[AROUND] * own.bribe_around,
        at_post=at_post,
        noticed=(share[AROUND] * own.seen[0], share[AROUND] * (1 - own.seen[0]) * own.seen[1]),
    )


def either(one: Float[Array, "..."], other: Float[Array, "..."]) -> Float[Array, "..."]:
    """Chance of at least one of two chances that know nothing of each other."""
    return one + other - one * other


def lots(flows: Traits, setting: Setting) -> Float[Array, "F 1 M"]:
    """Units of a journey, as smugglers now choose them."""
    return jnp.asarray(flows.lot)[:, None, None] * setting.lots[flows.number][:, None]


def green_lots(flows: Traits, setting: Setting, p: Parameters) -> Float[Array, "F 1 M"]:
    """Units of a journey over the green border: a lot, or what one can carry there."""
    lot, kg = lots(flows, setting), jnp.asarray(flows.kg)[:, None, None]
    return jnp.where(kg > 0, jnp.minimum(lot, p["green_lot"] / jnp.maximum(kg, 1e-6)), lot)


def sight_of_lot(flows: Traits, units: Float[Array, "F ..."], p: Parameters) -> Float[Array, "F ..."]:
    """Factor on detection of lots of so many units; 1 for people, whose number does not make them easier to see."""
    kg = jnp.asarray(flows.kg)[:, None, None]
    weight = jnp.minimum(units * jnp.maximum(kg, 1e-6), BULKIEST_KG)
    size = bulk(weight, jnp.asarray(REFERENCE_LOT_KG), p["lot_effect"])
    return jnp.where(kg > 0, size, 1.0)


def working_hours(world: World, p: Parameters) -> Float[Array, " M"]:
    """Hours of a month that posts work where no rule cuts them [h]."""
    return p["hours_open"] * world.hours_in_month / 24
