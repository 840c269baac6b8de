import re
import shutil
from unittest.mock import Mock

import pytest
from tests.ensembles.invented import batches_in_process
from typer.testing import CliRunner

from panj.cli import examples, main
from panj.cli.run import duration
from panj.ensembles import RunError

RUN = CliRunner()


@pytest.fixture(autouse=True)
def no_simulation(monkeypatch):
    monkeypatch.setattr("panj.ensembles.workers.Worker", Mock)
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches_in_process)


def ask(*words):
    return RUN.invoke(main, ["run", *map(str, words)])


def test_help_teaches_by_example():
    shown = ask("--help").stdout
    assert all(line.strip() in shown for line in str(examples("run")).replace("\b", "").splitlines())


def test_a_run_ends_with_its_table_its_report_and_its_folder(tmp_path):
    shown = ask("tiny", "--members", 20, "--batch", 1, "--out", tmp_path / "run")
    assert shown.exit_code == 0, shown.output
    assert f"tiny, history: 20 members, seed 1, into {tmp_path / 'run'}\n" in shown.stdout
    assert "Suppression" in shown.stdout
    assert f"Report: {tmp_path / 'run' / 'report.html'}\nResults: {tmp_path / 'run'}\n" in shown.stdout
    assert '"report.html"' in (tmp_path / "run" / "ro-crate-metadata.json").read_text()


def test_off_a_terminal_every_tenth_is_a_plain_line(tmp_path):
    shown = ask("tiny", "--members", 40, "--batch", 1, "--out", tmp_path / "run", "--no-report").stdout
    assert len(re.findall(r"^  \d+ of 40 members", shown, re.MULTILINE)) == 10
    assert "\x1b" not in shown


def test_the_folder_is_named_for_region_and_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ask("tiny", "--members", 1, "--scenario", "no-raid", "--no-report").exit_code == 0
    assert (tmp_path / "runs" / "tiny-no-raid" / "progress.json").exists()


def test_a_finished_run_is_shown_again(tmp_path):
    first = ask("tiny", "--members", 3, "--out", tmp_path / "run", "--no-report")
    refused = ask("tiny", "--members", 3, "--out", tmp_path / "run", "--no-report")
    assert refused.exit_code == 1
    assert "holds a finished run. Add --resume" in refused.stderr
    again = ask("tiny", "--members", 3, "--out", tmp_path / "run", "--no-report", "--resume")
    table = first.stdout.index("The three crowns")
    assert again.exit_code == 0
    assert first.stdout[table:] in again.stdout


def test_a_scenario_that_is_not_there_brings_the_nearest(tmp_path):
    refused = ask("tiny", "--scenario", "no-rade", "--out", tmp_path / "run")
    assert refused.exit_code == 1
    assert "no-raid" in refused.stderr
    assert not refused.stdout


def test_an_error_of_a_worker_is_one_message(tmp_path, monkeypatch):
    def failing(crew, start, batches):
        yield next(batches_in_process(crew, start, batches))
        raise RunError("Members 0 to 1 could not be computed: KeyError: 'x'")

    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", failing)
    refused = ask("tiny", "--members", 4, "--batch", 2, "--out", tmp_path / "run")
    assert refused.exit_code == 1
    assert refused.stderr == "Members 0 to 1 could not be computed: KeyError: 'x'\n"


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(crew, start, batches):
        yield next(batches_in_process(crew, start, batches))
        raise KeyboardInterrupt

    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", interrupted)
    stopped = ask("tiny", "--members", 4, "--batch", 2, "--out", tmp_path / "run")
    assert stopped.exit_code == 130
    assert "Stopped. 2 of 4 members are kept" in stopped.stderr
    assert "--resume" in stopped.stderr


def test_a_region_of_ones_own_runs_by_its_path(tmp_path, monkeypatch):
    from panj.region import find_region

    shutil.copytree(find_region("tiny"), tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert ask("mine", "--members", 1, "--no-report").exit_code == 0
    assert (tmp_path / "runs" / "mine-history" / "trajectories.zarr").is_dir()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "5 s"), (38, "40 s"), (61, "1 min"), (3000, "50 min"), (4800, "1 h 20 min")]
)
def test_a_duration_is_told_no_finer_than_it_is_known(seconds, words):
    assert duration(seconds) == words
