"""Queues against exact results: Erlang C, M/M/c, M/D/c, M/E2/c, and a simulated queue through overload."""

import heapq
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.waiting import erlang_c, let_through, month_of_queue, stationary_wait, tandem


@pytest.fixture(autouse=True)
def _double():
    with jax.enable_x64(True):
        yield


def exact_erlang_c(load: float, lanes: int) -> float:
    terms = [load**k / math.factorial(k) for k in range(lanes)]
    last = load**lanes / math.factorial(lanes) * lanes / (lanes - load)
    return last / (sum(terms) + last)


def exact_wait_constant(load: float, lanes: int) -> float:
    """M/D/c wait over the service time: the chain of the number present, a service time apart (Crommelin 1932)."""
    most = 600
    arrive = np.array([math.exp(k * math.log(load) - load - math.lgamma(k + 1)) for k in range(most)])
    present = np.zeros(most)
    present[0] = 1.0
    for _ in range(6000):
        left = np.concatenate([[present[: lanes + 1].sum()], present[lanes + 1 :]])
        new = np.convolve(left, arrive)[:most]
        if np.abs(new - present).sum() < 1e-13:
            break
        present = new
    waiting = (np.maximum(np.arange(most) - lanes, 0) * present).sum()
    return waiting / load


def exact_wait_erlang2(load: float, lanes: int) -> float:
    """M/E2/c wait over the service time: the chain of (number present, counters in the first phase)."""
    most, phase = 250, 2.0
    states = {}
    for n in range(most + 1):
        for first in range(min(n, lanes) + 1):
            states[n, first] = len(states)
    size = len(states)
    rate = np.zeros((size, size))
    for (n, first), i in states.items():
        busy = min(n, lanes)
        moves = []
        if n < most:
            moves.append(((n + 1, first + (1 if n < lanes else 0)), load))
        if first:
            moves.append(((n, first - 1), phase * first))
        if busy - first:
            moves.append(((n - 1, first + (1 if n > lanes else 0)), phase * (busy - first)))
        for to, speed in moves:
            rate[i, states[to]] += speed
            rate[i, i] -= speed
    system = rate.T.copy()
    system[0] = 1.0
    right = np.zeros(size)
    right[0] = 1.0
    chance = np.linalg.solve(system, right)
    return sum(max(n - lanes, 0) * chance[i] for (n, _), i in states.items()) / load


@given(lanes=st.integers(1, 12), use=st.floats(0.01, 0.99))
def test_chance_of_waiting_is_erlang_c(lanes, use):
    assert float(erlang_c(jnp.asarray(use * lanes), jnp.asarray(lanes))) == pytest.approx(
        exact_erlang_c(use * lanes, lanes), abs=1e-9
    )


@given(lanes=st.integers(1, 12), use=st.floats(0.05, 0.99), service=st.floats(0.01, 3.0))
def test_wait_of_random_service_is_exact(lanes, use, service):
    wait = stationary_wait(jnp.asarray(use), jnp.asarray(lanes), jnp.asarray(service), jnp.asarray(1.0))
    exact = exact_erlang_c(use * lanes, lanes) * service / (lanes * (1 - use))
    assert float(wait) == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
@pytest.mark.parametrize("use", [0.7, 0.8, 0.9])
def test_wait_of_constant_service_within_two_percent(lanes, use):
    wait = stationary_wait(jnp.asarray(use), jnp.asarray(lanes), jnp.asarray(1.0), jnp.asarray(0.0))
    assert float(wait) == pytest.approx(exact_wait_constant(use * lanes, lanes), rel=0.02)


@pytest.mark.parametrize("lanes", [1, 2, 4])
@pytest.mark.parametrize("use", [0.7, 0.85])
def test_wait_of_erlang_service_within_two_percent(lanes, use):
    wait = stationary_wait(jnp.asarray(use), jnp.asarray(lanes), jnp.asarray(1.0), jnp.asarray(0.5))
    assert float(wait) == pytest.approx(exact_wait_erlang2(use * lanes, lanes), rel=0.02)


queue = jax.jit(month_of_queue)
post = jax.jit(lambda arrivals, backlog, lanes, service, *rest: tandem(arrivals, backlog, lanes, (service,) * 2, *rest))
slope = jax.jit(jax.vmap(jax.grad(lambda *given: month_of_queue(*given).wait), in_axes=(0, *[None] * 5)))


