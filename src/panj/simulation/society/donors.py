"""Donors and the ranking of threats: attention, what it brings and for what, what it licenses.

L28-L33, B4, R11. In the past deliveries follow the dated record. From the date on which a scenario lets donors react,
what attention brings is what is delivered: it begins with what was given of late, and what that was above or below the
work of attention fades as promises come due.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.attention import acuteness, aid_month, aid_weights, attention_next, part_of_one_donor, pledges
from panj.mechanisms.attention import terror_first as ranking
from panj.mechanisms.militants import repression_next
from panj.mechanisms.recording import budgeted
from panj.simulation.crossing import Parameters
from panj.simulation.society.felt import Causes, Turn
from panj.simulation.world import Months, World


class Donors(eqx.Module):
    """Donors, and what states do under their eyes.

    Attributes:
        attention: Of donors, M; 1 is what the largest attack draws.
        promised: Aid that attention promised and that is still to come, G x M [USD].
        given: Aid by the record as donors remember it, up to the date of reaction, G x M [USD/month].
        given_by_one: The part of it that came from the donor whose budgets are published, G x M [USD/month].
        beyond: What is given over what attention brings, G x M [USD/month]; below 0 where it is less.
        terror: Aid that came last month against terror, G x M [USD/month].
        weapons: Aid that came last month against weapons of mass destruction, G x M [USD/month].
        drugs: Aid that came last month against drugs, G x M [USD/month].
        repression: Of a state at home, G x M, 0-1.
    """

    attention: Float[Array, " M"]
    promised: Float[Array, "G M"]
    given: Float[Array, "G M"]
    given_by_one: Float[Array, "G M"]
    beyond: Float[Array, "G M"]
    terror: Float[Array, "G M"]
    weapons: Float[Array, "G M"]
    drugs: Float[Array, "G M"]
    repression: Float[Array, "G M"]


def begin(world: World, p: Parameters, now: Months) -> Donors:
    """The usual attention, and promises in balance with it."""
    one = jnp.ones_like(p["integrity"])
    state = jnp.zeros((len(world.region.states), one.shape[0]))
    return Donors(
        attention=one * p["attention_usual"],
        promised=_recipients(world) * (state + p["aid_per_attention"] * p["attention_usual"] * p["aid_months"]),
        given=state,
        given_by_one=state,
        beyond=state,
        terror=state,
        weapons=state,
        drugs=state,
        repression=state + p["repression_own"],
    )


def step(turn: Turn) -> tuple[Donors, Causes]:
    """Attention, promises, aid and repression one month on; tells the ranking, the threat and the aid that arrives."""
    felt, donors, world = turn.felt, turn.society.donors, turn.world
    trouble = jnp.minimum(felt.causes["raids"].sum(axis=(0, 1)), 1.0)
    threat = turn.filled(acuteness, trouble=trouble, attention=felt("L30", "attention"))
    attention = turn.filled(
        attention_next,
        attention=donors.attention,
        attack=felt("L28", "attack"),
        threat=felt.through("B4", "threat", threat),
    )
    recipients = _recipients(world)
    average, average_by_one = (
        (recipients * given).sum(axis=0) / recipients.sum() for given in (donors.given, donors.given_by_one)
    )
    pledged = recipients * turn.filled(
        pledges, attention=felt("L29", "attention"), given=donors.given, given_on_average=average
    )
    by_one = pledged * turn.filled(
        part_of_one_donor,
        given=donors.given,
        given_by_one=donors.given_by_one,
        given_on_average=average,
        given_by_one_on_average=average_by_one,
    )
    aid = turn.filled(aid_month, promised=donors.promised, pledged=pledged)
    told = {
        "threat": threat,
        "terror_first": turn.filled(ranking, attention=felt("L28", "attention")),
        "aid_promised": pledged,
        "aid_promised_by_one": by_one,
        "recorded_assistance": turn.filled(
            budgeted, promised=by_one, army_help=turn.now.conditions["army_help"][:, None]
        ),
        "aid_modelled": aid.arrives,
    }
    felt = felt.also(told)
    shares = turn.filled(
        aid_weights, terror_first=felt("L32", "terror_first"), drug_mandate=jnp.asarray(world.drug_mandate)
    )
    repression = turn.filled(repression_next, repression=donors.repression, terror_first=felt("L31", "terror_first"))
    pace = -jnp.expm1(-1 / turn.p["aid_months"])
    by_record = felt.begun & (turn.now.reacts == 0)
    given, given_by_one = (
        stock + jnp.where(by_record, pace * (felt.causes[came] - stock), 0.0)
        for stock, came in ((donors.given, "aid_delivered"), (donors.given_by_one, "aid_by_one_donor"))
    )
    beyond = jnp.where(turn.now.reacts > 0, (1 - pace) * donors.beyond, given - aid.arrives)
    arrives = recipients * jnp.maximum(aid.arrives + beyond, 0.0)
    after = Donors(
        attention=attention,
        promised=aid.promised,
        given=given,
        given_by_one=given_by_one,
        beyond=beyond,
        terror=arrives * shares.terror,
        weapons=arrives * shares.weapons,
        drugs=arrives * shares.drugs,
        repression=repression,
    )
    return after, told | {"drugs_in_aid": shares.drugs}


def reported(donors: Donors, causes: Causes) -> dict[str, Array]:
    """What a run keeps of it."""
    return {
        "attention": donors.attention,
        "repression": donors.repression,
        "terror_first": causes["terror_first"],
        "threat": causes["threat"],
        "aid_promised": causes["aid_promised"],
        "aid_promised_by_one": causes["aid_promised_by_one"],
        "recorded_assistance": causes["recorded_assistance"],
        "aid_modelled": causes["aid_modelled"],
        "drugs_in_aid": causes["drugs_in_aid"],
    }


def _recipients(world: World) -> Float[Array, "G 1"]:
    """1 for states to which donors of border aid give: those that are simulated in full."""
    return jnp.asarray(world.member)[:, None]
