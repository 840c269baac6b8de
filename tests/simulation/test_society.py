"""Laws of what answers to passage: bounds, rest, cut links, reaction."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from panj.simulation import Simulation, world_of
from panj.simulation.needed import LINKS

SHARES = ("integrity", "tightening", "tension", "settled", "pressure", "unrest", "repression", "terror_first",
          "poverty", "loyalty")  # fmt: skip
STOCKS = ("militants", "attention", "opium", "opium_stock", "opium_price", "users", "drug_money", "income", "revenue",
          "budget", "incidents", "raids", "aid_promised", "aid_modelled")  # fmt: skip


@pytest.mark.parametrize("name", SHARES)
def test_shares_stay_shares(history, name):
    assert (history[name] >= 0).all()
    assert (history[name] <= 1 + 1e-6).all()


@pytest.mark.parametrize("name", STOCKS)
def test_stocks_are_finite_and_never_negative(history, name):
    assert np.isfinite(history[name]).all()
    assert (history[name] >= 0).all()


def test_services_together_begin_with_the_integrity_that_the_parameter_says(history, draws):
    first = history["integrity"][:, 0]
    assert (first.min(axis=1) <= draws["integrity"] + 0.03).all()
    assert (first.max(axis=1) >= draws["integrity"] - 0.03).all()


def test_services_of_borders_where_more_is_on_offer_begin_with_less_integrity(history):
    first = history["integrity"][:, 0]
    assert (np.ptp(first, axis=1) > 0.01).all()


def test_in_the_past_lines_are_settled_as_the_record_says(history, simulation):
    np.testing.assert_allclose(
        history["settled"][:, 1:], np.broadcast_to(simulation.world.months.settled, history["settled"].shape)[:, :-1]
    )


def test_opium_in_store_changes_by_harvest_and_sales_alone(history):
    stock, output = history["opium_stock"], history["opium"]
    grown = np.diff(stock, axis=1)
    assert (grown <= output[:, :-1] + 1e-2).all(), "nobody stores what was not gathered"


@pytest.fixture(scope="module")
def cut(simulation, draws, chance):
    def run(*links):
        return simulation.run(draws, chance, cut=links)

    return run


def test_goods_pay_duty_where_they_arrive_and_nowhere_on_the_way(history, simulation, draws):
    """Imports of all states together are what arrives of honest goods, however many states that passes."""
    flows = simulation.world.region.flows
    trade = [name for name, flow in flows.items() if flow.purpose == "honest" and flow.class_ in ("freight", "transit")]
    arrived = sum(history["arrived"][:, :, list(flows).index(name)] * flows[name].value_usd for name in trade)
    sold = (history["declared_imports"] * history["mirror_gap"]).sum(axis=2) * draws["freight_margin"][:, None]
    np.testing.assert_allclose(sold, arrived, rtol=1e-4)


def test_cutting_nothing_changes_nothing(history, cut):
    np.testing.assert_array_equal(cut()["tension"], history["tension"])


def test_a_cut_link_leaves_its_effect_as_the_cause_stood_at_the_start(history, cut):
    """Without L28 no attack draws donors: attention stays near what it was."""
    attack, without = history["attention"], cut("L28")["attention"]
    assert (attack.max(axis=1) > without.max(axis=1)).all()


def test_links_that_passage_carries_can_be_cut(history, cut):
    """Where nobody feels what a journey costs by now, about as many go as when the clock began."""

    def drift(run):
        going = run["sent"] / np.maximum(run["potential"], 1e-9)
        return np.ptp(going, axis=1).mean()

    assert drift(cut("L53", "L54", "L55", "L56", "L72", "L74", "L75")) < drift(history) / 3


@pytest.mark.parametrize("link", ["L22", "L36", "L37", "L44", "L49", "L61", "L63", "L65", "L75"])
def test_a_cut_in_passage_changes_what_passes(history, cut, link):
    assert not np.allclose(cut(link)["passed"], history["passed"], rtol=1e-5)


def test_every_loop_cut_at_once_leaves_integrity_at_rest(cut):
    integrity = cut("L49", "L52", "L64", "L66", "L67", "L68", "L69", "R1")["integrity"]
    np.testing.assert_allclose(integrity, integrity[:, :1].repeat(integrity.shape[1], axis=1), atol=5e-3)


def test_an_unknown_link_is_refused(simulation, draws, chance):
    with pytest.raises(ValueError, match=r"L999.*Links that can be cut"):
        simulation.run(draws, chance, cut=("L999",))
    assert {"L64", "L28", "R1"} <= set(LINKS)


SINCE = 12
"""Months after which the reacting history answers on its own."""


@pytest.fixture(scope="module")
def reacting(tiny):
    return Simulation(world_of(replace(tiny, reacts_from=tiny.start + SINCE)))


@pytest.fixture(scope="module")
def own_way(reacting, draws, chance):
    return reacting.run(draws, chance)


def test_states_add_nothing_to_rules_that_their_alarm_has_made_already(own_way):
    np.testing.assert_array_equal(own_way["rigidity_added"][:, : SINCE + 1], 0.0)
    assert (own_way["rigidity_added"][:, SINCE + 1 :] <= own_way["tightening"][:, SINCE + 1 :] + 1e-6).all()


def test_a_history_that_reacts_goes_its_own_way_only_from_its_date(own_way, history):
    np.testing.assert_allclose(own_way["passed"][:, :SINCE], history["passed"][:, :SINCE], rtol=1e-4, atol=1e-2)
    assert not np.allclose(own_way["tension"][:, -1], history["tension"][:, -1])
    assert (np.diff(own_way["settled"][:, SINCE + 1 :], axis=1) >= -1e-6).all(), "what is settled stays settled"
    assert (own_way["signed"] >= own_way["settled"] - 1e-6).all(), "treaties come before their ratification"
    assert (own_way["demarcated"] <= own_way["settled"] + 1e-6).all(), "nothing is marked that is not delimited"


def test_a_line_that_a_state_has_taken_over_is_not_given_back(own_way, reacting, draws, chance, tiny):
    months, line = reacting.world.months, list(tiny.borders).index("FA-SO")
    left = months._replace(foreign=months.foreign.at[SINCE - 2 :].set(0.0))
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    after = np.asarray(reacting.trace(p, jnp.asarray(chance), months=left)["foreign_guards"])
    assert (after[: SINCE - 2, line] > 0).all()
    assert (after[-1, line] == 0).all(), "the legion has left before states react: nobody calls it back"
    assert (own_way["foreign_guards"][:, -1, line] > 0).all(), "where it stands by then it may stay"


def test_aid_is_given_before_the_date_and_follows_attention_from_then_on(own_way, history, reacting, draws, chance):
    recorded = np.asarray(reacting.world.months.delivered + reacting.world.months.training)[:, 1].sum(axis=1)
    given = own_way["aid_delivered"].sum(axis=2)
    np.testing.assert_allclose(given[:, :SINCE], np.broadcast_to(recorded[:SINCE], given[:, :SINCE].shape), rtol=1e-4)
    np.testing.assert_allclose(history["aid_delivered"].sum(axis=2)[0], recorded, rtol=1e-4)

    months = reacting.world.months
    attack = months.conditions["attack"].at[SINCE].add(1.0)
    struck = months._replace(conditions=months.conditions | {"attack": attack})
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    after = np.asarray(reacting.trace(p, jnp.asarray(chance), months=struck)["aid_delivered"]).sum(axis=1)
    assert (after[SINCE + 3 :] > given.T[SINCE + 3 :]).all(), (
        "an attack draws attention, and attention brings aid (L28, L29)"
    )


def test_aid_goes_on_from_what_was_given_of_late(own_way, draws):
    """Nothing jumps at the date: it begins with the record as remembered over the delay of aid, state by state."""
    given = own_way["aid_delivered"]
    keeps = np.exp(-1 / np.asarray(draws["aid_months"]))[:, None]
    remembered = np.zeros_like(given[:, 0])
    for month in range(SINCE):
        remembered = keeps * remembered + (1 - keeps) * given[:, month]
    first, later = given[:, SINCE], given[:, SINCE + 1]
    np.testing.assert_allclose(first, remembered, rtol=1e-4, atol=1.0)
    assert (np.abs(later - first) < (1 - keeps) * (first + 5e6) + 1).all(), "and then moves no faster than promises"


def test_a_state_that_was_given_more_is_promised_more(history, tiny):
    members = [number for number, state in enumerate(tiny.states.values()) if state.kind == "member"]
    given, promised = history["aid_delivered"][:, :-1].sum(axis=1), history["aid_promised"][:, -1]
    most, least = (members[int(pick(given[:, members].mean(axis=0)))] for pick in (np.argmax, np.argmin))
    assert given[:, most].mean() > given[:, least].mean()
    assert (promised[:, most] > promised[:, least]).all()
    others = [number for number in range(len(tiny.states)) if number not in members]
    np.testing.assert_array_equal(promised[:, others], 0.0)


def test_where_one_donor_gave_all_its_part_of_the_promises_is_all(history, tiny):
    """Before the first delivery nobody has a part; tiny knows one donor only."""
    assert {programme.donor for programme in tiny.programmes.values()} == {tiny.budgets_of}
    promised, by_one = history["aid_promised"], history["aid_promised_by_one"]
    started = np.cumsum(history["aid_delivered"].sum(axis=2), axis=1)[:, :-1] > 0
    part = np.where(started, 1.0, 0.0)[:, :, None]
    np.testing.assert_allclose(by_one[:, 1:], part * promised[:, 1:], rtol=1e-4, atol=1e-3)
    assert started.any()
    assert not started.all()


def test_what_a_donor_budgets_is_for_borders_and_the_rest_of_security(history, draws):
    share = np.asarray(draws["security_for_borders"])[:, None, None]
    np.testing.assert_allclose(share * history["recorded_assistance"], history["aid_promised_by_one"], rtol=1e-4)


def test_shares_of_aid_are_all_of_it(own_way):
    assert (own_way["drugs_in_aid"] > 0).all()
    assert (own_way["drugs_in_aid"] < 1).all()
