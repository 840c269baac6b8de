"""What the model cannot tell: the likeliest factor and memory, what a series tells of itself, and where it holds."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.stats import multivariate_normal
from tests.calibration.conftest import invented

from panj.calibration import Seen, predictions, scores
from panj.calibration.discrepancy import (
    AS_JUDGED,
    POOLED,
    Discrepancy,
    alike,
    carried,
    common,
    covariance,
    discrepancy_of,
    groups_of,
    kin,
    likeliest,
)
from panj.calibration.fitting import data_of, taken_in
from panj.calibration.scales import error_of, off_scale, on_scale, spread_of
from panj.ensembles.members import draw
from panj.ensembles.posterior import save_posterior
from panj.region import Region, Target, open_region

Reals = NDArray[np.float64]


def target(number: int, level: float = 0.0, **more: object) -> Target:
    row = {"id": f"t{number}", "variable": "registered_users", "place": "NO", "flow": "opiates", "from": "2001"}
    value = float(np.exp(level))
    row |= {"to": "2001", "value": value, "low": value / 1.2, "high": value * 1.2, "unit": "kg/year", "use": "fit"}
    return Target.model_validate(row | {"discrepancy": 0.4} | more)


def world(times: float, count: int = 60, seed: int = 1, memory: float = 0.0) -> tuple[list[Target], Reals]:
    """Numbers from a member of the priors, that are off by so many times their discrepancy, and all predictions.

    There are series of six years each.
    """
    chance = np.random.default_rng(seed)
    slopes = chance.standard_normal((count, 5))
    predicted = slopes @ chance.standard_normal((5, 300))
    level = slopes @ chance.standard_normal(5)
    blank = [
        target(n, place=f"P{n // 6}", **{"from": str(1995 + n % 6), "to": str(1995 + n % 6)}) for n in range(count)
    ]
    off = np.linalg.cholesky(covariance(blank, Discrepancy(times, memory))) @ chance.standard_normal(count)
    made = np.exp(level + off)
    return [
        one.model_copy(update={"value": value, "low": value / 1.2, "high": value * 1.2})
        for one, value in zip(blank, made, strict=True)
    ], predicted


def two_strata(sharp: float, wide: float, seed: int) -> tuple[list[Target], Reals]:
    """Two worlds of which the files judge one too sharply, beside each other: users and prices."""
    (first, said), (then, told) = world(sharp, seed=seed), world(wide, seed=seed + 100)
    prices = [one.model_copy(update={"id": f"{one.id}-price", "variable": "opium_price"}) for one in then]
    return [*first, *prices], np.concatenate([said, told])


@pytest.mark.parametrize("times", [1.5, 2.0, 3.0])
def test_the_factor_that_made_the_numbers_is_found(times: float):
    found = [likeliest(*world(times, seed=seed)).factor for seed in range(8)]
    assert np.mean(found) == pytest.approx(times, rel=0.12)


@pytest.mark.parametrize(("times", "memory"), [(1.5, 2.0), (2.0, 5.0)])
def test_the_memory_that_made_the_numbers_is_found(times: float, memory: float):
    found = [likeliest(*world(times, 120, seed, memory)) for seed in range(8)]
    assert np.median([one.memory for one in found]) == pytest.approx(memory, rel=0.5)
    assert np.mean([one.factor for one in found]) == pytest.approx(times, rel=0.2)


def test_hardly_any_factor_or_memory_is_found_where_the_files_are_right_and_no_factor_where_they_are_too_wide():
    right = [likeliest(*world(1.0, seed=seed)) for seed in range(40)]
    assert np.mean([one.factor for one in right]) < 1.1
    assert max(one.factor for one in right) < 1.4
    assert np.median([one.memory for one in right]) < 0.6
    assert all(likeliest(*world(0.3, seed=seed)).factor == 1 for seed in range(10))


def test_a_stratum_that_is_judged_too_sharply_gets_a_wider_factor_than_one_that_is_not():
    for seed in range(4):
        targets, predicted = two_strata(3.0, 1.0, seed)
        found = likeliest(targets, predicted)
        factors = [found.of(one) for one in (targets[0], targets[-1])]
        assert factors[0] == pytest.approx(3.0, rel=0.4)
        assert factors[1] == pytest.approx(1.0, rel=0.4)
        assert factors[0] > 1.8 * factors[1]


def test_places_of_one_variable_have_factors_of_their_own():
    """What is judged too sharply of one state is not taken to be so of another; a part goes with its whole."""
    targets, predicted = world(1.0, seed=3)
    here = [one.place == "P0" for one in targets]
    far = predicted + np.outer([4 * 0.4 * off * (-1) ** n for n, off in enumerate(here)], np.ones(predicted.shape[1]))
    found = likeliest(targets, far)
    assert found.of(targets[0]) > 1.5 * found.of(targets[-1])
    part = target(1, variable="recorded_seizures_at_borders")
    assert groups_of(part) == groups_of(target(1, variable="recorded_seizures"))


def test_one_number_moves_the_factor_of_its_stratum_less_than_many_do():
    """Partial pooling: of a stratum of one, whose number lies six discrepancies off, less than half is taken."""
    targets, predicted = world(1.0)
    lone = target(500, 6 * 0.4, variable="opium_price")
    one = likeliest([*targets, lone], np.concatenate([predicted, np.zeros((1, predicted.shape[1]))]))
    many = likeliest(*two_strata(1.0, 6.0, 1))
    ratios = [found.of(lone) / found.of(targets[0]) for found in (one, many)]
    assert 1 + POOLED < ratios[0] < 3
    assert ratios[1] > 1.5 * ratios[0]


def test_a_group_that_nothing_is_told_of_has_the_common_factor():
    found = Discrepancy(2.0, groups={groups_of(target(1))[0]: 0.5})
    assert found.of(target(1)) == 1
    assert replace(found, groups={groups_of(target(1))[1]: 0.5}).of(target(1, place="SO")) == 2
    assert found.of(target(1, variable="opium_price")) == 2
    pair = [target(1), target(2, variable="opium_price")]
    assert_allclose(np.sqrt(np.diag(covariance(pair, found))), [spread_of(pair[0], 1.0), spread_of(pair[1], 2.0)])


def test_the_likeliest_of_many_pairs_of_factor_and_memory_is_found():
    targets, predicted = world(1.5, memory=2.0)
    gap = np.log([one.value for one in targets]) - predicted.mean(axis=1)

    found = likeliest(targets, predicted)

    def density(factor: float, memory: float) -> float:
        whole = np.cov(predicted) + covariance(targets, replace(found, factor=factor, memory=memory))
        return float(multivariate_normal.logpdf(gap, np.zeros(len(gap)), whole))

    best = max(density(factor, memory) for factor in np.linspace(1, 3, 21) for memory in np.linspace(0, 10, 41))
    assert density(found.factor, found.memory) > best - 0.01


def test_bounds_and_targets_without_a_figure_tell_nothing_of_it():
    targets, predicted = world(2.0)
    before = likeliest(targets, predicted)
    far = [target(100, 50.0, sense="at most"), target(101, 50.0), target(102, 50.0, discrepancy=0)]
    holed = np.zeros((3, predicted.shape[1]))
    holed[1, 3] = np.nan
    assert likeliest([*targets, *far], np.concatenate([predicted, holed])) == before
    assert likeliest(far, holed) == AS_JUDGED


def test_the_factor_is_on_what_the_model_cannot_tell_not_on_the_error_of_the_number():
    one = target(1)
    assert spread_of(one, 2.0) ** 2 - spread_of(one) ** 2 == pytest.approx(3 * 0.4**2)
    assert spread_of(one.model_copy(update={"discrepancy": 0.0}), 2.0) == error_of(one)
    assert data_of([one], Discrepancy(2.0)).spread[0] == pytest.approx(spread_of(one, 2.0))


def years_of(*years: int, **more: object) -> list[Target]:
    return [target(n, **{"from": str(year), "to": str(year)} | more) for n, year in enumerate(years)]


def test_discrepancies_go_along_within_a_series_and_the_less_the_farther_apart():
    rows = years_of(2000, 2001, 2004)
    rows += [target(3, place="SO"), target(4, flow="cannabis"), target(5, sense="at most")]
    found = alike(rows, Discrepancy(1.0, 2.0, 9.0))
    assert_allclose(found, found.T)
    assert_allclose(np.diag(found), 1)
    assert_allclose(found[0, 1:3], np.exp([-0.5, -2.0]), rtol=0.01)
    assert_allclose(found[3:], np.eye(6)[3:], atol=1e-12)
    assert_allclose(alike(rows, Discrepancy(1.0, 0.0, 9.0)), np.eye(6))
    assert np.linalg.eigvalsh(covariance(rows, Discrepancy(1.5, 2.0))).min() > 0


def test_all_that_is_recorded_of_a_flow_at_a_place_has_its_discrepancy_in_common():
    rows = [
        target(0, variable="recorded_seizures", place="TJ"),
        target(1, variable="estimated_flow", place="TJ"),
        target(2, variable="recorded_seizures", place="AF-TJ"),
        target(3, variable="recorded_seizures", place="TJ-UZ"),
        target(4, variable="drugs_seized", place="TJ", flow=None),
        target(5, variable="recorded_seizures", place="TJ", flow="cannabis"),
        target(6, variable="recorded_seizures", place="KZ"),
        target(7, variable="heroin_price", place="TJ"),
        target(8, variable="recorded_seizures", place="TJ", sense="at least"),
        target(9, variable="recorded_seizures_share", place="TJ", unit="share", error="logit-normal"),
    ]
    found = common(rows)
    third = 1 / np.sqrt(3)
    assert_allclose(found[0], [1, 0, 0.5**0.5, 0.5**0.5, third, 0, 0, 0, 0, 1])
    assert_allclose(found[2, 3], 0.5)
    assert_allclose(found[5, [0, 4, 6]], [0, third, 0])
    later = [one.model_copy(update={"from_": "2006", "to": "2006"}) for one in rows]
    fades = alike([*rows, *later], Discrepancy(1.0, 0.0, 5.0))
    seized = [0, 2, 3, 4, 5, 6, 9]
    assert_allclose(fades[:10, 10:][np.ix_(seized, seized)], found[np.ix_(seized, seized)] * np.exp(-1), rtol=0.01)
    assert_allclose(fades[[1, 7], 10:], 0)


def test_budgets_of_one_year_and_of_one_state_have_half_of_their_discrepancy_in_common():
    """One act gives to all recipients, and a state that is given too little in one act may be so in the next."""
    rows = [
        target(n, variable="recorded_assistance", flow=None, place=place, **{"from": year, "to": year})
        for n, (place, year) in enumerate([("TJ", "2002"), ("UZ", "2002"), ("TJ", "2003"), ("UZ", "2003")])
    ]
    assert_allclose(common(rows), [[1, 0.5, 0.5, 0], [0.5, 1, 0, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1]])
    part = target(4, variable="aid_promised_by_one", flow=None, place="TJ", **{"from": "2002", "to": "2002"})
    assert_allclose(common([*rows, part])[4], [0.5, 0.5, 0, 0, 1])
    one_year = np.exp(-1 / 2)
    assert_allclose(alike(rows, Discrepancy(1.0, 2.0))[0], [1, 0.5, 0.5 * one_year, 0], rtol=1e-3)


def test_what_is_told_of_the_users_of_a_state_and_prices_of_one_trade_go_along_by_half():
    users = [
        target(0, variable="registered_users", place="KZ"),
        target(1, variable="estimated_users", place="KZ"),
        target(2, variable="recorded_prevalence", place="KG"),
        target(3, variable="registered_users", place="KZ"),
        target(4, variable="opium_price", place="KZ"),
    ]
    assert_allclose(common(users)[0], [1, 0.5, 0, 1, 0])
    prices = [target(n, variable="heroin_price", place=place) for n, place in enumerate(["TJ", "RU", "TJ"])]
    assert_allclose(common(prices)[0], [1, 0.5, 1])


def test_kin_of_kin_are_kin():
    """What one number says of another's rest tells of it: a year is known better once the state's share is."""
    rows = [
        target(n, variable="recorded_assistance", flow=None, place=place, **{"from": year, "to": year})
        for n, (place, year) in enumerate([("TJ", "2002"), ("UZ", "2003"), ("TJ", "2003"), ("KG", "2004")])
    ]
    assert {one.id for one in kin(rows[0], rows[1:])} == {"t1", "t2"}
    assert kin(rows[3], rows[:3]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["recorded_seizures", "drugs_seized", "estimated_flow", "recorded_assistance"]),
            st.sampled_from(["TJ", "AF-TJ", "TJ-UZ", "UZ", "region"]),
            st.sampled_from(["opiates", "cannabis", None]),
            st.integers(1992, 2005),
            st.sampled_from(["about", "at most"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.just(0.0) | st.floats(0.01, 20),
    st.just(0.0) | st.floats(0.01, 20),
)
def test_correlations_of_discrepancies_are_correlations(
    made: list[tuple[str, str, str | None, int, str]], memory: float, of_seizures: float
):
    """Symmetric, ones on the diagonal, between 0 and 1, and no sum of discrepancies varies less than nothing."""
    rows = [
        target(n, variable=variable, place=place, flow=flow, sense=sense, **{"from": str(year), "to": str(year)})
        for n, (variable, place, flow, year, sense) in enumerate(made)
    ]
    found = alike(rows, Discrepancy(1.0, memory, of_seizures))
    assert_allclose(found, found.T)
    assert_allclose(np.diag(found), 1)
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-9
    assert np.linalg.eigvalsh(found).min() > -1e-9


def test_the_memory_of_seizures_that_made_the_numbers_is_found():
    """Seizures of four places over years, with a discrepancy that lasts: its memory is found, and is no one else's."""
    rows = [
        target(
            n, variable="recorded_seizures", place=f"P{n % 4}", **{"from": str(1992 + n // 4), "to": str(1992 + n // 4)}
        )
        for n in range(56)
    ]
    found = []
    for seed in range(8):
        chance = np.random.default_rng(seed)
        off = np.linalg.cholesky(covariance(rows, Discrepancy(1.5, 0.0, 4.0))) @ chance.standard_normal(56)
        made = [
            one.model_copy(update={"value": value, "low": value / 1.2, "high": value * 1.2})
            for one, value in zip(rows, np.exp(off), strict=True)
        ]
        found.append(likeliest(made, 0.01 * chance.standard_normal((56, 100))))
    assert np.median([one.memory_of_seizures for one in found]) == pytest.approx(4.0, rel=0.5)
    assert np.mean([one.of(row) for one in found for row in rows]) == pytest.approx(1.5, rel=0.25)


def test_a_series_foretells_another_of_its_numbers_as_a_normal_one_given_others():
    """Numbers drawn from the covariance: what is carried errs as little as it says, and less than nothing carried."""
    rows = [target(n, **{"from": str(1998 + n), "to": str(1998 + n)}) for n in range(4)]
    whole = Discrepancy(1.5, 3.0)
    weight, spread = carried(rows[1], [rows[0], *rows[2:]], whole)
    off = np.random.default_rng(8).multivariate_normal(np.zeros(4), covariance(rows, whole), 40_000)
    left = off[:, 1] - off[:, [0, 2, 3]] @ weight
    assert left.std() == pytest.approx(spread, rel=0.02)
    assert spread < 0.8 * off[:, 1].std()
    assert_allclose(np.corrcoef(left, off[:, 0])[0, 1], 0, atol=0.02)


def test_what_does_not_last_carries_nothing():
    one, other = target(1), target(2, **{"from": "2000", "to": "2000"})
    weight, spread = carried(one, [other], Discrepancy(2.0))
    assert_allclose(weight, 0)
    assert spread == pytest.approx(spread_of(one, 2.0))
    assert carried(one, [], Discrepancy(2.0, 5.0)).spread == pytest.approx(spread_of(one, 2.0))


def test_the_score_never_looks_at_the_number_that_it_foretells_nor_at_others_kept_for_validation(
    tmp_path: Path, tiny: Region
):
    folder = tmp_path / "crowns"
    shutil.copytree(tiny.folder, folder)
    region = open_region(folder)
    draws = draw(list(region.parameters.values()), range(4), 1)
    lasting = {"discrepancy": 2.0, "memory": 4.0, "memory_of_seizures": 4.0}
    save_posterior(folder, draws, {"method": "NUTS", "inputs": {}, "targets": []} | lasting)
    base = next(one for one in region.targets.values() if one.sense == "about" and one.use != "input")
    years = {
        f"{use}-{year}": base.model_copy(
            update={"id": f"{use}-{year}", "use": use, "from_": year, "to": year, "low": None, "high": None}
        )
        for use, year in (("fit", "2000"), ("fit", "2001"), ("validation", "2002"), ("validation", "2003"))
    }
    run = invented(region, members=30)

    def foretold_with(**values: float) -> dict[str, tuple[float, ...] | None]:
        made = {
            id: one.model_copy(update={"value": values.get(id.replace("-", "_"), 3.0)}) for id, one in years.items()
        }
        return {row.target.id: row.predicted for row in scores(Seen(run, replace(region, targets=made)))}

    before = foretold_with()
    assert None not in before.values()
    for id in years:
        after = foretold_with(**{id.replace("-", "_"): 30.0})
        assert_allclose(after[id], before[id])
        for other in set(years) - {id}:
            moved = not np.allclose(np.asarray(after[other]), np.asarray(before[other]))
            assert moved == id.startswith("fit"), (id, other)


def test_what_is_in_reach_is_told_by_the_same_spread():
    one = target(1, 2.5 * spread_of(target(0)))
    assert len(taken_in((one,), np.zeros((1, 20)))[0]) == 0
    assert len(taken_in((one,), np.zeros((1, 20)), Discrepancy(2.0))[0]) == 1


def test_the_score_foretells_recorded_numbers_with_the_factor_that_the_fit_left(tmp_path: Path, tiny: Region):
    """The 90 % interval of one member is that of its error and of the discrepancy times the factor."""
    folder = tmp_path / "crowns"
    shutil.copytree(tiny.folder, folder)
    region = open_region(folder)
    assert discrepancy_of(region) == AS_JUDGED
    draws = draw(list(region.parameters.values()), range(4), 1)
    run = invented(region, members=1)
    before = {row.target.id: row for row in scores(Seen(run, region))}
    named = {groups_of(row.target)[0]: 1.5 for row in before.values()}
    told_of = {"discrepancy": 2.0, "memory": 0.0, "groups": named}
    save_posterior(folder, draws, {"method": "ES-MDA", "inputs": {}, "targets": []} | told_of)
    assert discrepancy_of(region) == Discrepancy(2.0, groups=named)
    told = 0
    for row in scores(Seen(run, region)):
        if row.predicted is None or row.from_record:
            continue
        told += 1
        levels = on_scale(row.target, np.asarray(row.predicted))
        assert levels[4] - levels[0] == pytest.approx(3.29 * spread_of(row.target, 3.0), rel=0.02)
        assert row.predicted[2] == pytest.approx(before[row.target.id].predicted[2])  # type: ignore[index]
    assert told


def test_an_interval_of_nine_in_ten_holds_nine_in_ten_of_the_numbers_that_its_spread_made(tiny: Region):
    """Recorded numbers made from members with error and discrepancy: coverage is what it says it is."""
    run = invented(tiny, members=60)
    chance = np.random.default_rng(4)
    inside = []
    for _ in range(60):
        made = {}
        for one in predictions(Seen(run, tiny)):
            if one.values is None or one.target.sense != "about" or one.target.use == "input":
                continue
            level = on_scale(one.target, chance.choice(one.values))
            value = float(off_scale(one.target, level + spread_of(one.target) * chance.standard_normal()))
            ends = off_scale(
                one.target, on_scale(one.target, value) + np.asarray([-1.645, 1.645]) * error_of(one.target)
            )
            made[one.target.id] = one.target.model_copy(update={"value": value, "low": ends[0], "high": ends[1]})
        inside += [row.passed for row in scores(Seen(run, replace(tiny, targets=made)))]
    assert len(inside) >= 120
    assert_allclose(np.mean(inside), 0.9, atol=0.07)
