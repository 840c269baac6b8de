"""A fit: what is taken in, what is left with a region, and the way back to parameters that are known."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.stats import norm
from typer.testing import CliRunner

from panj.calibration.fitting import FAR, data_of, fit, moved, taken_in, training_of, values_of
from panj.calibration.forward import Forward, Predicted, dataset_of, on_scales
from panj.calibration.inference import digest, sample
from panj.calibration.scales import off_scale
from panj.calibration.seen import Seen
from panj.cli import main
from panj.ensembles import RunError, read_posterior
from panj.ensembles.batches import simulation_of
from panj.ensembles.members import apply, draw, luck
from panj.ensembles.posterior import drawn, inputs, save_posterior
from panj.ensembles.running import under
from panj.region import Region, Target, open_region

Reals = NDArray[np.float64]


def target(id: str = "t", value: float = 1.0, **more: object) -> Target:
    row = {"id": id, "variable": "recorded_seizures", "place": "NO", "flow": "opiates", "from": "2001", "to": "2001"}
    return Target.model_validate(
        row | {"value": value, "low": value / 1.2, "high": value * 1.2, "unit": "kg/year", "use": "fit"} | more
    )


@pytest.fixture
def copy(tmp_path: Path) -> Region:
    folder = tmp_path / "crowns"
    shutil.copytree(open_region("tiny").folder, folder)
    return open_region(folder)


def test_standard_normal_numbers_give_back_the_priors(tiny: Region):
    ends = norm.ppf([0.05, 0.5, 0.95])
    values = values_of(tiny, np.tile(ends, (len(tiny.parameters), 1)))
    for name, row in tiny.parameters.items():
        if row.distribution in ("normal", "lognormal"):
            assert_allclose(values[name], [row.low, row.central, row.high], rtol=1e-6)


def test_no_number_however_far_leads_out_of_what_is_plausible(tiny: Region):
    for level in (-50.0, 50.0):
        for name, values in values_of(tiny, np.full((len(tiny.parameters), 1), level)).items():
            least, most = tiny.parameters[name].plausible
            assert least <= values[0] <= most


def test_what_no_member_reaches_is_left_out_with_the_reason():
    targets = (target("near"), target("far", 1e6), target("unseen"), target("kept", 1e6, sense="at most"))
    predicted = np.stack([np.linspace(-1, 1, 50), np.linspace(-1, 1, 50), np.full(50, np.nan), np.linspace(-1, 1, 50)])
    chosen, left_out = taken_in(targets, predicted)
    assert chosen.tolist() == [0, 3]
    assert "out of reach" in left_out["far"]
    assert left_out["unseen"] == "no figure"


def test_data_are_on_the_scale_of_their_targets():
    data = data_of([target(value=np.e), target(value=0.5, error="logit-normal", low=0.4, high=0.6, sense="at least")])
    assert_allclose(data.observed, [1.0, 0.0], atol=1e-12)
    assert np.all(data.spread > 0.3)
    assert data.sense.tolist() == [0, 1]


def test_draws_come_back_as_they_were_saved_and_take_the_place_of_the_priors(copy: Region):
    before = draw(list(copy.parameters.values()), range(8), 1)
    assert read_posterior(copy) is None
    assert_allclose(drawn(copy, range(8), 1)["integrity"], before["integrity"])
    shifted = {name: values * 1.01 for name, values in before.items()}
    note = {"method": "ES-MDA", "made": "2026-01-01", "targets": ["a", "b"], "inputs": inputs(copy), "seed": 1}
    save_posterior(copy.folder, shifted, note)
    found = read_posterior(copy)
    assert found is not None
    assert found.note == note
    again, from_prior = drawn(copy, [3, 11], 9), drawn(copy, range(8), 1, prior=True)
    for name, values in shifted.items():
        assert_allclose(found.draws[name], values, rtol=1e-5)
        assert_allclose(again[name], values[[3, 3]], rtol=1e-5)  # from the first row again
        assert_allclose(from_prior[name], before[name])
    assert open_region(copy.folder).parameters == copy.parameters


def test_draws_say_when_the_files_have_changed_since(copy: Region):
    draws = draw(list(copy.parameters.values()), range(4), 1)
    note = {"method": "ES-MDA", "made": "2026-01-01", "targets": ["a"], "inputs": inputs(copy)}
    save_posterior(copy.folder, draws, note)
    found = read_posterior(copy)
    assert found is not None
    assert found.changed(copy) == []
    (copy.folder / "scenarios" / "another.toml").write_text("")
    assert found.changed(copy) == []
    table = copy.folder / "targets.csv"
    table.write_text(table.read_text() + "\n")
    assert found.changed(copy) == ["targets.csv"]
    assert "targets.csv changed" in found.said(copy)


def test_draws_of_other_parameters_are_refused(copy: Region):
    save_posterior(copy.folder, {"smiles": np.ones(3)}, {"inputs": {}})
    with pytest.raises(RunError, match="smiles"):
        read_posterior(copy)


def test_how_far_parameters_moved_is_told_on_their_own_scale(tiny: Region):
    levels = np.random.default_rng(2).standard_normal((len(tiny.parameters), 500))
    after = levels.copy()
    after[3] = 0.5 * levels[3] + 1.0
    rows = moved(values_of(tiny, levels), values_of(tiny, after))
    name, shift, left = rows[0]
    assert name == list(tiny.parameters)[3]
    assert shift == pytest.approx(1.0, abs=0.2)
    assert left == pytest.approx(0.5, abs=0.1)
    assert all(abs(shift) < 0.1 for _, shift, _ in rows[1:])


def test_a_sampler_that_is_given_no_fit_says_so(tmp_path: Path):
    said = CliRunner().invoke(main, ["fit", "tiny", "--method", "nuts", "--from", str(tmp_path)])
    assert said.exit_code == 1
    assert "holds no fit" in said.output
    assert CliRunner().invoke(main, ["fit", "tiny", "--from", str(tmp_path)]).exit_code == 2


def test_runs_that_did_not_converge_teach_nothing_and_none_is_farther_off_than_far():
    levels = [np.arange(6.0).reshape(2, 3), np.arange(6.0, 12.0).reshape(2, 3)]
    predicted = [np.asarray([[0.0, 1.0, -99.0]]), np.asarray([[3.0, np.nan, 5.0]])]
    data = data_of([target(value=1.0)])
    seen = training_of(levels, predicted, [np.ones(3, bool), np.asarray([True, True, False])], data)
    assert_allclose(seen.predicted[:, 0], [0.0, 1.0, -FAR * data.spread[0], 3.0, np.nan])
    assert seen.member.tolist() == [0, 1, 2, 0, 1]
    assert seen.step.tolist() == [0, 0, 0, 1, 1]
    assert_allclose(seen.levels[3], levels[1][:, 0])


@pytest.mark.slow
def test_parameters_that_are_known_are_found_again(copy: Region, tmp_path: Path):
    """Synthetic numbers from one parameter set under other luck: the fit leads back to it, and can be cut off."""
    wanted = [
        target(
            "traders", variable="passed", flow="shuttle-trade", place="NO-SO", unit="journey/year", discrepancy=0.15
        ),
        target(
            "workers", variable="passed", flow="labour-migration", place="NO-SO", unit="journey/year", discrepancy=0.15
        ),
        target("users", variable="estimated_users", place="NO", unit="person"),
        target("aid", variable="aid_promised_by_one", flow=None, place="SO", to="2002", unit="USD", discrepancy=3.0),
    ]
    programmes = copy.folder / "programmes.toml"
    programmes.write_text(programmes.read_text().replace("low = 1.0e6, high = 1.4e6", "low = 0.0, high = 2.0e7"))
    truth = values_of(copy, np.zeros((len(copy.parameters), 1)))
    true = {"shuttle_trade_volume": 1.5, "labour_migration_volume": -1.5}
    for name, level in true.items():
        number = list(copy.parameters).index(name)
        levels = np.zeros((len(copy.parameters), 1))
        levels[number] = level
        truth[name] = values_of(copy, levels)[name]
    answer = Forward(copy, truth, Predicted(tuple(wanted)), seed=77, size=1)()(range(1))["measured"][:, 0]
    numbers = [float(off_scale(one, level)) for one, level in zip(wanted, answer, strict=True)]
    rows = [
        one.model_copy(update={"value": value, "low": value / 1.1, "high": value * 1.1})
        for one, value in zip(wanted, numbers, strict=True)
    ]
    names = [field.alias or name for name, field in Target.model_fields.items()]
    lines = [",".join(names)]
    for row in rows:
        cells = row.model_dump(by_alias=True)
        cells["claims"] = "T014"
        lines.append(",".join("" if cells[name] is None else str(cells[name]) for name in names))
    (copy.folder / "targets.csv").write_text("\n".join(lines) + "\n")
    out, told = tmp_path / "fit", list[int]()
    found = fit(copy.folder, out, members=64, steps=3, seed=5, workers=1, progress=lambda n, _: told.append(n))
    assert told[-1] == 4 * 64
    assert len(found.targets) == 4
    _the_first_ensemble_is_a_run_of_the_priors(copy.folder, out)
    assert np.median(found.after) < 0.6 * np.median(found.before)
    for name in true:
        low, high = np.quantile(found.posterior[name], [0.01, 0.99])
        assert low < truth[name][0] < high
    logs = [np.log(draws["shuttle_trade_volume"]) for draws in (found.prior, found.posterior)]
    assert np.std(logs[1]) < 0.85 * np.std(logs[0])
    off = [abs(np.median(one) - np.log(truth["shuttle_trade_volume"][0])) for one in logs]
    assert off[1] < 0.6 * off[0]  # the other volume has too little in common with its number to be told from chance
    (out / "step-2-from-00000.npz").unlink()
    again = fit(copy.folder, out, members=64, steps=3, seed=5, workers=1, batch=None, resume=True)
    for name, values in found.posterior.items():
        assert_allclose(again.posterior[name], values)
    with pytest.raises(RunError, match="other seed"):
        fit(copy.folder, out, members=64, steps=3, seed=6, workers=1, resume=True)
    drawn = sample(found, out, draws=500, warmup=500, seed=5)
    near = {name: np.quantile(drawn.posterior[name], [0.01, 0.99]) for name in true}
    assert all(low < truth[name][0] < high for name, (low, high) in near.items())
    narrow = np.log(drawn.posterior["shuttle_trade_volume"])
    assert np.std(narrow) < 0.85 * np.std(logs[0])
    assert abs(np.median(narrow) - np.log(truth["shuttle_trade_volume"][0])) < 0.6 * off[0]
    assert drawn.emulator.explained[0] > 0.5
    assert drawn.check.agree, drawn.check.said()
    files = {file.name: file.stat().st_mtime_ns for file in out.iterdir()}
    again = sample(found, out, draws=500, warmup=500, seed=5)
    assert {file.name: file.stat().st_mtime_ns for file in out.iterdir()} == files  # nothing was done twice
    assert_allclose(again.chains.draws, drawn.chains.draws)
    apart = replace(drawn, diagnosis=replace(drawn.diagnosis, rhat=np.asarray([1.0, 1.2])))
    with pytest.raises(RunError, match=r"have not met.*--draws 1000"):
        apart.save(copy.folder)
    assert read_posterior(copy) is None
    met = replace(drawn, diagnosis=replace(drawn.diagnosis, rhat=np.asarray([1.0, 1.001])))
    met.save(copy.folder)
    lying = read_posterior(copy)
    assert lying is not None
    assert lying.rows == 64
    assert lying.note["sampling"]["training"] == digest(found)
    found.save(copy.folder)
    said = CliRunner().invoke(
        main, ["run", str(copy.folder), "--members", "4", "--out", str(tmp_path / "run"), "--no-report"]
    )
    assert said.exit_code == 0, said.output
    assert "draws fitted to" in said.output


def _the_first_ensemble_is_a_run_of_the_priors(folder: Path, out: Path) -> None:
    """Member by member: what programmes deliver, which no fit learns, and luck are those of ``panj run --prior``."""
    first = np.load(out / "step-0-from-00000.npz")["measured"]
    laid = under(open_region(folder), "history")
    members = range(first.shape[1])
    draws = drawn(laid, members, 5, prior=True)
    (place,) = set(laid.uncertain) - set(laid.parameters)
    simulation = simulation_of(laid, len(members))
    found = [
        on_scales(Seen(dataset_of(laid, run, list(members)), laid, draws), list(laid.targets.values()))
        for run in (
            simulation.run(apply(some, laid.factors), luck(members, 5, simulation.world.luck_shape))
            for some in (draws, draws | {place: 0 * draws[place]})
        )
    ]
    assert_allclose(found[0], first, rtol=1e-4, atol=1e-4)
    assert np.abs(found[1] - first).max() > 0.01
