"""What answers to passage: how the month's traffic, findings and payments move institutions, markets and militants.

Everything here acts from the next month on. A *cause* is what a mechanism feels; each is felt through a link of the
system's list, and a link that is cut leaves its mechanism with the cause as it stood when the clock began. Axes: ``G``
states, ``B`` borders, 2 sides, ``F`` flows, ``M`` members.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from panj.mechanisms.attention import aid_month, attention_next
from panj.mechanisms.attention import terror_first as ranking
from panj.mechanisms.customs import budget_next, customs_revenue
from panj.mechanisms.drug_use import users_next
from panj.mechanisms.households import border_income, contraband_supply, loyalty_next
from panj.mechanisms.households import poverty as poor
from panj.mechanisms.integrity import gain_from_selling, honest_rents, integrity_next
from panj.mechanisms.leverage import leverage_motive, pressure_next
from panj.mechanisms.militants import militants_next, raids, repression_next
from panj.mechanisms.opiates import harvest, source_price, sown_next, traded
from panj.mechanisms.politics import incidents, room_for_extremists, tension_next, unrest
from panj.mechanisms.regime import currency_outflow, tightening_next, works_next
from panj.mechanisms.settlement import protest, settled_next, settlement_hazard
from panj.mechanisms.trade import contraband_factor, misdeclared, price_gap_next
from panj.simulation.crossing import Parameters, stricter
from panj.simulation.world import Months, World, one_hot

SOWING = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0.4, 1, 0)
HARVESTING = (0, 0, 0, 0.2, 0.5, 0.3, 0, 0, 0, 0, 0, 0)
"""Seasons of the poppy in the northern winter-sown belt, January to December (assumed)."""

DENSITY = 30.0
"""People of border districts [person/km2] (assumed: the same everywhere; about the mean of the region's lowlands)."""

HOUSEHOLDS_A_KM = 50.0
"""Households that live by a kilometre of border, on each side (assumed)."""

DUTY = 0.5
"""Duties in force over duties in full, as a mean over goods and borders (assumed)."""

LEAST_INFLOW = 1e-3
"""Share of a state's goods below which a border does not move its prices (assumed)."""

USUAL_MONTHS = 24.0
"""Time over which services forget what used to be usual [month] (assumed)."""

RELAXING = (
    "integrity_months", "works_months", "pressure_months", "repression_months", "price_months",
    "loyalty_months", "budget_months",
)  # fmt: skip
"""Times in which stocks relax; while the first month is run to settle they are at most `SETTLING_MONTHS`."""

SETTLING_MONTHS = 1.0
"""Longest such time before the clock starts [month]: what is left of a start after the settling is below 1 %."""

MOST_MILITANTS = 3000.0
"""Strength at which militants are as strong as is known of any [person] (PE233, official high claims)."""


class Society(eqx.Module):
    """Stocks outside passage. Shares are 0-1; all begin at rest.

    Attributes:
        integrity: Share of a border side's power that is not for sale, B x 2 x M.
        tightening: Rigidity that a side's state adds, or would add, of its own accord, B x 2 x M.
        works: On contested ground, B x M; ``agreed``: on agreed lines.
        tension: B x M.
        settled: Share of a border that is delimited, B x M.
        pressure: Of a side's state on the other, B x 2 x M.
        usual_found: Smuggled goods that a side used to record, B x 2 x M [USD/month].
        attention: Of donors, M; ``promised`` to each state, G x M [USD].
        sown: Opium in the fields, M [t]; ``stored`` by traders [t]; ``users`` of opiates, G x M [person].
        militants: M [person]; ``repression``: G x M.
        price_gap: Log ratio of consumer prices on a side over the other, B x 2 x M.
        budget: Of services over their usual, G x M.
        loyalty: Of border districts, B x 2 x M; ``poverty`` of them, B x 2 x M.
        bribe_income: B x 2 x M [USD/month/officer].
        served: Share of wanted opiates that is to be had, M.
    """

    integrity: Array
    tightening: Array
    works: Array
    agreed: Array
    tension: Array
    settled: Array
    pressure: Array
    usual_found: Array
    attention: Array
    promised: Array
    sown: Array
    stored: Array
    users: Array
    militants: Array
    repression: Array
    price_gap: Array
    budget: Array
    loyalty: Array
    poverty: Array
    bribe_income: Array
    served: Array


Causes = dict[str, Array]
"""What mechanisms feel this month, by name."""


def begin(world: World, p: Parameters) -> Society:
    """Stocks at the first date."""
    states, borders = len(world.region.states), len(world.region.borders)
    now = {name: jnp.asarray(series[0]) for name, series in world.months.conditions.items()}
    one = jnp.ones_like(p["integrity"])
    side, border, state = (jnp.zeros((*shape, one.shape[0])) for shape in ((borders, 2), (borders,), (states,)))
    sown = p["poppy_tonnes"] * (1 + p["war_sows"] * now["war"])
    return Society(
        integrity=side + p["integrity"],
        tightening=side,
        works=border,
        agreed=border,
        tension=border + 0.2,
        settled=border + world.months.settled[0][:, None],
        pressure=side,
        usual_found=side + 1.0,
        attention=one * p["attention_usual"],
        promised=state + p["aid_per_attention"] * p["attention_usual"] * p["aid_months"],
        sown=sown,
        stored=p["usual_cover"] * sown / 12,
        users=state + now["users_start"][:, None],
        militants=one * p["recruits"] * p["militant_months"],
        repression=state + p["repression_own"],
        price_gap=side + jnp.log1p(p["duty_full"] * DUTY),
        budget=state + 1.0,
        loyalty=side + 1.0,
        poverty=side + 0.5,
        bribe_income=side,
        served=one,
    )


def filled(mechanism: Callable[..., Any], p: Parameters, **causes: Any) -> Any:
    """Call a mechanism with its causes; parameters are those of the same name."""
    wanted = inspect.signature(mechanism).parameters
    return mechanism(**causes, **{name: p[name] for name in wanted if name not in causes})


def settling(p: Parameters, begun: Array) -> Parameters:
    """Parameters by which stocks find their rest before the clock starts; the same ones once it has."""
    return p | {name: jnp.where(begun, p[name], jnp.minimum(p[name], SETTLING_MONTHS)) for name in RELAXING}


def at_rest(step: Callable[[Array], Array], stock: Array, begun: Array) -> Array:
    """A stock that adds up month by month: as it is once the clock has begun, at its balance before that."""
    settled: Array = lax.cond(begun, lambda x: x, lambda x: lax.fori_loop(0, 240, lambda _, y: step(y), x), stock)
    return settled


class Felt:
    """Causes as mechanisms feel them: as they are, or as they stood when the clock began where the link is cut."""

    def __init__(self, causes: Causes, usual: Causes, links: dict[str, Array]) -> None:
        self.causes, self.usual, self.links = causes, usual, links

    def __call__(self, link: str, cause: str) -> Array:
        """A cause through a link."""
        if link not in self.links:
            return self.causes[cause]
        return self.usual[cause] + self.links[link] * (self.causes[cause] - self.usual[cause])


def observed(world: World, now: Months, known: dict[str, Any]) -> Causes:
    """What passage did in the month, as borders, sides and states see it."""
    flows, crossing, setting = world.flows, known["crossing"], known["setting"]
    by_flow, taken = known["by_flow"], known["taken"]
    borders, states = len(world.region.borders), len(world.region.states)
    at_border = one_hot(world.border, borders)
    sides = [one_hot(2 * world.border + side, 2 * borders) for side in world.side]

    def over(values: Float[Array, "L M"], into: int = 1) -> Float[Array, "B 2 M"]:
        return (sides[into] @ values).reshape(borders, 2, -1)

    def of(*names: str) -> Float[Array, " F"]:
        return jnp.asarray([flow in names for flow in world.region.flows], jnp.float32)

    goods, drugs, opiates = of(*SMUGGLED), of(*DRUGS), of(*OPIATES)
    paid = crossing.bribe * by_flow
    honest = flows.declares.astype(np.float32)
    people_or_lorries = by_flow / flows.lot[:, None, None]
    journeys = jnp.einsum("f,flm->lm", honest, people_or_lorries)
    lot = flows.lot[world.pair_flow][:, None, None]
    mine = (honest[world.pair_flow])[:, None, None] / lot
    origin = one_hot(world.network.topology.origins, states)
    wanted, sent = (
        jnp.einsum("go,pom->gm", origin, mine * values) for values in (known["potential"], known["loaded"].sent)
    )
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
    worth_taken = jnp.einsum("f,sflm->slm", goods * flows.value, taken)
    opacity = jnp.einsum("f,fl->l", honest / honest.sum(), setting.rigidity)[:, None]
    links = at_border.sum(axis=1)[:, None]
    people = one_hot(world.section_border, borders)
    return {
        "opacity": at_border @ stricter(opacity, setting.tightening) / links,
        "unmet": unmet,
        "traffic": travelled / jnp.maximum(1 - unmet, 0.05),
        "officers": jnp.einsum("bs,skm->bkm", people, known["people"]),
        "contraband_bribes": _both(at_border @ jnp.einsum("f,flm->lm", goods, paid)) / 2,
        "drug_bribes": _both(at_border @ jnp.einsum("f,flm->lm", drugs, paid)) / 2,
        "bribes": _both(at_border @ paid.sum(axis=0)) / 2,
        "goods_found": over(worth_taken[0], 0) + over(worth_taken[1], 1),
        "inflow": over(legal) / into,
        "smuggled": over(jnp.einsum("f,flm->lm", goods * flows.value, by_flow)) / into,
        "contraband_value": over(jnp.einsum("f,flm->lm", of("contraband") * flows.value, by_flow)),
        "shuttle_value": over(jnp.einsum("f,flm->lm", of("shuttle-trade") * flows.value, by_flow)),
        "imports": enters @ legal,
        "contraband_imports": enters @ jnp.einsum("f,flm->lm", of("contraband") * flows.value, by_flow),
        "transit": enters @ opium,
        "drug_money": jnp.maximum(leaves @ worth - enters @ worth, 0.0),
        "detection": known["detection"],
        "mines": (at_border @ setting.line["mines"][:, None]) / links,
        "cooperation": (at_border @ setting.line["cooperation"][:, None]) / links,
    }


def causes_of(world: World, now: Months, society: Society, seen: Causes) -> Causes:
    """Everything that mechanisms feel, from stocks, conditions and what passage did in the month."""
    given = {name: values[..., None] for name, values in now.conditions.items()}
    here, across = world.border_states, world.border_states[:, ::-1]
    sold, officers = jnp.maximum(1 - society.integrity, 0.05), jnp.maximum(seen["officers"], 1.0)
    stocks = {name: getattr(society, name) for name in ("tension", "tightening", "pressure", "settled", "attention",
              "militants", "loyalty", "poverty", "integrity", "price_gap", "bribe_income")}  # fmt: skip
    outside = {name: given[name] for name in ("war", "regime", "ban", "drought", "measures", "sanctuary", "campaign",
               "attack", "rival_maps", "mixed", "ceded", "dependence")}  # fmt: skip
    of_side = {name: given[name][here] for name in ("market_wage", "oversight", "clarity", "attack_home", "slump")}
    return stocks | outside | of_side | seen | {
        "contraband_rents": seen["contraband_bribes"] / sold / officers,
        "drug_rents": seen["drug_bribes"] / sold / officers,
        "pay": (given["pay"] * society.budget)[here],
        "attack_near": given["attack_home"][across],
        "nationalism": given["nationalism"][here].mean(axis=1),
        "own_dependence": given["dependence"][:, ::-1],
        "smuggling_found": seen["goods_found"] / society.usual_found,
        "contested": society.works,
        "claims_open": 1 - society.settled,
        "extremists": jnp.minimum(society.militants / MOST_MILITANTS, 1.0),
        "gap": 1 - seen["detection"],
    }  # fmt: skip


def respond(
    world: World, p: Parameters, now: Months, society: Society, known: dict[str, Any], felt: Felt
) -> tuple[Society, Causes]:
    """Every stock one month on, and what is reported of the month besides."""
    seen = felt.causes

    # institutions
    gain = _gain(p, felt)
    scruples = _scruples(p, felt.usual)
    integrity = filled(
        integrity_next, p | {"scruples": scruples}, integrity=society.integrity, gain=gain,
        poverty=felt("L52", "poverty"), clarity=felt("L67", "clarity"),
    )  # fmt: skip
    shots = filled(incidents, p, unmet=felt("L76", "unmet"), traffic=seen["traffic"])
    troubled = filled(
        unrest, p, claims_open=felt("L16", "claims_open"), extremists=felt("L16", "extremists"),
        undecided=felt("L11", "mixed") * (1 - society.settled), opacity=felt("L72", "opacity"),
    )  # fmt: skip
    motive = filled(
        leverage_motive, p, own_dependence=felt("L77", "own_dependence"), pressure_other=_other(felt("L78", "pressure"))
    )
    band = filled(
        raids, p, militants=society.militants[None, None], gap=_per_side(felt("L17", "gap")),
        foreign_guards=jnp.asarray(0.0), mines=_per_side(felt("L24", "mines")), strengthening=jnp.asarray(0.0),
        control_loss=jnp.asarray(0.0),
    ) * _neighbours(world)[..., None]  # fmt: skip
    leaving = filled(currency_outflow, p, price_advantage=felt("L80", "price_gap") - _other(felt("L80", "price_gap")))

    def tightened(tightening: Array, tension: Array) -> Array:
        found: Array = filled(
            tightening_next, p, tightening=tightening, raids=band * felt.links.get("L20", 1.0),
            attack_home=felt("L20", "attack_home"), attack_near=felt("L27", "attack_near"),
            smuggling_found=felt("R1", "smuggling_found"), migration_found=jnp.asarray(1.0), outflow=leaving,
            leverage_motive=motive * felt.links.get("L79", 1.0), tension=_per_side(tension),
        )  # fmt: skip
        return found

    acts = now.reacts * society.tightening * felt.links.get("L22", 1.0)

    def strained(tension: Array) -> Array:
        found: Array = filled(
            tension_next, p, tension=tension, claims_open=felt("L07", "claims_open"),
            contested=felt("L14", "contested"), tightening=acts[:, 0], tightening_other=acts[:, 1],
            opacity=felt("L71", "opacity"), pressure=felt("L78", "pressure")[:, 0],
            pressure_other=felt("L78", "pressure")[:, 1], incidents=shots, unrest=troubled,
            settled=felt("L08", "settled"), cooperation=felt("L89", "cooperation"),
        )  # fmt: skip
        return found

    tension, tightening = strained(society.tension), tightened(society.tightening, felt("R4", "tension"))
    tension = at_rest(strained, tension, known["begun"])
    tightening = at_rest(lambda x: tightened(x, felt("R4", "tension")), tightening, known["begun"])
    cost = filled(protest, p, ceded=felt("L06", "ceded"), nationalism=felt("L05", "nationalism"))
    settling = filled(
        settlement_hazard, p, tension=felt("L23", "tension"), opacity=felt("L21", "opacity"),
        rival_maps=felt("L09", "rival_maps"), mixed=felt("L09", "mixed"), protest=cost,
    )  # fmt: skip
    agreed_line = filled(settled_next, p, settled=society.settled, settling=settling)
    settled = jnp.where(now.reacts > 0, agreed_line, now.settled[:, None])
    works = filled(
        works_next, p, agreed=society.agreed, contested=society.works, settled=felt("L12", "settled"),
        security_need=jnp.minimum(felt("L13", "extremists"), 1.0),
    )  # fmt: skip
    pressure = filled(
        pressure_next, p, pressure=society.pressure, pressure_other=_other(felt("L78", "pressure")),
        dependence=felt("L77", "dependence"), tension=_per_side(felt("R4", "tension")),
    )  # fmt: skip

    # donors and the official ranking of threats
    threat = jnp.minimum(band.sum(axis=(0, 1)), 1.0)
    attention = filled(attention_next, p, attention=society.attention, attack=felt("L28", "attack"), threat=threat)
    aid = filled(aid_month, p, promised=society.promised, attention=felt("L29", "attention"))
    rank = filled(ranking, p, attention=society.attention) * felt.links.get("L31", 1.0)
    repression = filled(repression_next, p, repression=society.repression, terror_first=rank)

    # opiates and militants
    month = now.month
    sown = filled(
        sown_next, p, sown=society.sown, sowing=jnp.asarray(SOWING)[month], war=felt("L38", "war"),
        regime=felt("L41", "regime"), ban=felt("L40", "ban"), measures=felt("L42", "measures"),
    )  # fmt: skip
    output = filled(
        harvest, p, sown=society.sown, harvesting=jnp.asarray(HARVESTING)[month], drought=felt("L39", "drought")
    )
    usually = p["poppy_tonnes"] * (1 + p["war_sows"] * felt.usual["war"]) / 12
    price = filled(source_price, p, traders_stock=society.stored, wanted=usually)
    wanted = usually * (price / p["farm_price"]) ** -p["opiate_elasticity"]
    trade = filled(traded, p, traders_stock=society.stored, output=output, wanted=wanted)
    adults = now.conditions["adults"][:, None]
    users = filled(users_next, p, users=society.users, transit=felt("L47", "transit"), adults=adults)
    strength = filled(
        militants_next, p, militants=society.militants,
        room=filled(room_for_extremists, p, settled=felt("L10", "settled")).mean(axis=0), unrest=troubled.mean(axis=0),
        loyalty=felt("R5", "loyalty").mean(axis=(0, 1)), drug_money=felt("L48", "drug_money").mean(axis=0),
        sanctuary=felt("L41", "sanctuary"), campaign=felt("L25", "campaign"),
        restriction=jnp.minimum(felt("L25", "opacity").mean(axis=0), 1.0),
    )  # fmt: skip

    # markets, households, revenue
    usually_in = felt.usual["inflow"]
    kept_up = felt("L73", "inflow") / jnp.maximum(usually_in, LEAST_INFLOW)
    lost = jnp.where(usually_in > LEAST_INFLOW, jnp.clip(1 - kept_up, 0.0, 1.0), 0.0)
    duty = p["duty_full"] * DUTY
    gap = filled(
        price_gap_next, p, price_gap=society.price_gap, lost=lost,
        smuggled=jnp.clip(felt("R3", "smuggled") - felt.usual["smuggled"], 0.0, 1.0), duty=duty,
    )  # fmt: skip
    evaded = filled(misdeclared, p, duty=duty, cooperation=felt("L62", "cooperation").mean(axis=0))
    honest_customs = _by_state(world, felt("L63", "integrity"))
    revenue = filled(
        customs_revenue, p, imports=seen["imports"], contraband=felt("L58", "contraband_imports"), duty=duty,
        evaded=evaded, integrity=honest_customs,
    )  # fmt: skip
    rest = now.conditions["other_revenue"][:, None]
    start = filled(
        customs_revenue, p, imports=seen["imports"], contraband=felt.usual["contraband_imports"], duty=duty,
        evaded=evaded, integrity=_by_state(world, felt.usual["integrity"]),
    )  # fmt: skip
    budget = filled(
        budget_next, p, budget=society.budget, revenue=revenue + rest + 1.0, usual_revenue=start + rest + 1.0
    )
    length = jnp.asarray(world.border_length)[:, None, None]
    income = filled(
        border_income, p, market_wage=seen["market_wage"], slump=felt("L50", "slump"),
        activity=jnp.clip(1 - lost * felt.links.get("L74", 1.0), 0.0, 2.0),
        contraband=felt("L57", "contraband_value"), shuttle=felt("L57", "shuttle_value"),
        contraband_share=jnp.clip(felt("L58", "smuggled"), 0.0, 1.0), households=HOUSEHOLDS_A_KM * length,
    )  # fmt: skip
    poverty = filled(poor, p, border_income=income)
    loyalty = filled(
        loyalty_next,
        p,
        loyalty=society.loyalty,
        opacity=_per_side(felt("L72", "opacity")),
        unmet=_per_side(seen["unmet"]),
    )
    weight = -jnp.expm1(-1 / USUAL_MONTHS)
    found = society.usual_found + (seen["goods_found"] + 1.0 - society.usual_found) * weight
    after = Society(
        integrity=integrity,
        tightening=tightening,
        works=works.contested,
        agreed=works.agreed,
        tension=tension,
        settled=settled,
        pressure=pressure,
        usual_found=found,
        attention=attention,
        promised=aid.promised,
        sown=sown,
        stored=trade.stock,
        users=users,
        militants=strength,
        repression=repression,
        price_gap=gap,
        budget=budget,
        loyalty=loyalty,
        poverty=poverty,
        bribe_income=seen["bribes"] / jnp.maximum(seen["officers"], 1.0),
        served=trade.served,
    )
    told = {
        "incidents": shots,
        "unrest": troubled,
        "raids": band.sum(axis=1),
        "opium": output,
        "opium_price": price,
        "revenue": revenue,
        "income": income.mean(axis=1),
        "aid_modelled": aid.arrives,
        "terror_first": rank,
        "drug_money": seen["drug_money"],
    }
    return after, told


def _gain(p: Parameters, felt: Felt) -> Float[Array, "B 2 M"]:
    """What an officer gains by being for sale."""
    rents = filled(
        honest_rents, p, opacity=_per_side(felt("L64", "opacity")), unmet=_per_side(felt("L64", "unmet")),
        traffic=_per_side(felt("L66", "traffic")), density=jnp.asarray(DENSITY), officers=felt("L66", "officers") + 1.0,
    )  # fmt: skip
    gain: Array = filled(
        gain_from_selling, p, honest_rents=rents, contraband_rents=felt("R1", "contraband_rents"),
        drug_rents=felt("L49", "drug_rents"), bribe_income=felt("L68", "bribe_income"),
        oversight=felt("L69", "oversight"), pay=felt("L67", "pay"), market_wage=felt("L67", "market_wage"),
    )  # fmt: skip
    return gain


def _scruples(p: Parameters, usual: Causes) -> Float[Array, "B 2 M"]:
    """Scruples at which services were at rest, with the integrity that they had, when the clock began."""
    gain = _gain(p, Felt(usual, usual, {}))
    odds = (
        jax.scipy.special.logit(p["integrity"])
        + p["temptation"] * gain
        + p["poverty_corrupts"] * usual["poverty"]
        + p["obscurity_corrupts"] * (1 - usual["clarity"])
    )
    return jnp.clip(jax.nn.sigmoid(odds), 1e-4, 1 - 1e-4)


def appetite(world: World, p: Parameters, society: Society, usual: Society) -> Float[Array, "F G M"]:
    """Factor on what would set out, by flow and state of destination: 1 as it stood when the clock began."""
    states = len(world.region.states)
    gap = filled(
        contraband_factor, p, price_gap=_by_state(world, society.price_gap), usual_gap=_by_state(world, usual.price_gap)
    )
    want = filled(
        contraband_supply, p, hardship=_by_state(world, society.poverty), poverty=_by_state(world, society.poverty),
        usual_hardship=_by_state(world, usual.poverty), usual_poverty=_by_state(world, usual.poverty),
    )  # fmt: skip
    one = jnp.ones((states, society.served.shape[0]))
    by_name = {
        **dict.fromkeys(SMUGGLED, gap * want),
        **dict.fromkeys(OPIATES, one * society.served / usual.served),
        "militants": one * society.militants / jnp.maximum(usual.militants, 1.0),
    }
    return jnp.stack([by_name.get(flow, one) for flow in world.region.flows])


SMUGGLED = ("contraband", "shuttle-trade")
DRUGS = ("opiates", "cannabis", "synthetic-drugs")
OPIATES = ("opiates",)
"""Kinds of flows that mechanisms speak of, by id."""


def _by_state(world: World, by_side: Float[Array, "B 2 M"]) -> Float[Array, "G M"]:
    """Mean over the border sides of each state; of all sides where a state has none."""
    at = np.stack([world.border_states == state for state in range(len(world.region.states))]).astype(np.float32)
    total = at.sum(axis=(1, 2))[:, None]
    mean = jnp.einsum("gbk,bkm->gm", at, by_side) / np.maximum(total, 1)
    return jnp.where(total > 0, mean, by_side.mean(axis=(0, 1)))


def _neighbours(world: World) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Sides on which raids may be expected: those of member states; raids come from the other side."""
    members = np.asarray([state.kind == "member" for state in world.region.states.values()], np.float32)
    sides = members[world.border_states]
    return np.asarray(sides / np.maximum(sides.sum(), 1), np.float32)


def _per_side(by_border: Float[Array, "B M"]) -> Float[Array, "B 1 M"]:
    """Of a border, for each side."""
    return by_border[:, None]


def _other(by_side: Float[Array, "B 2 M"]) -> Float[Array, "B 2 M"]:
    """Of the other side."""
    return by_side[:, ::-1]


def _both(by_border: Float[Array, "B M"]) -> Float[Array, "B 2 M"]:
    return jnp.stack([by_border, by_border], axis=1)
