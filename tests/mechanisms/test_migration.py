"""Migration: people are neither made nor lost; wages draw, want pushes, stays lengthen."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import migration

shares = st.floats(0, 1)
people = st.floats(0, 1e6)
HAZARD = {
    "wage_gap": 1.5,
    "job_chance": 0.7,
    "poverty": 0.5,
    "repression": 0.2,
    "conflict": 0.1,
    "network": 0.05,
    "base_hazard": 7e-4,
    "wage_response": 0.75,
    "poverty_push": 0.4,
    "repression_push": 0.4,
    "conflict_push": 1.0,
    "network_pull": 5.0,
}


def a(number):
    return jnp.asarray(number, jnp.float32)


def call(mechanism, *numbers):
    return float(mechanism(*(a(number) for number in numbers)))


def hazard(**changed):
    return float(migration.departure_hazard(**{name: a(x) for name, x in (HAZARD | changed).items()}))


@given(
    home=st.floats(0, 1e7),
    stocks=st.lists(st.tuples(people, people, st.floats(0, 3)), min_size=1, max_size=4),
    clandestine=shares,
    back=shares,
    back_without=shares,
    lapse=shares,
)
def test_people_are_neither_made_nor_lost(home, stocks, clandestine, back, back_without, lapse):
    regular, irregular, hazards = (a(column) for column in zip(*stocks, strict=True))
    before = home + sum(one[0] + one[1] for one in stocks)
    after = migration.migrants_next(
        a(home), regular, irregular, hazards, a(clandestine), a(back), a(back_without), a(lapse)
    )
    total = float(after.home + after.regular.sum() + after.irregular.sum())
    assert total == pytest.approx(before, rel=1e-5, abs=1e-2)
    assert min(float(x.min()) for x in after) >= -1e-5 * (before + 1)
    left = float((after.legal_entries + after.clandestine_entries).sum())
    assert left <= home * (1 + 1e-5)


def test_corridors_share_those_who_leave_by_their_hazards():
    nobody = jnp.zeros(2)
    after = migration.migrants_next(a(1000), nobody, nobody, a([0.1, 0.3]), a(0.25), a(0.1), a(0.1), a(0.1))
    left = np.asarray(after.legal_entries + after.clandestine_entries)
    assert left.sum() == pytest.approx(1000 * (1 - np.exp(-0.4)), rel=1e-5)
    assert left[1] == pytest.approx(3 * left[0], rel=1e-5)
    assert np.asarray(after.clandestine_entries) == pytest.approx(0.25 * left, rel=1e-5)


def test_without_departures_abroad_empties_home():
    after = migration.migrants_next(a(10), a([100]), a([50]), a([0.0]), a(0.5), a(0.2), a(0.1), a(0.5))
    assert float(after.home) == pytest.approx(10 + 20 + 5)
    assert float(after.regular[0]) == pytest.approx(40)
    assert float(after.irregular[0]) == pytest.approx(45 + 40)


@pytest.mark.parametrize("cause", ["wage_gap", "poverty", "repression", "conflict", "network", "job_chance"])
@given(at=st.floats(0.05, 0.8))
def test_each_cause_of_leaving_makes_more_leave(cause, at):
    assert hazard(**{cause: at + 0.1}) > hazard(**{cause: at}) > 0


def test_where_wages_are_equal_and_nothing_pushes_the_hazard_is_its_base():
    calm = dict.fromkeys(("wage_gap", "poverty", "repression", "conflict", "network"), 0.0)
    assert hazard(**calm, job_chance=1.0) == pytest.approx(7e-4)


def test_what_draws_is_the_expected_wage():
    """Harris & Todaro: a wage twice as high with half the chance of work draws no more."""
    assert hazard(wage_gap=1.5 + np.log(2), job_chance=0.35) == pytest.approx(hazard(), rel=1e-5)


def test_a_tenth_less_pay_at_home_sends_as_many_more_as_hanson_and_spilimbergo_found():
    rise = hazard(wage_gap=1.5 + np.log(1 / 0.9)) / hazard() - 1
    assert 0.064 <= rise <= 0.087


@given(enforcement=st.floats(0.2, 5), stay=st.floats(2, 60), response=st.floats(0.02, 0.5))
def test_enforcement_lengthens_the_stay(enforcement, stay, response):
    chance = call(migration.return_chance, enforcement, stay, response)
    assert 0 < chance < 1
    assert call(migration.return_chance, 2 * enforcement, stay, response) < chance
    assert call(migration.return_chance, 1.0, stay, response) == pytest.approx(1 - np.exp(-1 / stay), rel=1e-4)


@given(entries=st.floats(0, 1e5), stock=people, checks=st.floats(0, 0.9), noticed=shares, reach=st.floats(0.01, 0.5))
def test_records_grow_with_what_is_there_and_with_looking(entries, stock, checks, noticed, reach):
    cases = call(migration.recorded_irregular, entries, stock, checks, noticed, reach)
    assert 0 <= cases <= (entries + stock) * (1 + 1e-5) + 1e-3
    assert call(migration.recorded_irregular, entries, stock + 1e5, checks, noticed, reach) >= cases
    assert call(migration.recorded_irregular, entries + 1e5, stock, checks, noticed, reach) >= cases
    assert call(migration.recorded_irregular, entries, stock, checks + 0.1, noticed, reach) >= cases


@pytest.mark.parametrize(
    ("mechanism", "corners"),
    [
        (
            migration.departure_hazard,
            [(-2, 0.05, 0, 0, 0, 0, 1e-5, 0.1, 0, 0, 0, 0), (3, 1, 1, 1, 1, 1, 0.05, 4, 4, 4, 6, 60)],
        ),
        (migration.return_chance, [(0.1, 1, 0), (10, 240, 2)]),
        (migration.recorded_irregular, [(0, 0, 0, 0, 0), (1e6, 1e7, 1, 1, 1)]),
    ],
)
def test_values_and_gradients_are_finite_at_the_corners(mechanism, corners):
    for corner in corners:
        value, slopes = jax.value_and_grad(mechanism, argnums=tuple(range(len(corner))))(*map(a, corner))
        assert np.isfinite(value)
        assert np.isfinite(slopes).all()


@pytest.mark.parametrize("of_all", [0.0, 1e-6, 5.0])
def test_the_month_of_migrants_has_finite_gradients_whatever_the_hazard(of_all):
    def abroad(hazards):
        after = migration.migrants_next(a(1e6), a([1e4, 0]), a([1e4, 0]), hazards, a(0.1), a(0.1), a(0.1), a(0.1))
        return after.regular.sum()

    slopes = np.asarray(jax.grad(abroad)(a([of_all, 0.0])))
    assert np.isfinite(slopes).all()
    assert (slopes > 0).any()
