"""Customs: never more than what is due, less with contraband and corruption, and budgets that follow."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import customs

shares = st.floats(0, 1)
inner = st.floats(0.05, 0.9)
money = st.floats(1e4, 1e9)


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


@given(imports=money, contraband=st.floats(0, 1e9), duty=shares, evaded=shares, integrity=shares, d=shares, sold=shares)
def test_revenue_is_never_negative_and_never_above_what_is_due(imports, contraband, duty, evaded, integrity, d, sold):
    revenue = call(customs.customs_revenue, imports, 0.0, contraband, duty, evaded, integrity, d, sold)
    assert 0 <= revenue <= imports * duty * (1 + 1e-5)


@given(imports=money, part=st.floats(0, 1), evaded=st.floats(0, 0.8), integrity=st.floats(0, 0.8), d=inner, sold=inner)
def test_contraband_evasion_and_corruption_each_cost_revenue(imports, part, evaded, integrity, d, sold):
    def revenue(smuggled, hidden, honest):
        return call(customs.customs_revenue, imports / 2, imports / 2, smuggled * imports, 0.3, hidden, honest, d, sold)

    here = revenue(part, evaded, integrity)
    assert revenue(part + 0.1, evaded, integrity) < here
    assert revenue(part, evaded + 0.1, integrity) < here
    assert revenue(part, evaded, integrity + 0.1) > here


def test_honest_customs_without_contraband_takes_the_duty():
    assert call(customs.customs_revenue, 4e5, 6e5, 0.0, 0.2, 0.0, 1.0, 0.6, 0.5) == pytest.approx(2e5)


def test_the_first_dollar_of_contraband_takes_its_displacement_of_imports():
    slope = jax.grad(customs.customs_revenue, argnums=2)(*map(a, (4e5, 6e5, 0.0, 1.0, 0.0, 1.0, 0.6, 0.5)))
    assert float(slope) == pytest.approx(-0.6, rel=1e-5)


@given(imports=money, scale=st.floats(0.1, 10))
def test_revenue_scales_with_the_currency(imports, scale):
    one, other = (
        call(customs.customs_revenue, s * imports, s * 1e5, s * 3e5, 0.2, 0.1, 0.5, 0.6, 0.5) for s in (1.0, scale)
    )
    assert other == pytest.approx(scale * one, rel=1e-4)


@given(own=money, other=money)
def test_the_share_of_customs_is_a_share_that_its_revenue_raises(own, other):
    share = call(customs.revenue_share, own, other)
    assert 0 < share < 1 + 1e-6
    assert call(customs.revenue_share, 2 * own, other) >= share
    assert share + call(customs.revenue_share, other, own) == pytest.approx(1, abs=1e-5)


@given(
    budget=st.floats(0.2, 3),
    rise=st.floats(0.2, 5),
    usual=money,
    elasticity=st.floats(0.3, 1.5),
    months=st.floats(2, 36),
)
def test_budgets_move_towards_what_revenue_allows(budget, rise, usual, elasticity, months):
    revenue, rest = rise * usual, rise**elasticity
    after = call(customs.budget_next, budget, revenue, usual, elasticity, months)
    assert min(budget, rest) * (1 - 1e-4) <= after <= max(budget, rest) * (1 + 1e-4)
    assert call(customs.budget_next, budget, 1.5 * revenue, usual, elasticity, months) > after


def test_at_usual_revenue_services_have_their_usual_means():
    assert call(customs.budget_next, 1.0, 3e7, 3e7, 0.8, 12.0) == pytest.approx(1)


def test_two_thirds_of_a_change_arrive_in_the_months_given():
    budget = 1.0
    for _ in range(12):
        budget = call(customs.budget_next, budget, 2e6, 1e6, 1.0, 12.0)
    assert budget == pytest.approx(2 - np.exp(-1), rel=1e-4)


@given(revenue=money, opacity=st.floats(0, 0.9), officers=st.floats(10, 1e4), pay=st.floats(20, 500), cost=inner)
def test_rigidity_takes_from_what_a_border_leaves(revenue, opacity, officers, pay, cost):
    revenue = min(revenue, 100 * officers * pay)  # so that single precision sees the difference
    profit = call(customs.border_profit, revenue, opacity, officers, pay, cost)
    assert profit <= revenue
    assert call(customs.border_profit, revenue, opacity + 0.1, officers, pay, cost) < profit


def test_a_lax_border_costs_its_pay():
    assert call(customs.border_profit, 5000.0, 0.0, 10.0, 100.0, 0.5) == pytest.approx(4000)


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (customs.customs_revenue, [(0, 0, 0, 0, 0, 0, 0, 0), (0, 0, 1e8, 1, 1, 1, 1, 1), (1e9, 1e9, 0, 2, 0, 0, 1, 1)]),
        (customs.revenue_share, [(0, 0), (0, 1e8), (1e8, 0)]),
        (customs.budget_next, [(0, 0, 1e6, 0.1, 1), (3, 1e9, 1, 1.5, 60)]),
        (customs.border_profit, [(0, 0, 0, 0, 0), (1e9, 1, 1e4, 500, 5)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()
