"""Trade along a route: carriers break even, danger is paid, kin and poverty make carrying cheaper."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import drug_trade

shares = st.floats(0, 1)
prices = st.floats(100, 30_000)


def carry(kin, poverty):
    fee = drug_trade.carriage(jnp.asarray(500.0), jnp.asarray(poverty), 400.0, 0.55)
    return float(drug_trade.among_kin(fee, jnp.asarray(kin), 0.15))


def beyond(price, seized, danger=3.5, carriage=500.0):
    return float(drug_trade.price_beyond(jnp.asarray(price), jnp.asarray(carriage), jnp.asarray(seized), danger))


@given(kin=shares, poverty=shares)
def test_kin_and_poverty_make_carrying_cheaper_never_free(kin, poverty):
    assert 0 < carry(1.0, 1.0) <= carry(kin, poverty) + 1e-3 <= carry(0.0, 0.0) + 2e-3
    assert carry(0.0, 0.0) == pytest.approx(900)


@given(price=prices, seized=st.floats(0, 0.9))
def test_without_pay_for_danger_the_trade_breaks_even(price, seized):
    """What arrives is worth what was spent on all that was sent (Reuter & Kleiman 1986)."""
    sent = 100.0
    arrived = sent * (1 - seized)
    earned = drug_trade.drug_money(sent, price, arrived, beyond(price, seized, danger=0.0))
    assert float(earned) == pytest.approx(sent * 500.0, rel=1e-3, abs=1e-3 * sent * price)


@given(price=prices, seized=st.floats(0, 0.85))
def test_prices_rise_along_a_route_and_with_risk(price, seized):
    assert price < beyond(price, seized) < beyond(price, seized + 0.05)


def test_pay_for_danger_has_the_published_share_of_the_price():
    """Some 12.5 % of the retail price for goods lost and 55 % for danger: the ratio of the two is the parameter."""
    price = beyond(1000.0, 0.1, danger=0.55 / 0.125, carriage=0.0)
    for_losses = 1000.0 * 0.1 / 0.9
    assert (price - 1000.0 - for_losses) / for_losses == pytest.approx(4.4, rel=1e-3)


def test_seizures_beyond_what_prices_allow_for_are_a_loss():
    assert drug_trade.drug_money(100.0, 1000.0, 50.0, 1500.0) < 0 < drug_trade.drug_money(100.0, 1000.0, 90.0, 1500.0)


def test_gradients_are_finite_even_where_all_is_taken():
    for seized in (0.0, 0.5, 1.0):
        assert np.isfinite(jax.grad(drug_trade.price_beyond, argnums=(0, 1, 2, 3))(1000.0, 500.0, seized, 3.5)).all()


@given(spent=st.floats(0, 1000), price=st.floats(0, 1000), months=st.floats(0.5, 120))
def test_what_heroin_in_store_cost_stays_between_what_it_did_and_what_opium_costs(spent, price, months):
    after = float(drug_trade.spent_on_opium(jnp.asarray(spent), jnp.asarray(price), jnp.asarray(months)))
    assert min(spent, price) - 1e-3 <= after <= max(spent, price) + 1e-3


def test_a_dearer_harvest_is_felt_as_the_store_of_heroin_is_turned_over():
    spent = jnp.asarray(35.0)
    for _ in range(10):
        spent = drug_trade.spent_on_opium(spent, jnp.asarray(300.0), jnp.asarray(10.0))
    assert float(spent) == pytest.approx(300 - 265 / np.e, rel=1e-4)


def test_without_a_store_of_heroin_its_opium_costs_what_it_does_now():
    spent = drug_trade.spent_on_opium(jnp.asarray(35.0), jnp.asarray(300.0), jnp.asarray(0.1))
    assert float(spent) == pytest.approx(300, rel=1e-3)
