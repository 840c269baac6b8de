"""Laws of a whole history: conservation, bounds, monotonicity, the same luck, batch equals loop."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from panj.ensembles.batches import kept
from panj.ensembles.members import draw, luck
from panj.simulation import Simulation, quantities, world_of
from panj.simulation.crossing import BULKIEST_KG, sight_of_lot


def test_every_quantity_is_there_with_its_axes(history, simulation, tiny):
    length = {
        "member": 4,
        "month": len(simulation.world.clock),
        "flow": len(tiny.flows),
        "border": len(tiny.borders),
        "state": len(tiny.states),
        "crossing": len(tiny.crossings),
        "route": sum(len(flow.route) for flow in tiny.flows.values()),
    }
    assert set(history) == {quantity.name for quantity in quantities()}
    for quantity in quantities():
        apart = ("member",) if quantity.mean_over_members else ()
        assert history[quantity.name].shape == tuple(length[axis] for axis in (*apart, *quantity.axes)), quantity.name


def test_members_that_only_fill_a_batch_do_not_enter_its_mean(history):
    first = kept(history, 2)["crossing_traffic"]
    np.testing.assert_allclose(first, history["crossing_traffic"][:2].mean(axis=0), rtol=1e-5)
    assert not np.allclose(first, history["crossing_traffic"].mean(axis=0))


def test_what_crosses_at_crossings_is_what_crosses_borders(history):
    crossings = history["crossing_traffic"].sum(axis=2)
    np.testing.assert_allclose(crossings, history["passed"].sum(axis=3), rtol=1e-3, atol=1e-2)


def test_what_sets_out_arrives_or_is_taken(history):
    np.testing.assert_allclose(history["arrived"] + history["seized"], history["sent"], rtol=2e-4, atol=1e-3)


def test_nobody_sets_out_who_did_not_want_to(history):
    assert (history["sent"] <= history["potential"] * (1 + 1e-5)).all()
    assert (history["sent"] >= 0).all()


def test_what_is_taken_is_taken_at_some_border(history):
    np.testing.assert_allclose(history["seized_at"].sum(axis=3), history["seized"], rtol=1e-3, atol=1e-3)


def test_the_green_border_is_part_of_all_crossings(history):
    assert (history["passed_green"] <= history["passed"] * (1 + 1e-5) + 1e-6).all()


def test_what_goes_forth_is_the_part_of_what_passes_that_goes_one_way(history):
    forth, passed = history["passed_forth"], history["passed"]
    assert (forth >= 0).all()
    assert (forth <= passed * (1 + 1e-5) + 1e-6).all()
    assert 0.1 < forth.sum() / passed.sum() < 0.9, "journeys go both ways"


def test_a_lot_beyond_the_largest_hauls_is_found_no_more_often_for_its_weight(simulation, draws):
    """The elasticity tells of drugs from courier loads to record hauls (PE128, PE129), not of a lorry's load."""
    flows = simulation.world.flows
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    goods = np.flatnonzero(flows.kg > 0)

    def sight(kg):
        units = np.where(flows.kg > 0, kg / np.maximum(flows.kg, 1e-6), 1.0)[:, None, None]
        return np.asarray(sight_of_lot(flows, jnp.asarray(units, jnp.float32), p))[goods]

    assert (sight(100.0) < sight(BULKIEST_KG)).all()
    np.testing.assert_allclose(sight(10_000.0), sight(BULKIEST_KG), rtol=1e-5)


@pytest.mark.parametrize("name", ["suppression", "communication", "detection_green", "rigidity", "skill"])
def test_shares_are_shares(history, name):
    known = history[name][np.isfinite(history[name])]
    assert (known >= -1e-6).all()
    assert (known <= 1 + 1e-6).all()


def test_routes_take_no_more_than_all(history):
    assert (history["route_share"] >= 0).all()
    assert (history["route_share"] <= 1 + 1e-4).all()


def test_most_months_settle(history):
    assert np.quantile(history["residual"], 0.9) < 0.02


def test_nobody_goes_to_or_round_a_post_that_does_not_exist(tiny, draws, history):
    busiest = int(history["crossing_traffic"].sum(axis=(0, 1, 3)).argmax())
    id, post = list(tiny.crossings.items())[busiest]
    unbuilt = tiny.crossings | {id: post.model_copy(update={"opened": "2099"})}
    world = world_of(replace(tiny, crossings=unbuilt, end=tiny.start + 1))
    traffic = Simulation(world).run(draws, luck(range(4), 1, world.luck_shape))["crossing_traffic"].sum(axis=(0, 1, 3))
    assert traffic[busiest] == 0
    assert traffic.sum() > 0


