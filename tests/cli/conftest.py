"""What tests of commands share."""

from unittest.mock import Mock

import pytest
from tests.ensembles.invented import results_of


@pytest.fixture
def computed(monkeypatch):
    """Runs without a simulation, in which all converge; gives the members that were computed."""
    done = []

    def batches(crew, start, wanted):
        for members in wanted:
            done.append(members)
            results = results_of(start.region, members)
            yield members, results | {"residual": results["residual"] * 0}

    monkeypatch.setattr("panj.ensembles.workers.Worker", Mock)
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches)
    return done
