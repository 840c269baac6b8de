"""The report as a file: well formed, whole in itself, every link with its end."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from invented import InventedRun, invent_run
from rich.console import Console
from typer.testing import CliRunner

from panj.basics.dates import months
from panj.cli import main
from panj.ensembles.plan import digests, fingerprint
from panj.region import Aspect, BeforeAfter, Measure, Region, open_region
from panj.reports import prepare, render, summary_table
from panj.reports.answer import answer, caused, without_pivot
from panj.reports.aspects import faults_of, measured, settled_share
from panj.reports.fans import _opiates, fan_groups
from panj.reports.map import draw_map, land_of
from panj.reports.score import USES

VOID = {"meta", "link", "input", "br", "img", "hr"}


class Reader(HTMLParser):
    """Collects ids, links and loads, and holds that every element is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.heads: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag in ("link", "img", "script", "iframe", "use", "image", "source"):
            self.loads += [str(given[name]) for name in ("src", "href", "xlink:href") if given.get(name)]
        if re.fullmatch("h[1-6]", tag):
            self.heads.append(int(tag[1]))
        if tag == "th":
            assert "scope" in given
        if tag == "svg":
            assert "aria-label" in given or given.get("aria-hidden") == "true"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_every_element_is_closed(read: Reader):
    assert read.open == []


def test_ids_are_unique(read: Reader):
    assert len(read.ids) == len(set(read.ids))


def test_every_inner_link_has_its_end(read: Reader):
    inner = {link[1:] for link in read.links if link.startswith("#")}
    assert inner
    assert inner <= set(read.ids)


def test_nothing_is_loaded_from_anywhere(read: Reader, html: str):
    assert all(load.startswith("data:") for load in read.loads)
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    script = html.rsplit("<script>", 1)[1]
    for word in ("fetch(", "XMLHttpRequest", "import(", "WebSocket"):
        assert word not in script


def test_heads_go_down_one_step_at_a_time(read: Reader):
    assert read.heads[0] == 1
    assert all(later - before <= 1 for before, later in zip(read.heads, read.heads[1:], strict=False))


def test_the_report_is_small_and_tells_what_was_run(html: str, region: Region):
    assert len(html.encode()) < 6_000_000
    assert region.title in html
    assert "1 did not converge" in html
    assert "no quantity yet" in html


def test_every_cited_claim_is_told_in_full(html: str, region: Region):
    for claim in ("T004", "T010", "T019"):
        assert f'id="claim-{claim}"' in html
        assert region.evidence.claims[claim].statement in html


def test_lakes_lie_on_the_land_and_under_the_lines(html: str):
    assert 'class="lakes"' not in html
    asia = open_region("central-asia")
    land = land_of(asia)
    assert land is not None
    drawn = draw_map(land, asia, invent_run(asia, members=2).dataset, months(asia.start, asia.end), 0)
    order = [drawn.drawing.index(part) for part in ('class="lands"', 'class="lakes"', 'class="border"')]
    assert order == sorted(order)
    lakes = drawn.drawing[order[1] : order[2]]
    assert {"Aral Sea", "Issyk-Kul", "Lake Balkhash"} <= set(re.findall("<title>(.*?)</title>", lakes))
    assert "Uvs Nuur" not in lakes, "beyond the frame"


def test_a_table_that_asks_for_what_the_run_lacks_is_refused_with_every_fault(run: InventedRun):
    measure = Measure(label="x", quantity="delai", at={"border": ("NO-XX",)})
    aspect = Aspect(id="a", title="a", before="b", after="c", claims=("T999",), measure=(measure,))
    faults = faults_of(BeforeAfter(aspects=(aspect,)), run.dataset)
    assert [fault.fault for fault in faults] == [
        "measure[1] has no quantity 'delai'",
        "measure[1]: the run has no border 'NO-XX'",
    ]


def test_a_border_is_settled_by_length(region: Region):
    sections = [section for section in region.sections.values() if section.border == "NO-SO"]
    late = settled_share(region, ["NO-SO"], region.end.last)
    assert 0 <= settled_share(region, ["NO-SO"], region.start.first) <= late <= 1
    assert sections


