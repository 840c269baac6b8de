"""Sensitivity: what matters is found, what does nothing is not, and indices are those of known functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.typing import NDArray
from tests.calibration.conftest import invented
from typer.testing import CliRunner

from panj.calibration.sensitivity import Fact, Influence, chance_level, effects, explained, facts, influences, outcomes
from panj.cli import main
from panj.ensembles import RunError
from panj.ensembles.members import draw
from panj.region import Region

Reals = NDArray[np.float64]


def ishigami(x: Reals) -> Reals:
    """Of three uniform numbers from -pi to pi (Ishigami and Homma 1990), with known first-order indices."""
    return np.asarray(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def test_first_order_shares_are_those_of_a_known_function():
    x = np.random.default_rng(1).uniform(-np.pi, np.pi, (3, 200_000))
    found = [explained(row, ishigami(x), bins=60) for row in x]
    assert found == pytest.approx([0.314, 0.442, 0.0], abs=0.01)


def test_what_is_known_wholly_takes_all_away_and_what_is_idle_nothing():
    chance = np.random.default_rng(2)
    x = chance.random((2, 400))
    assert explained(x[0], np.floor(6 * np.argsort(np.argsort(x[0])) / 400)) == pytest.approx(1)
    idle = [explained(chance.random(200), chance.random(200)) for _ in range(400)]
    assert np.mean(idle) == pytest.approx(0, abs=0.003)


def test_order_of_members_and_scale_of_outcome_do_not_matter():
    chance = np.random.default_rng(3)
    x, y = chance.random(150), chance.random(150)
    turn = chance.permutation(150)
    assert explained(x[turn], y[turn]) == pytest.approx(explained(x, y))
    assert explained(np.exp(5 * x), 3 - 7 * y) == pytest.approx(explained(x, y))


def test_the_level_of_chance_is_exceeded_about_every_second_time():
    exceeded = 0
    for study in range(40):
        chance = np.random.default_rng([4, study])
        y = chance.random(120)
        shares = [explained(chance.random(120), y) for _ in range(100)]
        exceeded += max(shares) > chance_level(y, 100, study)
    assert 8 <= exceeded <= 32


def test_what_matters_comes_first_and_nothing_else_stands_out():
    pytest.importorskip("SALib")
    chance = np.random.default_rng(5)
    draws = {f"p{number}": chance.random(300) for number in range(60)}
    outcome = 3 * draws["p7"] + draws["p11"] ** 2 + 0.1 * chance.standard_normal(300)
    rows = influences(draws, outcome)
    assert [row.parameter for row in rows[:2]] == ["p7", "p11"]
    assert rows[0].known > 0.7
    assert rows[0].pawn == max(row.pawn for row in rows)
    assert sum(row.beyond_chance for row in rows) <= 4


def test_parameters_that_do_not_vary_and_members_without_a_figure_are_left_out():
    pytest.importorskip("SALib")
    chance = np.random.default_rng(6)
    draws = {"moves": chance.random(200), "fixed": np.ones(200)}
    outcome = np.where(np.arange(200) % 4, draws["moves"], np.nan)
    assert [row.parameter for row in influences(draws, outcome)] == ["moves"]
    assert influences(draws, np.ones(200)) == []


def test_too_few_members_are_refused():
    with pytest.raises(RunError, match="too few"):
        influences({"p": np.arange(20.0)}, np.arange(20.0))


def test_one_trajectory_is_refused(tiny: Region):
    with pytest.raises(RunError, match="at least 2"):
        effects(tiny, trajectories=1)


def test_outcomes_are_after_and_change():
    table = pd.DataFrame({"suppression.before": [0.2, 0.3], "suppression.after": [0.3, 0.3]})
    found = outcomes(table, ["suppression"])
    assert found["suppression after"].tolist() == [0.3, 0.3]
    assert found["suppression, change"] == pytest.approx([0.1, 0.0])
    with pytest.raises(RunError, match="There are: suppression"):
        outcomes(table, ["smiles"])


def test_facts_are_the_mean_over_outcomes_without_chance():
    found = {
        "one": [Influence("a", 0.5, 0.6, True), Influence("b", 0.3, 0.2, True), Influence("c", 0.1, 0.04, False)],
        "other": [Influence("b", 0.5, 0.5, True), Influence("a", 0.1, 0.02, False)],
    }
    assert [(one.parameter, pytest.approx(one.known)) for one in facts(found)] == [("b", 0.35), ("a", 0.3)]
    assert Fact("a", 0.75).narrower == pytest.approx(0.5)


@pytest.mark.slow
def test_morris_steps_through_all_parameters_and_finds_what_volume_does():
    pytest.importorskip("SALib")
    from panj.region import open_region

    region = open_region("tiny")
    done: list[int] = []
    found = effects(region, trajectories=2, workers=1, progress=lambda now, _: done.append(now))
    assert done[-1] == 2 * (len(region.parameters) + 1)
    assert set(found) == {
        f"{name}{what}" for name in ("suppression", "communication") for what in (" after", ", change")
    }
    sizes = {one.parameter: one.size for one in found["suppression after"]}
    assert sizes["ratification_months"] == pytest.approx(0, abs=1e-5)
    assert max(sizes.values()) > 0.005


@dataclass(frozen=True)
class MadeUp:
    """A run whose suppression one parameter decides."""

    dataset: xr.Dataset
    experiments: pd.DataFrame


def test_panj_sensitivity_names_the_fact_that_would_narrow_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("SALib")
    import panj.ensembles
    from panj.region import open_region

    tiny = open_region("tiny")
    dataset = invented(tiny, members=120, names=["arrived"]).assign_attrs(region="tiny", scenario="history")
    draws = draw(list(tiny.parameters.values()), range(120), 1)
    table = pd.DataFrame({"member": range(120), "converged": True} | {f"p:{name}": one for name, one in draws.items()})
    for name in ("suppression", "communication"):
        table[f"{name}.before"], table[f"{name}.after"] = 0.0, draws["protection"]
    monkeypatch.setattr(panj.ensembles, "open_run", lambda folder: MadeUp(dataset, table))
    said = CliRunner().invoke(main, ["sensitivity", str(tmp_path)], env={"COLUMNS": "160"})
    assert said.exit_code == 0, said.output
    assert "1. " + tiny.parameters["protection"].meaning in said.output
    told = json.loads(CliRunner().invoke(main, ["sensitivity", str(tmp_path), "--json"]).stdout)
    assert told["facts"][0]["parameter"] == "protection"
    refused = CliRunner().invoke(main, ["sensitivity", str(tmp_path), "--outcome", "smiles"])
    assert refused.exit_code == 1
    assert "smiles" in refused.output
