import operator
import os
import subprocess
import sys
import time
from functools import partial

import pytest

from panj.ensembles import RunError, time_left
from panj.ensembles.workers import COMPILER, Crew, environment, run_batches

COUNT = partial(operator.methodcaller, "count", 3)
"""In the place of a simulation: how often the member 3 is in a batch."""

BATCHES = [range(2), range(2, 4), range(4, 6), range(6, 7)]


def test_every_batch_comes_back_with_its_own_results():
    assert dict(run_batches(COUNT, BATCHES, workers=2)) == {members: int(3 in members) for members in BATCHES}


def test_an_error_in_a_worker_names_the_members_and_what_to_do():
    with pytest.raises(RunError, match=r"(?s)Members 0 to 1 .*ValueError: 5 is not in range.*--resume") as raised:
        list(run_batches(partial(operator.methodcaller, "index", 5), BATCHES, workers=1))
    assert "Traceback" in raised.value.__notes__[0]


def test_a_worker_that_dies_names_the_members_and_the_signal():
    with pytest.raises(RunError, match=r"Member 6 could not be computed: its worker ended by SIGABRT"):
        list(run_batches(os.abort, [range(6, 7)], workers=1))


def test_a_worker_that_is_killed_hints_at_memory():
    with pytest.raises(RunError, match="memory"):
        list(run_batches(partial(os.execvp, "sh", ["sh", "-c", "kill -9 $$"]), [range(6, 7)], workers=1))


def test_what_a_library_prints_does_not_get_among_the_results():
    noisy = partial(partial, os.write, 1)  # prints to standard output, and fails at a range
    with pytest.raises(RunError, match="TypeError"):
        list(run_batches(noisy, [range(1)], workers=1))
    assert list(run_batches(partial(partial, print, "a library speaks"), [range(1)], workers=1)) == [(range(1), None)]


def test_no_worker_outlives_the_one_who_asks():
    running = run_batches(partial(partial, subprocess.getoutput, "echo $PPID"), [], workers=1)
    assert list(running) == []
    asking = run_batches(COUNT, BATCHES, workers=2)
    next(asking)
    children = _children()
    assert children
    asking.close()
    assert not _children()


def test_a_crew_is_at_work_before_it_is_told_what_to_do():
    with Crew(2) as crew:
        assert len(_children()) == 2
        assert dict(crew.compute(COUNT, BATCHES[:1])) == {BATCHES[0]: 0}
    assert not _children()


def test_batches_are_sent_before_anyone_waits_for_them(tmp_path):
    with Crew(1) as crew:
        answers = crew.compute(partial(os.mkdir, tmp_path / "begun"), [range(1)])
        deadline = time.monotonic() + 60
        while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (tmp_path / "begun").exists()
        with pytest.raises(RunError, match="not callable"):
            next(answers)


COMPUTE = """
import sys
import panj.ensembles.worker
from panj.ensembles.batches import Batches
from panj.region import open_region
Batches(open_region("tiny"), seed=1, size=4)()(range(4))
print(*sys.modules)
"""


def test_a_worker_imports_no_library_of_tables(shared):
    """They take longer to import than JAX, and every worker would wait for them."""
    done = subprocess.run([sys.executable, "-c", COMPUTE], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert "jax" in imported
    assert not imported & {"pandas", "xarray", "zarr", "pyarrow", "duckdb", "scipy.stats", "panj.reports"}


def _children():
    """Processes below this one that run."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if "panj.ensembles.worker" in line]


def test_workers_have_one_thread_and_keep_the_users_cache(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=x")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "mine")
    given = environment()
    assert given["NPROC"] == given["OMP_NUM_THREADS"] == "1"
    assert given["XLA_FLAGS"] == " ".join(["--xla_dump_to=x", *COMPILER])
    assert "--xla_cpu_multi_thread_eigen=false" in COMPILER
    assert given["JAX_COMPILATION_CACHE_DIR"] == "mine"
    assert os.environ["XLA_FLAGS"] == "--xla_dump_to=x"


def test_the_time_left_is_counted_in_rounds_without_the_compilation():
    compiled = [(0.0, 0), (30.0, 8)]
    assert time_left(compiled, 200, workers=2) is None
    assert time_left([*compiled, (31.0, 16)], 200, workers=2) == (pytest.approx(31 / 16 * 184), True)
    assert time_left([*compiled, (31.0, 16), (34.0, 24)], 200, workers=2) == (pytest.approx(31 / 16 * 184 - 3), True)
    second = [*compiled, (31.0, 16), (34.5, 24), (35.0, 32)]
    assert time_left(second, 200, workers=2) == (pytest.approx(168 * 4 / 16), False)
    assert time_left([*second, (38.5, 40)], 48, workers=2) == (pytest.approx(0.5), False)
    assert time_left([*second, (40.0, 40)], 48, workers=2) == (0, False)
