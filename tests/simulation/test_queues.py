"""Queues at posts: a pull has one answer, near the exact queue, and nobody is lost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from panj.simulation.queues import Met, Posts, curve, met, pull, queue


@pytest.fixture(scope="module")
def posts(simulation, draws):
    world = simulation.world
    number, members = len(world.posts), len(draws["integrity"])
    rng = np.random.default_rng(5)
    shape = (2, number, members)
    many = Posts(
        service=jnp.asarray(rng.uniform(0.02, 1.0, shape), jnp.float32),
        hours=jnp.asarray(rng.uniform(150, 720, shape), jnp.float32),
        nights=jnp.asarray(rng.uniform(1, 3, members), jnp.float32),
        backlog=jnp.asarray(rng.choice([0.0, 200.0], shape), jnp.float32),
    )
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    return world, p, many, curve(world, p, many, world.flows.only(world.heavy))


PULLS = np.linspace(0.1, 25, 60)


def test_more_pull_brings_more_people_and_more_time(posts):
    _, _, many, at = posts
    found = [met(at, jnp.full(many.service.shape, value, jnp.float32)) for value in PULLS]
    arrivals, time = (np.stack(part) for part in zip(*found, strict=True))
    assert (np.diff(arrivals, axis=0) >= -1e-3 * arrivals[1:]).all()
    assert (np.diff(time, axis=0) >= -1e-4).all()
    assert (arrivals >= 0).all()
    assert arrivals[-1].max() > 0


def test_those_who_meet_a_pull_pull_as_much(posts):
    _, _, many, at = posts
    rng = np.random.default_rng(6)
    wanted = jnp.asarray(rng.uniform(at.pull[0], 25, many.service.shape), jnp.float32)
    arrivals, time = met(at, wanted)
    assert_allclose(pull(at, arrivals, Met(arrivals, time)), wanted, rtol=1e-4)


def test_the_time_read_off_is_that_of_the_queue(posts):
    """As if at most half a per cent of the capacity more or fewer had come, and within 10 %."""
    world, p, many, at = posts
    rng = np.random.default_rng(7)
    wanted = jnp.asarray(rng.uniform(at.pull[0], 16, many.service.shape), jnp.float32)
    arrivals, time = met(at, wanted)
    some = 0.005 * jnp.asarray(world.lanes)[world.posts, None] * many.hours / many.service
    fewer, more = (queue(world, p, many, jnp.maximum(arrivals + sign * some, 0.0)).time for sign in (-1, 1))
    assert (np.asarray(time) >= 0.9 * np.asarray(fewer)).all()
    assert (np.asarray(time) <= 1.1 * np.asarray(more)).all()


def test_a_post_with_a_long_backlog_draws_nobody_whom_it_does_not_pull(posts):
    world, p, many, _ = posts
    full = many._replace(backlog=many.backlog + 1e6)
    at = curve(world, p, full, world.flows.only(world.heavy))
    arrivals, time = met(at, jnp.full(many.service.shape, 12.0, jnp.float32))
    assert (np.asarray(arrivals) < 1e-3).all()
    assert_allclose(time, at.idle, rtol=1e-5)


def test_what_comes_is_served_or_still_waits(posts):
    world, p, many, _ = posts
    lanes = np.asarray(world.lanes)[world.posts, None]
    capacity = lanes * np.asarray(many.hours) / np.asarray(many.service)
    arrivals = jnp.asarray(capacity * 1.5, jnp.float32)
    left = np.asarray(queue(world, p, many, arrivals).backlog)
    assert_allclose(left, np.asarray(many.backlog) + 0.5 * capacity, rtol=0.02, atol=5)


def test_slopes_of_arrivals_are_finite(posts):
    world, p, many, _ = posts
    flows = world.flows.only(world.heavy)

    def total(service, drawn):
        arrivals, time = met(curve(world, p, many._replace(service=service), flows), drawn)
        return jnp.log1p(arrivals).sum() + time.sum()

    for value in (0.0, 3.0, 8.0, 20.0):
        slopes = jax.grad(total, (0, 1))(many.service, jnp.full(many.service.shape, value, jnp.float32))
        assert all(np.isfinite(slope).all() for slope in slopes)


def test_every_month_finds_its_balance(history):
    assert history["residual"].max() < 5e-3
