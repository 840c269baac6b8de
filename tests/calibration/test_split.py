"""Which targets are fitted is told by rule."""

from __future__ import annotations

import pytest

from panj.calibration.split import EVERY, stratum, uses_by_rule
from panj.region import Region, Target, open_region, shipped


def target(id: str, variable: str = "seen", flow: str | None = None, use: str = "fit") -> Target:
    row = {"id": id, "variable": variable, "place": "NO", "flow": flow, "from": "2000", "to": "2000", "value": 1.0}
    return Target.model_validate(row | {"unit": "kg", "use": use})


@pytest.mark.parametrize("name", shipped())
def test_every_use_in_the_files_is_that_of_the_rule(name: str):
    region = open_region(name)
    said = {id: row.use for id, row in region.targets.items()}
    assert said == uses_by_rule(region.targets.values())


def test_a_new_row_at_the_end_of_its_stratum_moves_no_other():
    rows = [target(f"a{number}") for number in range(20)]
    whole = uses_by_rule(rows)
    for count in range(20):
        assert uses_by_rule(rows[:count]) == {row.id: whole[row.id] for row in rows[:count]}


def test_strata_do_not_touch_each_other():
    apart = [*(target(f"a{number}") for number in range(9)), *(target(f"b{number}", "other") for number in range(9))]
    mixed = [row for pair in zip(apart[:9], apart[9:], strict=True) for row in pair]
    assert uses_by_rule(apart) == uses_by_rule(mixed)


@pytest.mark.parametrize("part", ["seen_first", "seen_at_borders"])
def test_telling_whose_part_a_number_is_moves_no_target(part: str):
    rows = [target(f"a{number}") for number in range(9)]
    for told in range(9):
        parts = [target(row.id, part) if number == told else row for number, row in enumerate(rows)]
        assert uses_by_rule(parts) == uses_by_rule(rows)


def test_of_every_three_one_is_kept_for_validation():
    for variable in ("seizures", "trespasses", "users"):
        uses = list(uses_by_rule([target(f"a{number}", variable) for number in range(30)]).values())
        blocks = [uses[first : first + EVERY] for first in range(0, 30, EVERY)]
        assert all(block.count("validation") == 1 for block in blocks)


def test_values_do_not_matter():
    rows = [target(f"a{number}") for number in range(9)]
    changed = [row.model_copy(update={"value": 1e6, "id": row.id}) for row in rows]
    assert uses_by_rule(rows) == uses_by_rule(changed)


def test_inputs_are_neither_and_count_in_no_block():
    rows = [target(f"a{number}") for number in range(6)]
    with_inputs = [target("files", use="input"), *rows]
    assert uses_by_rule(with_inputs) == {"files": "input"} | uses_by_rule(rows)


def test_about_a_third_of_central_asia_is_kept():
    region: Region = open_region("central-asia")
    uses = [row.use for row in region.targets.values() if row.use != "input"]
    assert 0.28 < uses.count("validation") / len(uses) < 0.4
    kept = {stratum(row) for row in region.targets.values() if row.use == "validation"}
    assert len(kept) > 10
