"""The order of a month, written once.

Every step takes the world, the member's parameters, what the files give for the month and what is known so far, and
adds what it finds out. Axes as in `world`; ``K`` = 2 kinds of counters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from panj.mechanisms.cannabis import taken_inside
from panj.mechanisms.capability import donated_next, taught_next
from panj.mechanisms.detection import found, quality, time_on_search
from panj.mechanisms.drug_trade import among_kin, carriage
from panj.mechanisms.recording import recorded, written_down
from panj.mechanisms.regime import epidemic_closure
from panj.simulation import gifts
from panj.simulation.crossing import (
    Honesty,
    Parameters,
    Setting,
    green_lots,
    stricter,
    working_hours,
)
from panj.simulation.kinds import CANNABIS, OPIATES, of_kind
from panj.simulation.passing import Networks, passage
from panj.simulation.society import Causes, Felt, Society, Turn, appetite, causes_of, moved_by, observed, respond
from panj.simulation.society.felt import filled
from panj.simulation.society.places import by_state
from panj.simulation.society.regime import added
from panj.simulation.sums import (
    ENTERED,
    LEFT,
    add_up,
    links_to_borders,
    links_to_sides,
    links_to_states,
    over_flows,
    sections_to_borders,
    sides_to_states,
    weighed,
)
from panj.simulation.world import Months, World


class Stocks(eqx.Module):
    """What one month hands to the next.

    Attributes:
        donated: Donated equipment in working order, S x 2 x M [USD].
        taught: Skill that training by others has added, S x 2 x M.
        backlog: Waiting at posts, K x Q x M.
        pull: What posts draw, K x Q x M; where passage starts from (see `queues.pull`).
        society: Institutions, markets, militants.
        usual: What mechanisms felt when the clock began; None while only its shape is asked for.
    """

    donated: Float[Array, "S 2 M"]
    taught: Float[Array, "S 2 M"]
    backlog: Float[Array, "K Q M"]
    pull: Float[Array, "K Q M"]
    society: Society
    usual: Causes | None


class Given(eqx.Module):
    """What does not change over the clock.

    Attributes:
        p: Parameters, one value a member.
        networks: Of all journeys.
        free: Expected cost without rules, queues and guards, P x O x M.
        links: For every link that can be cut 1, or 0 where it is cut.
    """

    p: Parameters
    networks: Networks
    free: Float[Array, "P O M"]
    links: dict[str, Float[Array, ""]]


Known = dict[str, Any]
Numbers = np.ndarray[Any, np.dtype[np.int_]]
Step = Callable[[World, Given, Months, Float[Array, "N M"], Stocks, Known], Known]


def _of_line(p: Parameters, now: Months) -> Float[Array, "S 2 M"]:
    """Factor on what the files give of border guards: those of another state are told of by other sources."""
    share = jnp.where(now.staff > 0, now.foreign / jnp.where(now.staff > 0, now.staff, 1.0), 0.0)[..., None]
    return (1 - share) * p["strength_scale"] + share * p["strength_foreign"]


def guarding(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """Staff, equipment and skill of the month, and what they can see (L35, L37)."""
    p, society, felt = given.p, stocks.society, known["felt"]
    of_line = _of_line(p, now)
    line = now.staff[..., None] * of_line * society.guardians.staffing[world.section_border]
    post = now.officers[..., None] * p["strength_counters"]
    people = jnp.maximum(line + post, 1e-3)
    equipped, training_usd = deliveries(world, p, now, society)
    donated = donated_next(stocks.donated, equipped, p["donated_in_use"], 12 * p["equipment_life"])
    own = (now.skill[..., None] * line + now.officer_skill[..., None] * post) / people
    training = training_usd / 1000 / people
    taught = taught_next(stocks.taught, own, p["turnover"] / 12, training, p["training_effect"])
    felt = felt.also(
        {
            "donated": donated,
            "taught": taught,
            "means": society.revenue.budget[world.border_states][world.section_border],
            "guards_integrity": society.services.integrity[world.section_border],
        }
    )
    gear = now.equipment[..., None] * of_line + now.officer_equipment[..., None] * p["strength_counters"]
    equipment = gear * felt("L37", "means") + felt("L35 L37", "donated")
    skill = own + felt("L35", "taught")
    worth = quality(skill, equipment / people, p["equipment_boost"], p["equipment_half"])
    honest = felt("L61", "guards_integrity")
    along = line * (1 - p["guards_at_posts"]) * worth * honest / world.length[:, None, None]

    def at_links(by_side: Float[Array, "S 2 M"]) -> Float[Array, "2 L M"]:
        return jnp.stack([by_side[world.section, world.side[way]] for way in (0, 1)])

    inspectors = sections_to_borders(world, post + line * p["guards_at_posts"])
    officers = jnp.stack([inspectors[world.border, world.side[way]] for way in (0, 1)]) * world.post_share[:, None]
    acts = added(society.regime)[world.border, world.side[1]]
    poorer = felt.also({"carriers": by_state(world, society.districts.poverty)})
    felt = poorer.also({"networks_now": society.networks.organised, "lots": society.cannabis.lots})
    cheaper = cheaper_carriers(p, felt)
    lots = jnp.where(of_kind(world.region.flows, CANNABIS)[:, None] > 0, felt("L60 B8", "lots"), 1.0)
    shut = now.reacts * filled(epidemic_closure, p, epidemic=now.conditions["epidemic"][world.border][:, None])
    detectors = society.dangerous.found[world.state] * world.post[:, None]
    felt = felt.also({"shut": shut, "detectors": detectors, "kin": jnp.asarray(world.kin)[world.border][:, None]})
    levers = {"rigidity": now.rigidity} | {f"rules: {name}": level for name, level in now.rules.items()}
    levers |= {f"counters: {name}": level for name, level in now.counters.items()}
    levers |= {f"line: {name}": level for name, level in now.line.items()}
    felt = felt.also(levers | {"effort": at_links(along), "officers_at_posts": officers, "acts": acts})
    strict = stricter(felt("L75", "counters: check")[:, world.posts, None], felt("L75", "acts")[world.posts])
    on_line = {"mines": "L22 L24", "fence": "L22 L75", "garrison": "L75", "cooperation": "L89"}

    def honesty(links: str) -> Float[Array, "2 L M"]:
        return at_links(felt(links, "guards_integrity"))

    return known | {
        "felt": felt,
        "donated": donated,
        "taught": taught,
        "people": people,
        "equipment": equipment,
        "skill": skill,
        "aid_delivered": sides_to_states(world, sections_to_borders(world, equipped + training_usd))
        + now.reacts * (society.donors.terror + society.donors.weapons),
        "aid_by_one_donor": sides_to_states(world, sections_to_borders(world, gifts.by_one_donor(world, p, now))),
        "setting": Setting(
            open=now.open,
            rules={name: felt("L70", f"rules: {name}") for name in now.rules},
            counters={name: felt("L70", f"counters: {name}") for name in now.counters},
            line={name: felt(on_line[name], f"line: {name}") for name in now.line},
            rigidity=felt("L64 L67", "rigidity"),
            effort=felt("L36 L75", "effort"),
            officers=felt("L36 L37", "officers_at_posts"),
            quality=at_links(worth * honest),
            searching=filled(time_on_search, p, checks=strict),
            honesty=Honesty(honesty("L61"), honesty("L49 L61"), honesty("L63"), honesty("L61 L63 L65")),
            fee=filled(among_kin, p, fee=cheaper[world.state[1]], kin=felt("L46", "kin")),
            networks=felt("R12", "networks_now") - felt.usual("networks_now"),
            lots=lots,
            portals=felt("L37 L61", "detectors"),
            shut=felt("L81", "shut"),
            tightening=felt("L22 L70 L75", "acts"),
            backlog=stocks.backlog,
            hours=working_hours(world, p),
        ),
    }


def deliveries(
    world: World, p: Parameters, now: Months, society: Society
) -> tuple[Float[Array, "S 2 M"], Float[Array, "S 2 M"]]:
    """Equipment and training that arrive [USD/month]: by the record; from the date of reaction, what donors bring.

    Of the aid that donors bring, the part for drugs equips and trains the services that look for them. Money for terror
    keeps guards (`society.guardians`), money for weapons buys detectors (`society.dangerous`).
    """
    here = world.border_states[world.section_border]
    brought = society.donors.drugs[here] * world.line_share[..., None]
    equipment = jnp.where(now.reacts > 0, (1 - world.trained) * brought, gifts.equipment(world, p, now))
    return equipment, jnp.where(now.reacts > 0, world.trained * brought, gifts.training(world, p, now))


def cheaper_carriers(p: Parameters, felt: Felt) -> Float[Array, "G M"]:
    """What carriers and guides ask in a state, over the start: the poorer people are, the less (L51)."""

    def asked(poverty: Float[Array, "G M"]) -> Float[Array, "G M"]:
        found: Float[Array, "G M"] = filled(carriage, p, transport=jnp.asarray(0.0), poverty=poverty)
        return found

    return asked(felt("L51", "carriers")) / asked(felt.usual("carriers"))


def demand(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """What would set out on a free passage: the files' volumes, the member's factor and luck, markets and stocks."""
    p = given.p
    one = jnp.ones_like(p["luck_volume"])
    factor = jnp.stack([p.get(name, one) for name in world.factor])
    spread = p["luck_volume"]
    chance = jnp.exp(spread * luck[: len(world.factor)] - spread**2 / 2)
    felt, topology = known["felt"].also(moved_by(world, now, stocks.society)), world.network.topology
    ends_in, begins_in = (np.asarray(those) for those in (topology.destinations, topology.origins))
    wish = appetite(world, p, now, felt)[world.pair_flow, ends_in][:, begins_in]
    volume = now.volume[..., None] * (factor * chance)[world.pair_flow][:, None]
    return known | {"felt": felt, "potential": local_use(world, now, volume) * wish}


def local_use(world: World, now: Months, volume: Float[Array, "P O M"]) -> Float[Array, "P O M"]:
    """Volumes without the course that the model computes: what member states use of opiates follows users (R9)."""
    own = (
        of_kind(world.region.flows, OPIATES)[world.pair_flow]
        * world.member[np.asarray(world.network.topology.destinations)]
    )
    first = world.first_volume
    follows = (own[:, None] > 0) & (first > 0) & (now.volume > 0)
    return volume * jnp.where(follows, first / jnp.where(follows, now.volume, 1.0), 1.0)[..., None]


def recording(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """What agencies write down, state by state and border by border (true and recorded are different variables)."""
    p, crossing, by_flow = given.p, known["crossing"], known["by_flow"]
    taken = [of_side * by_flow for of_side in crossing.taken]
    left, entered = (links_to_states(world, jnp.swapaxes(taken[way], 0, 1), way) for way in (LEFT, ENTERED))
    by_state = jnp.swapaxes(left + entered, 0, 1)
    chance = luck[len(world.factor) :][:, None]
    seizures = recorded(by_state, p["recording_seizures"], chance, p["luck_recording"])
    inside = recorded(found_inside(world, p, known), p["recording_seizures"], chance, p["luck_recording"])
    each = jnp.asarray(world.flows.party)[:, None, None] / green_lots(world.flows, known["setting"], p)
    noticed = jnp.stack([over_flows(on_side, by_flow, each) for on_side in crossing.noticed])
    trespassers = trespasses(world, p, noticed, known["people"])
    return known | {
        "taken": taken,
        "recorded_seizures": seizures,
        "recorded_inside": inside,
        "recorded_trespasses": trespassers.sum(axis=1),
        "recorded_trespasses_first": trespassers[:, 0],
        "detection": noticed_on_line(world, p, known["felt"].causes["effort"]),
    }


def response(world: World, given: Given, now: Months, luck: Array, stocks: Stocks, known: Known) -> Known:
    """How institutions, markets, donors and militants answer; all of it acts from the next month on."""
    felt = known["felt"].also(causes_of(world, now, stocks.society, observed(world, given.p, known)))
    society, felt = respond(Turn(world, given.p, now, stocks.society, felt))
    return known | {"felt": felt, "society": society}


def found_inside(world: World, p: Parameters, known: Known) -> Float[Array, "F G M"]:
    """What police take inside each state: of cannabis, by what is grown there or comes in; of other flows nothing."""
    begins_in = np.asarray(world.network.topology.origins)
    kind = of_kind(world.region.flows, CANNABIS)
    grown = add_up(begins_in, len(world.member), weighed(kind[world.pair_flow], known["sent"]))
    brought = links_to_states(world, weighed(kind, known["by_flow"]), ENTERED)
    taken: Array = filled(taken_inside, p, grown=grown, brought=brought)
    return jnp.asarray(kind)[:, None, None] * taken


def trespasses(
    world: World, p: Parameters, noticed: Float[Array, "2 L M"], people: Float[Array, "S 2 M"]
) -> Float[Array, "B 2 M"]:
    """People off the posts, whatever for, whom the guards of each side write down: no more than they can."""
    met = links_to_sides(world, noticed[LEFT], LEFT) + links_to_sides(world, noticed[ENTERED], ENTERED)
    guards = sections_to_borders(world, people)
    return written_down(met, p["recording_trespasses"], guards, p["cases_a_year"])


def noticed_on_line(world: World, p: Parameters, effort: Float[Array, "2 L M"]) -> Float[Array, "B M"]:
    """Chance that a smuggler with a lot of the reference size is noticed over the green border, mean by length."""
    seen = found(p["sight_green"] / world.roughness(p), effort.sum(axis=0))
    length = np.where(~world.post & world.land, world.length[world.section], 0.0).astype(np.float32)
    along = jnp.asarray(length)[:, None]
    return links_to_borders(world, along * seen) / jnp.maximum(links_to_borders(world, along), 1e-6)


MONTH: tuple[Step, ...] = (guarding, demand, passage, recording, response)
"""The order of a month. Rules are in ``now``: the files date them."""


def month(
    world: World, given: Given, now: Months, luck: Float[Array, "N M"], stocks: Stocks, begun: Array
) -> tuple[Stocks, Known]:
    """One month: all steps in their order, and what the next month inherits.

    Until the clock has ``begun``, what is felt and what has come about are what is usual: nothing is out of the way.
    """
    known: Known = {"felt": Felt({}, stocks.usual, begun, given.links)}
    at_date = eqx.tree_at(lambda g: g.p, given, dated(given.p, now))
    for step in MONTH:
        known = step(world, at_date, now, luck, stocks, known)
    inherited = Stocks(
        donated=known["donated"],
        taught=known["taught"],
        backlog=known["backlog"],
        pull=known["pull"],
        society=known["society"],
        usual=known["felt"].at_start().causes,
    )
    return inherited, known


def dated(p: Parameters, now: Months) -> Parameters:
    """Parameters with the factors that a scenario lays over them in this month."""
    return p | {name: p[name] * factor for name, factor in now.scale.items()}