def month(arrivals, backlog=0.0, lanes=2, service=0.25, scv=1.0, hours=480.0):
    return queue(*(jnp.asarray(value) for value in (arrivals, backlog, lanes, service, scv, hours)))


def time_at_post(arrivals, backlog=0.0, lanes=2, service=0.25, scv=1.0, hours=480.0):
    return post(*(jnp.asarray(value) for value in (arrivals, backlog, lanes, service, scv, hours))).time


stations = {
    "lanes": st.integers(1, 12),
    "service": st.floats(0.02, 1.0),
    "scv": st.floats(0.0, 3.0),
    "hours": st.floats(100.0, 744.0),
    "backlog": st.one_of(st.just(0.0), st.floats(0, 3000)),
}


def never_falls(values):
    return (np.diff(values) >= -1e-9 * np.abs(values[1:])).all()


@given(**stations)
def test_more_arrivals_never_shorten_the_wait(**station):
    """Over the whole range, and closely through the capacity."""
    capacity = station["lanes"] * station["hours"] / station["service"]
    for uses in (np.linspace(0, 4, 801), np.linspace(0.9, 1.2, 3001)):
        there = month(uses * capacity, **station)
        assert never_falls(there.wait)
        assert never_falls(there.backlog)
        assert never_falls(time_at_post(uses * capacity, **station))
        assert (there.backlog >= 0).all()
        assert (there.backlog <= station["backlog"] + uses * capacity).all()


@given(use=st.floats(0.05, 2.0), **stations)
def test_longer_service_and_backlog_lengthen_the_wait_counters_and_hours_shorten_it(use, **station):
    arrivals = use * station["lanes"] * station["hours"] / station["service"]

    def along(**changed):
        there = (arrivals, *((station | changed)[name] for name in ("backlog", "lanes", "service", "scv", "hours")))
        return month(*there).wait, time_at_post(*there)

    for wait in along(service=station["service"] * np.linspace(0.5, 2, 601)):
        assert never_falls(wait)
    for wait in along(backlog=np.linspace(0, 3000, 601)):
        assert never_falls(wait)
    for wait in along(lanes=np.arange(1, 17)):
        assert never_falls(wait[::-1])
    for wait in along(hours=station["hours"] * np.linspace(0.5, 2, 601)):
        assert never_falls(wait[::-1])


@given(**stations)
def test_the_wait_has_no_spike_at_capacity(**station):
    """From one ten thousandth of the capacity to the next its slope changes by little."""
    uses = np.linspace(0.9, 1.2, 3001)
    arrivals = uses * station["lanes"] * station["hours"] / station["service"]
    steps = np.diff(time_at_post(arrivals, **station))
    assert np.abs(np.diff(steps)).max() <= 0.08 * steps.max()  # a busy station bends within a thousandth or two
    rises = slope(jnp.asarray(arrivals), *(station[name] for name in ("backlog", "lanes", "service", "scv", "hours")))
    assert np.isfinite(rises).all()
    assert (rises >= 0).all()


def test_slopes_are_finite_where_nobody_comes_and_at_capacity():
    for arrivals in (0.0, 2 * 480 / 0.25):
        given = map(jnp.asarray, (arrivals, 0.0, 2, 0.25, 1.0, 480.0))
        slopes = jax.grad(lambda *given: month_of_queue(*given).wait, argnums=(0, 1, 3, 4, 5))(*given)
        assert np.isfinite(slopes).all()


@given(lanes=st.integers(1, 12), use=st.floats(0.05, 0.8), scv=st.floats(0.0, 2.0))
def test_far_below_capacity_the_wait_is_that_of_the_long_run(lanes, use, scv):
    hours, service = 1e6, 0.25
    there = month(use * lanes * hours / service, 0.0, lanes, service, scv, hours)
    assert float(there.wait) == pytest.approx(
        float(stationary_wait(*(jnp.asarray(value) for value in (use, lanes, service, scv)))), rel=1e-4
    )
    assert float(there.backlog) < 1e-3


@given(use=st.floats(1.5, 4.0), backlog=st.floats(0, 3000))
def test_far_above_capacity_the_wait_is_that_of_a_growing_backlog(use, backlog):
    there = month(use * 2 * 480 / 0.25, backlog)
    assert float(there.wait) == pytest.approx(backlog * 0.25 / 2 + (use - 1) * 480 / 2, rel=0.01)
    assert float(there.backlog) == pytest.approx(backlog + (use - 1) * 2 * 480 / 0.25, rel=0.001)


