"""Laws of the small mechanisms: bounds, monotonicity, limits."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import bribery, capability, choice, demand, detection, recording

shares = st.floats(0, 1)
amounts = st.floats(0, 1e5)
rates = st.floats(1e-6, 10)


def value(result):
    return float(np.asarray(result))


def a(number):
    return jnp.asarray(number, jnp.float32)


@given(rate=rates, effort=st.floats(0, 100), more=st.floats(0, 100))
def test_more_effort_never_finds_less_and_never_more_than_all(rate, effort, more):
    few, many = (value(detection.found(a(rate), a(e))) for e in (effort, effort + more))
    assert 0 <= few <= many + 1e-6 <= 1 + 2e-6


def test_found_once_at_half():
    assert value(detection.found(a(1.0), a(np.log(2)))) == pytest.approx(0.5, rel=1e-6)


@given(lot=st.floats(0.1, 1e4), elasticity=st.floats(0, 1.5))
def test_bulky_lots_are_found_more_often(lot, elasticity):
    assert value(detection.bulk(a(2 * lot), a(20.0), a(elasticity))) >= value(
        detection.bulk(a(lot), a(20.0), a(elasticity))
    )
    assert value(detection.bulk(a(20.0), a(20.0), a(elasticity))) == pytest.approx(1)


@given(skill=shares, equipment=amounts, boost=st.floats(0, 5))
def test_equipment_helps_up_to_its_boost(skill, equipment, boost):
    worth = value(detection.quality(a(skill), a(equipment), a(boost), a(2000.0)))
    assert skill - 1e-6 <= worth <= skill * (1 + boost) + 1e-6


def test_search_is_shared_among_vehicles_and_ends():
    def minutes(vehicles, inspected=1.0):
        return value(detection.search_minutes(a(10.0), a(0.25), a(160.0), a(vehicles), a(60.0), a(inspected)))

    assert minutes(0.0) == pytest.approx(60.0)
    assert minutes(99_999.0) == pytest.approx(10 * 0.25 * 160 * 60 / 100_000, rel=0.01)
    assert minutes(99.0) >= minutes(999.0) >= minutes(9_999.0)
    assert minutes(0.0, 0.5) == pytest.approx(30.0)  # half are not opened, with all the time in the world
    assert minutes(99_999.0, 0.5) == pytest.approx(minutes(99_999.0), rel=0.02)  # nor are there, with too little


@given(finds=st.floats(0.001, 0.9), longest=st.floats(5, 2000))
def test_a_full_search_finds_what_it_is_said_to_find(finds, longest):
    rate = detection.sight_in_search(a(finds), a(longest))
    assert value(detection.found(rate, a(longest))) == pytest.approx(finds, rel=1e-4)


@given(share=shares, checks=shares, adds=shares)
def test_strict_checks_add_to_the_time_of_searches_and_never_more_than_there_is(share, checks, adds):
    def time(checks):
        return value(detection.time_on_search(a(share), a(checks), a(adds)))

    assert time(0.0) == pytest.approx(share)
    assert share - 1e-6 <= time(checks) <= time(1.0) + 1e-6 <= 1 + 2e-6


@given(integrity=shares, at_most=shares, stake=amounts)
def test_a_bribe_is_likelier_with_more_at_stake_and_less_integrity(integrity, at_most, stake):
    def chance(i, s):
        return value(bribery.let_go(a(i), a(at_most), a(s), a(500.0)))

    assert 0 <= chance(integrity, stake) <= at_most + 1e-6
    assert chance(integrity, 2 * stake) >= chance(integrity, stake) - 1e-7
    assert chance(min(1, integrity + 0.1), stake) <= chance(integrity, stake) + 1e-7
    assert chance(1.0, stake) == 0


@given(found=shares, let_go=shares, stake=amounts, price=shares)
def test_a_bribe_never_costs_more_than_the_seizure(found, let_go, stake, price):
    loss = value(bribery.expected_loss(a(found), a(let_go), a(stake), a(price)))
    assert -1e-3 <= loss <= found * stake * (1 + 1e-5) + 1e-3


@given(integrity=shares, opacity=shares)
def test_tolls_grow_with_rigidity_and_vanish_with_integrity(integrity, opacity):
    def pays(i, o):
        return value(bribery.toll(a(i), a(o), a(60.0)))

    assert pays(integrity, opacity) <= pays(integrity, min(1.0, opacity + 0.1)) + 1e-4
    assert pays(1.0, opacity) == 0
    assert pays(integrity, 0.0) == 0


@given(costs=st.lists(st.one_of(st.floats(0, 1000), st.just(float("inf"))), min_size=2, max_size=4))
def test_ways_past_a_crossing_share_all_or_nothing(costs):
    cost = a(costs)[:, None]
    share = np.asarray(choice.nest_shares(cost, a([10.0])))[:, 0]
    nest = value(choice.nest_cost(cost, a([10.0]))[0])
    if np.isfinite(costs).any():
        assert share.sum() == pytest.approx(1, abs=1e-5)
        assert nest <= min(costs) + 1e-2
        assert all(share[i] == 0 for i, c in enumerate(costs) if np.isinf(c))
    else:
        assert share.sum() == 0
        assert np.isinf(nest)


def test_two_ways_follow_the_closed_form():
    share = np.asarray(choice.nest_shares(a([[3.0], [5.0]]), a([2.0])))[:, 0]
    assert share[0] / share[1] == pytest.approx(np.exp(1), rel=1e-5)


@given(free=st.floats(-50, 1000), added=st.floats(0, 1000), elasticity=st.floats(0, 4))
def test_nobody_goes_more_because_it_costs_more(free, added, elasticity):
    def goes(cost):
        return value(demand.share_that_goes(a(cost), a(free), a(5.0), a(elasticity)))

    assert goes(free) == pytest.approx(1)
    assert 0 <= goes(free + added + 1) <= goes(free + added) + 1e-6 <= 1 + 2e-6


def test_elasticity_is_one_percent_for_one_percent():
    lost = 1 - value(demand.share_that_goes(a(101.0), a(100.0), a(1.0), a(0.7)))
    assert lost == pytest.approx(0.007, rel=1e-2)


def test_no_way_open_means_nobody_goes():
    assert value(demand.share_that_goes(a(jnp.inf), a(10.0), a(1.0), a(0.5))) == 0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(-2, 2), st.floats(0, 2))
def test_a_delivery_lies_in_its_range_and_rises_with_its_place(low, more, most, place, further):
    ends = (low, low + more, low + more + most)
    worth = [value(capability.in_range(*map(a, ends), a(at))) for at in (-1.0, 0.0, 1.0)]
    assert worth == pytest.approx(ends, rel=1e-5, abs=1e-2)
    here, there = (value(capability.in_range(*map(a, ends), a(at))) for at in (place, place + further))
    assert 0 <= here <= there + 1e-3 * (1 + abs(there))
    if abs(place) <= 1:
        assert ends[0] - 0.1 - 1e-5 * ends[2] <= here <= ends[2] + 0.1 + 1e-5 * ends[2]


@given(stock=amounts, delivered=amounts, in_use=shares, life=st.floats(1.1, 500))
def test_equipment_is_lost_with_time_and_never_negative(stock, delivered, in_use, life):
    after = value(capability.donated_next(a(stock), a(delivered), a(in_use), a(life)))
    assert 0 <= after <= stock + delivered * in_use + 1e-2


@given(own=shares, taught=shares, turnover=shares, training=st.floats(0, 50), effect=st.floats(0, 2))
def test_skill_stays_a_share(own, taught, turnover, training, effect):
    after = value(capability.taught_next(a(taught), a(own), a(turnover), a(training), a(effect)))
    assert -1e-6 <= after <= 1 - own + 1e-6


def test_without_training_what_was_taught_leaves_with_staff():
    assert value(capability.taught_next(a(0.2), a(0.5), a(0.1), a(0.0), a(0.5))) == pytest.approx(0.18)


def test_records_are_unbiased_in_the_mean():
    luck = jnp.asarray(np.random.default_rng(0).standard_normal(200_000), jnp.float32)
    kept = recording.recorded(a(100.0), a(0.8), luck, a(0.6))
    assert float(kept.mean()) == pytest.approx(80, rel=0.01)
    assert float(kept.min()) > 0
