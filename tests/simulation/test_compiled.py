"""Programs kept on disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.simulation import compiled as room
from panj.simulation.compiled import Kept, compiled, fingerprint

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@jax.jit
def doubled(x):
    return {"twice": 2 * x}


def program(folder, size=3, constants=()):
    return compiled(doubled, (jnp.ones(size),), constants, Kept(folder))


def test_a_kept_program_answers_like_the_one_that_was_made(tmp_path):
    made, kept = program(tmp_path), program(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    np.testing.assert_array_equal(made(jnp.arange(3.0))["twice"], kept(jnp.arange(3.0))["twice"])


def test_a_kept_program_is_not_traced_again(tmp_path):
    traced = []

    @jax.jit
    def counted(x):
        traced.append(1)
        return x + 1

    for _ in range(3):
        compiled(counted, (jnp.ones(2),), (), Kept(tmp_path))
    assert len(traced) == 1


def test_the_program_that_was_used_last_for_a_purpose_is_read_before_it_is_wanted(tmp_path, monkeypatch):
    def kept_for(purpose):
        return Kept(tmp_path, purpose)

    for purpose, constants in (("tiny", 1), ("tiny", 2), ("other", 3)):
        compiled(doubled, (jnp.ones(3),), constants, kept_for(purpose))
    read = []
    monkeypatch.setattr(room, "_read", lambda place, real=room._read: read.append(place) or real(place))
    last = kept_for("tiny")
    until(lambda: len(read) == 1)
    assert read == [last.place(([("[0]", (3,), "float32")], 2))]
    compiled(doubled, (jnp.ones(3),), 2, last)
    assert len(read) == 1
    assert compiled(doubled, (jnp.ones(3),), 1, kept_for("tiny"))(jnp.ones(3))["twice"].tolist() == [2.0, 2.0, 2.0]
    assert not kept_for("never")._early


def test_other_shapes_and_other_constants_are_other_programs(tmp_path):
    program(tmp_path)
    program(tmp_path, size=4)
    program(tmp_path, constants={"length": np.arange(3)})
    program(tmp_path, constants={"length": np.arange(4)})
    assert len(list(tmp_path.iterdir())) == 4


def test_a_spoiled_program_is_made_again(tmp_path):
    program(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert program(tmp_path)(jnp.ones(3))["twice"].tolist() == [2.0, 2.0, 2.0]
    assert len(file.read_bytes()) > 100


def test_programs_that_nobody_uses_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "MOST", 2)
    for size in (2, 3, 4):
        program(tmp_path, size)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert program(tmp_path / "file" / "below")(jnp.ones(3))["twice"].tolist() == [2.0, 2.0, 2.0]


MAKE = """
import os, sys, time
from pathlib import Path
import jax.numpy as jnp
from panj.simulation.compiled import Kept, compiled

folder = Path(sys.argv[1])

def traced(x):
    with (folder / "traced").open("a") as told:
        print(os.getpid(), file=told)
    time.sleep(float(sys.argv[2]))
    return {"more": x + 1}

(folder / f"ready-{os.getpid()}").touch()
while not (folder / "go").exists():
    time.sleep(0.01)
print(compiled(traced, (jnp.ones(2),), (), Kept(folder / "programs"))(jnp.ones(2))["more"].tolist())
"""


def making(folder, seconds):
    """A process that makes a program, or waits for one that does; each tracing takes some seconds."""
    asked = [sys.executable, "-c", MAKE, str(folder), str(seconds)]
    return subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)


def until(there):
    deadline = time.monotonic() + 60
    while not there() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert there()


def test_of_two_processes_that_start_together_one_makes_the_program(tmp_path):
    both = [making(tmp_path, 1) for _ in range(2)]
    until(lambda: len(list(tmp_path.glob("ready-*"))) == 2)
    (tmp_path / "go").touch()
    assert [process.communicate(timeout=60)[0] for process in both] == ["[2.0, 2.0]\n"] * 2
    assert len((tmp_path / "traced").read_text().split()) == 1
    assert [path.suffix for path in (tmp_path / "programs").iterdir()] == [".program"]


def test_nobody_waits_for_a_process_that_was_killed(tmp_path):
    (tmp_path / "go").touch()
    killed = making(tmp_path, 600)
    until((tmp_path / "traced").exists)
    killed.kill()
    killed.communicate()
    assert making(tmp_path, 0).communicate(timeout=60)[0] == "[2.0, 2.0]\n"


@given(plain, plain)
def test_fingerprints_tell_plain_data_apart(one, other):
    assert fingerprint(one) == fingerprint(one)
    if repr(one) != repr(other):
        assert fingerprint(one) != fingerprint(other)


@dataclass(frozen=True)
class Shaped:
    values: np.ndarray
    names: frozenset[str]


def test_fingerprints_see_into_classes_and_arrays():
    one = Shaped(np.arange(4), frozenset("ab"))
    assert fingerprint(one) == fingerprint(Shaped(np.arange(4), frozenset("ba")))
    assert fingerprint(one) != fingerprint(Shaped(np.arange(4).reshape(2, 2), frozenset("ab")))
    assert fingerprint(one) != fingerprint(Shaped(np.arange(4.0), frozenset("ab")))


def test_a_fingerprint_is_the_same_in_every_process():
    code = "from panj.simulation.compiled import fingerprint; print(fingerprint([{'a', 'b', 'c', 'd'}, {'x': 1.5}]))"
    told = set()
    for seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": seed}
        told.add(subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True).stdout)
    assert len(told) == 1


def test_what_has_no_fingerprint_is_refused():
    with pytest.raises(TypeError, match="no fingerprint"):
        fingerprint(1j)
