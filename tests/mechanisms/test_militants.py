"""Militants: signs of every cause, fixed point, closed forms, spill-over."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import militants

shares = st.floats(0, 1)
STRENGTH = {
    "recruits": 10.0,
    "room_draws": 1.0,
    "unrest_draws": 1.0,
    "disloyalty_draws": 1.0,
    "militant_share": 0.06,
    "money_half": 1e6,
    "money_adds": 1.5,
    "militant_months": 36.0,
    "exposure": 1.2,
    "campaign_toll": 0.4,
    "restriction_toll": 0.02,
}
CALM = {
    "militants": 800.0,
    "room": 0.0,
    "unrest": 0.0,
    "loyalty": 1.0,
    "drug_money": 0.0,
    "sanctuary": 1.0,
    "campaign": 0.0,
    "restriction": 0.0,
}
RAIDS = {
    "raid_men": 100.0,
    "raid_share": 0.05,
    "guards_deter": 0.55,
    "mines_stop": 0.04,
    "strengthening_deters": 0.3,
    "loss_frees": 1.5,
}
OPEN = {"militants": 800.0, "gap": 1.0, "foreign_guards": 0.0, "mines": 0.0, "strengthening": 0.0, "control_loss": 0.0}


def strength(**causes):
    return float(militants.militants_next(**{k: jnp.asarray(v) for k, v in {**CALM, **causes, **STRENGTH}.items()}))


def raids(**causes):
    return float(militants.raids(**{k: jnp.asarray(v) for k, v in {**OPEN, **causes, **RAIDS}.items()}))


@pytest.mark.parametrize(
    ("cause", "low", "high", "sign"),
    [
        ("room", 0.0, 1.0, 1),
        ("unrest", 0.0, 1.0, 1),
        ("loyalty", 0.0, 1.0, -1),
        ("drug_money", 0.0, 2e7, 1),
        ("sanctuary", 0.0, 1.0, 1),
        ("campaign", 0.0, 1.0, -1),
        ("restriction", 0.0, 1.0, -1),
    ],
)
@given(where=shares, before=st.floats(1, 5000))
def test_every_cause_moves_strength_its_way(cause, low, high, sign, where, before):
    point = low + 0.9 * where * (high - low)
    less, more = (strength(**{cause: x, "militants": before}) for x in (point, point + 0.1 * (high - low)))
    assert sign * (more - less) > 0


def test_strength_settles_where_joining_meets_leaving():
    assert strength(militants=360.0) == pytest.approx(360.0, rel=1e-5)


def test_a_campaign_takes_what_its_rate_says():
    number, rate = 1000.0, 1 / 36 + 0.4
    for _ in range(4):
        number = strength(militants=number, campaign=1.0)
    assert number == pytest.approx(10 / rate + (1000 - 10 / rate) * np.exp(-4 * rate), rel=1e-5)


@given(money=st.floats(0, 1e9))
def test_money_without_stint_adds_no_more_than_its_share(money):
    grown = strength(militants=0.0, drug_money=money) / strength(militants=0.0)
    assert 1 - 1e-5 <= grown <= 1 + STRENGTH["money_adds"] + 1e-5


def test_an_open_border_is_raided_by_its_bands():
    assert raids() == pytest.approx(800 / 100 * 0.05)
    assert raids(gap=0.0) == 0


@pytest.mark.parametrize(
    ("cause", "sign"), [("gap", 1), ("control_loss", 1), ("foreign_guards", -1), ("strengthening", -1)]
)
@given(where=st.floats(0, 0.9))
def test_every_cause_moves_raids_its_way(cause, sign, where):
    assert sign * (raids(**{cause: where + 0.1}) - raids(**{cause: where})) > 0


def test_mines_do_next_to_nothing_against_raids():
    assert raids(mines=1.0) == pytest.approx(raids(), rel=0.1)


@given(now=shares, ranking=shares)
def test_repression_stays_a_share_and_follows_the_ranking(now, ranking):
    def after(first):
        return float(militants.repression_next(jnp.asarray(now), jnp.asarray(first), 0.25, 0.3, 10.0))

    assert 0 <= after(ranking) <= 1
    assert after(1.0) >= after(ranking) >= after(0.0)


def test_repression_rests_at_its_own_level_without_the_ranking():
    assert float(militants.repression_next(0.25, 0.0, 0.25, 0.3, 10.0)) == pytest.approx(0.25)


@given(unrest=st.lists(shares, min_size=1, max_size=6))
def test_spill_over_is_a_chance_that_grows_with_every_state(unrest):
    def out(of):
        return float(militants.spill_over(jnp.asarray(of), jnp.asarray(0.15)))

    assert 0 <= out(unrest) <= 1
    assert out([*unrest, 0.5]) > out(unrest)
    assert out([1.0, 1.0]) == pytest.approx(1 - 0.85**2)


def test_gradients_are_finite_with_no_one_and_no_money():
    def total(number, money, base):
        causes = CALM | {"militants": number, "drug_money": money, "sanctuary": base}
        return militants.militants_next(**causes, **STRENGTH)

    for point in ((0.0, 0.0, 0.0), (0.0, -1e6, 1.0), (1e4, 1e9, 0.5)):
        assert np.isfinite(jax.grad(total, argnums=(0, 1, 2))(*point)).all()
