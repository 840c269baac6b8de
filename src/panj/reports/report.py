"""The report of a run: one HTML file that opens from disk, with no network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import jinja2
import pandas as pd
import xarray as xr
from markupsafe import Markup

from panj.basics.dates import Month
from panj.basics.faults import FaultsError
from panj.basics.words import counted
from panj.basics.writing import write
from panj.calibration import Score, Seen, draws_of, scores, total
from panj.calibration.stored import JUDGED
from panj.region import read_before_after
from panj.reports import evidence, missing, score, straying, theses, words
from panj.reports.answer import answer, caused, span, unchanged, without_pivot
from panj.reports.aspects import faults_of, measured
from panj.reports.board import draw_board
from panj.reports.charts import dot_plot
from panj.reports.fans import fan_groups, main_flow
from panj.reports.map import STATUSES, Land, draw_map, land_of
from panj.reports.summary import Interval, settled_members
from panj.reports.table import Line, securities, success_by_flow

if TYPE_CHECKING:
    from panj.ensembles import Run as Finished
    from panj.region import BeforeAfter, Region
    from panj.reports.theses import Answered


class Run(Protocol):
    """What a report reads of an opened run."""

    @property
    def dataset(self) -> xr.Dataset:
        """The quantities of quantities.csv; attributes ``region``, ``scenario``, ``seed`` and ``version``."""

    @property
    def experiments(self) -> pd.DataFrame:
        """One row a member: its number and its parameters."""


AT_ONCE = 1_500_000_000
"""Runs smaller than this [bytes] are read into memory at once; larger ones quantity by quantity."""


@dataclass(frozen=True)
class Prepared:
    """What a report is made of before there is a run: see `prepare`.

    Attributes:
        region: Under its scenario.
        land: Of the map; None where the region has no geometry.
        template: Of the page.
    """

    region: Region
    land: Land | None
    template: jinja2.Template


def prepare(region: Region, scenario: str = "history") -> Prepared:
    """All of a report that needs no run, so that it is there when the last member is: it takes a while.

    Args:
        region: Without the scenario.
        scenario: That is laid over it, if it is one of the region's.
    """
    laid = region.overlay(scenario) if scenario in region.scenarios else region
    return Prepared(laid, land_of(laid), _environment(laid).get_template("template.html.j2"))


def write_report(finished: Path | Finished, region: Region | Prepared | None = None) -> Path:
    """Write ``report.html`` into the folder of a run and return its path.

    Args:
        finished: A finished run, or its folder.
        region: Its region without the scenario, if that is opened already; or what was prepared of it and the scenario.

    Raises:
        FaultsError: The region or its before / after table has faults.
    """
    from panj.ensembles import open_run
    from panj.region import open_region

    folder, run = (finished, open_run(finished)) if isinstance(finished, Path) else (finished.folder, finished)
    if not isinstance(region, Prepared):
        region = prepare(region or open_region(run.dataset.attrs["region"]), run.dataset.attrs["scenario"])
    beside = theses.runs_beside(folder, region.region)
    target = folder / "report.html"
    write(target, render(run, region, beside))
    return target


def render(run: Run, region: Region | Prepared, beside: Mapping[str, Finished] | None = None) -> str:
    """The report as HTML text.

    Args:
        run: What is reported.
        region: Under its scenario; or what was prepared of it.
        beside: Runs of other scenarios that compare with it, which answer the region's theses.

    Raises:
        FaultsError: The region's before / after table, or a thesis, names what no run has, or this one lacks.
    """
    prepared = region if isinstance(region, Prepared) else prepare(region)
    region = prepared.region
    whole = run.dataset.load() if run.dataset.nbytes < AT_ONCE else run.dataset
    members = settled_members(whole)
    dataset = members.dataset
    table = read_before_after(region.folder)
    if faults := faults_of(table, dataset) + theses.faults_of(region.theses.values()):
        raise FaultsError(faults)
    answered = theses.answers(region.theses.values(), beside or {}, region)
    months = [Month(pd.Timestamp(day).date()) for day in dataset["month"].to_numpy()]
    shown = max(0, min(len(months) - 1, region.after[1] - months[0]))
    flow = main_flow(dataset, region, table)
    groups = fan_groups(dataset, region, table, months)
    drawn = draw_map(prepared.land, region, dataset, months, shown) if prepared.land else None
    cited = evidence.cited_ids(region, table)
    known = region.evidence.citable
    data = {
        "map": drawn.data if drawn else None,
        "fans": [fan.data for group in groups for fan in group.fans],
        "months": [words.month_text(month) for month in months],
        "known": sorted({one for one in cited if one not in known}),
    }
    aspects = _aspects(table, region, dataset)
    board = scores(Seen(dataset, region, draws_of(run.experiments, dataset["member"].to_numpy())))
    return prepared.template.render(
        region=region,
        run=run.dataset.attrs,
        pivot=words.lower_the(region.pivot.name),
        style=Markup(_asset("report.css")),
        script=Markup(_asset("report.js")),
        data=Markup(_json(data)),
        before=span(region.before),
        after=span(region.after),
        months=months,
        cut=missing.cut_links(str(run.dataset.attrs.get("cut", ""))),
        lines=[_line_view(line) for line in securities(dataset, region)],
        answer=answer(dataset, region),
        caused=caused(beside or {}, region) if run.dataset.attrs["scenario"] == "history" else "",
        without=without_pivot(region),
        members=members,
        map=drawn,
        flow=flow,
        statuses=STATUSES,
        groups=groups,
        aspects=aspects,
        same=unchanged(aspects, region),
        flows=[_line_view(line) for line in success_by_flow(dataset, region)],
        targets=[_target_view(row, region) for row in board],
        board=draw_board(board, region),
        totals=score.total_lines([total(board, use) for use in JUDGED]),
        theses=theses.view(answered),
        theses_summary=theses.summary_line(answered),
        strays=_strays(beside or {}, region),
        sources=evidence.by_source(region, cited),
        judgements=evidence.judgements_on(region, cited),
        parameters=list(region.parameters.values()),
        share_assumed=f"{100 * evidence.share_assumed(region.parameters.values()):.0f} %",
        missing=missing.missing(members, region, table),
        month_text=words.month_text,
    )


def _strays(beside: Mapping[str, Finished], region: Region) -> list[tuple[str, list[str]]]:
    """A heading and sentences for each run beside this one in which states react, against the history."""
    told = []
    for name, run in beside.items():
        if name in region.scenarios and region.scenarios[name].reacts_from and "history" in beside:
            one = straying.straying(beside["history"], run, region, name)
            if one is not None:
                told.append((straying.heading(one), straying.sentences(one, region)))
    return told


def theses_page(answered: Sequence[Answered], region: Region, runs: Mapping[str, Any]) -> str:
    """The theses of a region with their answers, as a page of its own that opens from disk."""
    ids = {claim for one in answered for claim in one.thesis.claims}
    settled = {name: int(run.experiments["converged"].sum()) for name, run in runs.items()}
    template = _environment(region).get_template("theses_page.html.j2")
    return template.render(
        region=region,
        style=Markup(_asset("report.css")),
        summary=theses.summary_line(answered),
        answered=theses.view(answered),
        scenarios=[
            (name, region.scenarios.get(name), settled[name], len(run.experiments)) for name, run in runs.items()
        ],
        sources=evidence.by_source(region, ids),
        version=next(iter(runs.values())).dataset.attrs["version"] if runs else "",
    )


def _environment(region: Region) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("panj", "reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known = region.evidence.citable
    environment.filters |= {
        "counted": counted,
        "listing": words.listing,
        "opening": words.opening,
        "links": lambda ids: evidence.links(list(ids), known),
    }
    return environment


def _asset(name: str) -> str:
    return resources.files("panj.reports").joinpath(name).read_text(encoding="utf-8")


def _json(data: Any) -> str:
    """JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _line_view(line: Line) -> dict[str, Any]:
    """A line with its words, for the template."""
    early, late, change = line.comparison.before, line.comparison.after, line.comparison.change
    form = words.scale_of((early, late), line.unit)
    step = words.step_of(change, form)
    top = 1.0 if line.unit == "1" else max((one.high90 for one in (early, late) if one), default=1.0)
    return {
        "title": line.title,
        "tone": line.tone,
        "note": line.note,
        "before": _number(early, form),
        "after": _number(late, form),
        "change": None if change is None else _change(change, step),
        "verdict": words.verdict(change, step),
        "dots": dot_plot(line.title, line.comparison, form, top, line.tone),
    }


