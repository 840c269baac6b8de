"""The process that leads a run never imports JAX: only its workers compute."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAD = """
import panj.ensembles.running
from panj.cli import main
from tests.ensembles.invented import batches_in_process
panj.ensembles.workers.Crew.compute = batches_in_process
try:
    main(["run", "tiny", "--members", "2", "--out", "run"])
except SystemExit as ended:
    assert not ended.code
"""
TELL = """
import sys
from panj.ensembles.workers import Crew
from panj.cli import main

def told(crew, start, batches):
    print("TABLES", sorted({"pandas", "xarray", "zarr", "pyarrow", "panj.reports"} & set(sys.modules)))
    raise SystemExit(0)

Crew.compute = told
main(["run", "tiny", "--members", "2", "--out", "run"])
"""
HELP = """
from panj.cli import main
try:
    main(["run", "--help"])
except SystemExit as ended:
    assert not ended.code
"""


@pytest.mark.parametrize(
    "program",
    ["import panj.ensembles", "import panj.simulation", "import panj.reports", HELP, LEAD],
    ids=["ensembles", "simulation", "reports", "help", "a whole run"],
)
def test_jax_stays_with_the_workers(program, tmp_path):
    asked = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}\nprint('JAX', 'jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "JAX False"


def test_a_crew_is_told_what_to_do_before_libraries_of_tables_are_imported(tmp_path):
    """They take longer to import than the region to open, and all workers would wait."""
    done = subprocess.run([sys.executable, "-c", TELL], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.splitlines()[-1:] == ["TABLES []"], done.stderr


def test_what_needs_jax_is_there_once_it_is_asked_for():
    import panj.simulation
    from panj.simulation.world import World

    assert panj.simulation.World is World
    with pytest.raises(AttributeError, match="no attribute 'Wrld'"):
        panj.simulation.Wrld  # noqa: B018
