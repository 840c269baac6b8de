"""Queues against exact results: Erlang C, M/M/c, M/D/c, M/E2/c, and a simulated queue through overload."""

import heapq
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.waiting import erlang_c, month_of_queue, stationary_wait, tandem


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


@given(arrivals=st.floats(0, 5000), backlog=st.floats(0, 3000), lanes=st.integers(1, 6), more=st.floats(0, 1000))
def test_more_arrivals_never_shorten_the_wait(arrivals, backlog, lanes, more):
    def month(number):
        return month_of_queue(*(jnp.asarray(v) for v in (number, backlog, lanes, 0.5, 0.8)), hours=jnp.asarray(480.0))

    few, many = month(arrivals), month(arrivals + more)
    assert float(many.wait) >= float(few.wait) * 0.98 - 1e-6
    assert float(many.backlog) >= float(few.backlog) - 1e-6
    assert float(few.backlog) >= 0


def simulated(rates, lanes, service, hours, runs=60):
    """Mean wait by month of a first-come first-served queue with random arrivals and services."""
    waits = np.zeros(len(rates))
    chance = np.random.default_rng(4)
    for _ in range(runs):
        free = [0.0] * lanes
        heapq.heapify(free)
        for month, arrivals in enumerate(rates):
            number = chance.poisson(arrivals)
            times = np.sort(chance.uniform(month * hours, (month + 1) * hours, number))
            total = 0.0
            for time, need in zip(times, chance.exponential(service, number), strict=True):
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
