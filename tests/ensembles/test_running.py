"""A run from beginning to end, with invented numbers in the place of the simulation."""

import hashlib
import json
import math
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from tests.ensembles.invented import batches_in_process, files_of, results_of

from panj import ensembles
from panj.basics.faults import PanjError
from panj.ensembles import RunError, open_run
from panj.ensembles.members import draw
from panj.ensembles.plan import FEW, MOST, Plan, batch_for
from panj.ensembles.running import attributes
from panj.ensembles.store import read_note
from panj.region import find_region, open_region
from panj.simulation.quantities import quantities

TINY = open_region("tiny")
PLAN = Plan("tiny", "history", members=1, batch=1, seed=1, inputs={}, software={})


@pytest.fixture
def invented(tmp_path, no_simulation):
    return ensembles.run("tiny", tmp_path / "run", members=5, batch=2)


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(find_region("tiny"), tmp_path / "region")


def test_every_quantity_has_its_unit_meaning_and_labels(invented):
    data = xr.open_zarr(invented.folder / "trajectories.zarr")
    assert set(data.data_vars) == {quantity.name for quantity in quantities()}
    for quantity in quantities():
        array = data[quantity.name]
        assert (array.attrs["units"], array.attrs["long_name"]) == (quantity.unit, quantity.meaning)
        assert array.dims == quantity.axes
        assert array.notnull().all(), quantity.name
    assert data["month"].dtype.kind == "M"
    assert list(data["border"].to_numpy()) == list(TINY.borders)


def test_results_open_without_a_warning(invented, recwarn):
    xr.open_zarr(invented.folder / "trajectories.zarr").load()
    assert not list(recwarn)


def test_a_mean_over_members_is_over_those_of_the_run(invented):
    """Batches are filled up to their whole size; what fills them is in no result."""
    place = [quantity.name for quantity in quantities()].index("crossing_traffic") + 1
    traffic = invented.dataset["crossing_traffic"].to_numpy()
    assert traffic == pytest.approx(0.001 * place * np.mean([1, 2, 3, 4, 5]))


def test_a_run_says_whether_its_draws_were_fitted(invented):
    plan = read_note(invented.folder).plan
    assert invented.dataset.attrs["draws"] == plan.draws == "prior"
    assert attributes(TINY, replace(plan, draws="posterior"))["draws"] == "posterior"


def test_experiments_hold_draws_and_outcomes(invented):
    table = invented.experiments
    drawn = draw(list(TINY.uncertain.values()), range(5), 1)
    assert all((table[f"p:{name}"] == values).all() for name, values in drawn.items())
    scalars = [q.name for q in quantities() if q.axes == ("member", "month") and q.knowledge != "diagnostic"]
    assert {"suppression", "communication", "militants"} <= set(scalars)
    outcomes = [f"{name}.{period}" for name in scalars for period in ("before", "after")]
    assert set(table) == {"member", "converged", "worst_residual", *(f"p:{name}" for name in drawn), *outcomes}
    pd.testing.assert_frame_equal(pd.read_parquet(invented.folder / "experiments.parquet"), table)


CONTEXT_OF_PROFILE = "https://w3id.org/ro/terms/workflow-run/context"


def test_the_crate_tells_the_files_as_they_are(invented):
    entities = {entity["@id"]: entity for entity in invented.crate["@graph"]}
    action = entities["#run"]
    for result in action["result"]:
        assert (invented.folder / result["@id"]).exists()
    digest = hashlib.sha256((invented.folder / "experiments.parquet").read_bytes()).hexdigest()
    assert entities["experiments.parquet"]["sha256"] == digest
    inputs = {entity["name"]: entity["sha256"] for key, entity in entities.items() if key.startswith("urn:")}
    files = files_of(find_region("tiny"))
    later = {"before_after.toml", "theses.toml"}
    read = {name: text for name, text in files.items() if "__pyc" not in name and name not in later}
    assert inputs == {name: hashlib.sha256(text).hexdigest() for name, text in read.items()}
    assert CONTEXT_OF_PROFILE in invented.crate["@context"]
    assert {entities[thing["@id"]]["value"] for thing in action["object"] if thing["@id"].startswith("#")} == {
        "tiny",
        "history",
        5,
        2,
        1,
    }


def test_the_crate_says_who_did_it_and_invents_nobody(invented):
    entities = {entity["@id"]: entity for entity in invented.crate["@graph"]}
    root, action = entities["./"], entities["#run"]
    assert entities[action["agent"]["@id"]] == entities[root["author"]["@id"]]
    assert entities[action["agent"]["@id"]]["@type"] == "SoftwareApplication"
    assert "not recorded" in action["description"]
    assert "publisher" not in root, "a publisher must be a person or an organisation, and none is known"
    assert entities[root["license"]["@id"]]["@type"] == "CreativeWork"
    assert not {"Person", "Organization"} & {entity["@type"] for entity in entities.values()}


