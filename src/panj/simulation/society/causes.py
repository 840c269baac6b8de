"""Causes that stand when society's turn comes: what passage did, dated conditions, and stocks of the month before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.simulation.crossing import AT_POST, stricter
from panj.simulation.kinds import CANNABIS, CONTRABAND, DRUGS, OPIATES, RADIOACTIVE, SMUGGLED, of_kind
from panj.simulation.society.felt import Causes
from panj.simulation.society.guardians import strength_known
from panj.simulation.society.places import both
from panj.simulation.society.regime import added
from panj.simulation.world import Months, World, one_hot, over_flows

if TYPE_CHECKING:
    from panj.simulation.society.society import Society

MOST_MILITANTS = 3000.0
"""Strength at which militants are as strong as is known of any [person] (PE233, official high claims)."""


def observed(world: World, known: dict[str, Any]) -> dict[str, Array]:
    """What passage did in the month, as borders, sides and states see it."""
    flows, crossing, setting = world.flows, known["crossing"], known["setting"]
    by_flow, taken = known["by_flow"], known["taken"]
    borders, states = len(world.region.borders), len(world.region.states)
    at_border = one_hot(world.border, borders)
    sides = [one_hot(2 * world.border + side, 2 * borders) for side in world.side]

    def over(values: Float[Array, "L M"], into: int = 1) -> Float[Array, "B 2 M"]:
        return (sides[into] @ values).reshape(borders, 2, -1)

    def of(kind: tuple[str, ...]) -> NDArray[np.float32]:
        return of_kind(world.region.flows, kind)

    goods, drugs, opiates, contraband = of(SMUGGLED), of(DRUGS), of(OPIATES), of(CONTRABAND)
    paid = crossing.bribe * by_flow
    honest = flows.declares.astype(np.float32)
    people_or_lorries = by_flow / flows.lot[:, None, None]
    journeys = jnp.einsum("f,flm->lm", honest, people_or_lorries)
    lot = flows.lot[world.pair_flow][:, None, None]
    mine = (honest[world.pair_flow])[:, None, None] / lot
    origin = one_hot(world.network.topology.origins, states)
    wanted, sent = (jnp.einsum("go,pom->gm", origin, mine * values) for values in (known["potential"], known["sent"]))
    home = 1 - sent / jnp.maximum(wanted, 1e-6)
    unmet = home[world.border_states].mean(axis=1)
    travelled = at_border @ journeys
    value = flows.value[:, None, None] * by_flow
    legal = jnp.einsum("f,flm->lm", honest * flows.goods, value)
    destination = one_hot(world.network.topology.destinations, states)
    supply = jnp.einsum(
        "gp,pm->gm", destination * (honest * flows.goods * flows.value)[world.pair_flow], known["potential"].sum(axis=1)
    )
    into = supply[world.border_states] + 1.0
    enters, leaves = one_hot(world.state[1], states), one_hot(world.state[0], states)
    opium = jnp.einsum("f,flm->lm", opiates, by_flow)
    worth = jnp.einsum("f,fl,flm->lm", opiates, jnp.asarray(world.worth), by_flow)
    harmful = flows.hides.astype(np.float32)
    worth_taken = [jnp.einsum("f,flm->lm", goods * flows.value, on_side) for on_side in taken]
    opacity = jnp.einsum("f,fl->l", honest / honest.sum(), setting.rigidity)[:, None]
    links = at_border.sum(axis=1)[:, None]
    people = one_hot(world.section_border, borders)
    effort = setting.effort
    at_posts = by_flow * crossing.share[AT_POST]
    lorries = jnp.einsum("f,flm->lm", honest * flows.goods, at_posts / flows.lot[:, None, None])
    checked = stricter(setting.counters["check"][1, :, None], setting.tightening)
    sent_of, taken_of = flow_sum(world, known["sent"].sum(axis=1)), taken.sum(axis=(0, 2))
    got_through = flow_sum(world, known["arrived"])
    enters_state = jnp.maximum(enters.sum(axis=1), 1.0)[:, None]
    walkers = honest * ~flows.goods / max(float((honest * ~flows.goods).sum()), 1.0)
    inner = (world.member[world.state[0]] * world.member[world.state[1]])[:, None]
    visas = jnp.einsum("f,fl->l", walkers, jnp.minimum(setting.rules["visa"], 1.0))[:, None]
    return {
        "control": (at_border @ effort.sum(axis=0)) / links,
        "effort_of_side": over(effort[0], 0) + over(effort[1], 1),
        "checks": (enters @ checked) / enters_state,
        "visa_free": 1 - (inner * visas).sum(axis=0) / jnp.maximum(inner.sum(), 1.0),
        "lorries": enters @ lorries,
        "radioactive_tries": enters @ jnp.einsum("f,flm->lm", of(RADIOACTIVE), at_posts),
        "cannabis_taken": _share(taken_of, sent_of, of(CANNABIS)),
        "opiates_taken": _share(taken_of, sent_of, opiates),
        "smuggled_worth": jnp.einsum("f,fm->m", harmful * flows.value, got_through),
        "bought": enters @ worth,
        "entered": enters @ opium,
        "passed_on": leaves @ opium,
        "turnover": at_border @ legal,
        "opacity_of_state": (enters @ jnp.broadcast_to(opacity, checked.shape)) / enters_state,
        "opacity": at_border @ stricter(opacity, setting.tightening) / links,
        "unmet": unmet,
        "traffic": travelled / jnp.maximum(1 - unmet, 0.05),
        "officers": jnp.einsum("bs,skm->bkm", people, known["people"]),
        "contraband_bribes": both(at_border @ jnp.einsum("f,flm->lm", goods, paid)) / 2,
        "drug_bribes": both(at_border @ jnp.einsum("f,flm->lm", drugs, paid)) / 2,
        "bribes": both(at_border @ over_flows(crossing.bribe, by_flow)) / 2,
        "goods_found": over(worth_taken[0], 0) + over(worth_taken[1], 1),
        "inflow": over(legal) / into,
        "smuggled": over(jnp.einsum("f,flm->lm", goods * flows.value, by_flow)) / into,
        "contraband_value": over(jnp.einsum("f,flm->lm", contraband * flows.value, by_flow)),
        "shuttle_value": over(jnp.einsum("f,flm->lm", (goods - contraband) * flows.value, by_flow)),
        "imports": enters @ legal,
        "imports_wanted": supply,
        "contraband_imports": enters @ jnp.einsum("f,flm->lm", contraband * flows.value, by_flow),
        "transit": enters @ opium,
        "detection": known["detection"],
        "mines": (at_border @ setting.line["mines"][:, None]) / links,
        "cooperation": (at_border @ setting.line["cooperation"][:, None]) / links,
    }


def _share(part: Float[Array, "F M"], whole: Float[Array, "F M"], kind: NDArray[np.float32]) -> Float[Array, " M"]:
    """Share of a kind of flows; 0 where there is none."""
    return (jnp.asarray(kind) @ part) / jnp.maximum(jnp.asarray(kind) @ whole, 1e-6)


def flow_sum(world: World, by_pair: Float[Array, "P M"]) -> Float[Array, "F M"]:
    """Sum over the pairs of each flow."""
    return one_hot(world.pair_flow, len(world.factor)) @ by_pair


def causes_of(world: World, now: Months, society: Society, seen: dict[str, Array]) -> Causes:
    """Everything that mechanisms feel, from stocks, conditions and what passage did in the month."""
    given = {name: values[..., None] for name, values in now.conditions.items()}
    here, across = world.border_states, world.border_states[:, ::-1]
    aid = society.donors.terror + society.donors.weapons + society.donors.drugs
    line = one_hot(world.section_border, len(here)) @ world.line_share
    sold, officers = jnp.maximum(1 - society.services.integrity, 0.05), jnp.maximum(seen["officers"], 1.0)
    stocks = {
        "tension": society.politics.tension,
        "settled": society.politics.settled,
        "pressure": society.politics.pressure,
        "tightening": added(society.regime),
        "attention": society.donors.attention,
        "militants": society.militants.strength,
        "loyalty": society.districts.loyalty,
        "poverty": society.districts.poverty,
        "integrity": society.services.integrity,
        "bribe_income": society.services.bribe_income,
        "price_gap": society.markets.price_gap,
        "repression": society.donors.repression,
        "budget": society.revenue.budget,
        "foreign_guards": society.guardians.foreign,
        "strengthening": strength_known(seen["control"], society.guardians.remembered),
        "aid_arriving": aid,
        "line_aid": society.donors.terror[here] * line[..., None],
        "networks": society.networks.organised,
    }
    outside = {name: given[name] for name in ("war", "regime", "ban", "drought", "measures", "sanctuary", "campaign",
               "attack", "rival_maps", "mixed", "ceded", "dependence", "density", "land_use")}  # fmt: skip
    of_side = {name: given[name][here] for name in ("market_wage", "oversight", "clarity", "attack_home", "slump")}
    of_state = {"conflict": given["conflict"]}
    return stocks | outside | of_side | of_state | seen | {
        "contraband_rents": seen["contraband_bribes"] / sold / officers,
        "drug_rents": seen["drug_bribes"] / sold / officers,
        "pay": (given["pay"] * society.revenue.budget)[here],
        "attack_near": given["attack_home"][across],
        "nationalism": given["nationalism"][here].mean(axis=1),
        "own_dependence": given["dependence"][:, ::-1],
        "smuggling_found": seen["goods_found"] / society.regime.usual_found,
        "contested": society.politics.works,
        "claims_open": 1 - society.politics.settled,
        "extremists": jnp.minimum(society.militants.strength / MOST_MILITANTS, 1.0),
        "gap": 1 - seen["detection"],
    }  # fmt: skip