def test_a_border_is_settled_by_talks_where_states_react(region: Region, run: InventedRun):
    measure = Measure(label="x", quantity="settled", at={"border": ("NO-SO",)})
    record = measured(measure, region, run.dataset, region.before, region.after).comparison
    reacting = replace(region, reacts_from=region.after[0])
    talks = measured(measure, reacting, run.dataset, region.before, region.after).comparison
    assert record.after is not None
    assert record.after.certain
    last = run.dataset["settled"].sel(border="NO-SO", month=np.datetime64(region.after[1].first, "ns"))
    assert talks.after is not None
    assert talks.after.median == pytest.approx(float(last.median()), rel=1e-5)


def test_a_share_is_one_quantity_over_another(region: Region, run: InventedRun):
    measure = Measure(label="x", quantity="passed_green", of="passed", at={"flow": ("opiates",), "border": ("FA-SO",)})
    result = measured(measure, region, run.dataset, region.before, region.after)
    assert result.unit == "1"
    assert result.comparison.before is not None
    assert result.comparison.before.median == pytest.approx(0.3, rel=1e-5)


def test_corruption_is_the_rest_of_integrity(region: Region, run: InventedRun):
    at = {"border": ("FA-SO",)}
    honest, sold = (
        measured(Measure(label="x", quantity="integrity", at=at, rest=rest), region, run.dataset, *periods(region))
        for rest in (False, True)
    )
    assert honest.comparison.before is not None
    assert sold.comparison.before is not None
    assert sold.comparison.before.median == pytest.approx(1 - honest.comparison.before.median, rel=1e-5)


def periods(region: Region):
    return region.before, region.after


def test_stocks_are_charted(html: str):
    for title in ("Corruption", "Tension between neighbours", "Users of opiates", "Opium gathered", "Attention"):
        assert f"<b>{title}" in html


def test_a_run_older_than_the_stocks_has_a_report_all_the_same(region: Region, run: InventedRun):
    known = {"integrity", "tension", "users", "opium", "opium_price", "militants", "attention", "income", "price_gap"}
    text = render(InventedRun(run.dataset.drop_vars(known)), region)
    assert "no figure in this run" in text
    assert "No feedback in this run" in text
    assert "<b>Corruption" not in text


def test_a_year_of_opium_is_compared_by_its_months(region: Region, run: InventedRun):
    series = [one for one in _opiates(run.dataset, ["SO"])[2] if one.compared is not None]
    assert len(series) == 1
    assert float(series[0].values[:, 11].sum()) == pytest.approx(float(run.dataset["opium"][:, :12].sum()), rel=1e-4)
    assert series[0].unit == "t/year"


def test_every_published_number_stands_in_the_report_with_its_use(html: str, region: Region):
    table = html[html.index('id="targets"') : html.index('id="evidence"')]
    for target in region.targets.values():
        assert USES[target.use] in table
    assert table.count('<span class="outcome') == len(region.targets)
    assert "inside their 90 % interval" in table


def test_the_report_says_whether_the_run_was_fitted(region: Region, run: InventedRun, html: str):
    assert "fitted to nothing" in html
    fitted = render(InventedRun(run.dataset.assign_attrs(draws="posterior")), region)
    assert "Its parameters are fitted to those marked so" in fitted
    assert "fitted to nothing" not in fitted


def test_the_summary_prints(run: InventedRun, region: Region):
    console = Console(width=140, record=True, file=None, force_terminal=False)
    with console.capture() as caught:
        console.print(summary_table(run.dataset, region))
    text = caught.get()
    assert "Suppression" in text
    assert "Communication" in text
    assert "points" in text


def test_links_that_are_cut_are_named_first_and_among_what_is_missing(run: InventedRun, region: Region):
    whole = InventedRun(run.dataset.assign_attrs(cut=""))
    cut = InventedRun(run.dataset.assign_attrs(cut="L64 L13"))
    assert "Not the whole model" not in render(whole, region)
    told = render(cut, region)
    assert "Not the whole model.</b> In this run 2 of its causal links are cut: L64: " in told
    assert "Links that are cut in this run" in told
    assert "without L64 and L13" in told


def test_the_report_is_the_same_twice(html: str, run: InventedRun, region: Region):
    assert render(run, region) == html


