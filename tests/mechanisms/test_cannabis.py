"""Cannabis: published harvests, and the best lot against a search over lots and the square-root law."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import cannabis, detection

prices = st.floats(50, 20_000)
risks = st.floats(0, 0.5)
effects = st.floats(0.2, 1.5)


def best(price, risk, effect, trip=150.0):
    return float(cannabis.lot(jnp.asarray(price), jnp.asarray(risk), trip, 20.0, 2.0, effect, 0.015))


def gather(wild, sown, operations, gathering=1.0):
    return float(cannabis.gathered(jnp.asarray(wild), jnp.asarray(sown), gathering, operations, 21.2, 23.0, 0.3))


def test_harvests_of_the_surveys():
    assert gather(2500.0, 0.0, 0.0) == pytest.approx(53_000)
    assert gather(0.0, 134_000.0, 0.0) / 1000 == pytest.approx(3080, rel=0.01)


@given(wild=st.floats(0, 1e5), operations=st.floats(0, 1))
def test_operations_keep_a_part_of_the_harvest_from_gatherers(wild, operations):
    assert 0.7 * gather(wild, 100.0, 0.0) - 1 <= gather(wild, 100.0, operations) <= gather(wild, 100.0, 0.0) + 1


@given(grown=st.floats(0, 1e6), brought=st.floats(0, 1e6), share=st.floats(0, 1))
def test_police_take_no_more_than_there_is_and_as_much_of_what_is_grown_as_of_what_comes_in(grown, brought, share):
    def taken(grown, brought):
        return float(cannabis.taken_inside(jnp.asarray(grown), jnp.asarray(brought), share))

    assert 0 <= taken(grown, brought) <= (grown + brought) * (1 + 1e-5)
    assert taken(grown, brought) == pytest.approx(taken(brought, grown)) == pytest.approx(taken(grown + brought, 0.0))


@given(price=prices, risk=risks, effect=effects)
def test_no_other_lot_costs_less(price, risk, effect):
    def cost(lot):
        return 150.0 / lot + 2.0 * price * (risk + 0.015) * np.asarray(detection.bulk(lot, 20.0, effect))

    lot = best(price, risk, effect)
    others = lot * np.geomspace(0.1, 10, 41)
    assert cost(lot) <= cost(others).min() * (1 + 1e-4)


@given(price=prices, risk=risks, effect=effects)
def test_a_low_price_makes_lots_larger_and_risk_makes_them_smaller(price, risk, effect):
    lot = best(price, risk, effect)
    assert best(price / 2, risk, effect) > lot > best(price, risk + 0.05, effect)


def test_the_square_root_law():
    assert best(400.0, 0.085, 1.0) == pytest.approx(np.sqrt(150.0 * 20.0 / (2.0 * 400.0 * 0.1)), rel=1e-5)


def test_cheap_goods_are_found_more_often():
    cheap, dear = (best(price, 0.1, 0.5) for price in (350.0, 12_000.0))
    assert detection.bulk(jnp.asarray(cheap), 20.0, 0.5) > detection.bulk(jnp.asarray(dear), 20.0, 0.5)


def test_gradients_are_finite_where_no_one_guards():
    slopes = jax.grad(cannabis.lot, argnums=tuple(range(7)))(300.0, 0.0, 150.0, 20.0, 2.0, 0.5, 0.015)
    assert np.isfinite(slopes).all()
