"""Files stand whole or not at all."""

import os
import signal
import subprocess
import sys

import pytest

from panj.basics.writing import whole, write


def test_what_was_written_takes_the_place_of_what_stood_there(tmp_path):
    write(tmp_path / "note.json", "Панҷ, one")
    write(tmp_path / "note.json", "Панҷ, two")
    assert (tmp_path / "note.json").read_text("utf-8") == "Панҷ, two"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_goes_wrong_half_way_leaves_what_stood_there_and_nothing_else(tmp_path):
    write(tmp_path / "note.json", "before")

    def fail():
        with whole(tmp_path / "note.json") as new:
            new.write_text("hal")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]
    assert (tmp_path / "note.json").read_text() == "before"


def test_a_process_killed_while_it_writes_leaves_what_stood_there(tmp_path):
    target = tmp_path / "note.json"
    write(target, "before")
    slow = f"""
import sys, time
from pathlib import Path
from panj.basics.writing import whole
with whole(Path({str(target)!r})) as new:
    new.write_text("hal")
    print("half", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "half\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert target.read_text() == "before"
    write(target, "after")
    assert [path.name for path in tmp_path.iterdir()] == ["note.json"]
