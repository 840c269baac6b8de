"""Households: income has two sources, poverty is the lognormal head count, want moves goods, rigidity costs loyalty."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from panj.mechanisms import households

shares = st.floats(0, 1)
inner = st.floats(0.05, 0.9)
responses = st.floats(0.05, 3)

USUAL = {
    "market_wage": 60.0,
    "slump": 0.2,
    "activity": 0.8,
    "contraband": 2e6,
    "shuttle": 1e6,
    "contraband_share": 0.2,
    "households": 1e5,
    "earners": 2.0,
    "traffic_share": 0.2,
    "sector_loss": 0.2,
    "carrier_share": 0.4,
    "trade_margin": 0.2,
}


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


def income(**changed):
    return float(households.border_income(**{name: a(x) for name, x in (USUAL | changed).items()}))


def test_income_is_wages_and_trade():
    wages = 2 * 60 * np.exp(-0.2) * (1 - 0.2 * 0.2) * (1 - 0.2 * 0.2)
    assert income() == pytest.approx(wages + 0.2 * (0.4 * 2e6 + 1e6) / 1e5, rel=1e-5)
    assert set(USUAL) == set(inspect.signature(households.border_income).parameters)


@given(slump=shares, activity=shares, contraband=st.floats(0, 1e8), shuttle=st.floats(0, 1e8), share=st.floats(0, 0.9))
def test_contraband_and_traffic_are_income_and_the_slump_and_lost_sectors_are_not(
    slump, activity, contraband, shuttle, share
):
    state = {
        "slump": slump,
        "activity": activity,
        "contraband": contraband,
        "shuttle": shuttle,
        "contraband_share": share,
    }
    here = income(**state)
    assert here > 0
    assert income(**state | {"contraband": contraband + 1e6}) > here
    assert income(**state | {"shuttle": shuttle + 1e6}) > here
    assert income(**state | {"activity": activity + 0.1}) > here
    assert income(**state | {"slump": slump + 0.1}) < here
    assert income(**state | {"contraband_share": share + 0.1}) < here


@given(mean=st.floats(20, 1000), line=st.floats(20, 200), spread=st.floats(0.3, 1.2))
def test_poverty_is_a_share_that_income_lowers(mean, line, spread):
    poor = call(households.poverty, mean, line, spread)
    assert 0 <= poor <= 1
    assert call(households.poverty, 1.2 * mean, line, spread) <= poor
    assert call(households.poverty, mean, 1.2 * line, spread) >= poor
    lognormal = stats.lognorm(s=spread, scale=mean * np.exp(-(spread**2) / 2))
    assert lognormal.mean() == pytest.approx(mean)
    assert poor == pytest.approx(lognormal.cdf(line), abs=1e-4)


def test_poverty_answers_income_with_bourguignons_elasticity():
    mean, line, spread = 120.0, 80.0, 0.6
    x = np.log(line / mean) / spread + spread / 2
    slope = float(jax.grad(households.poverty)(a(mean), a(line), a(spread)))
    poor = call(households.poverty, mean, line, spread)
    assert slope * mean / poor == pytest.approx(-stats.norm.pdf(x) / stats.norm.cdf(x) / spread, rel=1e-3)


def test_contraband_eases_the_poverty_that_feeds_it():
    """The balancing short cut of the poverty loop: more contraband, less poverty, less contraband."""
    poor = [call(households.poverty, income(contraband=c), 80.0, 0.6) for c in (2e6, 2e7)]
    supply = [call(households.contraband_supply, 0.4, p, 0.4, poor[0], 0.5, 1.2) for p in poor]
    assert poor[1] < poor[0]
    assert supply[1] < supply[0] == pytest.approx(1)


@given(hardship=st.floats(0, 0.9), poor=st.floats(0, 0.9), usual=shares, one=responses, two=responses)
def test_want_moves_goods(hardship, poor, usual, one, two):
    def supply(h, p):
        return call(households.contraband_supply, h, p, usual, usual, one, two)

    assert supply(usual, usual) == 1
    assert supply(hardship + 0.1, poor) > supply(hardship, poor) > 0
    assert supply(hardship, poor + 0.1) > supply(hardship, poor)


@given(activity=st.floats(0, 0.9), turnover=st.floats(1e4, 1e9), gain=inner)
def test_a_fall_of_activity_costs_the_state(activity, turnover, gain):
    lost = call(households.income_lost, activity, turnover, gain)
    assert 0 < lost <= turnover * gain * (1 + 1e-5)
    assert call(households.income_lost, activity + 0.1, turnover, gain) < lost
    assert call(households.income_lost, 1.0, turnover, gain) == 0


@given(loyalty=shares, opacity=st.floats(0, 0.9), unmet=st.floats(0, 0.9), one=responses, two=responses)
def test_rigidity_and_being_kept_home_cost_loyalty(loyalty, opacity, unmet, one, two):
    def after(o, u):
        return call(households.loyalty_next, loyalty, o, u, one, two, 12.0)

    assert 0 <= after(opacity, unmet) <= 1
    assert after(opacity + 0.1, unmet) < after(opacity, unmet)
    assert after(opacity, unmet + 0.1) < after(opacity, unmet)


def test_loyalty_rests_where_its_causes_hold_it():
    rest = np.exp(-0.4 * 0.5 - 0.6 * 0.3)
    assert call(households.loyalty_next, rest, 0.5, 0.3, 0.4, 0.6, 30.0) == pytest.approx(rest, rel=1e-6)
    assert call(households.loyalty_next, 1.0, 0.0, 0.0, 0.4, 0.6, 30.0) == 1


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (
            households.border_income,
            [(0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1), (300, 0, 2, 1e9, 1e9, 0, 1e3, 10, 0, 0, 0, 2)],
        ),
        (households.poverty, [(0, 80, 0.6), (1e-3, 500, 0.2), (1e5, 10, 0.2), (80, 80, 1.5)]),
        (households.contraband_supply, [(0, 0, 1, 1, 5, 8), (1, 1, 0, 0, 5, 8)]),
        (households.income_lost, [(0, 0, 0), (2, 1e9, 3)]),
        (households.loyalty_next, [(0, 0, 0, 0, 0, 1), (1, 1, 1, 4, 4, 240)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()