def test_a_backlog_that_clears_takes_the_area_of_its_triangle():
    there = month(0.5 * 2 * 480 / 0.25, 800.0)
    assert float(there.wait) == pytest.approx((800 * 0.25 / 2) ** 2 / (2 * 0.5 * 480), rel=0.01)


@given(came=st.floats(0, 1e5), capacity=st.floats(1, 1e5), scv=st.floats(0, 3))
def test_a_station_lets_through_neither_more_than_came_nor_than_it_can_serve(came, capacity, scv):
    through = float(let_through(*map(jnp.asarray, (came, capacity, scv))))
    assert 0 <= through <= min(came, capacity) * (1 + 1e-9)


def simulated(rates, lanes, service, hours, runs=60, constant=False):
    """Mean wait by month of a first-come first-served queue with random arrivals and random or constant services."""
    waits = np.zeros(len(rates))
    chance = np.random.default_rng(4)
    for _ in range(runs):
        free = [0.0] * lanes
        heapq.heapify(free)
        for month, arrivals in enumerate(rates):
            number = chance.poisson(arrivals)
            times = np.sort(chance.uniform(month * hours, (month + 1) * hours, number))
            total = 0.0
            needs = np.full(number, service) if constant else chance.exponential(service, number)
            for time, need in zip(times, needs, strict=True):
                begin = max(heapq.heappop(free), time)
                heapq.heappush(free, begin + need)
                total += begin - time
            waits[month] += total / number / runs
    return waits


def test_overload_and_its_clearing_match_a_simulated_queue():
    lanes, service, hours = 3, 0.5, 480.0
    capacity = lanes * hours / service
    uses = [0.8, 1.15, 1.3, 0.8, 0.6, 0.7]
    expected = simulated([use * capacity for use in uses], lanes, service, hours)
    backlog, waits = jnp.asarray(0.0), []
    for use in uses:
        month = month_of_queue(
            jnp.asarray(use * capacity), backlog, *(jnp.asarray(v) for v in (lanes, service, 1.0, hours))
        )
        backlog = month.backlog
        waits.append(float(month.wait))
    np.testing.assert_allclose(waits, expected, rtol=0.12, atol=0.3)


@pytest.mark.parametrize("service", ["random", "constant"])
@pytest.mark.parametrize("use", [0.9, 0.95, 0.98, 1.0, 1.02, 1.05, 1.1])
def test_a_month_from_empty_near_capacity_matches_a_simulated_queue(use, service):
    lanes, need, hours = 2, 0.25, 240.0
    expected = simulated([use * lanes * hours / need], lanes, need, hours, runs=120, constant=service == "constant")
    there = month(use * lanes * hours / need, 0.0, lanes, need, float(service == "random"), hours)
    assert float(there.wait) == pytest.approx(expected[0], rel=0.2)


def test_months_at_capacity_match_a_simulated_queue():
    lanes, need, hours = 2, 0.25, 240.0
    uses = [1.0, 1.0, 1.02, 0.98]
    expected = simulated([use * lanes * hours / need for use in uses], lanes, need, hours, runs=120)
    backlog, waits = 0.0, []
    for use in uses:
        there = month(use * lanes * hours / need, backlog, lanes, need, 1.0, hours)
        backlog = there.backlog
        waits.append(float(there.wait))
    np.testing.assert_allclose(waits, expected, rtol=0.2)


def test_two_sides_take_the_sum_of_both_below_capacity():
    lanes, hours, slow, quick = 2, 480.0, 0.6, 0.4
    arrivals = 0.7 * lanes * hours / slow
    post = tandem(
        *(jnp.asarray(v) for v in (arrivals, 0.0, lanes)),
        (jnp.asarray(slow), jnp.asarray(quick)),
        jnp.asarray(1.0),
        jnp.asarray(hours),
    )
    each = [exact_erlang_c(arrivals / hours * s, lanes) * s / (lanes - arrivals / hours * s) + s for s in (slow, quick)]
    assert float(post.time) == pytest.approx(sum(each), rel=0.01)
    assert float(post.backlog) < 1e-3
