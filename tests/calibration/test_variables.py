"""The table of recorded variables and the ways from a run to them say the same."""

from panj.calibration.observe import has_way
from panj.calibration.on_file import RECORD
from panj.calibration.ways import ENDINGS, SERIES, UNSEEN, WAYS
from panj.region.variables import names, variables
from panj.simulation.quantities import quantities

HELD = {quantity.name: quantity.axes for quantity in quantities()}


def told_by(*words):
    return {row.name for row in variables() if row.told_by in words}


def test_the_table_names_every_way_and_nothing_else():
    assert told_by("run", "months") == set(WAYS)
    assert told_by("months") == set(SERIES)
    assert told_by("files") == set(RECORD)
    assert told_by("nothing") == set(UNSEEN)
    assert told_by("ending") == set(ENDINGS)


def test_what_has_a_name_has_a_way_unless_the_table_says_that_nothing_tells_it():
    known = names(HELD)
    assert {name for name in known if not has_way(name, HELD)} == {
        name for name, by in known.items() if by == "nothing"
    }
