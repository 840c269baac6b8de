"""A region opens as its files say, at once and without JAX; a scenario lies over it; a day is asked of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from panj.basics.dates import Month, months
from panj.region import (
    Region,
    RegionError,
    border_on,
    delimited_share,
    holders,
    is_settled,
    open_region,
    open_sections,
    posts_open,
    programmes_active,
    rules_in_force,
    shipped,
    status_of,
    uses,
)

Ask = Callable[[Region, str, Any], Any]


@pytest.mark.parametrize("name", shipped())
def test_a_region_that_ships_opens_without_a_fault(name: str) -> None:
    assert open_region(name).code == name


def test_opening_needs_neither_jax_nor_pandas() -> None:
    heavy = "[name for name in ('jax', 'equinox', 'pandas', 'numpy', 'xarray') if name in sys.modules]"
    code = f"import sys; from panj.region import open_region; open_region('tiny'); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_region_is_named_with_those_that_ship() -> None:
    with pytest.raises(RegionError, match="Nearest: 'tiny'"):
        open_region("tinny")


def test_rows_carry_the_names_of_the_columns(tiny: Region) -> None:
    assert tiny.pivot.date == "2001-09-11"
    assert tiny.before == (Month("2000-09"), Month("2001-08"))
    assert tiny.crossings["long-bridge"].opened == "2002-07"
    assert tiny.crossings["long-bridge"].closed is None
    assert tiny.crossings["ash-road"].lanes == 2
    assert tiny.crossings["ea-fa-ridge-green"].lanes is None, "missing is missing, never zero"
    assert tiny.rules["no-so-visa-2001"].from_ == "2001-10-01"
    assert tiny.flows["opiates"].class_ == "freight"
    assert tiny.flows["opiates"].route[0].states == ("FA", "SO", "NO", "WE")
    assert tiny.places["kingsmoor"].where.row == "kingsmoor, line 2"
    assert set(tiny.geometry.borders) == set(tiny.sections)
    assert set(tiny.geometry.states) == set(tiny.states)


@pytest.mark.parametrize(
    ("day", "share", "still_open"),
    [("2000", 0.0, 2), ("2001-03-14", 0.0, 2), ("2001-03-15", 150 / 240, 1), ("2003-03-01", 1.0, 0)],
)
def test_share_delimited_is_by_length_and_date(tiny: Region, day: str, share: float, still_open: int) -> None:
    assert delimited_share(tiny, "NO-SO", day) == pytest.approx(share)
    assert len(open_sections(tiny, "NO-SO", day)) == still_open


def test_status_holds_until_the_next(tiny: Region) -> None:
    on = {day: status_of(tiny, "no-so-river", day) for day in ("1980", "2000-05-31", "2000-06-30", "2003-03-01")}
    assert on["1980"] is None
    assert [row.status for row in on.values() if row] == ["soviet", "disputed", "delimited"]


def test_handover_changes_the_holder(tiny: Region) -> None:
    held = [[row.agency for row in holders(tiny, "fa-so-river", "SO", day)] for day in ("2002-09-30", "2002-10-01")]
    assert held == [["no-legion-so"], ["so-guards"]]


def test_holding_of_a_border_covers_its_sections(tiny: Region) -> None:
    assert [row.agency for row in holders(tiny, "ea-no-ridge", "EA", "2001")] == ["ea-guards"]


def test_rules_begin_and_end_on_their_days(tiny: Region) -> None:
    def levers(day: str) -> set[str]:
        return {rule.lever for rule in rules_in_force(tiny, "NO-SO", day)}

    assert levers("2001-09-30") == {"check"}
    assert levers("2001-10-01") == levers("2003-02-28") == {"check", "visa", "closure"}
    assert levers("2003-03-01") == {"check", "visa", "exemption"}


def test_posts_open_and_close(tiny: Region) -> None:
    assert "wend-bridge" in {post.id for post in posts_open(tiny, "NO-SO", "2001-10-31")}
    assert "wend-bridge" not in {post.id for post in posts_open(tiny, "NO-SO", "2001-11-01")}


def test_programmes_run_on_their_borders(tiny: Region) -> None:
    assert [one.id for one in programmes_active(tiny, "2002-06", border="FA-SO")] == ["so-radios"]
    assert [one.id for one in programmes_active(tiny, "2002-06", border="NO-SO")] == ["no-school"]
    assert programmes_active(tiny, "2000-06") == ()


def test_uses_of_a_claim(tiny: Region) -> None:
    assert {(use.kind, use.id) for use in uses(tiny, "T012")} == {
        ("rule", "no-so-visa-2001"),
        ("rule", "no-so-closure-2001"),
        ("event", "wend-shut"),
        ("judgement", "visa-month"),
    }
    assert uses(tiny, "no-such-claim") == []


def test_scenario_drops_what_it_names(tiny: Region) -> None:
    without = tiny.overlay("no-raid")
    assert "no-so-visa-2001" in tiny.rules
    assert "no-so-visa-2001" not in without.rules
    assert "pivot" not in without.events
    assert "so-radios" not in without.programmes


def test_scenario_with_a_date_leaves_the_past_alone(tiny: Region) -> None:
    opened = tiny.overlay(tiny.scenarios["open-door"])
    assert opened.rules["no-so-visa-2001"].to == "2002-12-31"
    assert rules_in_force(opened, "NO-SO", "2002-12-31") == (
        *rules_in_force(tiny, "NO-SO", "2002-12-31")[:1],
        opened.rules["no-so-visa-2001"],
        tiny.rules["no-so-closure-2001"],
    )
    assert [(change.parameter, change.factor, change.since) for change in opened.factors] == [
        ("bribe_at_finding", 0.9, Month("2003-01"))
    ]


def test_scenario_keeps_what_a_programme_had_delivered(tiny: Region) -> None:
    stopped = tiny.scenarios["open-door"].model_copy(update={"from_": "2002-06", "drop_programmes": ("so-radios",)})
    (delivery,) = tiny.overlay(stopped).programmes["so-radios"].deliveries
    assert delivery.to == "2002-05-31"
    assert delivery.usd == pytest.approx(1_200_000 * 212 / 426)


def test_unknown_scenario_is_named(tiny: Region) -> None:
    with pytest.raises(KeyError, match="no-raid"):
        tiny.overlay("no-rade")


def test_share_delimited_never_falls_where_no_status_goes_back(tiny: Region) -> None:
    for border in tiny.borders:
        shares = [delimited_share(tiny, border, month.last) for month in months(tiny.start, tiny.end)]
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] <= 1


@pytest.mark.parametrize("ask", [delimited_share, open_sections, posts_open, rules_in_force, border_on])
def test_a_border_is_asked_for_either_way_round_and_is_named_if_there_is_none(ask: Ask, tiny: Region) -> None:
    assert ask(tiny, "SO-NO", 2001) == ask(tiny, "NO-SO", "2001-12-31")
    for other in ("NO-SX", "sx-no"):
        with pytest.raises(KeyError, match=r"'NO-SX' is not a border of tiny\. Nearest: 'NO-SO'"):
            ask(tiny, other, "2001")


@pytest.mark.parametrize("ask", [status_of, is_settled])
def test_a_section_that_is_not_there_is_named(ask: Ask, tiny: Region) -> None:
    with pytest.raises(KeyError, match=r"'no-so-plan' is not a section of tiny\. Nearest: 'no-so-plain'"):
        ask(tiny, "no-so-plan", "2001")


def test_region_folder_may_lie_anywhere(copy: Path) -> None:
    assert open_region(copy).folder == copy
    assert open_region(str(copy)).title == "The three crowns, 2000-2003"