def test_the_crate_names_the_organisation_that_ran_it_and_what_was_cut(tmp_path, no_simulation):
    crate = ensembles.run("tiny", tmp_path / "run", members=2, workers=1, by="Border Institute", cut=["L64"]).crate
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    root, action = entities["./"], entities["#run"]
    for named in (root["author"], root["publisher"], action["agent"]):
        who = entities[named["@id"]]
        assert (who["@type"], who["name"]) == ("Organization", "Border Institute")
    assert action["name"].endswith("--cut L64")
    assert entities["#cut"]["value"] == "L64"


def test_every_program_in_the_crate_has_an_absolute_id_and_a_version(invented):
    programs = [one for one in invented.crate["@graph"] if one["@type"] == "SoftwareApplication"]
    assert len(programs) == 6
    for one in programs:
        assert one["@id"].startswith(("https:", "pkg:"))
        assert one["softwareVersion"].replace(".", "") in one["@id"].replace(".", "")


def test_every_reference_in_the_crate_has_its_entity(invented):
    ids = [entity["@id"] for entity in invented.crate["@graph"]]
    assert len(ids) == len(set(ids))
    named = {thing["@id"] for entity in invented.crate["@graph"] for thing in references(entity)}
    assert named - set(ids) == {"https://w3id.org/ro/crate/1.1"}


def references(entity):
    """What an entity points to."""
    for value in entity.values():
        yield from (thing for thing in (value if isinstance(value, list) else [value]) if isinstance(thing, dict))


def test_the_crate_names_the_report_once_it_is_there(invented):
    def named():
        crate = json.loads((invented.folder / "ro-crate-metadata.json").read_text())
        return {"@id": "report.html"} in crate["@graph"][1]["hasPart"]

    assert not named()
    (invented.folder / "report.html").write_text("<html>")
    ensembles.describe(invented.folder)
    assert named()


@pytest.mark.parametrize(("members", "batch"), [(1, 8), (8, 8), (9, 8)])
def test_any_number_of_members_will_do(tmp_path, no_simulation, members, batch):
    done = []
    finished = ensembles.run(
        "tiny", tmp_path / "run", members=members, batch=batch, progress=lambda *at: done.append(at)
    )
    assert len(finished.experiments) == finished.dataset.sizes["member"] == members
    assert done[0] == (0, members)
    assert done[-1] == (members, members)


@pytest.mark.parametrize(
    ("members", "workers", "batch"),
    [(1, 2, 1), (2, 2, 2), (5, 2, 5), (8, 2, 4), (20, 2, 10), (200, 2, 50), (200, 1, 50), (200, 16, 13), (1000, 2, 63)],
)
def test_batches_follow_members_and_workers(members, workers, batch):
    assert batch_for(members, workers) == batch


@given(st.integers(1, 5000), st.integers(1, 128))
def test_batches_are_even_and_hardly_filled_up(members, workers):
    plan = replace(PLAN, members=members, batch=batch_for(members, workers))
    assert 1 <= plan.batch <= MOST
    assert sum(map(len, plan.batches)) == members
    assert plan.batch >= min(members, FEW)
    assert len(plan.batches) * plan.batch - members < max(workers, len(plan.batches))
    rounds = math.ceil(members / (MOST * workers))
    assert len(plan.batches) <= rounds * workers, "no worker has a round more than it must"


def test_a_run_goes_on_with_its_batch_whatever_the_workers(tmp_path, monkeypatch, no_simulation):
    def fail_after_one(crew, start, batches):
        yield next(batches_in_process(crew, start, batches))
        raise RunError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr("panj.ensembles.workers.Crew.compute", fail_after_one)
        with pytest.raises(RunError, match="cut off"):
            ensembles.run("tiny", tmp_path / "run", members=20, workers=2)
    assert ensembles.run("tiny", tmp_path / "run", members=20, workers=5, resume=True).dataset.sizes["member"] == 20
    assert read_note(tmp_path / "run").plan.batch == 10
    with pytest.raises(RunError, match="batch: 10, now 4"):
        ensembles.run("tiny", tmp_path / "run", members=20, batch=4, resume=True)


def test_the_command_in_the_crate_names_the_batch(invented):
    action = next(entity for entity in invented.crate["@graph"] if entity["@id"] == "#run")
    assert action["name"] == "panj run tiny --scenario history --members 5 --batch 2 --seed 1"


