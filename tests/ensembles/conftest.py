import os
import time
from unittest.mock import Mock

import pytest
from tests.ensembles.invented import batches_in_process

from panj import ensembles

MEMBERS, BATCH = 18, 4
"""The last batch is not whole."""


@pytest.fixture
def no_simulation(monkeypatch):
    """Runs go through everything but workers and simulation."""
    monkeypatch.setattr("panj.ensembles.workers.Worker", Mock)
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches_in_process)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all test processes of this session share, with the compiled model in it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ensembles"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(folder / "compiled"))
        yield folder


@pytest.fixture(scope="session")
def whole(shared):
    """The folder of a real run of the tiny region that nobody disturbed; the first test process makes it."""
    folder = shared / "whole"
    try:
        (shared / "begun").mkdir()
    except FileExistsError:
        while not (folder / "ro-crate-metadata.json").exists():
            time.sleep(0.1)
    else:
        ensembles.run("tiny", folder, members=MEMBERS, batch=BATCH, workers=1)
    return folder
