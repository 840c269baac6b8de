"""The table of links is held to the code: all are there, each argument exists, each effect moves as its sign says."""

import csv
import importlib
import inspect
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from panj.ensembles.members import draw
from panj.mechanisms.links import KINDS, links
from panj.region import open_region
from panj.region.opening import SHIPPED
from panj.simulation.loops import loops
from panj.simulation.needed import LINKS

DRAWS = 400
AGREE = 0.95
"""Share of the draws in which the effect has to move as the sign says."""

STEP = 0.01
"""How far a cause is raised, over its range."""

NEAR_NOTHING = 0.1
"""Elasticity below which an effect counts as none (sign 0)."""

REGION = SHIPPED / "central-asia"
RANGES = {
    (row["where"], row["argument"]): row
    for row in csv.DictReader(Path(__file__).with_name("ranges.csv").read_text("utf-8").splitlines())
}
MECHANISMS = [link for link in links() if link.kind == "mechanism"]
each_mechanism = pytest.mark.parametrize("link", MECHANISMS, ids=lambda link: f"{link.id}-{link.where}-{link.argument}")


def function_of(where):
    module, name = where.rsplit(".", 1)
    package = "panj.mechanisms." if "." not in module else "panj."
    return getattr(importlib.import_module(package + module), name)


def entries(path):
    """Columns of a table, or keys of the entries of a TOML file."""
    text = path.read_text("utf-8")
    if path.suffix == ".csv":
        return set(next(csv.reader(text.splitlines())))
    return {key for rows in tomllib.loads(text).values() for row in rows for key in row}


def test_every_link_is_carried_by_something():
    missing = {f"L{number:02}" for number in range(1, 92)} - {link.link for link in links()}
    assert not missing, f"Write rows of src/panj/mechanisms/links.csv: {sorted(missing)}"


def test_rows_are_complete_and_told_apart():
    ids = [link.id for link in links()]
    assert len(set(ids)) == len(ids)
    for link in links():
        assert re.fullmatch(r"L\d\d|R\d+|B\d+", link.link), link
        assert link.kind in KINDS, link
        assert link.sign in {"+", "-", "0"}, link
        assert link.cause, link
        assert link.effect, link
        assert (link.kind == "mechanism") == bool(link.output), link
        assert link.source or link.kind in {"initial condition", "rule", "event", "passage"}, link
    assert len({(link.link, link.where, link.argument, link.output) for link in MECHANISMS}) == len(MECHANISMS)


@pytest.mark.parametrize("link", links(), ids=lambda link: link.id)
def test_where_and_argument_exist(link):
    if link.kind in {"mechanism", "passage"}:
        assert link.argument in inspect.signature(function_of(link.where)).parameters
    else:
        assert link.argument in entries(REGION / link.where)


@each_mechanism
def test_module_says_which_links_it_carries(link):
    assert link.link in inspect.getdoc(inspect.getmodule(function_of(link.where))) + inspect.getdoc(
        function_of(link.where)
    )


def test_every_link_can_be_cut_or_says_why_not():
    carried = {
        link.link for link in links() if link.kind in {"mechanism", "passage"} and "cannot be cut" not in link.note
    }
    assert not carried - set(LINKS), sorted(carried - set(LINKS))
    named = {link.link for link in links()}
    assert not set(LINKS) - named, "Write rows of src/panj/mechanisms/links.csv"
    assert not {link for loop in loops() for link in loop.cut} - set(LINKS)


@pytest.fixture(scope="module")
def priors():
    parameters = list(open_region("central-asia").parameters.values())
    return draw(parameters, range(DRAWS), seed=1)


def arguments(where, raised, priors):
    """Every argument of a function, in each draw, and how much the raised one is raised."""
    luck = np.random.default_rng([ord(letter) for letter in where + raised])
    values, step = {}, None
    for name, parameter in inspect.signature(function_of(where)).parameters.items():
        if parameter.default is not inspect.Parameter.empty:
            continue
        row = RANGES.get((where, name)) or RANGES.get(("", name))
        if row is None or row["parameter"]:
            values[name] = priors[row["parameter"] if row else name]
            continue
        low, high = float(row["low"]), float(row["high"])
        room = STEP * (high - low) if name == raised else 0.0
        axis = re.search(r"\w+ \.\.\.", str(parameter.annotation))
        pair = str(parameter.annotation).startswith("tuple")
        shape = (2, DRAWS) if pair else (3, DRAWS) if axis else (DRAWS,)
        drawn = luck.uniform(low, high - room, shape)
        values[name] = tuple(drawn) if pair else np.round(drawn) if name == "lanes" else drawn
        if name == raised:
            step = room
    return values, step


def moves(link, priors):
    """The effect in each draw before and after the cause alone is raised, and the cause before and after."""
    values, step = arguments(link.where, link.argument, priors)
    function = function_of(link.where)
    above = values | {link.argument: jax.tree.map(lambda value: value + step, values[link.argument])}
    effects = []
    with jax.enable_x64(True):
        for each in (values, above):
            result = function(**jax.tree.map(jnp.asarray, each))
            effects.append(np.asarray(result if link.output == "value" else getattr(result, link.output)))
    return *effects, values[link.argument], above[link.argument]


def share_that_agrees(link, priors):
    """Share of the draws in which the effect moves as the sign says."""
    before, after, cause, raised = moves(link, priors)
    assert np.isfinite(before).all()
    assert np.isfinite(after).all()
    if link.sign == "0":
        elasticity = (after - before) / before / ((raised - cause) / np.maximum(cause, 1e-9))
        return np.mean(np.abs(elasticity) < NEAR_NOTHING)
    return np.mean(after > before if link.sign == "+" else after < before)


@each_mechanism
def test_effect_moves_as_the_sign_says(link, priors):
    share = share_that_agrees(link, priors)
    assert share >= AGREE, f"{link.id}: {link.effect} moves by {link.sign} in {share:.0%} of the draws only"


@each_mechanism
def test_turned_sign_is_found_out(link, priors):
    turned = replace(link, sign={"+": "-", "-": "+", "0": "+"}[link.sign])
    assert share_that_agrees(turned, priors) < AGREE


def test_every_range_is_of_use():
    used = {("", name) for link in MECHANISMS for name in inspect.signature(function_of(link.where)).parameters}
    used |= {
        (link.where, name) for link in MECHANISMS for name in inspect.signature(function_of(link.where)).parameters
    }
    assert not set(RANGES) - used


def test_claims_behind_the_links_are_claims_of_the_region():
    assert list(open_region("central-asia").links) == [f"L{number:02}" for number in range(1, 92)]


def test_table_names_nothing_of_the_region():
    region = open_region("central-asia")
    rows = (*region.states.values(), *region.places.values(), *region.agencies.values(), *region.sections.values())
    names = {row.name for row in rows if len(row.name) > 4} | set(region.borders)
    words = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names))) + r")\b")
    named = [(link.id, found) for link in links() for text in vars(link).values() for found in words.findall(text)]
    assert not named
