"""Use of opiates: bounds, exit, contagion while few use, what transit adds, and what users want."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import drug_use

ADULTS, REACH = 5e6, 0.05


def following(users, transit=0.0, contagion=0.2, leave=0.06):
    return float(
        drug_use.users_next(
            jnp.asarray(users), jnp.asarray(transit), jnp.asarray(ADULTS), 0.15, contagion, leave, REACH
        )
    )


def wanted(users, price, elasticity=0.7):
    return float(drug_use.heroin_wanted(jnp.asarray(users), jnp.asarray(price), 5000.0, 25.0, elasticity))


@given(users=st.floats(0, REACH * ADULTS), transit=st.floats(0, 1e6))
def test_users_stay_between_none_and_all_who_ever_would(users, transit):
    assert 0 <= following(users, transit) <= REACH * ADULTS * (1 + 1e-6)


@given(users=st.floats(0, 2e5), transit=st.floats(0, 1e5))
def test_transit_makes_users(users, transit):
    assert following(users, transit + 1000) > following(users, transit)


def test_without_transit_and_contagion_users_leave_at_the_yearly_rate():
    users = 1000.0
    for _ in range(12):
        users = following(users, contagion=0.0)
    assert users == pytest.approx(1000 * np.exp(-0.06), rel=1e-5)


def test_while_few_use_growth_is_contagion_less_exit():
    """Zurich: growth of some 16 % a year in the first 15 years, with an exit of 4 % (Nordt & Stohler 2006)."""
    users = 100.0
    for _ in range(12 * 15):
        users = following(users, contagion=0.2, leave=0.04)
    assert np.log(users / 100) / 15 == pytest.approx(0.16, abs=0.003)


def test_while_few_use_each_kilogram_brings_its_share_of_beginners():
    assert following(0.0, transit=100.0) == pytest.approx(15.0, rel=1e-3)


def test_one_kilogram_is_a_year_of_forty_users():
    assert 12 * wanted(40.0, 5000.0) == pytest.approx(1.0)


@given(price=st.floats(100, 30_000), elasticity=st.floats(0.1, 1.5))
def test_demand_falls_with_price_at_its_elasticity(price, elasticity):
    assert np.log(wanted(1e4, 1.01 * price, elasticity) / wanted(1e4, price, elasticity)) == pytest.approx(
        -elasticity * np.log(1.01), abs=2e-5
    )


def test_gradients_are_finite_at_the_edges():
    grow = jax.grad(drug_use.users_next, argnums=(0, 1, 2))
    for users in (0.0, REACH * ADULTS, 2 * REACH * ADULTS):
        assert np.isfinite(grow(users, 0.0, ADULTS, 0.15, 0.2, 0.06, REACH)).all()
    assert np.isfinite(jax.grad(drug_use.heroin_wanted, argnums=1)(1e4, 0.0, 5000.0, 25.0, 0.7))
