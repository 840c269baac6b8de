"""Accounts say what stood on a day, and name the claim behind each line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panj.region import Region, RegionError, account_of, border_on, open_region, shipped, state_on, stocks


def texts(region: Region, what: str, topic: str, on: str | None = None) -> list[str]:
    return [line.text for line in account_of(region, what, on).lines(topic)]


def test_border_on_a_day(tiny: Region) -> None:
    border = border_on(tiny, "SO-NO", "2001-12-31")
    assert (border.id, border.on) == ("NO-SO", "2001-12-31")
    assert border.delimited == pytest.approx(150 / 240)
    assert border.open_sections == ("no-so-river",)
    assert [topic.title for topic in border.topics][:9] == [
        "At a glance",
        "Legal status",
        "Guards",
        "Strength, last known",
        "Posts open",
        "Regime",
        "Events within half a year",
        "Kin across the line",
        stocks()[0].title,
    ]
    assert border.lines("At a glance")[1].text == "62 % delimited, 1 open section"
    assert border.lines("At a glance")[1].claims == ("T004", "T005")
    (visa,) = (line for line in border.lines("Regime") if "visa" in line.text)
    assert visa.text == (
        "Visas for all citizens of Southmark: visa by Northland for persons on the way in, 1 strength (from 2001-10-01)"
    )
    assert visa.claims == ("T012",)


def test_either_order_of_codes_and_any_case_is_one_border(tiny: Region) -> None:
    assert account_of(tiny, "NO-SO") == account_of(tiny, "so-no") == account_of(tiny, " So-No ")


def test_without_a_date_the_end_of_the_history_is_shown(tiny: Region) -> None:
    assert border_on(tiny, "NO-SO").on == "2003-06-30"
    assert border_on(tiny, "NO-SO", "2002").on == "2002-12-31"


def test_a_border_by_the_names_of_its_states(tiny: Region) -> None:
    assert (
        account_of(tiny, "Southmark-Northland") == account_of(tiny, "northland - southmark") == border_on(tiny, "NO-SO")
    )


def test_what_is_not_known_of_a_line_is_not_told_as_none(tiny: Region) -> None:
    before = border_on(tiny, "NO-SO", "1985")
    assert before.delimited is None
    assert before.lines("At a glance")[1].text == "legal status not known"
    assert any(text.endswith("240 km, legal status not known") for text in texts(tiny, "NO", "Borders", "1985"))


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2001-10", "has not begun on this day"),
        ("2001-11", "is under way on this day"),
        ("2002-12", "is under way on this day"),
        ("2003-01", "is over on this day"),
    ],
)
def test_a_programme_says_how_far_it_is(tiny: Region, on: str, said: str) -> None:
    assert texts(tiny, "so-radios", "At a glance", on)[1] == said


def test_guards_change_with_the_handover(tiny: Region) -> None:
    assert "Southmark: Northland Legion in Southmark, the whole border" in texts(tiny, "FA-SO", "Guards", "2002-09")
    assert "Southmark: Southmark Border Guard, the whole border" in texts(tiny, "FA-SO", "Guards", "2002-10")
    assert not any("Legion" in text for text in texts(tiny, "FA-SO", "Strength, last known", "2002-10"))


def test_what_is_not_known_is_said(tiny: Region) -> None:
    assert "Westmoor: Westmoor Border Guard, the whole border" in texts(tiny, "NO-WE", "Guards")
    assert "Southgate / Northgate: road, international, 4 booths, opening not known" in texts(
        tiny, "NO-SO", "Posts open"
    )


def test_what_passes_a_post_outside_the_study_is_told(tiny: Region) -> None:
    busy = tiny.crossings["north-gate"].model_copy(update={"other_vehicles": 6000.0, "other_travellers": 300.0})
    said = texts(replace(tiny, crossings=tiny.crossings | {"north-gate": busy}), "NO-SO", "Posts open")
    others = "not known; 6,000 goods vehicles and 300 travellers a month pass outside the study"
    assert any(others in line for line in said)


def test_every_line_on_a_border_names_what_it_rests_on(tiny: Region) -> None:
    for border in tiny.borders:
        for topic in border_on(tiny, border, "2001-12-31").topics:
            for line in topic.lines:
                assert line.claims or line.assumed or line.source, line


def test_state_on_a_day(tiny: Region) -> None:
    assert texts(tiny, "NO", "At a glance") == ["member of the region: 3 borders, 6 open posts, 2 places"]
    assert [line.claims for line in state_on(tiny, "NO").lines("Services")][:1] == [("T009",)]


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("NO", "state"), ("northland", "state"), ("no-so-river", "section"), ("wend-bridge", "post"),
        ("no-so-river-green", "green border"), ("kingsmoor", "place"), ("no-guards", "agency"),
        ("Northland Border Guard", "agency"), ("so-radios", "programme"), ("long-river-handover", "event"),
        ("opiates", "flow"), ("no-so-visa-2001", "rule"), ("bribe_at_finding", "parameter"),
        ("no-opiates-2000", "target"), ("open-door", "scenario"),
    ],
)  # fmt: skip
def test_everything_can_be_shown(tiny: Region, what: str, kind: str) -> None:
    account = account_of(tiny, what, "2002-03")
    assert account.kind == kind
    assert account.topics


def test_volume_of_a_flow_is_linear_between_dates(tiny: Region) -> None:
    assert texts(tiny, "opiates", "Volume, before controls", "2001-01-01") == [
        "Red Fields to Westport: 6,500 kg/year",
        "Red Fields to Kingsmoor: 150 kg/year",
    ]


def test_post_meets_the_rules_of_its_scope_only(tiny: Region) -> None:
    assert any("is shut" in text for text in texts(tiny, "wend-bridge", "Regime", "2001-12"))
    assert not any("is shut" in text for text in texts(tiny, "north-gate", "Regime", "2001-12"))


@pytest.mark.parametrize(
    ("what", "remedy"),
    [
        ("NO-SA", "Nearest: 'NO-SO'"),
        ("kingsmor", "'kingsmoor'"),
        ("T012", "panj evidence T012"),
        ("radio", "so-radios"),
    ],
)
def test_unknown_word_is_answered_with_the_nearest(tiny: Region, what: str, remedy: str) -> None:
    with pytest.raises(RegionError, match=remedy):
        account_of(tiny, what)


@pytest.mark.parametrize("name", shipped())
def test_all_of_a_region_that_ships_can_be_shown(name: str) -> None:
    region = open_region(name)
    ids = [
        *region.states, *region.borders, *region.sections, *region.crossings, *region.places, *region.agencies,
        *region.programmes, *region.events, *region.flows, *region.rules, *region.parameters, *region.targets,
        *region.scenarios,
    ]  # fmt: skip
    for id in ids:
        assert account_of(region, id, "2001-12-31").topics, id


@pytest.mark.parametrize("code", ["KZ-UZ", "UZ-KZ"])
def test_the_treaty_of_november_2001_left_four_sections_open(code: str) -> None:
    border = border_on(open_region("central-asia"), code, "2001-12-31")
    assert border.lines("At a glance")[1].text == "96 % delimited, 4 open sections"
    assert "S147" in border.lines("At a glance")[1].claims
