"""Causes that stand when society's turn comes: what passage did, dated conditions, and stocks of the month before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.passage.sums import over_rows
from panj.simulation.crossing import AT_POST, Parameters, stricter
from panj.simulation.kinds import CANNABIS, CONTRABAND, DRUGS, OPIATES, RADIOACTIVE, SMUGGLED, of_kind
from panj.simulation.society.felt import Causes
from panj.simulation.society.guardians import strength_known
from panj.simulation.society.places import both
from panj.simulation.society.regime import added
from panj.simulation.sums import (
    ENTERED,
    LEFT,
    add_up,
    links_to_borders,
    links_to_sides,
    links_to_states,
    over_flows,
    pairs_to_flows,
    sections_to_borders,
    weighed,
)
from panj.simulation.world import Months, World

if TYPE_CHECKING:
    from panj.simulation.society.society import Society

MOST_MILITANTS = 3000.0
"""Strength at which militants are as strong as is known of any [person] (PE233, official high claims)."""


def observed(world: World, p: Parameters, known: dict[str, Any]) -> dict[str, Array]:
    """What passage did in the month, as borders, sides and states see it; levers as they stand, whatever is cut."""
    flows, crossing = world.flows, known["crossing"]
    levers = known["felt"].causes
    by_flow, taken = known["by_flow"], known["taken"]
    states, topology = len(world.region.states), world.network.topology

    def into_side(by_link: Float[Array, "L M"]) -> Float[Array, "B 2 M"]:
        return links_to_sides(world, by_link, ENTERED)

    def into_state(by_link: Float[Array, "L M"]) -> Float[Array, "G M"]:
        return links_to_states(world, by_link, ENTERED)

    def on_sides(values: Float[Array, "2 L M"]) -> Float[Array, "B 2 M"]:
        return links_to_sides(world, values[LEFT], LEFT) + links_to_sides(world, values[ENTERED], ENTERED)

    def of(kind: tuple[str, ...]) -> NDArray[np.float32]:
        return of_kind(world.region.flows, kind)

    goods, drugs, opiates, contraband = of(SMUGGLED), of(DRUGS), of(OPIATES), of(CONTRABAND)
    paid = crossing.bribe * by_flow
    honest = flows.declares.astype(np.float32)
    people_or_lorries = by_flow / flows.lot[:, None, None]
    journeys = weighed(honest, people_or_lorries)
    lot = flows.lot[world.pair_flow][:, None, None]
    mine = (honest[world.pair_flow])[:, None, None] / lot
    origins, destinations = (np.asarray(those) for those in (topology.origins, topology.destinations))
    wanted, sent = (
        add_up(origins, states, (mine * values).sum(axis=0)) for values in (known["potential"], known["sent"])
    )
    home = 1 - sent / jnp.maximum(wanted, 1e-6)
    unmet = home[world.border_states].mean(axis=1)
    travelled = links_to_borders(world, journeys)
    value = flows.value[:, None, None] * by_flow
    legal = weighed(honest * flows.goods, value)
    of_goods = (honest * flows.goods * flows.value)[world.pair_flow][:, None]
    supply = add_up(destinations, states, of_goods * known["potential"].sum(axis=1))
    into = supply[world.border_states] + 1.0
    abroad = jnp.asarray(origins[None] != destinations[:, None], jnp.float32)[..., None]
    wanted_abroad, sent_abroad = ((abroad * known[name]).sum(axis=1) for name in ("potential", "sent"))
    from_abroad = known["arrived"] * sent_abroad / jnp.maximum(known["sent"].sum(axis=1), 1e-6)

    def bought(those: NDArray[np.float32], by_pair: Float[Array, "P M"]) -> Float[Array, "G M"]:
        worth = jnp.asarray((those * flows.value)[world.pair_flow])[:, None]
        return add_up(destinations, states, worth * by_pair)

    opium = weighed(opiates, by_flow)
    worth = weighed(opiates, world.price(p) * by_flow)
    harmful = flows.harmful.astype(np.float32)
    worth_taken = jnp.stack([weighed(goods * flows.value, on_side) for on_side in taken])
    opacity = weighed(honest / honest.sum(), levers["rigidity"])[:, None]
    at_posts = by_flow * crossing.share[AT_POST]
    lorries = weighed(honest * flows.goods, at_posts / flows.lot[:, None, None])
    checked = stricter(levers["counters: check"][1, :, None], levers["acts"])
    sent_of, taken_of = pairs_to_flows(world, known["sent"].sum(axis=1)), over_rows(taken[0] + taken[1])
    got_through = pairs_to_flows(world, known["arrived"])
    each = jnp.ones((len(world.post), 1))
    ways_in, links = jnp.maximum(into_state(each), 1.0), links_to_borders(world, each)
    walkers = honest * ~flows.goods / max(float((honest * ~flows.goods).sum()), 1.0)
    inner = (world.member[world.state[0]] * world.member[world.state[1]])[:, None]
    visas = weighed(walkers, jnp.minimum(levers["rules: visa"], 1.0))[:, None]
    return {
        "control": links_to_borders(world, levers["effort"].sum(axis=0)) / links,
        "effort_of_side": on_sides(levers["effort"]),
        "checks": into_state(checked) / ways_in,
        "visa_free": 1 - (inner * visas).sum(axis=0) / jnp.maximum(inner.sum(), 1.0),
        "lorries": into_state(lorries),
        "radioactive_tries": into_state(weighed(of(RADIOACTIVE), at_posts)),
        "cannabis_taken": _share(taken_of, sent_of, of(CANNABIS)),
        "opiates_taken": _share(taken_of, sent_of, opiates),
        "smuggled_worth": weighed(harmful * flows.value, got_through),
        "bought": into_state(worth),
        "entered": into_state(opium),
        "passed_on": links_to_states(world, opium, LEFT),
        "turnover": links_to_borders(world, legal),
        "opacity_of_state": into_state(jnp.broadcast_to(opacity, checked.shape)) / ways_in,
        "opacity": links_to_borders(world, stricter(opacity, levers["acts"])) / links,
        "unmet": unmet,
        "traffic": travelled / jnp.maximum(1 - unmet, 0.05),
        "officers": sections_to_borders(world, known["people"]),
        "aid_delivered": known["aid_delivered"],
        "aid_by_one_donor": known["aid_by_one_donor"],
        "contraband_bribes": both(links_to_borders(world, weighed(goods, paid))) / 2,
        "drug_bribes": both(links_to_borders(world, weighed(drugs, paid))) / 2,
        "bribes": both(links_to_borders(world, over_flows(crossing.bribe, by_flow))) / 2,
        "goods_found": on_sides(worth_taken),
        "inflow": into_side(legal) / into,
        "smuggled": into_side(weighed(goods * flows.value, by_flow)) / into,
        "contraband_value": into_side(weighed(contraband * flows.value, by_flow)),
        "shuttle_value": into_side(weighed((goods - contraband) * flows.value, by_flow)),
        "imports": bought(honest * flows.goods, from_abroad),
        "imports_wanted": bought(honest * flows.goods, wanted_abroad),
        "contraband_imports": bought(contraband, from_abroad),
        "transit": into_state(opium),
        "detection": known["detection"],
        "mines": links_to_borders(world, levers["line: mines"][:, None]) / links,
        "cooperation": links_to_borders(world, levers["line: cooperation"][:, None]) / links,
    }


def _share(part: Float[Array, "F M"], whole: Float[Array, "F M"], kind: NDArray[np.float32]) -> Float[Array, " M"]:
    """Share of a kind of flows; 0 where there is none."""
    return weighed(kind, part) / jnp.maximum(weighed(kind, whole), 1e-6)


def causes_of(world: World, now: Months, society: Society, seen: dict[str, Array]) -> Causes:
    """Everything that mechanisms feel, from stocks, conditions and what passage did in the month."""
    given = {name: values[..., None] for name, values in now.conditions.items()}
    here, across = world.border_states, world.border_states[:, ::-1]
    aid = society.donors.terror + society.donors.weapons + society.donors.drugs
    line = sections_to_borders(world, jnp.asarray(world.line_share))
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
               "attack", "rival_maps", "mixed", "ceded", "dependence", "density", "land_use",
               "divided")}  # fmt: skip
    of_side = {name: given[name][here] for name in ("market_wage", "oversight", "clarity", "attack_home", "slump")}
    of_state = {"conflict": given["conflict"]}
    return stocks | outside | of_side | of_state | seen | {
        "contraband_rents": seen["contraband_bribes"] / sold / officers,
        "drug_rents": seen["drug_bribes"] / sold / officers,
        "pay": (given["pay"] * society.revenue.budget)[here],
        "attack_near": given["attack_home"][across],
        "nationalism": given["nationalism"][here].mean(axis=1),
        "exemption": now.exemption[:, None],
        "own_dependence": given["dependence"][:, ::-1],
        "smuggling_found": seen["goods_found"] / society.regime.usual_found,
        "contested": society.politics.works,
        "claims_open": 1 - society.politics.settled,
        "extremists": jnp.minimum(society.militants.strength / MOST_MILITANTS, 1.0),
        "gap": 1 - seen["detection"],
    }  # fmt: skip