def test_what_is_finished_survives_a_failure(tmp_path, monkeypatch, no_simulation):
    def fail_after_one(crew, start, batches):
        yield next(batches_in_process(crew, start, batches))
        raise RunError("a worker died")

    with monkeypatch.context() as patch:
        patch.setattr("panj.ensembles.workers.Crew.compute", fail_after_one)
        with pytest.raises(RunError, match="a worker died"):
            ensembles.run("tiny", tmp_path / "cut", members=5, batch=2)
    with pytest.raises(RunError, match="1 of 5 members"):
        open_run(tmp_path / "cut")
    done = []
    ensembles.run("tiny", tmp_path / "cut", members=5, batch=2, resume=True, progress=lambda *at: done.append(at[0]))
    assert done == [1, 3, 5]
    whole = ensembles.run("tiny", tmp_path / "whole", members=5, batch=2)
    differing = {
        name
        for name, text in files_of(tmp_path / "cut").items()
        if text != (whole.folder / name).read_bytes() and not name.startswith(("ro-crate", "progress"))
    }
    assert not differing


def test_a_run_killed_before_its_arrays_begins_again(tmp_path, monkeypatch, no_simulation):
    with monkeypatch.context() as patch:
        patch.setattr("panj.ensembles.store.Store.prepare", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ensembles.run("tiny", tmp_path / "run", members=2)
    assert ensembles.run("tiny", tmp_path / "run", members=2, resume=True).dataset.sizes["member"] == 2


def test_a_finished_run_is_resumed_at_once(invented, monkeypatch):
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", None)
    before = files_of(invented.folder)
    ensembles.run("tiny", invented.folder, members=5, batch=2, resume=True)
    assert files_of(invented.folder) == before


def test_what_is_done_meanwhile_is_done_once_and_before_the_first_answer(tmp_path, monkeypatch, no_simulation):
    done = []

    def noted(crew, start, batches):
        done.append("sent")
        return ((members, done.append(members) or results_of(start.region, members)) for members in batches)

    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", noted)
    ensembles.run("tiny", tmp_path / "run", members=5, batch=3, meanwhile=lambda: done.append("meanwhile"))
    assert done == ["sent", "meanwhile", range(3), range(3, 5)]


def test_a_region_that_is_opened_is_run_as_it_is(tmp_path, no_simulation):
    for number, region in enumerate(("tiny", open_region("tiny"), find_region("tiny"))):
        ensembles.run(region, tmp_path / str(number), members=1)
    plans = [read_note(tmp_path / str(number)).plan for number in range(3)]
    assert plans[0] == plans[1] == plans[2]
    assert plans[0].region == "tiny"


def test_resume_begins_where_there_is_nothing(tmp_path, no_simulation):
    assert ensembles.run("tiny", tmp_path / "new", members=1, resume=True).dataset.sizes["member"] == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scenario": "no-rade"}, r"'no-rade' is not a scenario.*'no-raid'.*There are: history, no-raid, open-door"),
        ({"scenario": "open-door"}, r"changes bribe_at_finding from 2003-01"),
        ({"members": 0}, "members is 0"),
        ({"batch": 0}, "batch is 0"),
        ({"workers": 0}, "workers is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"region": "tinny"}, "'tiny'"),
    ],
)
def test_what_cannot_run_says_why_and_leaves_no_folder(tmp_path, asked, said):
    asked = {"region": "tiny", "members": 1} | asked
    with pytest.raises(PanjError, match=f"(?s){said}"):
        ensembles.run(asked.pop("region"), tmp_path / "run", **asked)
    assert not (tmp_path / "run").exists()


def test_all_missing_parameters_are_named_before_a_worker_starts(tmp_path, copy):
    text = (copy / "parameters.toml").read_text().replace("[nest]", "[net]").replace("[penalty]", "[fine]")
    (copy / "parameters.toml").write_text(text)
    with pytest.raises(RunError, match="lacks what the simulation needs: nest, penalty"):
        ensembles.run(copy, tmp_path / "run", members=1)


def test_a_relative_folder_is_kept_whole(tmp_path, copy, monkeypatch, no_simulation):
    monkeypatch.chdir(copy.parent)
    done = ensembles.run(copy.name, tmp_path / "run", members=1)
    assert done.dataset.attrs["region"] == str(copy)
    monkeypatch.chdir("/")
    ensembles.run(copy, tmp_path / "run", members=1, resume=True)


def test_a_region_that_changed_is_refused(tmp_path, copy, no_simulation):
    ensembles.run(copy, tmp_path / "run", members=1)
    with (copy / "flows.toml").open("a") as flows:
        flows.write("\n# a word\n")
    with pytest.raises(RunError, match=r"flows\.toml: changed"):
        ensembles.run(copy, tmp_path / "run", members=1, resume=True)


def test_results_do_not_lie_among_the_inputs(copy):
    with pytest.raises(RunError, match="inside the region"):
        ensembles.run(copy, copy / "runs", members=1)
