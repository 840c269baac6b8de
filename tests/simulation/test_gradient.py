"""The gradient of a whole history with respect to every parameter, against central differences in double precision."""

from dataclasses import replace
from importlib import import_module

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from panj.ensembles.members import draw, luck
from panj.region import open_region
from panj.simulation import Simulation, passing, world_of

HEADLINES = {
    "what passes": ("suppression", "communication", "seized", "bribes", "wait", "crossing_traffic"),
    "what is written down": ("recorded_seizures", "recorded_trespasses", "registered_users", "recorded_migrants",
                             "declared_imports", "intercepted", "false_alarms", "recorded_assistance"),
    "institutions": ("integrity", "rigidity_added", "tension", "settled", "demarcated", "pressure", "skill"),
    "guards and donors": ("staff", "equipment", "foreign_guards", "aid_delivered", "terror_first", "drugs_in_aid"),
    "society": ("users", "income", "loyalty", "budget", "militants", "networks", "migrants", "trafficked",
                "trespasses", "drug_money", "cannabis_lot"),
    "accounts": ("opium", "opium_price", "revenue", "mirror_gap", "border_profit", "income_lost", "spill_over"),
}  # fmt: skip

UNMOVED = {
    "no cannabis": ("wild_yield", "sown_yield", "operations_spoil", "theft", "police_find"),
    "no radioactive material": ("shielded", "portal_bare", "portal_shielded", "pager_finds"),
    "no freight in transit": ("transit_share", "lorry_response"),
    "no migrants in transit": ("visa_free_pull", "guard_deterrence"),
    "no desert": ("terrain_desert",),
    "no strength of a customs service": ("strength_counters",),
    "no exemption of residents": ("exempted",),
    "only lots of the reference size, which one can carry": ("lot_effect", "green_lot"),
    "users' wants count over those of the start": ("grams_a_year",),
    "the donor whose budgets are published gave nothing before states reacted": ("security_for_borders",),
    "at rest when the clock begins: the member's integrity tells the scruples": ("scruples",),
}
"""Parameters that move none of it, by what the tiny region lacks or why none could."""

STEP = 1e-5
"""Of a parameter's size. With thirty times as much, six parameters lead somebody over a kink."""

ATOL = 1e-6
"""Change of a headline, whose size is one, that is as good as none, for a parameter that is changed by its own size."""

BATCH = 100
"""Members of a batch of differences."""


@pytest.fixture
def double(monkeypatch):
    """Double precision, and balances found to its digits."""
    monkeypatch.setattr(passing, "SWEEPS", 200)
    monkeypatch.setattr(passing, "TOLERANCE", 1e-11)
    monkeypatch.setattr(passing, "MEMORY", 5)
    monkeypatch.setattr(import_module("panj.passage.equilibrium"), "EXACT", 1e-9)
    with jax.enable_x64(True):
        yield


def awake(region):
    """The region as a world in which all that the files date acts a little, and states react from the second year."""
    world = world_of(replace(region, reacts_from=region.start + 12))
    months, network = jax.tree.map(
        lambda x: np.asarray(x, float) if x.dtype == np.float32 else x, (world.months, world.network)
    )
    raised = {
        name: {key: np.where(series == 0, 0.15, series) for key, series in getattr(months, name).items()}
        for name in ("rules", "line", "conditions")
    }
    return replace(world, months=months._replace(**raised), network=network)


def compiled(run, *given):
    """Compiled in a hurry: it runs a few times only."""
    return jax.jit(run).lower(*given).compile(compiler_options={"xla_backend_optimization_level": 0})


@pytest.mark.slow
def test_the_gradient_of_a_history_is_that_of_central_differences_in_every_parameter(double):
    region = open_region("tiny")
    world = awake(region)
    simulation = Simulation(world)
    at = {name: float(value[0]) for name, value in draw(list(region.parameters.values()), [0], 1).items()}
    chance = np.asarray(luck([0], 1, world.luck_shape), float)

    def outcomes(p, members):
        history = simulation.trace(p, jnp.asarray(np.repeat(chance, members, axis=-1)))

        def level(name):
            return jnp.arcsinh(history[name].reshape(-1, members).mean(axis=0))

        told = jnp.stack([sum(level(name) for name in names) for names in HEADLINES.values()])
        return told, history["residual"].max()

    def each(p):  # a member a headline: the slopes of a member are those of its headline
        return jnp.trace(outcomes(p, len(HEADLINES))[0])

    here = {name: jnp.full(len(HEADLINES), value) for name, value in at.items()}
    slopes = compiled(jax.grad(each), here)(here)

    by = {name: STEP * max(abs(value), 1e-3) for name, value in at.items()}
    moves = [(name, way * step) for name, step in by.items() for way in (1, -1)]
    moves += [("integrity", 0.0)] * (-len(moves) % BATCH)
    batches = []
    for first in range(0, len(moves), BATCH):
        members = {name: np.full(BATCH, value) for name, value in at.items()}
        for member, (name, step) in enumerate(moves[first : first + BATCH]):
            members[name][member] += step
        batches.append({name: jnp.asarray(values) for name, values in members.items()})
    program = compiled(lambda p: outcomes(p, BATCH), batches[0])
    told, residuals = zip(*(program(batch) for batch in batches), strict=True)
    told = np.concatenate(told, axis=1)
    assert max(residuals) < 1e-9

    wrong, unmoved = {}, set()
    for number, (name, step) in enumerate(by.items()):
        size = max(abs(at[name]), 1e-3)
        expected = (told[:, 2 * number] - told[:, 2 * number + 1]) / (2 * step) * size
        found = np.asarray(slopes[name]) * size
        if not np.allclose(found, expected, rtol=1e-3, atol=ATOL):
            wrong[name] = dict(zip(HEADLINES, zip(found, expected, strict=True), strict=True))
        if (np.abs(expected) < ATOL).all():
            unmoved.add(name)
    assert not wrong
    assert unmoved == {name for names in UNMOVED.values() for name in names}
