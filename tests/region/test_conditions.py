"""Conditions run between their dates as the format says, and a scenario changes them from its date on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from panj.basics.dates import Month, months
from panj.region import CONDITIONS, Condition, Region, open_region
from panj.region.conditions import Kind, value_in
from panj.region.regimes import Scenario

FORMAT = Path(__file__).parents[2] / "docs" / "region-format.md"


def of(region: Region, quantity: str, place: str, month: str) -> float:
    rows = [row for row in region.conditions if row.key == (quantity, place)]
    return value_in(Month(month), rows, CONDITIONS[quantity])


def condition(quantity: str, place: str, at: str, value: float) -> Condition:
    return Condition(quantity=quantity, place=place, at=at, value=value, assumed="A test")


def laid(region: Region, since: str | None, drop: Iterable[str] = (), add: Iterable[Condition] = ()) -> Region:
    names = {"id": "t", "title": "t", "drop_conditions": tuple(drop), "conditions": tuple(add)}
    return region.overlay(Scenario.model_validate(names | ({"from": since} if since else {})))


def test_format_says_what_the_code_knows() -> None:
    page = FORMAT.read_text("utf-8")
    for name, kind in CONDITIONS.items():
        row = f"| `{name}` | {kind.axis} | {kind.course} | {kind.default:,g} | {kind.unit} | {kind.meaning} |"
        assert row in page, name


@pytest.mark.parametrize(
    ("course", "values"),
    [("level", [7, 1, 1, 5, 5]), ("linear", [1, 1, 3, 5, 5]), ("pulse", [7, 1, 7, 5, 7])],
)
def test_course(course: str, values: list[float]) -> None:
    kind = Kind("region", course, 7, "1", "A test")  # type: ignore[arg-type]
    rows = [condition("war", "", "2000-04-30", 5), condition("war", "", "2000-02", 1)]
    assert [value_in(month, rows, kind) for month in months(Month("2000-01"), Month("2000-05"))] == values
    assert value_in(Month("2000-01"), [], kind) == 7


def test_season_comes_again_every_year() -> None:
    rows = [condition("sowing", "", "2000-10", 0.4), condition("sowing", "", "2000-11", 1)]
    kind = CONDITIONS["sowing"]
    found = [value_in(month, rows, kind) for month in months(Month("1999-11"), Month("2002-12"))]
    year = [0.0] * 9 + [0.4, 1.0, 0.0]
    assert found == [0.0, 0.0] + year * 3


@pytest.mark.parametrize("region", ["tiny", "central-asia"])
def test_all_opium_of_a_year_is_gathered(region: str) -> None:
    rows = [row for row in open_region(region).conditions if row.quantity == "harvesting"]
    assert sum(row.value for row in rows) == pytest.approx(1)


def test_scenario_without_a_date_drops_and_adds(tiny: Region) -> None:
    without = tiny.overlay("no-raid")
    assert (of(tiny, "attack", "", "2001-09"), of(without, "attack", "", "2001-09")) == (1, 0)
    assert (of(tiny, "slump", "SO", "2001-12"), of(without, "slump", "SO", "2001-12")) == (0.1, 0)
    other = laid(tiny, None, ["pay@NO"], [condition("pay", "NO", "2001", 90), condition("drought", "", "2000-06", 1)])
    assert of(other, "pay", "NO", "2003-01") == 90
    assert of(other, "pay", "SO", "2003-01") == of(tiny, "pay", "SO", "2003-01")
    assert (of(other, "drought", "", "2000-06"), of(other, "drought", "", "2001-06")) == (1, 0)


CHANGES = {
    "level dropped": (["war"], [], "war", "", {"2001-12": 0.5, "2002-01": 0, "2003-12": 0}),
    "level added before": ([], [("war", "", "1999-06", 0.9)], "war", "", {"2001-12": 0.5, "2002-01": 0.9}),
    "level added later": ([], [("war", "", "2003", 0.9)], "war", "", {"2002-12": 0.5, "2003-01": 0.9}),
    "level replaced later": (["war"], [("war", "", "2003", 0.9)], "war", "", {"2002-12": 0, "2003-01": 0.9}),
    "level not there before": ([], [("reform", "SO", "2000", 1)], "reform", "SO", {"2001-12": 0, "2002-01": 1}),
    "linear dropped": (["market_wage@EA"], [], "market_wage", "EA", {"2001-12": 60, "2002-01": 60}),
    "linear replaced": (["pay"], [("pay", "NO", "2002-05", 30)], "pay", "NO", {"2001-12": 130, "2002-01": 30}),
    "linear bent": ([], [("pay", "NO", "2003-12", 250)], "pay", "NO", {"2001-12": 130, "2002-12": 190, "2003-12": 250}),
    "pulse dropped": (["attack"], [], "attack", "", {"2001-09": 1, "2002-01": 0}),
    "pulse added before": ([], [("attack", "", "2001-05", 1)], "attack", "", {"2001-05": 0, "2001-09": 1}),
    "season dropped": (["sowing"], [], "sowing", "", {"2001-10": 0.4, "2002-09": 0, "2002-10": 0, "2003-11": 0}),
    "season added": (
        [],
        [("sowing", "", "2002-03", 0.2)],
        "sowing",
        "",
        {"2001-03": 0, "2002-03": 0.2, "2003-03": 0.2},
    ),
    "season replaced": (
        ["sowing"],
        [("sowing", "", "2002-10", 1)],
        "sowing",
        "",
        {"2001-11": 1, "2003-10": 1, "2002-11": 0},
    ),
    "pulse added": ([], [("attack", "", "2002-05", 1)], "attack", "", {"2002-05": 1}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_scenario_with_a_date_changes_nothing_before_it(tiny: Region, change: tuple) -> None:  # type: ignore[type-arg]
    drop, add, quantity, place, values = change
    other = laid(tiny, "2002-01", drop, [condition(*row) for row in add])
    assert {month: of(other, quantity, place, month) for month in values} == pytest.approx(values)
    for month in months(tiny.start, Month("2001-12")):
        for key in {row.key for row in (*tiny.conditions, *other.conditions)}:
            assert of(other, *key, str(month)) == pytest.approx(of(tiny, *key, str(month))), (key, month)


def test_a_region_needs_no_conditions(copy: Path) -> None:
    (copy / "conditions.csv").unlink()
    (copy / "scenarios" / "no-raid.toml").unlink()
    (copy / "theses.toml").unlink()  # which names the scenario
    assert open_region(copy).conditions == ()
