"""A cause is raised from outside, and its effect moves through the month as the system's list says."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

RAISED = [
    # condition, place (state, border, side, or empty), value, quantity, place of the effect, sign
    ("attack", "", 1.0, "attention", "", +1),  # L28
    ("attack", "", 1.0, "aid_modelled", "NO", +1),  # L29
    ("attack", "", 1.0, "repression", "NO", +1),  # L31
    ("attack", "", 1.0, "drugs_in_aid", "", -1),  # L32
    ("attack_home", "SO", 1.0, "tightening", "NO-SO", +1),  # L20, L27
    ("war", "", 1.0, "opium", "", +1),  # L38
    ("drought", "", 1.0, "opium", "", -1),  # L39
    ("sanctuary", "", 1.0, "militants", "", +1),  # L41
    ("campaign", "", 1.0, "militants", "", -1),  # L25
    ("market_wage", "WE", 1500.0, "migrants", "EA", +1),  # L84
    ("conflict", "SO", 1.0, "migrants", "SO", +1),  # L83
    ("slump", "SO", 0.5, "poverty", "NO-SO", +1),  # L50
    ("slump", "SO", 0.5, "integrity", "NO-SO", -1),  # L52
    ("oversight", "NO", 0.9, "integrity", "EA-NO", +1),  # L69, L90
    ("clarity", "NO", 1.0, "integrity", "EA-NO", +1),  # L67
    ("pay", "NO", 1000.0, "integrity", "EA-NO", +1),  # L67
    ("density", "NO-SO", 500.0, "integrity", "NO-SO", -1),  # L66
    ("dependence", "NO>SO", 1.0, "pressure", "NO-SO", +1),  # L77
    ("mixed", "EA-SO", 1.0, "unrest", "EA-SO", +1),  # L11
    ("land_use", "NO-SO", 1.0, "trespasses", "NO-SO", +1),  # L86
    ("duty_level", "SO", 1.0, "price_gap", "NO-SO", +1),  # duties part prices
]


@pytest.fixture(scope="module")
def raised(simulation, draws, chance):
    """Runs the same members with one condition set to a value from the second month on."""
    world = simulation.world
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}

    def run(condition=None, place="", value=0.0):
        months = world.months
        if condition is not None:
            series = months.conditions[condition]
            at = (slice(1, None), *_place(world, place))
            months = months._replace(conditions=months.conditions | {condition: series.at[at].set(value)})
        return simulation.trace(p, jnp.asarray(chance), months=months)

    return run


def _place(world, place):
    states, borders = list(world.region.states), list(world.region.borders)
    if ">" in place:
        here, there = place.split(">")
        border = "-".join(sorted((here, there)))
        return borders.index(border), border.split("-").index(here)
    if "-" in place:
        return (borders.index(place),)
    return (states.index(place),) if place else ()


@pytest.fixture(scope="module")
def unmoved(raised):
    return raised()


@pytest.mark.parametrize(
    ("condition", "place", "value", "quantity", "where", "sign"), RAISED, ids=lambda value: str(value) or "region"
)
def test_effect_moves_with_its_cause(raised, unmoved, simulation, condition, place, value, quantity, where, sign):
    at = _place(simulation.world, where)
    after, before = (
        np.asarray(run[quantity])[(slice(None, 36), *at)].sum(axis=0)
        for run in (raised(condition, place, value), unmoved)
    )
    assert (sign * (after - before) > 0).all(), (after, before)


@pytest.mark.parametrize(
    ("condition", "value", "quantity", "where", "sign"),
    [("slump", 0.5, "income", "NO-SO", -1)],  # L50
)
def test_effect_before_contraband_answers(raised, unmoved, simulation, condition, value, quantity, where, sign):
    """Later those in want carry more (L54, L57)."""
    at = _place(simulation.world, where)
    after, before = (np.asarray(run[quantity])[(1, *at)] for run in (raised(condition, "SO", value), unmoved))
    assert (sign * (after - before) > 0).all(), (after, before)


def test_what_differs_from_the_record_moves_journeys(raised, unmoved, simulation):
    """A wage that no file's volume knows of draws people beyond what the files say (L84)."""
    labour = list(simulation.world.region.flows).index("labour-migration")
    drawn = raised("market_wage", "WE", 1500.0)["potential"][2:, labour].sum(axis=0)
    assert (drawn > unmoved["potential"][2:, labour].sum(axis=0)).all()


def test_wages_of_the_record_are_in_the_volumes_of_contraband_already(raised, simulation, draws, chance):
    """Who grows as poor or rich as the volumes know carries no more and no less; beyond that he does (L54)."""
    goods = list(simulation.world.region.flows).index("contraband")
    wages = np.asarray(simulation.world.months.record["market_wage"])
    assert not np.allclose(wages[0], wages[-1])
    at_once = ("L55", "L57", "L58", "L71", "L74")  # what else moves households and markets
    steady, unfelt = (simulation.run(draws, chance, cut=links) for links in (at_once, (*at_once, "L54", "L56")))
    np.testing.assert_allclose(steady["potential"][:, :, goods], unfelt["potential"][:, :, goods], rtol=1e-4)
    poorer = raised("market_wage", "SO", 10.0)["potential"][3:, goods].sum(axis=0)
    assert (poorer > raised()["potential"][3:, goods].sum(axis=0)).all()


def test_what_a_state_writes_down_without_any_flow_adds_to_its_imports_and_pays(raised, unmoved, simulation):
    at = _place(simulation.world, "SO")
    more = raised("other_imports", "SO", 1e6)
    gained, paid = (
        more[name][(slice(1, None), *at)] - unmoved[name][(slice(1, None), *at)]
        for name in ("declared_imports", "revenue")
    )
    np.testing.assert_allclose(gained, 1e6, rtol=1e-2)  # cooperation, which evasion minds, moves a little
    assert (np.asarray(paid) > 0).all()


def test_what_an_army_is_given_is_budgeted_and_moves_no_border(raised, unmoved, simulation):
    at = _place(simulation.world, "SO")
    more = raised("army_help", "SO", 1e6)
    budgets = more["recorded_assistance"][(slice(1, None), *at)] - unmoved["recorded_assistance"][(slice(1, None), *at)]
    np.testing.assert_allclose(budgets, 1e6, rtol=1e-4)
    for same in ("aid_promised_by_one", "equipment", "passed"):
        np.testing.assert_array_equal(more[same], unmoved[same])


def test_people_are_neither_made_nor_lost(unmoved):
    everyone = np.asarray(unmoved["at_home"] + unmoved["migrants"])
    np.testing.assert_allclose(everyone, np.broadcast_to(everyone[:1], everyone.shape), rtol=1e-5)
