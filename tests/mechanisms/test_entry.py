"""Entry: two doors, fees after Gathmann, walks of daily life that an exemption makes lawful."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import entry

shares = st.floats(0, 1)
inner = st.floats(0.05, 0.9)
responses = st.floats(0.1, 3)
fees = st.floats(5, 300)


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


def doors(*numbers):
    chosen = entry.entry(*(a(number) for number in numbers))
    return float(chosen.going), float(chosen.clandestine)


@given(checks=st.floats(0, 0.9), fee=fees, base=inner, divert=responses, response=responses, scale=inner)
def test_checks_send_some_home_and_others_round_the_posts(checks, fee, base, divert, response, scale):
    going, hidden = doors(checks, fee, 30.0, base, divert, response, scale)
    fewer, more_hidden = doors(checks + 0.1, fee, 30.0, base, divert, response, scale)
    assert 0 <= hidden <= 1
    assert fewer < going
    assert more_hidden > hidden
    assert fewer * (1 - more_hidden) < going * (1 - hidden)
    assert fewer * more_hidden > going * hidden * (1 - 1e-6)


@given(checks=shares, fee=fees, base=inner, divert=responses, response=responses, scale=inner)
def test_dearer_guides_send_some_home_and_others_to_the_posts(checks, fee, base, divert, response, scale):
    going, hidden = doors(checks, fee, 30.0, base, divert, response, scale)
    fewer, less_hidden = doors(checks, 1.2 * fee, 30.0, base, divert, response, scale)
    assert fewer < going
    assert less_hidden < hidden


def test_without_checks_at_the_usual_fee_entry_is_as_given():
    going, hidden = doors(0.0, 30.0, 30.0, 0.1, 1.0, 0.8, 0.4)
    assert going == pytest.approx(1)
    assert hidden == pytest.approx(0.1)


def test_fees_rise_by_seventeen_per_cent_as_enforcement_trebles():
    """Gathmann 2008: fees rose by 17 % while enforcement more than trebled."""
    assert call(entry.smuggler_fee, 3.0, 100.0, 0.14) == pytest.approx(117, abs=1)


@given(enforcement=st.floats(0.2, 5), fee=fees, elasticity=st.floats(0.05, 1))
def test_fees_grow_with_enforcement_in_the_unit_of_the_usual_fee(enforcement, fee, elasticity):
    here = call(entry.smuggler_fee, enforcement, fee, elasticity)
    assert call(entry.smuggler_fee, 1.5 * enforcement, fee, elasticity) > here
    assert call(entry.smuggler_fee, enforcement, 2 * fee, elasticity) == pytest.approx(2 * here, rel=1e-5)
    assert call(entry.smuggler_fee, 1.0, fee, elasticity) == pytest.approx(fee, rel=1e-6)


@given(entries=st.floats(1, 1e5), fee=fees, means=st.floats(10, 1000), most=inner)
def test_bondage_is_a_part_of_clandestine_entries_that_debt_raises(entries, fee, means, most):
    bound = call(entry.trafficked, entries, fee, means, most)
    assert 0 < bound < most * entries
    assert call(entry.trafficked, 2 * entries, fee, means, most) == pytest.approx(2 * bound, rel=1e-5)
    assert call(entry.trafficked, entries, 1.5 * fee, means, most) > bound
    assert call(entry.trafficked, entries, fee, 1.5 * means, most) < bound


@given(visa_free=st.floats(0, 0.9), guarding=st.floats(0, 0.9), pull=responses, deterrence=responses)
def test_transit_takes_the_open_and_unguarded_way(visa_free, guarding, pull, deterrence):
    here = call(entry.transit_migration, visa_free, guarding, pull, deterrence)
    assert call(entry.transit_migration, visa_free + 0.1, guarding, pull, deterrence) > here > 0
    assert call(entry.transit_migration, visa_free, guarding + 0.1, pull, deterrence) < here
    assert call(entry.transit_migration, 0.0, 0.0, pull, deterrence) == 1


def test_a_visa_that_cuts_travel_as_neumayer_found_is_a_pull_of_its_logarithm():
    kept = call(entry.transit_migration, 0.0, 0.2, 0.85, 0.7) / call(entry.transit_migration, 1.0, 0.2, 0.85, 0.7)
    assert 1 - kept == pytest.approx(0.575, abs=0.01)


@given(divided=st.floats(0, 0.9), kin=st.floats(0, 0.9), land=st.floats(0, 0.9), exemption=st.floats(0, 0.9))
def test_daily_life_crosses_lines_and_exemptions_make_it_lawful(divided, kin, land, exemption):
    def walks(d, k, fields, lawful):
        return call(entry.trespass, 1e5, d, k, fields, lawful, 4.0, 0.1, 0.3, 0.7)

    here = walks(divided, kin, land, exemption)
    assert here >= 0
    assert walks(divided + 0.1, kin, land, exemption) > here
    assert walks(divided, kin + 0.1, land, exemption) > here
    assert walks(divided, kin, land + 0.1, exemption) > here
    assert walks(divided + 0.1, kin, land, exemption + 0.1) < walks(divided + 0.1, kin, land, exemption)


def test_a_line_that_divides_nothing_is_not_trespassed():
    assert call(entry.trespass, 1e5, 0, 0, 0, 0, 4.0, 0.1, 0.3, 0.7) == 0
    assert call(entry.trespass, 1e5, 0.1, 0, 0, 1.0, 4.0, 0.1, 0.3, 1.0) == 0
    assert call(entry.trespass, 1e5, 0.1, 0, 0, 0, 4.0, 0.1, 0.3, 0.7) == pytest.approx(4e4)


@pytest.mark.parametrize("output", ["going", "clandestine"])
@pytest.mark.parametrize(
    "corner", [(0, 30, 30, 0.001, 0, 0, 0.01), (1, 2000, 1, 0.99, 6, 6, 1), (1, 1, 2000, 0.5, 6, 2, 1)]
)
def test_doors_have_finite_gradients_at_the_corners(output, corner):
    value, slopes = jax.value_and_grad(lambda *x: getattr(entry.entry(*x), output), argnums=tuple(range(7)))(
        *map(a, corner)
    )
    assert np.isfinite(value)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (entry.smuggler_fee, [(0.05, 1, 0.01), (20, 2000, 2)]),
        (entry.trafficked, [(0, 1, 10, 0), (1e6, 2000, 10, 1)]),
        (entry.transit_migration, [(0, 1, 0, 8), (1, 0, 4, 0)]),
        (entry.trespass, [(0, 0, 0, 0, 0, 0, 0, 0, 0), (1e6, 1, 1, 1, 1, 60, 10, 20, 1)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()
