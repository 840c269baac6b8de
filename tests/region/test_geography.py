"""The geography of Central Asia: complete, consistent, and true to what the essay says of it."""

from __future__ import annotations

import json
import math
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

REGION = Path(__file__).parents[2] / "src" / "panj" / "regions" / "central-asia"
STATUSES = {"soviet", "disputed", "undefined", "delimited", "demarcated"}
TERRAINS = {"plain", "desert", "hill", "mountain", "river", "valley", "water", "air"}
MODES = {"road", "rail", "bridge", "ferry", "pedestrian", "air", "sea", "track"}
CATEGORIES = {"international", "bilateral", "local", "freight", "none"}
PLACES = {"town", "district", "market", "port", "gateway"}
OPEN_IN_2001 = {"baghys", "turkestanets", "arnasay-dam", "karakalpak-settlements"}
ENCLAVES = {
    "kg-uz": {"sokh", "shohimardon", "chong-gara", "jangail", "barak"},
    "kg-tj": {"vorukh", "kayragach"},
    "tj-uz": {"sarvan"},
}
ROUTES = [  # the routes of the essay, by state
    "AF IR TR XE", "AF PK TR XE", "AF TJ KG UZ KZ RU XE", "AF UZ KZ RU TR", "AF TM KZ RU", "AF TM AZ RU",
    "KG KZ RU", "CN KZ RU", "CN KG", "XS CN KZ RU XE", "XS KG KZ RU XE", "XS UZ KZ RU XE", "XS AE KG KZ RU XE",
    "KG KZ", "TM KZ", "UZ KZ",
]  # fmt: skip


@cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(REGION / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def states() -> dict[str, str]:
    settings = tomllib.loads((REGION / "region.toml").read_text(encoding="utf-8"))
    return {state["code"]: state["kind"] for state in settings["states"]}


@cache
def lines() -> dict[str, list[list[float]]]:
    features = json.loads((REGION / "geometry" / "borders.geojson").read_text(encoding="utf-8"))["features"]
    return {f["properties"]["section"]: f["geometry"]["coordinates"] for f in features}


def distance_to_line(lat: float, lon: float, points: list[list[float]]) -> float:
    """Distance [km] from a point to a polyline, on a plane that touches the globe at the point."""
    scale = 111.2 * math.cos(math.radians(lat))
    flat = [((x - lon) * scale, (y - lat) * 111.2) for x, y in points]
    best = math.inf
    for (ax, ay), (bx, by) in pairwise(flat):
        dx, dy = bx - ax, by - ay
        share = max(0.0, min(1.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy or 1.0)))
        best = min(best, math.hypot(ax + share * dx, ay + share * dy))
    return best


def status_on(section: str, day: str) -> str:
    rows = table("statuses")
    mine = rows[(rows["section"] == section) & (rows["from"].map(lambda d: d + "-01-01"[len(d) - 4 :]) <= day)]
    return str(mine.iloc[-1]["status"])


def share(border: str, day: str, wanted: set[str]) -> float:
    """Part of a border's length with one of the wanted statuses on a day."""
    rows = table("sections")
    mine = rows[rows["border"] == border]
    km = mine["length_km"].astype(float)
    return float(km[[status_on(s, day) in wanted for s in mine["id"]]].sum() / km.sum())


SETTLED = {"delimited", "demarcated"}


def test_borders_join_two_states_in_alphabetical_order() -> None:
    for border in table("borders")["id"]:
        first, second = border.split("-")
        assert first < second
        assert {first, second} <= set(states())


def test_every_state_is_used_and_every_route_of_the_essay_exists() -> None:
    borders = set(table("borders")["id"])
    for route in ROUTES:
        codes = route.split()
        for pair in pairwise(codes):
            assert "-".join(sorted(pair)) in borders, route
    assert {code for border in borders for code in border.split("-")} == set(states())


def test_sections_sum_to_the_length_of_their_border() -> None:
    sections = table("sections")
    sums = sections["length_km"].astype(float).groupby(sections["border"]).sum()
    for _, border in table("borders").iterrows():
        assert sums[border["id"]] == pytest.approx(float(border["length_km"]), abs=0.05), border["id"]


def test_member_borders_have_two_sections_or_more() -> None:
    members = {code for code, kind in states().items() if kind == "member"}
    counts = table("sections").groupby("border").size()
    for _, border in table("borders").iterrows():
        if border["kind"] == "land" and members & set(border["id"].split("-")):
            assert counts[border["id"]] >= 2, border["id"]


@pytest.mark.parametrize("border", sorted(ENCLAVES))
def test_the_fergana_enclaves_are_sections(border: str) -> None:
    assert {f"{border}-{enclave}" for enclave in ENCLAVES[border]} <= set(table("sections")["id"])


