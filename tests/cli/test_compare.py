import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from panj.cli import examples, main
from panj.ensembles.store import read_note

RUN = CliRunner()

pytestmark = pytest.mark.usefixtures("computed")


@pytest.fixture
def ask(tmp_path):
    def ask(*words):
        return RUN.invoke(main, ["compare", *map(str, words), "--region", "tiny", "--into", str(tmp_path / "runs")])

    return ask


def test_help_teaches_by_example():
    shown = RUN.invoke(main, ["compare", "--help"]).stdout
    assert all(line.strip() in shown for line in str(examples("compare")).replace("\b", "").splitlines())


def test_what_is_missing_is_run_first_and_only_once(ask, computed, tmp_path):
    first = ask("history", "no-raid", "--members", 4, "--batch", 2)
    assert first.exit_code == 0, first.output
    assert "no-raid (B) against history (A)" in first.stdout
    assert "4 of 4 members count" in first.stdout
    assert len(computed) == 4
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["tiny-history-4", "tiny-no-raid-4"]
    again = ask("history", "no-raid", "--members", 4)
    assert again.exit_code == 0, again.output
    assert len(computed) == 4


def test_a_scenario_is_run_in_the_batches_of_the_run_that_is_there(ask, computed):
    assert ask("history", "history", "--members", 6, "--batch", 2).exit_code == 0
    assert ask("history", "no-raid", "--members", 6).exit_code == 0
    assert [len(members) for members in computed] == [2] * 6


def test_folders_of_runs_are_compared_as_they_are(ask, tmp_path):
    ask("history", "no-raid", "--members", 3)
    folders = [tmp_path / "runs" / f"tiny-{name}-3" for name in ("history", "no-raid")]
    assert ask(*folders).exit_code == 0


def test_what_sources_conclude_stands_beside_the_answer(ask):
    shown = ask("history", "no-raid", "--members", 4)
    assert "What sources conclude, beside the answer" in shown.stdout
    assert "The raid brought help" in shown.stdout
    assert "What sources conclude" not in ask("history", "history", "--members", 4).stdout
    assert len(json.loads(ask("history", "no-raid", "--members", 4, "--json").stdout)["theses"]) == 2


def test_json_and_csv_hold_the_same_differences(ask, tmp_path):
    shown = ask(
        "history", "no-raid", "--members", 3, "--by", "border", "--by", "year", "--json", "--csv", tmp_path / "d.csv"
    )
    assert shown.exit_code == 0, shown.output
    rows = json.loads(shown.stdout)["rows"]
    assert len(rows) == len(pd.read_csv(tmp_path / "d.csv"))
    assert {row["year"] for row in rows} == {2000, 2001, 2002, 2003}
    assert all(row["at"]["border"] for row in rows)


def test_a_scenario_beside_a_run_is_of_its_region_and_run_like_it(ask, computed, tmp_path):
    ask("history", "history", "--members", 3, "--seed", 5, "--batch", 2)
    run, runs = tmp_path / "runs" / "tiny-history-3", tmp_path / "runs"
    for names in ((run, "no-raid"), ("no-raid", run)):
        shown = RUN.invoke(main, ["compare", *map(str, names), "--into", str(runs)])
        assert shown.exit_code == 0, shown.output
        assert "3 of 3 members count" in shown.stdout
    made = read_note(runs / "tiny-no-raid-3").plan
    assert (made.region, made.members, made.seed, made.batch) == ("tiny", 3, 5, 2)
    assert [len(members) for members in computed] == [2, 1, 2, 1]


def test_a_scenario_beside_a_run_from_the_priors_is_drawn_from_them(ask, computed, tmp_path, monkeypatch):
    ask("history", "history", "--members", 3)
    monkeypatch.setattr("panj.ensembles.running.read_posterior", lambda region: "fitted since")
    shown = RUN.invoke(
        main, ["compare", str(tmp_path / "runs" / "tiny-history-3"), "no-raid", "--into", str(tmp_path / "runs")]
    )
    assert shown.exit_code == 0, shown.output
    assert read_note(tmp_path / "runs" / "tiny-no-raid-3").plan.draws == "prior"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-raid", "--seed", 2), "seed: 1 in A, 2 in B"),
        (("no-raid", "--members", 4), "members: 3 in A, 4 in B"),
        (("history", "--region", "central-asia"), "region: tiny in A, central-asia in B"),
        (("no-raid", "--quantity", "deley"), "Nearest: 'delay'"),
        (("no-raid", "--by", "month"), "Nothing can be told apart by 'month'"),
        (("no-raid", "--csv", "nowhere/a.csv"), "nowhere is no folder"),
        (("nothing-like-it",), "'nothing-like-it' is not a scenario of tiny. There are: history, no-raid"),
    ],
)
def test_what_could_not_be_compared_is_told_before_anything_is_run(ask, computed, tmp_path, words, said):
    ask("history", "history", "--members", 3)
    before = len(computed)
    run = str(tmp_path / "runs" / "tiny-history-3")
    refused = RUN.invoke(main, ["compare", run, *map(str, words), "--into", str(tmp_path / "runs")])
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "changed" not in refused.stderr, "what follows from another region is not told with it"
    assert len(computed) == before


def test_a_scenario_that_is_not_there_brings_the_nearest(ask):
    refused = ask("history", "no-rade", "--members", 3)
    assert refused.exit_code == 1
    assert "no-raid" in refused.stderr


def test_ctrl_c_says_how_to_go_on(ask, monkeypatch):
    def interrupted(crew, start, batches):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", interrupted)
    stopped = ask("history", "no-raid", "--members", 3)
    assert stopped.exit_code == 130
    assert "give the same command again" in stopped.stderr
