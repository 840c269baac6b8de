"""Detectors: coverage of posts, what is found, and how few alarms are true where attempts are rare."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import dangerous

shares = st.floats(0, 1)
PORTAL = {
    "shielded": 0.3,
    "portal_bare": 0.93,
    "portal_shielded": 0.1,
    "pager_finds": 0.2,
    "portal_nuisance": 0.012,
    "second_look": 12.0,
}


def month(attempted=1.0, vehicles=1000.0, watched=1.0, pagers=0.0, integrity=1.0):
    causes = (attempted, vehicles, watched, pagers, integrity)
    return dangerous.portals(*(jnp.asarray(x) for x in causes), **PORTAL)


@given(detectors=st.floats(0, 100), posts=st.floats(1, 50))
def test_more_detectors_watch_more_posts_and_never_more_than_all(detectors, posts):
    few, more = (float(dangerous.posts_watched(jnp.asarray(d), jnp.asarray(posts))) for d in (detectors, detectors + 1))
    assert 0 <= few <= more <= 1
    assert few <= detectors / posts + 1e-6


@given(attempted=st.floats(0, 10), watched=shares, pagers=shares, integrity=shares)
def test_no_more_is_intercepted_than_attempted(attempted, watched, pagers, integrity):
    after = month(attempted, 1000.0, watched, pagers, integrity)
    assert 0 <= float(after.found) <= 1
    assert 0 <= float(after.intercepted) <= attempted + 1e-5
    assert 0 <= float(after.trusted) <= 1


@pytest.mark.parametrize("cause", ["watched", "pagers", "integrity"])
def test_each_means_helps(cause):
    middle = {"watched": 0.5, "pagers": 0.5, "integrity": 0.5}
    assert month(**{**middle, cause: 0.6}).intercepted > month(**{**middle, cause: 0.5}).intercepted


def test_a_portal_finds_bare_and_shielded_sources_by_their_shares():
    assert float(month().found) == pytest.approx(0.7 * 0.93 + 0.3 * 0.1)
    assert float(month(watched=0.0, pagers=1.0).found) == pytest.approx(0.2)


def test_one_vehicle_in_eighty_is_stopped_for_nothing():
    after = month(attempted=0.0)
    assert float(after.nuisance) == pytest.approx(12)
    assert float(after.minutes) == pytest.approx(144)


def test_rare_attempts_leave_nearly_every_alarm_a_nuisance():
    after = month(attempted=1 / 12, vehicles=3000.0)
    true = (0.7 * 0.93 + 0.3 * 0.1) / 12
    assert float(after.trusted) == pytest.approx(true / (true + 36), rel=1e-4)
    assert float(after.trusted) < 0.01


@given(lost=st.floats(0, 0.9))
def test_loss_of_control_frees_attempts(lost):
    few, more = (float(dangerous.attempts(jnp.asarray(2.0), jnp.asarray(x), 1.5)) for x in (lost, lost + 0.1))
    assert 2 <= few < more <= 5 + 1e-5


def test_gradients_are_finite_at_a_post_that_nobody_passes():
    def all_of(*causes):
        return sum(dangerous.portals(*causes, **PORTAL))

    for watched in (0.0, 1.0):
        assert np.isfinite(jax.grad(all_of, argnums=(0, 1, 2, 3, 4))(0.0, 0.0, watched, 0.0, 0.0)).all()
