"""Guardians: presence follows threat, gives way to aid in part, and what that leaves has no fixed sign."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import guardians

shares = st.floats(0, 1)
money = st.floats(0, 5e6)
PARAMETERS = (0.45, 1.5, 0.25, 0.55, 1e6, 24.0)


def presence(now=1.0, threat=0.0, first=0.0, aid=0.0):
    return float(guardians.foreign_guards_next(*map(jnp.asarray, (now, threat, first, aid)), *PARAMETERS))


def settled(**causes):
    now = 1.0
    for _ in range(600):
        now = presence(now, **causes)
    return now


def kept(own, line_aid, there, most):
    return float(guardians.guards_kept(*map(jnp.asarray, (own, line_aid, there, most)), 0.35, 100.0))


@given(now=shares, threat=shares, first=shares, aid=money)
def test_presence_is_a_share_that_threat_and_ranking_raise_and_aid_lowers(now, threat, first, aid):
    here = presence(now, threat, first, aid)
    assert 0 <= here <= 1
    assert presence(now, min(1.0, threat + 0.1), first, aid) >= here
    assert presence(now, threat, min(1.0, first + 0.1), aid) >= here
    assert presence(now, threat, first, aid + 1e5) < here


def test_aid_without_stint_replaces_a_part_only():
    assert settled() == pytest.approx(0.45, rel=1e-4)
    assert settled(aid=1e6) == pytest.approx(0.45 * (1 - 0.55 / 2), rel=1e-4)
    assert settled(aid=1e12) == pytest.approx(0.45 * 0.45, rel=1e-4)


@given(own=money, line_aid=money, there=shares, most=st.floats(0, 20_000))
def test_money_and_foreign_guards_keep_the_line(own, line_aid, there, most):
    all_of_it = kept(own, line_aid, there, most)
    assert all_of_it == pytest.approx(own / 100 + 0.35 * line_aid / 100 + there * most, rel=1e-4, abs=1e-3)
    assert kept(own, line_aid, 0.0, most) <= all_of_it + 1e-3


def test_whether_aid_makes_up_for_guards_who_leave_depends_on_its_amount():
    def on_the_line(aid):
        return kept(1e5, aid, settled(threat=1.0, aid=aid), 10_000)

    assert on_the_line(3e5) < on_the_line(0.0) < on_the_line(5e6)


def test_gradients_are_finite_without_aid_and_threat():
    slopes = jax.grad(guardians.foreign_guards_next, argnums=(0, 1, 2, 3))(0.0, 0.0, 0.0, 0.0, *PARAMETERS)
    assert np.isfinite(slopes).all()
