import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from tests.ensembles.invented import files_of

from panj.ensembles.plan import Plan, RunError, digests, fingerprint
from panj.ensembles.store import ARRAYS, PROGRESS, Note, Store, read_note
from panj.simulation.quantities import Quantity

PLAN = Plan("r", "history", members=5, batch=2, seed=1, inputs={"a.csv": "1"}, software={"panj": "0"})
NOTE = Note(PLAN, "2005-01-01T00:00:00+00:00")
TABLE = (
    Quantity("stock", "stock", "person", ("member", "place"), "true", "How many there are"),
    Quantity("mean", "flow", "1/month", ("place",), "true", "The mean over members"),
    Quantity("rule", "index", "1", ("place",), "rule", "As the files say"),
)
LABELS = {"place": ["one", "the other"]}


def results(members):
    values = np.asarray([[member, 10 * member] for member in members], np.float32)
    return {"stock": values, "mean": values.mean(axis=0, dtype=float), "rule": np.asarray([7, 8], np.float32)}


def begun(folder):
    store = Store.begin(folder, NOTE, TABLE)
    store.prepare(LABELS, {"title": "R"})
    return store


def finished(store):
    for batch in store.wanted:
        store.write(batch, results(PLAN.batches[batch]))
    store.join()
    store.close("2005-01-02T00:00:00+00:00")
    return store


def test_what_is_written_is_what_is_read(tmp_path):
    folder = finished(begun(tmp_path / "run")).folder
    data = xr.open_zarr(folder / ARRAYS)
    assert data["stock"].dims == ("member", "place")
    assert data["stock"].sel(member=4, place="the other").item() == 40
    assert data["mean"].to_numpy().tolist() == [2, 20]
    assert data["rule"].to_numpy().tolist() == [7, 8]
    assert data["stock"].attrs["units"] == "person"
    assert sorted(path.name for path in folder.iterdir()) == [PROGRESS, ARRAYS]


def test_until_it_is_written_a_member_is_missing_and_not_zero(tmp_path):
    store = begun(tmp_path)
    store.write(1, results(PLAN.batches[1]))
    stock = xr.open_zarr(tmp_path / ARRAYS, consolidated=False)["stock"]
    assert stock.sel(member=[0, 1, 4]).isnull().all()
    assert stock.sel(member=[2, 3]).notnull().all()


def test_the_order_of_the_batches_does_not_matter(tmp_path):
    one, other = begun(tmp_path / "one"), begun(tmp_path / "other")
    for batch in (2, 0, 1):
        other.write(batch, results(PLAN.batches[batch]))
    assert files_of(finished(one).folder / ARRAYS) == files_of(finished(other).folder / ARRAYS)


def test_killed_between_writing_and_noting_loses_only_that_batch(tmp_path, monkeypatch):
    store = begun(tmp_path / "cut")
    store.write(0, results(PLAN.batches[0]))

    def killed(note):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            store.write(1, results(PLAN.batches[1]))
    again = Store.resume(tmp_path / "cut", replace(NOTE, started="later"), TABLE)
    assert again.wanted == [1, 2]
    assert again.note.started == NOTE.started
    whole = finished(begun(tmp_path / "whole"))
    assert files_of(finished(again).folder) == files_of(whole.folder)


def test_a_batch_that_is_half_written_is_written_again(tmp_path):
    store = begun(tmp_path / "cut")
    store.write(0, results(PLAN.batches[0]))
    (tmp_path / "cut" / ARRAYS / "stock" / "c" / "1").mkdir(parents=True)
    (tmp_path / "cut" / ARRAYS / "stock" / "c" / "1" / "0").write_bytes(b"half")
    (tmp_path / "cut" / ARRAYS / "stock" / "c" / "1" / "1.0a1b.partial").write_bytes(b"half")
    (tmp_path / "cut" / "parts" / "00001.npz").write_bytes(b"half")
    (tmp_path / "cut" / (f"new-{PROGRESS}")).write_text("{")
    again = finished(Store.resume(tmp_path / "cut", NOTE, TABLE))
    assert files_of(again.folder) == files_of(finished(begun(tmp_path / "whole")).folder)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        begun(tmp_path)


def test_a_folder_with_a_run_says_how_far_it_is(tmp_path):
    store = begun(tmp_path)
    store.write(0, results(PLAN.batches[0]))
    with pytest.raises(RunError, match=r"2 of 5 members done.*--resume"):
        begun(tmp_path)


def test_another_plan_is_refused_with_every_difference(tmp_path):
    begun(tmp_path)
    other = replace(PLAN, members=9, inputs={"a.csv": "2", "b.csv": "1"}, software={"panj": "1"})
    with pytest.raises(RunError) as raised:
        Store.resume(tmp_path, Note(other, ""), TABLE)
    said = str(raised.value)
    assert all(part in said for part in ("members: 5, now 9", "panj: 0, now 1", "a.csv: changed", "b.csv: new"))


def test_a_note_that_is_none_of_ours_is_named(tmp_path):
    (tmp_path / PROGRESS).write_text(json.dumps({"plan": {"colour": "blue"}}))
    with pytest.raises(RunError, match="another version"):
        read_note(tmp_path)


def test_hidden_files_are_no_inputs(tmp_path):
    (tmp_path / "places.csv").write_text("id\n")
    before = digests(tmp_path)
    (tmp_path / ".DS_Store").write_text("x")
    assert digests(tmp_path) == before
    (tmp_path / "places.csv").write_text("id,name\n")
    assert fingerprint(digests(tmp_path)) != fingerprint(before)
