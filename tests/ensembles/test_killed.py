"""A real run, killed half way with SIGKILL and resumed, is equal to the bit to one that was left alone."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from panj.ensembles import open_run

from .conftest import BATCH, MEMBERS
from .invented import files_of


def command(folder, *more):
    asked = ["run", "tiny", "--members", str(MEMBERS), "--batch", str(BATCH), "--workers", "1", "--no-report"]
    return [sys.executable, "-c", "from panj.cli import main; main()", *asked, "--out", str(folder), *more]


def finished(folder):
    note = folder / "progress.json"
    return len(json.loads(note.read_text())["finished"]) if note.exists() else 0


def test_a_killed_run_loses_nothing_that_was_finished(whole, tmp_path):
    folder = tmp_path / "killed"
    process = subprocess.Popen(
        command(folder), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    while finished(folder) < 1 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert finished(folder) >= 1
    assert not (folder / "experiments.parquet").exists()
    resumed = subprocess.run(command(folder, "--resume"), capture_output=True, text=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    first, second = open_run(whole), open_run(folder)
    for name in first.dataset.data_vars:
        np.testing.assert_array_equal(first.dataset[name].to_numpy(), second.dataset[name].to_numpy(), err_msg=name)
    pd.testing.assert_frame_equal(first.experiments, second.experiments)
    assert files_of(whole / "trajectories.zarr") == files_of(folder / "trajectories.zarr")
    assert (whole / "experiments.parquet").read_bytes() == (folder / "experiments.parquet").read_bytes()


def test_results_say_their_units_and_meaning(whole):
    data = xr.open_zarr(whole / "trajectories.zarr", consolidated=False)
    assert data.sizes["member"] == MEMBERS
    for name, array in data.data_vars.items():
        assert array.attrs["units"], name
        assert array.attrs["long_name"], name


def test_experiments_open_in_duckdb(whole):
    duckdb = pytest.importorskip("duckdb")
    asked = f"select count(*), count(distinct member) from '{whole / 'experiments.parquet'}'"
    assert duckdb.sql(asked).fetchall() == [(MEMBERS, MEMBERS)]