def test_nobody_goes_round_a_bridge_that_is_shut(tiny, draws):
    shut = next(rule for rule in tiny.rules.values() if rule.lever == "closure" and "wend-bridge" in rule.scope)
    always = shut.model_copy(
        update={"from_": "1991-01", "to": "", "value": 1.0, "applies_to": ("all",), "direction": "both"}
    )
    world = world_of(replace(tiny, rules=tiny.rules | {shut.id: always}, end=tiny.start + 1))
    traffic = Simulation(world).run(draws, luck(range(4), 1, world.luck_shape))["crossing_traffic"].sum(axis=(0, 1, 3))
    by_id = dict(zip(tiny.crossings, traffic.sum(axis=tuple(range(1, traffic.ndim))), strict=True))
    assert by_id["wend-bridge"] == 0
    assert by_id["no-so-river-green"] > 0


@pytest.fixture(scope="module")
def in_parties(tiny, draws, chance):
    """Two months in which opiates cannot hide and four people carry a lot of contraband over the green border."""
    rows = {"opiates": {"hides": False}, "contraband": {"party": 4}}
    flows = tiny.flows | {flow: tiny.flows[flow].model_copy(update=row) for flow, row in rows.items()}
    world = world_of(replace(tiny, flows=flows, end=tiny.start + 1))
    return world, Simulation(world).run(draws, chance[:2])


def test_what_cannot_hide_keeps_off_the_posts(tiny, in_parties):
    world, run = in_parties
    number = list(tiny.flows).index("opiates")
    passed, green = (run[name][:, :, number] for name in ("passed", "passed_green"))
    assert passed.sum() > 0
    np.testing.assert_allclose(green, passed, rtol=1e-5)
    assert not world.flows.hides[number]
    assert world.flows.harmful[number]


def test_those_who_are_written_down_are_people_and_not_journeys(tiny, history, in_parties):
    """A party is no easier to see than one: as many journeys are noticed, and four times as many people at most."""
    number = list(tiny.flows).index("contraband")
    run = in_parties[1]
    around = [of["passed_green"][:, 0, number].sum(axis=1) for of in (history, run)]
    np.testing.assert_allclose(*around, rtol=0.1)  # those who hold the line meet more opiates, and are paid for it
    few, many = (of["recorded_trespasses"][:, 0].sum(axis=1) for of in (history, run))
    assert (few < many).all()
    assert (many < 4 * few).all()


def test_each_side_writes_down_its_part(history):
    first, both = history["recorded_trespasses_first"], history["recorded_trespasses"]
    assert (first >= 0).all()
    assert (first <= both * (1 + 1e-5)).all()
    assert 0.05 < first.sum() / both.sum() < 0.95, "both sides look"


def test_more_guards_leave_less_to_arrive(history, changed, simulation):
    harmful = simulation.world.flows.harmful
    more = changed(strength_scale=3.0, strength_foreign=3.0, strength_counters=3.0)
    arrived, fewer = (run["arrived"][:, :, harmful].sum(axis=(1, 2)) for run in (history, more))
    assert (fewer < arrived).all()


def test_slower_counters_keep_honest_travellers_at_home(history, changed):
    slow = changed(service_lorry=4.0, service_person=4.0)
    assert (slow["communication"].mean(axis=1) < history["communication"].mean(axis=1)).all()


def test_less_integrity_means_fewer_seizures(history, changed, simulation):
    harmful = simulation.world.flows.harmful
    corrupt = changed(integrity=0.3)
    fewer, seized = (run["seized"][:, :12, harmful].sum(axis=(1, 2)) for run in (corrupt, history))
    assert (fewer < seized).all()  # in the first year: later more is smuggled, too (R1)


def test_more_findings_for_sale_mean_more_bribes(history, changed):
    for_sale, clean = changed(bribe_at_finding=1.3), changed(bribe_at_finding=1e-3, bribe_lorry=1e-3, bribe_person=1e-3)
    assert (for_sale["bribes"].sum(axis=(1, 2)) > clean["bribes"].sum(axis=(1, 2))).all()
    assert (history["bribes"].sum(axis=(1, 2)) > clean["bribes"].sum(axis=(1, 2))).all()


def test_a_batch_is_a_loop_over_its_members(history, simulation, tiny):
    best = int(history["residual"].max(axis=1).argmin())  # rounding differs, and is only as small as the residual
    alone = Simulation(simulation.world).run(
        draw(list(tiny.parameters.values()), [best], 1), luck([best], 1, simulation.world.luck_shape)
    )
    for name in ("arrived", "seized", "staff", "delay"):
        np.testing.assert_allclose(alone[name][0], history[name][best], rtol=5e-3, atol=1e-2, err_msg=name)


def test_the_same_luck_under_every_scenario(history, tiny, draws, chance):
    scenario = next(iter(name for name in tiny.scenarios if name != "history"))
    other = Simulation(world_of(tiny.overlay(scenario))).run(draws, chance)
    np.testing.assert_allclose(other["potential"][:, 0], history["potential"][:, 0], rtol=1e-5)  # later it answers
    assert any(
        not np.array_equal(other[name], history[name], equal_nan=True) for name in ("arrived", "equipment", "rigidity")
    )
