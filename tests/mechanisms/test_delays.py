"""Delays: nothing is lost, and completion times are Erlang's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import erlang

from panj.mechanisms.delays import Delayed, delayed

counts = st.integers(1, 6)
means = st.floats(0.5, 200)


@jax.jit
def months_of(stages, inflows, mean):
    """What is completed in each of the months whose inflows are given."""

    def month(held, inflow):
        return delayed(held, inflow, mean)

    return jax.lax.scan(month, stages, inflows)[1]


def impulse(count: int, mean: float, months: int) -> np.ndarray:
    """What is completed in each month of one unit that stands in the first stage when the clock starts."""
    start = jnp.zeros(count).at[0].set(1.0)
    return np.asarray(months_of(start, jnp.zeros(months), jnp.asarray(mean)), np.float64)


@given(stages=st.lists(st.floats(0, 1e4), min_size=1, max_size=6), inflow=st.floats(0, 1e4), mean=means)
def test_nothing_is_lost_or_made_on_the_way(stages, inflow, mean):
    after = delayed(jnp.asarray(stages), jnp.asarray(inflow), jnp.asarray(mean))
    scale = sum(stages) + inflow + 1
    assert float(after.stages.sum() + after.out) == pytest.approx(sum(stages) + inflow, abs=1e-5 * scale)
    assert float(after.out) >= -1e-6 * scale
    assert float(after.stages.min()) >= 0


@given(count=counts, mean=st.floats(0.5, 6))
def test_a_steady_inflow_comes_out_steady(count, mean):
    out = months_of(jnp.zeros(count), jnp.ones(60), jnp.asarray(mean))
    assert float(out[-1]) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("count", [1, 2, 4, 8])
@pytest.mark.parametrize("mean", [3.0, 12.0, 30.0])
def test_what_is_left_is_the_survival_of_an_erlang_time(count, mean):
    left = 1 - np.cumsum(impulse(count, mean, 60))
    assert left == pytest.approx(erlang(count, scale=mean / count).sf(np.arange(1, 61)), abs=1e-5)


@pytest.mark.parametrize(("count", "mean"), [(1, 9.0), (3, 14.0), (5, 48.0)])
def test_moments_are_those_of_erlang(count, mean):
    out = impulse(count, mean, 600)
    month = np.arange(1, 601) - 0.5  # a completion within a month counts at its end
    first = (out * month).sum()
    variance = (out * month**2).sum() - first**2
    assert out.sum() == pytest.approx(1, abs=1e-4)
    assert first == pytest.approx(mean, rel=1e-2)
    assert variance == pytest.approx(mean**2 / count, rel=2e-2)


def test_more_stages_make_completion_more_regular():
    early = [impulse(count, 24.0, 12).sum() for count in (1, 3, 9)]
    assert early[0] > early[1] > early[2] > 0


def test_delays_in_a_row_add_up():
    passed = months_of(jnp.zeros(2).at[0].set(1.0), jnp.zeros(400), jnp.asarray(10.0))
    done = months_of(jnp.zeros(3), passed, jnp.asarray(20.0))
    # each of the two hands over at the end of a month
    assert np.dot(done, np.arange(1, 401) - 1.0) == pytest.approx(30, rel=1e-2)


def test_members_are_delayed_each_by_its_own_mean():
    means = jnp.asarray([5.0, 50.0])
    after = delayed(jnp.ones((3, 2)), jnp.zeros(2), means)
    alone = [delayed(jnp.ones(3), jnp.asarray(0.0), mean) for mean in means]
    assert isinstance(after, Delayed)
    assert np.asarray(after.out) == pytest.approx([float(one.out) for one in alone], rel=1e-6)
    assert float(after.out[0]) > float(after.out[1])


@jax.jit
def slope_of_completion(stages, mean):
    return jax.grad(lambda m: delayed(stages, jnp.asarray(1.0), m).out)(mean)


@given(count=counts, mean=st.floats(0.1, 500))
def test_gradients_are_finite_and_longer_means_complete_less(count, mean):
    slope = slope_of_completion(jnp.ones(count), jnp.asarray(mean))
    assert np.isfinite(slope)
    assert float(slope) <= 1e-5
