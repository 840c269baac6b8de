"""What a loop adds, on invented runs."""

import numpy as np
import pytest

from panj.reports.loops import gain
from panj.simulation.loops import loops
from panj.simulation.needed import LINKS
from panj.simulation.quantities import quantities


def test_a_loop_that_adds_a_tenth_is_found_with_its_delay():
    cut = np.full((5, 60, 3), 2.0)
    closed = cut * (1 + 0.1 * np.clip(np.arange(60) / 20, 0, 1))[:, None]
    found = gain(closed, cut)
    assert found.median == pytest.approx(0.1)
    assert found.same == 1
    assert found.months == 10


def test_nothing_cut_adds_nothing():
    run = np.random.default_rng(0).uniform(size=(4, 50, 2))
    found = gain(run, run)
    assert (found.median, found.low, found.high) == (0, 0, 0)
    assert np.isnan(found.months)


def test_no_link_opens_two_loops():
    """Two loops that are opened at one link cannot be told apart."""
    opened = [link for loop in loops() for link in loop.cut]
    assert sorted(opened) == sorted(set(opened))


def test_all_loops_of_the_list_are_there_and_can_be_cut_or_say_why_not():
    names = [loop.loop for loop in loops()]
    assert names == [f"R{n}" for n in range(1, 14)] + [f"B{n}" for n in range(1, 10)]
    known = {quantity.name for quantity in quantities()}
    for loop in loops():
        assert set(loop.cut) <= set(LINKS), loop.loop
        assert (loop.quantity in known) if loop.cut else loop.note, loop.loop
