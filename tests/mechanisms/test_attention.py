"""Attention, ranking and aid: fading is exact, shares sum to one, money is conserved."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import attention

shares = st.floats(0, 1)
USUAL = 0.08


def later(now, attack=0.0, threat=0.0, fading=6.0):
    return float(attention.attention_next(*map(jnp.asarray, (now, attack, threat)), 1.0, 0.01, USUAL, fading))


def weights(first, mandate):
    return [float(x) for x in attention.aid_weights(jnp.asarray(first), jnp.asarray(mandate), 1.0, 1.4)]


def aid(promised, pledged):
    return [float(x) for x in attention.aid_month(jnp.asarray(promised), jnp.asarray(pledged), 18.0, 0.78)]


def pledges(notice, given):
    """What each of some states is promised, of what each was given."""
    given = jnp.asarray(given, jnp.float32)
    return np.asarray(attention.pledges(jnp.asarray(notice), given, given.mean(), 5e5, USUAL, 0.78))


@given(now=st.floats(0, 3), attack=shares, threat=shares)
def test_attention_moves_towards_the_usual_and_jumps_with_attacks(now, attack, threat):
    assert min(now, USUAL) - 1e-6 <= later(now) <= max(now, USUAL) + 1e-6
    assert later(now, attack, threat) == pytest.approx(later(now) + attack + 0.01 * threat, abs=1e-5)


@given(over=st.floats(0.01, 2), months=st.integers(1, 36), fading=st.floats(2, 12))
def test_fading_is_exact_over_any_number_of_months(over, months, fading):
    now = USUAL + over
    for _ in range(months):
        now = later(now, fading=fading)
    assert now - USUAL == pytest.approx(over / (1 + over * months / fading), rel=1e-3)


def test_fading_is_fast_at_first_as_the_polls_show():
    """Half-lives of 3.4 months in the first months and of 8.6 over the first year (Gallup): ever slower, never gone."""
    course = [1.0 + USUAL]
    for _ in range(60):
        course.append(later(course[-1]))
    over = np.asarray(course) - USUAL
    half_life = np.log(0.5) / np.log(over[1:] / over[:-1])
    assert (np.diff(half_life) > 0).all()
    assert half_life[0] < 8.6 < half_life[11]
    assert over[11] == pytest.approx(19 / 46, abs=0.1)


@given(first=shares, mandate=shares)
def test_weights_are_shares_and_the_ranking_takes_from_drugs(first, mandate):
    now = weights(first, mandate)
    assert sum(now) == pytest.approx(1, abs=1e-5)
    assert min(now) >= 0
    assert weights(1.0, mandate)[2] <= now[2] + 1e-6 <= weights(0.0, mandate)[2] + 2e-6
    assert weights(first, 1.0)[2] == pytest.approx(1)


def test_without_a_ranking_no_threat_is_singled_out():
    assert weights(0.0, 0.0) == pytest.approx([1 / 3] * 3, rel=1e-5)


@given(notice=st.floats(0, 2))
def test_attention_lifts_terror_in_the_ranking(notice):
    def first(of):
        return float(attention.terror_first(jnp.asarray(of), 0.1, 2.0))

    assert first(0.0) == pytest.approx(0.1)
    assert first(notice) < first(notice + 0.1) <= 1


@given(promised=st.floats(0, 1e8), pledged=st.floats(0, 2e6))
def test_every_promised_dollar_is_owed_arrives_or_is_lost(promised, pledged):
    owed, arrives = aid(promised, pledged)
    assert owed + arrives / 0.78 == pytest.approx(promised + pledged, rel=1e-5, abs=1)


@given(notice=st.floats(0, 2), past=st.lists(st.floats(0, 1e6), min_size=2, max_size=8))
def test_the_past_divides_promises_and_does_not_make_them(notice, past):
    assert pledges(notice, past).sum() == pytest.approx(5e5 * notice * len(past), rel=1e-4, abs=1)


@given(notice=st.floats(0.1, 2), past=st.floats(1e4, 1e6))
def test_donors_go_on_giving_to_those_they_gave_to_and_forget_nobody(notice, past):
    more, less, none = pledges(notice, [past, past / 2, 0.0])
    assert more > less > none > 0


def test_where_nothing_was_given_all_are_promised_the_same():
    assert pledges(1.0, [0.0, 0.0]) == pytest.approx([5e5, 5e5], rel=1e-5)


def parts(given_by_donors):
    """The part of each donor in each state, of what each gave to each."""
    given = jnp.asarray(given_by_donors, jnp.float32)
    whole = given.sum(axis=0)
    return np.asarray(
        [attention.part_of_one_donor(whole, one, whole.mean(), one.mean(), 5e5, USUAL, 0.78) for one in given]
    )


some = st.floats(1e3, 1e6) | st.just(0.0)


@given(past=st.lists(st.tuples(some, some, some), min_size=1, max_size=5), more=st.floats(1e3, 1e6))
def test_parts_of_all_donors_are_the_whole_wherever_anything_was_given(past, more):
    shares = parts([*past, (more, 0.0, 0.0)])
    assert shares.sum(axis=0) == pytest.approx([1.0] * 3, rel=1e-4)
    assert (shares >= 0).all()


def test_one_donor_alone_promises_everything_and_nobody_does_before_there_is_any():
    assert parts([(2e5, 0.0)])[0] == pytest.approx([1.0, 1.0], rel=1e-5)
    np.testing.assert_array_equal(parts([(0.0, 0.0), (0.0, 0.0)]), 0.0)


@given(notice=st.floats(0.1, 2), one=st.lists(st.floats(1e3, 1e6), min_size=3, max_size=3), other=some)
def test_over_states_a_donor_promises_its_part_of_what_was_given(notice, one, other):
    """What it gave says where it goes: another donor's gifts to a state draw none of its money there."""
    given = np.asarray([one, [other, 0.0, 0.0]])
    promised = pledges(notice, given.sum(axis=0)) * parts(given)
    assert promised[0].sum() / promised.sum() == pytest.approx(given[0].sum() / given.sum(), rel=1e-3)
    usual = 0.78 * 5e5 * USUAL * given[0].sum() / given.sum()
    assert promised[0] / promised[0].sum() == pytest.approx((given[0] + usual) / (given[0] + usual).sum(), rel=1e-3)


def test_steady_attention_brings_its_aid_after_the_delay():
    owed, course = 0.0, []
    for _ in range(240):
        owed, arrives = aid(owed, 5e5)
        course.append(arrives)
    assert course[-1] == pytest.approx(0.78 * 5e5, rel=1e-4)
    assert course[17] == pytest.approx((1 - np.exp(-1)) * course[-1], rel=1e-4)


@given(trouble=shares, notice=st.floats(0, 2))
def test_attention_calms(trouble, notice):
    acute = float(attention.acuteness(jnp.asarray(trouble), jnp.asarray(notice), 0.25))
    assert trouble * np.exp(-0.5) - 1e-6 <= acute <= trouble + 1e-6
    assert float(attention.acuteness(1.0, 1.0, 0.25)) < float(attention.acuteness(1.0, 0.5, 0.25))


def test_gradients_are_finite_at_the_usual_level():
    for now in (0.0, USUAL, 2.0):
        assert np.isfinite(
            jax.grad(attention.attention_next, argnums=(0, 1, 5, 6))(now, 0.0, 0.0, 1.0, 0.01, USUAL, 6.0)
        ).all()
    assert np.isfinite(jax.grad(lambda x: attention.aid_weights(x, 0.0, 1.0, 1.4).drugs)(0.0))
