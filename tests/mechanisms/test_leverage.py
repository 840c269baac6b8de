"""Laws of leverage: bounds, signs, and tit for tat that settles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.leverage import leverage_motive, pressure_next

shares = st.floats(0, 1, width=32)
some = st.floats(np.float32(0.02), 1, width=32)
sizes = st.floats(np.float32(0.005), 3, width=32)
months = st.floats(np.float32(0.05), 24, width=32)


def slopes(mechanism, at):
    """Value and slope in every argument, all of them finite."""
    value, slope = jax.value_and_grad(lambda named: mechanism(**named))({n: jnp.float32(x) for n, x in at.items()})
    assert np.isfinite([value, *slope.values()]).all()
    return float(value), {name: float(x) for name, x in slope.items()}


@given(
    at=st.fixed_dictionaries(
        {"pressure": shares, "pressure_other": shares, "dependence": some, "tension": shares}
        | {"pressure_use": sizes, "pressure_reply": some, "pressure_in_tension": sizes, "pressure_months": months}
    )
)
def test_who_is_needed_presses_and_who_is_pressed_answers(at):  # L77, L78
    after, slope = slopes(pressure_next, at)
    assert 0 <= after <= 1
    assert all(slope[cause] > 0 for cause in ("dependence", "pressure_other", "tension"))
    assert pressure_next(**at | {"dependence": 0.0}) <= at["pressure"]


@given(at=st.fixed_dictionaries(dict.fromkeys(("own_dependence", "pressure_other"), shares)), by=sizes, back=sizes)
def test_dependence_and_pressure_make_the_wish_for_a_lever(at, by, back):  # L77-L79
    wish, slope = slopes(leverage_motive, at | {"dependence_moves": by, "pressure_moves": back})
    assert 0 <= wish <= 1
    assert slope["own_dependence"] > 0 < slope["pressure_other"]
    assert leverage_motive(0.0, 0.0, by, back) == 0


@jax.jit
def quarrel(start, dependence, use, reply, months):
    """Two states that answer each other for forty years, on a calm border."""

    def month(_, now):
        return pressure_next(now, now[::-1], dependence, 0.0, use, reply, 0.3, months)

    return jax.lax.fori_loop(0, 480, month, start)


def at_last(start, *causes):
    return np.asarray(quarrel(jnp.float32(start), *(jnp.asarray(cause, jnp.float32) for cause in causes)))


@given(
    start=st.tuples(shares, shares), need=st.tuples(some, some), reply=st.floats(0.05, 0.8), months=st.floats(0.1, 6)
)
def test_tit_for_tat_dies_out_where_neither_presses_of_its_own_accord(start, need, reply, months):  # R4
    assert at_last(start, need, 0.0, reply, months) == pytest.approx([0, 0], abs=1e-4)


@given(start=st.tuples(shares, shares), need=st.tuples(some, some), use=st.floats(0.01, 1), reply=st.floats(0.05, 0.8))
def test_tit_for_tat_has_one_balance_wherever_it_starts(start, need, use, reply):
    ends = [at_last(begin, need, use, reply, 2.0) for begin in (start, (0, 0), (1, 1))]
    assert ends[0] == pytest.approx(ends[1], abs=1e-4)
    assert ends[0] == pytest.approx(ends[2], abs=1e-4)
    assert (ends[0] < 1).all()


def test_an_episode_ends_when_nothing_feeds_it():
    assert float(pressure_next(1.0, 0.0, 0.0, 0.0, 0.15, 0.5, 0.3, 2.0)) == pytest.approx(np.exp(-0.5), rel=1e-6)
