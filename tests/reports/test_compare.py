"""Two runs compared: laws first, then what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.ensembles.invented import results_of

from panj import ensembles
from panj.ensembles.store import read_note
from panj.region import open_region
from panj.reports.compare import comparable, compare_runs, comparison_tables, mismatches

MEMBERS = 6
TINY = open_region("tiny")


def batches_that_differ(crew, start, batches):
    """In the place of `run_batches`: other numbers under the scenario, and one member that fails in each run."""
    other = "so-radios" not in start.region.programmes
    for members in batches:
        results = results_of(start.region, members)
        if other:
            results = {name: values * np.float32(1.5) for name, values in results.items()}
        results["residual"] = np.full_like(results["residual"], 1e-3)
        for row, member in enumerate(members):
            if member == (2 if other else 4):
                results["residual"][row] = 1.0
        yield members, results


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("panj.ensembles.workers.Crew.compute", batches_that_differ)
        return [
            ensembles.run("tiny", folder / scenario, scenario=scenario, members=MEMBERS, batch=3, workers=1)
            for scenario in ("history", "no-raid")
        ]


def plan_of(run):
    return read_note(run.folder).plan


@pytest.mark.parametrize("by", [(), ("flow",), ("border",), ("state",), ("border", "flow"), ("flow", "year")])
def test_a_run_compared_with_itself_has_no_differences(runs, by):
    compared = compare_runs(runs[0], runs[0], TINY, by=by)
    assert compared.rows
    assert {row.verdict for row in compared.rows} == {"same"}
    assert {(row.difference.low90, row.difference.high90) for row in compared.rows} == {(0.0, 0.0)}


@pytest.mark.parametrize("by", [(), ("border",), ("year",)])
def test_swapping_the_runs_flips_the_sign(runs, by):
    there = compare_runs(*runs, TINY, by=by)
    back = compare_runs(*reversed(runs), TINY, by=by)
    flipped = {"up": "down", "down": "up"}
    for one, other in zip(there.rows, back.rows, strict=True):
        assert (one.quantity, one.at, one.year, one.unit) == (other.quantity, other.at, other.year, other.unit)
        assert (one.a, one.b) == (other.b, other.a)
        assert one.difference.median == pytest.approx(-other.difference.median)
        assert one.difference.low90 == pytest.approx(-other.difference.high90)
        assert one.ratio.median == pytest.approx(1 / other.ratio.median)
        assert flipped.get(one.verdict, one.verdict) == other.verdict


def test_what_is_half_as_much_again_in_every_member_is_told_as_such(runs):
    rows = compare_runs(*runs, TINY).rows
    assert all(row.told and row.verdict == "up" for row in rows)
    assert all(row.ratio.low90 == pytest.approx(1.5) == pytest.approx(row.ratio.high90) for row in rows)


def test_only_members_that_converged_in_both_count(runs):
    compared = compare_runs(*runs, TINY)
    assert (compared.members, compared.total) == (MEMBERS - 2, MEMBERS)
    assert compare_runs(runs[0], runs[0], TINY).members == MEMBERS - 1


def test_every_quantity_over_months_and_labels_is_compared_headlines_first(runs):
    told = list(dict.fromkeys(row.quantity for row in compare_runs(*runs, TINY).rows))
    assert told[:3] == ["suppression", "communication", "bribes"]
    assert told == [one.name for one in comparable()]
    assert not {"residual", "wait", "route_share"} & set(told)


def test_flows_that_are_not_told_apart_are_added_by_value(runs):
    rows = compare_runs(*runs, TINY, by=("border",), quantity="passed").rows
    assert {(row.at["purpose"], row.unit) for row in rows} == {("harmful", "USD/month"), ("honest", "USD/month")}
    apart = compare_runs(*runs, TINY, by=("border", "flow"), quantity="passed").rows
    border = rows[0].at["border"]
    harmful = [row for row in apart if row.at["border"] == border and TINY.flows[row.at["flow"]].purpose == "harmful"]
    worth = sum(row.a.median * TINY.flows[row.at["flow"]].value_usd for row in harmful)
    assert rows[0].a.median == pytest.approx(worth)
    assert {row.unit for row in harmful if row.at["flow"] == "opiates"} == {"kg/month"}


def test_a_year_is_told_by_its_own_months(runs):
    rows = compare_runs(*runs, TINY, by=("year",), quantity="suppression").rows
    assert [row.year for row in rows] == [2000, 2001, 2002, 2003]


def test_other_draws_or_another_region_are_refused_all_at_once(runs, tmp_path, monkeypatch):
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches_that_differ)
    other = ensembles.run("tiny", tmp_path / "other", members=4, batch=2, seed=2, workers=1)
    with pytest.raises(ensembles.RunError) as refused:
        compare_runs(runs[0], other, TINY)
    for words in ("seed: 1 in A, 2 in B", "members: 6 in A, 4 in B", "batch: 3 in A, 2 in B"):
        assert words in str(refused.value)
    plan = plan_of(runs[0])
    changed = replace(plan, inputs=plan.inputs | {"borders.csv": "0"}, software=plan.software | {"numpy": "0"})
    assert mismatches(plan, changed) == [f"numpy: {plan.software['numpy']} in A, 0 in B", "borders.csv: changed"]


def test_draws_of_a_fit_never_compare_with_those_of_the_priors(runs):
    plan = plan_of(runs[0])
    assert mismatches(plan, replace(plan, draws="fit")) == [f"draws: {plan.draws} in A, fit in B"]


def test_files_of_scenarios_may_differ(runs):
    plan = plan_of(runs[0])
    assert mismatches(plan, replace(plan, scenario="new", inputs=plan.inputs | {"scenarios/new.toml": "0"})) == []


def test_links_that_are_cut_are_compared_by_name_and_never_mixed_with_a_scenario(runs, tmp_path, monkeypatch):
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches_that_differ)
    cut = ensembles.run("tiny", tmp_path / "cut", members=MEMBERS, batch=3, workers=1, cut=["L64", "L13"])
    compared = compare_runs(runs[0], cut, TINY)
    assert (compared.a, compared.b) == ("history", "history without L13 and L64")
    with pytest.raises(ensembles.RunError, match="cut: none in A, L13 L64 in B"):
        compare_runs(runs[1], cut, TINY)


def test_no_member_that_converged_is_no_comparison(runs):
    lost = replace(runs[0], experiments=runs[0].experiments.assign(converged=False))
    with pytest.raises(ensembles.RunError, match="Of 6 members none converged in both"):
        compare_runs(lost, runs[1], TINY)


@pytest.mark.parametrize(
    ("by", "quantity", "words"),
    [
        (("town",), None, "told apart by 'town'"),
        ((), "bribe", "Nearest: 'bribes'"),
        (("flow",), "delay", "delay cannot be told apart by flow: it has border"),
        (("state", "border"), None, "No quantity that is compared has border and state"),
    ],
)
def test_a_wrong_word_is_answered(runs, by, quantity, words):
    with pytest.raises(ensembles.RunError, match=words):
        compare_runs(*runs, TINY, by=by, quantity=quantity)


def test_all_of_it_goes_into_tables_json_and_csv(runs):
    compared = compare_runs(*runs, TINY)
    document = json.loads(json.dumps(compared.document(), allow_nan=False))
    assert (document["a"], document["b"], document["members"]) == ("history", "no-raid", 4)
    assert len(document["rows"]) == len(compared.frame()) == len(compared.rows)
    assert set(compared.frame()["period"]) == {"2001-10/2003-06"}
    assert "4 of 6 members count" in str(comparison_tables(compared, TINY)[0])


@pytest.mark.slow
def test_a_scenario_that_drops_aid_lowers_aid_by_what_it_dropped(tmp_path):
    both = [
        ensembles.run("tiny", tmp_path / scenario, scenario=scenario, members=2, batch=2, workers=1)
        for scenario in ("history", "no-raid")
    ]
    both = [replace(run, experiments=run.experiments.assign(converged=True)) for run in both]
    rows = {row.at["state"]: row for row in compare_runs(*both, TINY, quantity="aid").rows}
    months = 21
    dropped = sum(delivery.usd for delivery in TINY.programmes["so-radios"].deliveries)
    assert rows["SO"].difference.median * months == pytest.approx(-dropped, rel=1e-5)
    assert rows["SO"].told
    assert all(row.difference.median == 0 for state, row in rows.items() if state != "SO")
    draws = [run.experiments.filter(like="p:") for run in both]
    assert set(draws[0]) - set(draws[1]) <= {"p:deliveries_so_radios"}
    assert draws[0][list(draws[1])].equals(draws[1])
