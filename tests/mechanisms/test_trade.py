"""Trade: prices clear, smuggling closes gaps, delay is a tariff."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import trade

shares = st.floats(0, 1)
inner = st.floats(0.02, 0.95)
duties = st.floats(0, 1)
gaps = st.floats(-0.5, 2.5)
elasticities = st.floats(0.5, 6)


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


def settled(lost, smuggled, duty, share=0.6, elasticity=1.0):
    """The gap that prices move to: a month so long that they are there."""
    return call(trade.price_gap_next, 0.0, lost, smuggled, duty, share, elasticity, 1e-2)


@given(gap=gaps, lost=shares, smuggled=shares, duty=duties, share=inner, elasticity=elasticities)
def test_the_gap_moves_towards_where_it_rests_and_never_past_it(gap, lost, smuggled, duty, share, elasticity):
    rest = settled(lost, smuggled, duty, share, elasticity)
    after = call(trade.price_gap_next, gap, lost, smuggled, duty, share, elasticity, 3.0)
    assert min(gap, rest) - 1e-5 <= after <= max(gap, rest) + 1e-5
    again = call(trade.price_gap_next, rest, lost, smuggled, duty, share, elasticity, 3.0)
    assert again == pytest.approx(rest, abs=1e-5)


@given(lost=shares, smuggled=shares, duty=duties, share=inner, elasticity=elasticities)
def test_buyers_want_just_what_is_there(lost, smuggled, duty, share, elasticity):
    rise = settled(lost, smuggled, duty, share, elasticity) - np.log1p(duty)
    wanted = np.exp(-elasticity * rise)
    assert wanted == pytest.approx(1 - share * (lost - smuggled), rel=1e-3)


@given(lost=st.floats(0, 0.9), smuggled=shares, duty=duties, share=inner)
def test_closures_and_duties_part_prices_and_smuggling_closes_them(lost, smuggled, duty, share):
    here = settled(lost, smuggled, duty, share)
    assert settled(lost + 0.1, smuggled, duty, share) > here
    assert settled(lost, smuggled, duty + 0.1, share) > here
    assert settled(lost, smuggled + 0.1, duty, share) < here


def test_without_duty_loss_and_smuggling_prices_are_equal():
    assert settled(0.0, 0.0, 0.0) == 0
    assert settled(0.4, 0.4, 0.0) == pytest.approx(0, abs=1e-6)


def test_half_of_the_supply_lost_doubles_the_price_at_an_elasticity_of_one():
    assert np.exp(settled(0.5, 0.0, 0.0, share=1.0, elasticity=1.0)) == pytest.approx(2, rel=1e-4)


@given(gap=gaps, usual=gaps, substitution=elasticities, share=inner)
def test_contraband_follows_the_gap_within_the_market(gap, usual, substitution, share):
    factor = call(trade.contraband_factor, gap, usual, substitution, share)
    assert 0 < factor <= (1 + 1e-5) / share
    assert call(trade.contraband_factor, gap + 0.2, usual, substitution, share) >= factor
    assert call(trade.contraband_factor, usual, usual, substitution, share) == pytest.approx(1, rel=1e-4)


def test_smuggled_over_legal_purchases_have_the_elasticity_of_substitution():
    share, elasticity = 0.2, 3.0
    smuggled = share * call(trade.contraband_factor, 0.1 + np.log(1.01), 0.1, elasticity, share)
    odds = smuggled / (1 - smuggled) / (share / (1 - share))
    assert np.log(odds) / np.log(1.01) == pytest.approx(elasticity, rel=1e-3)


@given(limit=st.floats(0, 0.9), share=inner, response=elasticities)
def test_limits_on_lorries_send_freight_through_the_neighbour(limit, share, response):
    factor = call(trade.transit_factor, limit, share, response)
    assert 1 - 1e-5 <= factor <= (1 + 1e-5) / share
    assert call(trade.transit_factor, limit + 0.1, share, response) > factor
    assert call(trade.transit_factor, 0.0, share, response) == pytest.approx(1, rel=1e-4)


@given(duty=duties, cooperation=st.floats(0, 0.9), evasion=elasticities, closes=inner)
def test_what_is_not_declared_is_a_share_that_duty_raises_and_cooperation_lowers(duty, cooperation, evasion, closes):
    part = call(trade.misdeclared, duty, cooperation, evasion, closes)
    assert 0 <= part < 1
    assert call(trade.misdeclared, duty + 0.1, cooperation, evasion, closes) > part
    assert call(trade.misdeclared, duty, cooperation + 0.1, evasion, closes) <= part
    assert call(trade.misdeclared, 0.0, cooperation, evasion, closes) == 0


def test_one_point_of_duty_loses_three_per_cent_as_fisman_and_wei_found():
    declared = [1 - call(trade.misdeclared, duty, 0.0, 3.0, 0.5) for duty in (0.30, 0.31)]
    assert np.log(declared[0] / declared[1]) == pytest.approx(0.03, rel=1e-3)


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (trade.price_gap_next, [(0, 1, 0, 0, 0.95, 0.3, 0.1), (4, 0, 1, 2, 0, 8, 50), (0, 0, 0, 0, 0.5, 1, 2)]),
        (trade.contraband_factor, [(4, -1, 15, 0.01), (-1, 4, 15, 0.99), (0, 0, 0.1, 0.5)]),
        (trade.transit_factor, [(0, 0.01, 0), (1, 0.99, 10)]),
        (trade.misdeclared, [(0, 0, 0, 0), (2, 1, 10, 1)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()
