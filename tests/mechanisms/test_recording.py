"""Recording: true, recorded and estimated are three variables."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import recording, trade

shares = st.floats(0, 1)
inner = st.floats(0.05, 0.9)
amounts = st.floats(0, 1e6)


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


@given(users=amounts, ratio=st.floats(1, 20))
def test_registers_hold_a_part_of_users_and_as_much_at_any_scale(users, ratio):
    registered = call(recording.registered_users, users, ratio)
    assert 0 <= registered <= users * (1 + 1e-6)
    assert registered * ratio == pytest.approx(users, rel=1e-5)


@given(noticed=amounts, more=amounts, share=shares, officers=st.floats(0, 1e4), cases=st.floats(0.3, 50))
def test_guards_write_down_no_more_than_they_notice_or_have_hands_for(noticed, more, share, officers, cases):
    few = call(recording.written_down, noticed, share, officers, cases)
    assert 0 <= few <= min(noticed * share, officers * cases / 12) * (1 + 1e-5)
    assert few <= call(recording.written_down, noticed + more, share, officers, cases) * (1 + 1e-5) + 1e-6


def test_where_few_are_noticed_a_share_of_them_is_written_down():
    assert call(recording.written_down, 10.0, 0.2, 1e4, 12.0) == pytest.approx(2.0, rel=1e-3)


def test_a_register_of_37_000_at_a_ratio_of_5_4_stands_for_200_000():
    assert call(recording.registered_users, 200_000, 5.4) == pytest.approx(37_000, rel=0.01)


@given(imports=amounts, evaded=shares)
def test_declared_trade_is_what_is_not_evaded(imports, evaded):
    declared = call(recording.declared_trade, imports, evaded)
    assert 0 <= declared <= imports * (1 + 1e-6)
    assert declared + imports * evaded == pytest.approx(imports, rel=1e-5, abs=1e-3)


@given(duty=st.floats(0, 0.9), margin=st.floats(1, 1.3))
def test_mirrors_part_as_duty_rises(duty, margin):
    """Evasion shows where the seller's record meets the buyer's (Fisman & Wei 2004)."""

    def gap(rate):
        return call(recording.mirror_gap, call(trade.misdeclared, rate, 0.0, 3.0, 0.5), margin)

    assert gap(duty + 0.1) > gap(duty)
    assert np.log(gap(duty) * margin) == pytest.approx(3.0 * duty, rel=1e-3, abs=1e-4)


@given(promised=amounts, army=amounts, share=st.floats(0.05, 1))
def test_a_budget_is_what_is_for_the_army_and_a_rest_of_which_borders_have_their_share(promised, army, share):
    budget = call(recording.budgeted, promised, army, share)
    assert share * (budget - army) == pytest.approx(promised, rel=1e-3, abs=3)
    assert budget >= max(army, promised) * (1 - 1e-6) - 1e-6


def test_the_mirror_gap_is_the_quotient_of_the_two_records():
    seller, buyer = 100.0, call(recording.declared_trade, 100.0, 0.6) * 1.1
    assert call(recording.mirror_gap, 0.6, 1.1) == pytest.approx(seller / buyer)
    assert call(recording.mirror_gap, 0.0, 1.1) == pytest.approx(1 / 1.1)


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (recording.recorded, [(0, 0, 0, 0), (1e6, 1, 4, 2)]),
        (recording.registered_users, [(0, 1), (1e7, 50)]),
        (recording.budgeted, [(0, 0, 0.01), (1e9, 1e9, 1)]),
        (recording.declared_trade, [(0, 0), (1e9, 1)]),
        (recording.mirror_gap, [(0, 1), (0.95, 2)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()