def _number(one: Interval | None, form: words.Scale) -> dict[str, str] | None:
    if one is None:
        return None
    return {
        "median": form.full(one.median),
        "bare": form.bare(one.median),
        "half": "" if one.certain else f"{form.bare(one.low50)} to {form.bare(one.high50)}",
        "range": "" if one.certain else f"{form.bare(one.low90)} to {form.bare(one.high90)}",
    }


def _change(one: Interval, step: words.Scale) -> dict[str, str]:
    suffix = words.change_suffix(step)
    return {
        "median": f"{words.signed(one.median, step)} {suffix}".strip(),
        "half": "" if one.certain else f"{words.signed(one.low50, step)} to {words.signed(one.high50, step)}",
        "range": "" if one.certain else f"{words.signed(one.low90, step)} to {words.signed(one.high90, step)}",
    }


def _aspects(table: BeforeAfter, region: Region, dataset: xr.Dataset) -> list[dict[str, Any]]:
    rows = []
    for aspect in table.aspects:
        numbers = []
        for measure in aspect.measure:
            one = measured(measure, region, dataset, region.before, region.after)
            form = words.scale_of((one.comparison.before, one.comparison.after), one.unit)
            step = words.step_of(one.comparison.change, form)
            numbers.append(
                {
                    "label": measure.label,
                    "before": _number(one.comparison.before, form),
                    "after": _number(one.comparison.after, form),
                    "change": None if one.comparison.change is None else _change(one.comparison.change, step),
                    "verdict": words.verdict(one.comparison.change, step),
                }
            )
        rows.append({"aspect": aspect, "numbers": numbers})
    return rows


def _target_view(row: Score, region: Region) -> dict[str, Any]:
    mark, said, _ = score.MARKS[row.outcome]
    median, half, most = score.predicted(row)
    return {
        "target": row.target,
        "name": score.name_of(row.target, region),
        "use": score.USES[row.target.use],
        "published": score.observed(row.target),
        "median": median,
        "half": half,
        "most": most,
        "outcome": row.outcome,
        "said": f"{mark} {said}",
        "why": "from the files" if row.from_record else row.why,
        "diagnosis": score.diagnosis(row, region) if row.outcome == "missed" and not row.from_record else "",
    }
