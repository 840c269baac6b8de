"""Theses beside answers: what a verdict means, what is refused, what is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from invented import InventedRun
from pydantic import ValidationError
from rich.console import Console

from panj.region import Region, Thesis, Trial, open_region
from panj.reports import theses as told
from panj.reports.report import theses_page
from panj.reports.straying import Strayed, sentences, straying

CENTRAL_ASIA = open_region("central-asia")


@dataclass(frozen=True)
class Finished:
    """An invented run with what is kept of its members."""

    dataset: object
    experiments: pd.DataFrame


def finished(run: InventedRun, quantity: str = "", factor: float = 1.0, failed: int = 0) -> Finished:
    """The invented run with one quantity multiplied; its last members have not converged."""
    dataset = run.dataset
    if quantity:
        dataset = dataset.assign({quantity: dataset[quantity] * np.float32(factor)})
        dataset[quantity].attrs = run.dataset[quantity].attrs
    good = np.arange(dataset.sizes["member"]) < dataset.sizes["member"] - failed
    return Finished(dataset, pd.DataFrame({"converged": good}))


def trial(**words: object) -> Trial:
    given = {"label": "A trial", "a": "history", "b": "no-raid", "quantity": "bribes", "at": {"border": ["NO-SO"]}}
    return Trial.model_validate(given | {"low": 0.0} | words)


@pytest.mark.parametrize(
    ("factor", "words", "word"),
    [
        (1.2, {"low": 0.0}, "agrees"),
        (0.8, {"low": 0.0}, "does not agree"),
        (0.8, {"low": None, "high": 0.0}, "agrees"),
        (1.0, {"low": 0.0}, "does not agree"),
        (1.0, {"low": None, "high": 0.0}, "does not agree"),
        (1.0005, {"low": 0.0}, "does not agree"),
        (1.0, {"low": -0.01, "high": 0.01}, "agrees"),
        (0.95, {"low": -0.1}, "agrees"),
        (0.85, {"low": -0.1}, "does not agree"),
        (2.0, {"low": 0.5, "high": 1.5}, "agrees"),
    ],
)
def test_a_trial_is_judged_by_its_range(run: InventedRun, region: Region, factor: float, words: dict, word: str):
    runs = {"history": finished(run), "no-raid": finished(run, "bribes", factor)}
    found = told.answer(trial(**words), runs, region)
    assert found.word == word
    assert found.change.median == pytest.approx(factor - 1 if abs(factor - 1) > told.NOISE else 0, abs=1e-5)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=30), st.floats(-2, 2), st.floats(0, 2))
def test_every_change_is_in_or_below_or_above(changes: list[float], low: float, width: float):
    values = np.asarray(changes)
    inside = told.agreeing(values, low, low + width)
    assert (inside | (values < low) | (values > low + width)).all()
    assert not (inside & ((values < low) | (values > low + width))).any()


def test_a_rise_and_a_fall_are_never_both():
    change = np.asarray([-1.0, 0.0, 1.0])
    assert told.agreeing(change, 0.0, None).tolist() == [False, False, True]
    assert told.agreeing(change, None, 0.0).tolist() == [True, False, False]


def test_members_that_disagree_leave_it_open(run: InventedRun, region: Region):
    half = np.where(np.arange(run.dataset.sizes["member"]) % 2, 1.2, 0.8).astype(np.float32)
    other = run.dataset.assign(bribes=run.dataset["bribes"] * half[:, None, None])
    other["bribes"].attrs = run.dataset["bribes"].attrs
    found = told.answer(
        trial(), {"history": finished(run), "no-raid": Finished(other, finished(run).experiments)}, region
    )
    assert (found.word, found.share) == ("cannot say", 0.5)


def test_only_members_that_converged_in_both_count(run: InventedRun, region: Region):
    runs = {"history": finished(run, failed=3), "no-raid": finished(run, "bribes", 1.2, failed=5)}
    assert told.answer(trial(), runs, region).members == run.dataset.sizes["member"] - 5


@pytest.mark.parametrize(
    ("runs", "words", "why"),
    [
        (("history",), {}, "no-raid not run"),
        (("history", "no-raid"), {"quantity": "gold", "at": {}}, "the runs have no gold"),
    ],
)
def test_without_an_answer_it_says_why(run: InventedRun, region: Region, runs: tuple, words: dict, why: str):
    found = told.answer(trial(**words), {name: finished(run) for name in runs}, region)
    assert (found.word, found.why, found.change) == ("cannot say", why, None)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("agrees", "agrees"), "agrees"),
        (("agrees", "cannot say"), "in part"),
        (("agrees", "does not agree"), "in part"),
        (("does not agree", "cannot say"), "does not agree"),
        (("cannot say", "cannot say"), "cannot say"),
    ],
)
def test_a_thesis_is_the_sum_of_its_trials(words: tuple, verdict: str):
    one = Thesis.model_validate({"id": "t", "title": "t", "says": "t", "claims": ["T001"], "trial": [trial()]})
    assert told.Answered(one, tuple(told.Tried(one.trial[0], word=word) for word in words)).word == verdict


@pytest.mark.parametrize("words", [{"low": None}, {"low": 1.0, "high": 0.5}])
def test_a_trial_expects_something_that_can_be(words: dict):
    with pytest.raises(ValidationError, match="low"):
        trial(**words)


@pytest.mark.parametrize("name", ["central-asia", "tiny"])
def test_shipped_theses_ask_for_quantities_that_are_there(name: str):
    opened = open_region(name)
    assert opened.theses
    assert told.faults_of(opened.theses.values()) == []


def test_a_quantity_or_axis_that_is_not_there_is_a_fault():
    wrong = [trial(quantity="bribe"), trial(at={"state": ["NO"]})]
    one = Thesis.model_validate({"id": "t", "title": "t", "says": "t", "claims": ["T001"], "trial": wrong})
    faults = told.faults_of([one])
    assert [fault.fault for fault in faults] == [
        "trial[1] has no quantity 'bribe'",
        "trial[2]: bribes has no axis 'state'",
    ]
    assert "'bribes'" in faults[0].remedy


def test_issue_b_asks_for_these_experiments():
    compared = {name for thesis in CENTRAL_ASIA.theses.values() for t in thesis.trial for name in (t.a, t.b)}
    assert compared >= {
        "history", "no-september-11", "tighten-all", "clean-but-rigid", "china-shut-6-months", "joint-posts",
        "mines-cleared", "cooperation-for-tightening", *(f"kz-uz-activity-{part}" for part in (25, 50, 90)),
        *(f"russian-withdrawal-aid-{times}" for times in (1, 2, 10)),
    }  # fmt: skip


def test_the_terminal_keeps_within_a_hundred_columns_and_says_what_is_not_supported(run: InventedRun, region: Region):
    runs = {"history": finished(run, "bribes", 0.5), "no-raid": finished(run)}
    answered = told.answers(region.theses.values(), runs, region)
    console = Console(width=100, record=True, file=StringIO())
    for part in (*told.theses_told(answered), told.summary_line(answered)):
        console.print(part)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 100
    assert "✗ DOES NOT AGREE: The more papers, the more bribes" in text
    json.dumps(told.document(answered), allow_nan=False)


def test_a_pair_is_asked_for_its_own_theses_only(region: Region):
    assert told.answers(region.theses.values(), {}, region, pair=("history", "no-raid"))
    assert told.answers(region.theses.values(), {}, region, pair=("history", "open-door")) == ()


def test_the_page_names_every_thesis_with_its_verdict_and_its_claims(run: InventedRun, region: Region):
    runs = {"history": finished(run), "no-raid": finished(run)}
    page = theses_page(told.answers(region.theses.values(), runs, region), region, runs)
    for thesis in region.theses.values():
        assert f'id="thesis-{thesis.id}"' in page
        assert all(f'id="claim-{claim}"' in page for claim in thesis.claims)
    assert page.count("<table") == page.count("</table>")


def reacting(region: Region) -> Region:
    scenario = region.scenarios["no-raid"].model_copy(update={"id": "reacts", "reacts_from": "2001-01"})
    return replace(region, scenarios=region.scenarios | {"reacts": scenario})


def test_a_history_that_does_what_was_done_does_not_stray(run: InventedRun, region: Region):
    calm = run.dataset.assign(rigidity_added=run.dataset["rigidity_added"] * 0)
    calm = calm.assign(
        rigidity=calm["rigidity"].clip(0, 1),
        settled=calm["settled"].isel(member=0, drop=True).broadcast_like(calm["settled"]),
    )
    one = straying(finished(InventedRun(calm)), finished(InventedRun(calm)), reacting(region), "reacts")
    assert one.period[0].year == 2001
    assert {row.what for row in one.whole} == {"rigidity", "settled", "foreign_guards", "aid"}
    assert all(row.gap.high90 == pytest.approx(0, abs=1e-6) for row in (*one.whole, *one.places))
    assert all(abs(change.median) < 1e-9 for change in one.outcomes.values())
    assert len(sentences(one, region)) == 8


def test_what_states_add_strays_by_as_much(run: InventedRun, region: Region):
    level = run.dataset.assign(
        rigidity=run.dataset["rigidity"] * 0 + np.float32(0.2), rigidity_added=run.dataset["rigidity_added"] * 0
    )
    tight = level.assign(rigidity_added=level["rigidity_added"] + np.float32(0.5))
    one = straying(finished(InventedRun(level)), finished(InventedRun(tight)), reacting(region), "reacts")
    rigid = next(row for row in one.whole if row.what == "rigidity")
    assert rigid.happened == pytest.approx(0.2)
    assert rigid.reacted.median == pytest.approx(0.6)
    assert rigid.gap.median == pytest.approx(0.4)
    assert rigid.gap_still == pytest.approx(0, abs=1e-7)
    assert not rigid.nearer


def test_aid_strays_by_what_donors_give_in_a_year_and_not_by_when_it_arrives(run: InventedRun, region: Region):
    """A year's aid in one month or spread over twelve is the same; twice as much is as far off as it is large."""
    aid = run.dataset["aid_delivered"] * 0 + np.float32(1e6)
    since = 1 - ((pd.DatetimeIndex(run.dataset["month"]).month.to_numpy() - 1) % 12 > 0)
    lumps = aid * xr.DataArray(12 * since.astype(np.float32), dims="month")
    even, once = (InventedRun(run.dataset.assign(aid_delivered=x)) for x in (aid, lumps))
    double = InventedRun(run.dataset.assign(aid_delivered=lumps * xr.where(lumps["state"] == "NO", 2, 1)))

    def strayed(other: InventedRun) -> dict[str, Strayed]:
        whole_years = replace(reacting(region), history_until=region.end)
        one = straying(finished(even), finished(other), whole_years, "reacts")
        return {row.place: row for row in (*one.whole, *one.places) if row.what == "aid"}

    assert all(row.gap.median == pytest.approx(0, abs=1) for row in strayed(once).values())
    assert all(row.happened == pytest.approx(12e6) for row in strayed(once).values())
    rows = strayed(double)
    assert (rows["NO"].reacted.median, rows["NO"].gap.median) == pytest.approx((24e6, 12e6))
    assert rows["SO"].gap.median == pytest.approx(0, abs=1)
    assert rows["NO"].gap_still == pytest.approx(0, abs=1)
    assert not rows["NO"].nearer


