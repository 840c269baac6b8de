"""`panj loops`, for real, on the tiny region."""

import json

import pytest
from typer.testing import CliRunner

from panj.cli import main
from panj.simulation.loops import loops


@pytest.mark.slow
def test_every_loop_is_told():
    shown = CliRunner().invoke(main, ["loops", "tiny", "--members", "4", "--json", "--workers", "1"])
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)
    assert [row["loop"] for row in rows] == [loop.loop for loop in loops()]
    told = {row["loop"]: row for row in rows if "median" in row}
    assert {"R1", "R9", "B4"} <= set(told)
    assert told["R9"]["median"] > 0, "what passes makes users"
    assert told["B4"]["median"] < 0, "attention calms, and less trouble draws less of it"
    assert told["B6"]["median"] < 0, "drought and ban take opium"
    assert all("median" in row or row["note"] or row["members"] == 0 for row in rows)