@pytest.mark.parametrize("scenario", ["history", "open-door"])
def test_the_report_that_was_prepared_is_the_one_that_was_not(run: InventedRun, region: Region, scenario: str):
    laid = region if scenario == "history" else region.overlay(scenario)
    prepared = prepare(region, scenario)
    for one in (run, InventedRun(run.dataset.assign_attrs(cut="L64"))):
        assert render(one, prepared) == render(one, laid)


def test_panj_report_writes_into_the_folder_of_the_run(
    tmp_path: Path, run: InventedRun, monkeypatch: pytest.MonkeyPatch
):
    import panj.ensembles

    described = []
    monkeypatch.setattr(panj.ensembles, "open_run", lambda folder: run)
    monkeypatch.setattr(panj.ensembles, "describe", described.append)
    answer = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert answer.output.strip() == str(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert described == [tmp_path], "the crate names the report"


def test_a_region_that_changed_since_the_run_is_said(run: InventedRun, region: Region):
    words = "The region has changed since the run"
    same = run.dataset.assign_attrs(inputs=fingerprint(digests(region.folder)))
    assert words not in render(InventedRun(same), region)
    assert words in render(InventedRun(run.dataset.assign_attrs(inputs="another")), region)


def test_holes_in_the_figures_are_said_not_filled(region: Region, run: InventedRun):
    bare = run.dataset.copy(deep=True)
    bare["communication"] = bare["communication"] * float("nan")
    bare["delay"] = bare["delay"].where(bare["border"] != "NO-SO")
    bare = bare.drop_vars(["recorded_trespasses", "crossing_traffic", "route_share"])
    text = render(InventedRun(bare.assign_attrs(run.dataset.attrs)), region)
    assert "has no figure for both periods" in text
    assert "nan" not in re.sub(r"<script.*?</script>", "", text, flags=re.S).lower().split()


def test_a_run_of_which_most_failed_warns_above_its_answer(region: Region):
    failed = invent_run(region, members=4, failed=3)
    text = render(failed, region)
    assert text.index("Do not use these figures") < text.index('class="lead harmful"')
    assert "3 of 4 members did not converge" in text


def answer_of(before: float, after: float, region: Region, run: InventedRun) -> dict[str, str]:
    """What is told of suppression where it is one share before the pivot and another from it on, in every member."""
    later = run.dataset["month"] >= np.datetime64("2001-09-01")
    course = xr.where(later, after, before) + 0 * run.dataset["suppression"]
    dataset = run.dataset.assign(suppression=course.transpose("member", "month").assign_attrs(units="1"))
    return answer(dataset, region)["securities"][0]


@pytest.mark.parametrize(
    ("before", "after", "head"),
    [
        (0.25, 0.5, "More of what harms is stopped."),
        (0.5, 0.25, "Less of what harms is stopped."),
        (0.25, 0.25, "As much of what harms is stopped as before."),
    ],
)
def test_the_first_words_say_which_way_it_went(before, after, head, region: Region, run: InventedRun):
    told = answer_of(before, after, region, run)
    assert told["head"] == head
    assert f"worth of harmful traffic that would cross, {100 * before:.0f} did not arrive" in told["text"]
    assert told["text"].endswith(f"and {100 * after:.0f} after it.")


def test_what_the_event_itself_changed_is_told_where_the_run_without_it_is_there(region: Region, run: InventedRun):
    def made(factor: float) -> SimpleNamespace:
        good = pd.DataFrame({"converged": np.arange(run.dataset.sizes["member"]) != 3})
        return SimpleNamespace(
            dataset=run.dataset.assign(suppression=run.dataset["suppression"] * factor), experiments=good
        )

    assert without_pivot(region) == "no-raid"
    assert caused({"history": made(1.0)}, region) == ""
    told = caused({"history": made(1.0), "no-raid": made(0.5)}, region)
    assert told.startswith("Against the same months without it (no-raid, 19 members), suppression changes by +")
    assert told.endswith("communication changes by 0 points (90 %: 0 to 0), which could be either way.")


def test_charts_of_stocks_name_the_claims_behind_the_links_that_move_them(region: Region, run: InventedRun):
    clock = list(months(region.start, region.end))
    groups = {group.title: group for group in fan_groups(run.dataset, region, BeforeAfter(), clock)}
    assert groups["Institutions, militants and attention"].claims == ("T005", "T019")
    assert groups["Bribes"].claims == ()