def test_farthest_off_in_aid_is_named_with_what_came_and_what_would_have(run: InventedRun, region: Region):
    given = run.dataset["aid_delivered"] * 0 + np.float32(1e6)
    more = given * xr.where(given["state"] == "NO", 3, 1)
    runs = [finished(InventedRun(run.dataset.assign(aid_delivered=x))) for x in (given, more)]
    told = sentences(straying(*runs, reacting(region), "reacts"), region)[-1]
    name = region.states["NO"].name
    assert told.startswith(f"Farthest off in aid: {name}: 12.00 against 36.00 million USD a year;")


def test_only_borders_that_have_had_foreign_guards_are_asked_where_they_are(run: InventedRun, region: Region):
    stood = run.dataset["border"] == "NO-SO"
    guards = (run.dataset["foreign_guards"] * 0 + np.float32(1.0)) * stood
    gone = InventedRun(run.dataset.assign(foreign_guards=guards * np.float32(0.25)))
    stayed = InventedRun(run.dataset.assign(foreign_guards=guards))
    one = straying(finished(stayed), finished(gone), reacting(region), "reacts")
    rows = [row for row in one.places if row.what == "foreign_guards"]
    assert [row.place for row in rows] == ["NO-SO"]
    assert (rows[0].happened, rows[0].reacted.median, rows[0].gap.median) == pytest.approx((1.0, 0.25, 0.75))
