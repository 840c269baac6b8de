"""Traffic outside the study: those who search share their time over it, and nothing else changes."""

from dataclasses import replace
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from panj.ensembles.members import luck
from panj.simulation import Simulation, world_of
from panj.simulation.crossing import counters

POST = "north-gate"
TRAFFIC = [0, 1, 30, 1_000, 30_000, 1_000_000, 30_000_000]


def beside(tiny, **traffic):
    """The region with other traffic at one post, for two months."""
    post = tiny.crossings[POST].model_copy(update=traffic)
    return world_of(replace(tiny, crossings=tiny.crossings | {POST: post}, end=tiny.start + 1))


@pytest.fixture(scope="module")
def at_counters(draws):
    """What everyone meets at all posts of a world, with officers and traffic as they may be."""
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    members = len(draws["integrity"])

    def meet(world):
        rng = np.random.default_rng(8)
        officers = rng.uniform(0, 300, (2, len(world.post), members))
        time, arrivals = rng.uniform(0, 9, (2, 2, len(world.posts), members)) * [[[[1]]], [[[500]]]]
        searching = jnp.asarray(rng.uniform(0, 1, (2, len(world.posts), members)), jnp.float32)
        setting = SimpleNamespace(officers=jnp.asarray(officers, jnp.float32), searching=searching)
        return counters(world, p, setting, *(jnp.asarray(of, jnp.float32) for of in (time, arrivals)))

    return meet


@pytest.fixture(scope="module")
def here(tiny, simulation):
    """Which links of posts are those of the post."""
    return np.asarray([list(tiny.crossings)[link // 2] == POST for link in simulation.world.posts])


@pytest.mark.parametrize("kind", ["other_vehicles", "other_travellers"])
def test_more_other_traffic_never_lengthens_a_search(tiny, at_counters, here, kind):
    found = [np.asarray(at_counters(beside(tiny, **{kind: many})).minutes)[:, here] for many in TRAFFIC]
    assert (np.diff(found, axis=0) <= 0).all()
    assert (found[-1] < 0.1 * found[0]).all()


def test_a_traveller_takes_less_of_the_searchers_than_a_lorry(tiny, at_counters, here):
    lorries = at_counters(beside(tiny, other_vehicles=3_000)).minutes
    travellers = at_counters(beside(tiny, other_travellers=3_000)).minutes
    assert (np.asarray(lorries)[:, here] < np.asarray(travellers)[:, here]).all()


def test_other_traffic_is_felt_at_its_post_alone_and_makes_no_queue(tiny, at_counters, here):
    usual, busy = (at_counters(beside(tiny, other_vehicles=many)) for many in (None, 30_000))
    np.testing.assert_array_equal(np.asarray(busy.minutes)[:, ~here], np.asarray(usual.minutes)[:, ~here])
    np.testing.assert_array_equal(busy.time, usual.time)


def test_none_is_as_if_the_column_were_not_there(simulation):
    assert not simulation.world.other_traffic.any()


def test_both_ways_share_the_searchers_with_it(tiny):
    world = beside(tiny, other_vehicles=70, other_travellers=900)
    links = np.flatnonzero(world.other_traffic.any(axis=0))
    assert [list(tiny.crossings)[link // 2] for link in links] == [POST, POST]
    np.testing.assert_array_equal(world.other_traffic[:, links], [[70, 70], [900, 900]])


def test_where_much_else_passes_less_is_found(tiny, draws):
    """Contraband and drugs that come to posts; how many go round them instead may only rise where searches are long."""
    posts = {id: c for id, c in tiny.crossings.items() if c.kind == "post"}
    busy = {id: post.model_copy(update={"other_vehicles": 1e6}) for id, post in posts.items()}
    seized = []
    for crossings in (tiny.crossings, tiny.crossings | busy):
        world = world_of(replace(tiny, crossings=crossings, end=tiny.start + 1))
        run = Simulation(world).run(draws, luck(range(4), 1, world.luck_shape))
        seized.append(run["seized"].sum(axis=(1, 2)) / run["arrived"][:, :, world.flows.harmful].sum(axis=(1, 2)))
    assert (seized[1] < seized[0]).all()
