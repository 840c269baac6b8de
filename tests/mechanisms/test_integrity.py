"""Laws of integrity: bounds, signs, balance; then the studies that its numbers come from."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.integrity import gain_from_selling, honest_rents, integrity_next

RENTS = {
    "opacity": (0.02, 1), "unmet": (0.02, 1), "traffic": (10, 2e5), "density": (0.5, 600), "officers": (2, 5000),
    "crossing_worth": (0.1, 200), "density_half": (1, 2000),
}  # fmt: skip
GAIN = {
    "honest_rents": (0, 500), "contraband_rents": (0, 500), "drug_rents": (0, 500), "bribe_income": (0, 500),
    "oversight": (0.01, 0.6), "pay": (5, 500), "market_wage": (5, 300), "protection": (0.001, 10),
}  # fmt: skip
STOCK = {
    "integrity": (0.02, 0.98), "gain": (-0.5, 2.5), "poverty": (0, 1), "clarity": (0, 1), "scruples": (0.3, 0.999),
    "temptation": (0.05, 6), "poverty_corrupts": (0.001, 5), "obscurity_corrupts": (0.001, 5),
    "integrity_months": (1, 240),
}  # fmt: skip


def within(ranges):
    return st.fixed_dictionaries({name: st.floats(*ends, width=32) for name, ends in ranges.items()})


RENTS, GAIN, STOCK = ({n: tuple(map(np.float32, e)) for n, e in ranges.items()} for ranges in (RENTS, GAIN, STOCK))


def slopes(mechanism, at):
    """Value and slope in every argument, all of them finite."""
    value, slope = jax.value_and_grad(lambda named: mechanism(**named))({n: jnp.float32(x) for n, x in at.items()})
    assert np.isfinite([value, *slope.values()]).all()
    return float(value), {name: float(x) for name, x in slope.items()}


@given(at=within(RENTS))
def test_rents_grow_with_what_is_refused_and_how_many_want_it(at):  # L64, L66
    rents, slope = slopes(honest_rents, at)
    assert 0 <= rents <= at["crossing_worth"] * at["traffic"] / at["officers"] * (1 + 1e-5)
    assert all(slope[cause] > 0 for cause in ("opacity", "unmet", "traffic", "density"))


@given(at=within(RENTS), cause=st.sampled_from(["opacity", "unmet", "traffic"]))
def test_free_passage_has_nothing_to_sell(at, cause):
    assert honest_rents(**at | {cause: jnp.float32(0)}) == 0


@given(at=within(GAIN))
def test_rents_tempt_and_pay_and_oversight_hold_back(at):  # L49, L67-L69
    _, slope = slopes(gain_from_selling, at)
    assert all(slope[cause] >= 0 for cause in ("honest_rents", "contraband_rents", "drug_rents", "bribe_income"))
    assert slope["drug_rents"] > 0 > slope["pay"]
    assert slope["oversight"] < 0


@given(at=within(GAIN))
def test_a_dollar_tempts_alike_whoever_offers_it_and_in_whatever_currency(at):
    gain = float(gain_from_selling(**at))
    moved = at | {"honest_rents": at["honest_rents"] + at["drug_rents"], "drug_rents": jnp.float32(0)}
    money = {name: 7 * at[name] for name in GAIN if name not in ("oversight", "protection")}
    assert float(gain_from_selling(**moved)) == pytest.approx(gain, abs=1e-4)
    assert float(gain_from_selling(**at | money)) == pytest.approx(gain, abs=1e-4)


@given(at=within(GAIN))
def test_bribes_of_the_size_of_the_pay_buy_protection(at):  # L68
    """They divide the chance of losing the post by ``1 + protection``."""
    shared = gain_from_selling(**at | {"bribe_income": at["pay"]})
    alone = gain_from_selling(**at | {"bribe_income": 0.0, "oversight": at["oversight"] / (1 + at["protection"])})
    assert float(shared) == pytest.approx(float(alone), abs=1e-4)


@given(pay=st.floats(5, 500), wage=st.floats(5, 300), risk=st.floats(0.01, 0.6))
def test_bribe_proof_wage_of_becker_and_stigler(pay, wage, risk):
    """Rents of ``(wage + pay) * ((1 + pay / wage) ** (risk / (1 - risk)) - 1)`` leave an officer indifferent."""
    rents = (wage + pay) * ((1 + pay / wage) ** (risk / (1 - risk)) - 1)
    gain = gain_from_selling(*map(jnp.float32, (rents, 0, 0, 0, risk, pay, wage, 1)))
    assert float(gain) == pytest.approx(0, abs=1e-3)


@given(at=within(STOCK))
def test_integrity_stays_a_share_and_falls_with_gain_poverty_and_obscurity(at):  # L52, L67
    after, slope = slopes(integrity_next, at)
    assert 0 <= after <= 1
    assert slope["gain"] < 0
    assert slope["poverty"] < 0 < slope["clarity"]
    assert 0 <= slope["integrity"] < 1


@given(at=within(STOCK))
def test_two_months_are_one_at_twice_the_pace(at):
    """The stock relaxes exactly, so the length of the step does not matter."""
    twice = integrity_next(**at | {"integrity": integrity_next(**at)})
    at_once = integrity_next(**at | {"integrity_months": at["integrity_months"] / 2})
    assert float(twice) == pytest.approx(float(at_once), abs=1e-5)


def test_scruples_are_what_is_left_where_nothing_tempts():
    assert float(integrity_next(0.9, 0.0, 0.0, 1.0, 0.9, 2.0, 0.5, 0.6, 22.0)) == pytest.approx(0.9, rel=1e-6)


def balance(pay=30.0, oversight=0.1):
    """Integrity in the long run at central values: rents of thrice the pay (PE049), most people poor."""
    gain = gain_from_selling(30.0, 60.0, 0.0, 60.0, oversight, pay, 30.0, 0.35)
    return float(integrity_next(0.5, gain, 0.6, 0.3, 0.94, 2.0, 0.5, 0.6, 1e-3))


def test_the_share_for_sale_is_what_was_reported():  # PE041
    assert 0.2 <= 1 - balance() <= 0.7


def test_doubled_pay_gains_as_much_as_van_rijckeghem_and_weder_found():
    """From 0.3 (PE032) to 1 point (working paper of 1997) on a scale of 6."""
    assert 0.3 / 6 <= balance(pay=60) - balance(pay=30) <= 1 / 6


def test_pay_alone_ends_corruption_only_at_several_times_other_wages():  # PE033
    assert balance(pay=60) < 0.8 < balance(pay=7 * 30)


def test_pay_elasticity_has_the_order_found_in_hospitals():
    """0.2 and more in size (Di Tella & Schargrodsky 2003, PE028)."""
    assert -0.6 <= np.log((1 - balance(pay=31)) / (1 - balance())) / np.log(31 / 30) <= -0.12