@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("places", "kind", PLACES),
        ("borders", "kind", {"land", "sea", "air"}),
        ("sections", "terrain", TERRAINS),
        ("statuses", "status", STATUSES),
        ("crossings", "kind", {"post", "green"}),
        ("crossings", "mode", MODES),
        ("crossings", "category", CATEGORIES),
    ],
)
def test_words_are_those_of_the_format(name: str, column: str, words: set[str]) -> None:
    assert set(table(name)[column]) <= words


def test_every_section_has_a_dated_status_backed_by_a_claim_or_a_reason() -> None:
    rows = table("statuses")
    assert set(rows["section"]) == set(table("sections")["id"])
    assert rows["from"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?").all()
    assert ((rows["claims"] != "") | (rows["assumed"] != "")).all()
    for _, mine in rows.groupby("section", sort=False):
        assert mine.iloc[0]["from"] == "1991-09"
        assert mine["from"].is_monotonic_increasing


def test_ids_are_unique_and_shared_by_no_place_and_crossing() -> None:
    ids = pd.concat([table("places")["id"], table("crossings")["id"]])
    assert list(ids[ids.duplicated()]) == []
    assert ids.str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()


def test_crossings_lie_on_known_sections_of_their_border() -> None:
    border_of = dict(zip(table("sections")["id"], table("sections")["border"], strict=True))
    for _, crossing in table("crossings").iterrows():
        assert border_of[crossing["section"]] == crossing["border"], crossing["id"]


def test_crossings_are_near_the_line_of_their_section() -> None:
    for _, crossing in table("crossings").iterrows():
        far = distance_to_line(float(crossing["lat"]), float(crossing["lon"]), lines()[crossing["section"]])
        assert far < 40, crossing["id"]


def test_each_section_on_land_has_one_green_crossing() -> None:
    crossings, kinds = table("crossings"), dict(zip(table("borders")["id"], table("borders")["kind"], strict=True))
    green = crossings[crossings["kind"] == "green"]
    on_land = [s["id"] for _, s in table("sections").iterrows() if kinds[s["border"]] == "land"]
    assert sorted(green["section"]) == sorted(on_land)
    assert set(green["id"]) == {f"green-{section}" for section in on_land}


def test_all_listed_posts_are_carried() -> None:
    claims = (REGION / "evidence" / "claims" / "crossing-points.jsonl").read_text(encoding="utf-8").splitlines()
    listed = {json.loads(line)["id"] for line in claims}
    assert len(listed) == 159
    assert listed <= {claim for cell in table("crossings")["claims"] for claim in cell.split(";")}


def test_no_closing_falls_inside_the_history() -> None:
    closed = table("crossings")["closed"]
    assert not ((closed > "1991-09") & (closed <= "2005-12-31")).any(), "dated closures are rules"


def net(edges: pd.DataFrame) -> tuple[dict[str, int], Any]:
    """A symmetric matrix of hours, and the number of each node."""
    names = {name: i for i, name in enumerate(sorted({*edges["from"], *edges["to"]}))}
    start, end = edges["from"].map(names), edges["to"].map(names)
    best: dict[tuple[int, int], float] = {}
    for a, b, hours in zip(start, end, edges["hours"].astype(float), strict=True):
        key = (min(a, b), max(a, b))
        best[key] = min(hours, best.get(key, math.inf))
    rows, columns = np.array(list(best)).T
    matrix = coo_matrix((np.array(list(best.values())), (rows, columns)), shape=(len(names), len(names)))
    return names, matrix.tocsr()


def test_each_state_is_one_net_that_reaches_all_its_portals() -> None:
    for state in states():
        edges = table("roads")[table("roads")["state"] == state]
        inside = set(table("places").query("state == @state")["id"])
        touching = table("crossings")[[state in border.split("-") for border in table("crossings")["border"]]]
        names, matrix = net(edges)
        assert set(names) == inside | set(touching["id"]), state
        assert connected_components(matrix, directed=False)[0] == 1, state


def test_roads_have_lengths_hours_and_a_method() -> None:
    roads = table("roads")
    assert (roads["km"].astype(float) > 0).all()
    assert (roads["hours"].astype(float) > 0).all()
    assert (roads["method"] != "").all()
    assert not roads.duplicated(["from", "to", "state", "mode"]).any()


@pytest.mark.parametrize(
    ("origin", "destination", "own", "detour"),
    [("tashkent", "kokand", "UZ", "TJ"), ("osh", "jalal-abad", "KG", "UZ")],
)
def test_the_quickest_domestic_road_crosses_a_neighbour(origin: str, destination: str, own: str, detour: str) -> None:
    roads = table("roads")
    names, matrix = net(roads)
    all_hours, all_before = dijkstra(matrix, directed=False, return_predecessors=True)
    hours, before = all_hours[names[origin]], all_before[names[origin]]
    label = {number: name for name, number in names.items()}
    path = [destination]
    while path[-1] != origin:
        path.append(label[int(before[names[path[-1]]])])
    steps = {frozenset(step) for step in pairwise(path)}
    used = {row["state"] for _, row in roads.iterrows() if frozenset((row["from"], row["to"])) in steps}
    assert detour in used, path
    at_home, only = net(roads[roads["state"] == own])
    slow = dijkstra(only, directed=False)[at_home[origin], at_home[destination]]
    assert hours[names[destination]] < slow


def test_the_kazakh_uzbek_line_is_96_percent_delimited_in_2001_and_whole_a_year_later() -> None:
    assert share("KZ-UZ", "2001-11-15", SETTLED) == 0
    assert share("KZ-UZ", "2001-12-31", SETTLED) == pytest.approx(0.96, abs=1e-9)
    still = {s for s in table("sections").query("border == 'KZ-UZ'")["id"] if status_on(s, "2001-12-31") == "undefined"}
    assert still == {f"kz-uz-{name}" for name in OPEN_IN_2001}
    assert share("KZ-UZ", "2002-09-08", SETTLED) == pytest.approx(0.96, abs=1e-9)
    assert share("KZ-UZ", "2002-09-09", SETTLED) == 1


@pytest.mark.parametrize(
    ("border", "day", "low", "high"),
    [
        ("KZ-RU", "2002-03-31", 0.48, 0.58),
        ("KG-UZ", "2004-03-01", 0.49, 0.56),
        ("TJ-UZ", "2002-10-31", 0.82, 0.87),
        ("CN-KZ", "1998-12-31", 1, 1),
        ("CN-KG", "1999-12-31", 1, 1),
        ("KG-KZ", "2001-12-31", 1, 1),
        ("TM-UZ", "2000-12-31", 1, 1),
        ("KG-TJ", "2004-06-30", 0, 0),
        ("CN-TJ", "2004-06-30", 0, 0),
    ],
)
def test_settled_shares_follow_the_sources(border: str, day: str, low: float, high: float) -> None:
    assert low <= share(border, day, SETTLED) <= high


def test_the_chinese_kazakh_line_is_demarcated_by_october_2003() -> None:
    assert share("CN-KZ", "2003-09-30", {"demarcated"}) == 0
    assert share("CN-KZ", "2003-10-31", {"demarcated"}) == 1


def test_the_caspian_stays_open() -> None:
    assert status_on("kz-tm-caspian", "2005-12-31") == "undefined"
    assert status_on("kz-tm-ustyurt", "2001-06-05") == "delimited"


def test_maps_are_small_and_hold_every_section() -> None:
    assert set(lines()) == set(table("sections")["id"])
    assert (REGION / "geometry" / "borders.geojson").stat().st_size < 300_000
    assert (REGION / "geometry" / "states.geojson").stat().st_size < 400_000


def test_neighbouring_sections_share_an_end() -> None:
    rows = table("sections")
    mine = rows[rows["border"] == "AF-TJ"]["id"]
    for a, b in pairwise(mine):
        assert lines()[a][-1] == lines()[b][0]


def test_claims_that_geography_points_to_exist() -> None:
    folder = REGION / "evidence" / "claims"
    known = {json.loads(line)["id"] for path in folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()}
    for name in ("places", "borders", "sections", "statuses", "crossings"):
        cited = {c for cell in table(name)["claims"] for c in cell.split(";") if c}
        assert cited <= known, name


COUNTED = {"AF-IR", "AF-PK", "IR-PK", "IR-TR", "RU-XE", "TR-XE"}


def test_posts_far_out_say_what_else_passes_them() -> None:
    """Where a count was seen, and the study knows its own traffic alone; beside a post with one all others have one."""
    posts = table("crossings")[lambda rows: rows["kind"] == "post"]
    stands = posts["opened"].map(lambda day: day[:4] <= "2005") & (posts["closed"] != "1991-08-31")
    told = (posts["other_vehicles"] != "") & (posts["other_travellers"] != "")
    assert set(posts[told]["id"]) == set(posts[posts["border"].isin(COUNTED) & stands]["id"])
    assert posts[told]["assumed"].str.contains("Other traffic: ").all()
    assert set(posts[told & posts["claims"].str.contains("OT0")]["border"]) == COUNTED
    assert all(states()[end] == "neighbour" for code in COUNTED for end in code.split("-"))


def test_other_traffic_lies_in_the_range_that_is_written_beside_it() -> None:
    """Far below what was counted later, where it was: 1,005,000 lorries over the Finnish border alone (OT003)."""
    of = table("crossings").set_index("id")
    yearly = {id: 12 * float(of.loc[id, "other_vehicles"]) for id in ("krasnaya-gorka", "kapikule", "bazargan")}
    assert 320_000 < yearly["krasnaya-gorka"] < 1_005_000
    assert yearly["kapikule"] < 365 * 1750
    assert yearly["bazargan"] < 210_856
    assert float(of.loc["spin-boldak", "other_vehicles"]) < 31 * 300
    assert 12 * float(of.loc["mirjaveh", "other_vehicles"]) < 2 * 365 * 150
