"""Crossings: what a search, a fence and traffic make of the ways past one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from panj.simulation.crossing import standing
from panj.simulation.history import unguarded


@pytest.fixture(scope="module")
def on_the_line(simulation, draws):
    """What stands of crossings with guards everywhere and a fence as long as it may be."""
    world = simulation.world
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    setting = unguarded(world, p, jax.tree.map(lambda series: series[0], world.months))
    guarded = setting._replace(effort=setting.effort + 1.0)

    def fenced(fence):
        line = guarded.line | {"fence": jnp.full(len(world.post), fence, jnp.float32)}
        return standing(world, world.flows, p, guarded._replace(line=line))

    return fenced


def test_who_is_longer_on_a_fenced_line_is_longer_under_watch(on_the_line, draws, simulation):
    """Koopman (1946): the chance that random search misses falls with the time that one is under watch."""
    open_line, fenced = (np.asarray(on_the_line(fence).seen, float) for fence in (0.0, 0.5))
    post, rough = simulation.world.post, np.asarray(simulation.world.roughness(draws))
    hours = np.where(post[:, None], draws["round_hours"], draws["green_hours"]) * rough
    times = 1 + 0.5 * draws["fence_hours"] / hours
    np.testing.assert_allclose(np.log1p(-fenced), times * np.log1p(-open_line), rtol=1e-3, atol=1e-6)


def test_a_fence_never_makes_a_way_cheaper(on_the_line):
    costs = [np.asarray(on_the_line(fence).around) for fence in (0.0, 0.3, 1.0)]
    walked = np.isfinite(costs[0])
    assert walked.any()
    assert (np.diff(np.stack(costs)[:, walked], axis=0) > 0).all()
