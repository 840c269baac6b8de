"""Compiled histories that are kept on disk, so that a run need not trace and compile what an earlier one did.

Tracing a history takes longer than running a few members, and JAX keeps only what the compiler makes of it. What is
kept here is the finished program, named by everything that went into it: the code of Panj and of JAX, the compiler's
flags, the processor, the shapes of what it is given and whatever stands in it as a constant. A file that cannot be read
is made again. Of processes that want the same program at the same time one makes it; the others wait for its file.

To read a program takes a second, and what it is wanted for is known before it is known for sure which one is wanted.
So the one that was used last for the same purpose is read beside whatever has to be done first; that it is the right
one is checked by its name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import gc
import hashlib
import os
import pickle
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.compilation_cache import compilation_cache
from jax.experimental.serialize_executable import deserialize_and_load, serialize

import panj

OWN_CACHE = "jax_enable_compilation_cache"
"""JAX's word for the use of its cache."""

MOST = 24
"""Programs that are kept; the one that was not used for longest makes room."""


class Kept:
    """A folder of programs.

    Args:
        folder: Made when something is kept.
        purpose: What they are for: others are kept apart. The one that was used last for it is read at once, in a
            thread of its own. Empty: nothing is read before it is wanted.
    """

    def __init__(self, folder: Path, purpose: str = "") -> None:
        self._folder = folder
        # none that is of other code, or made for another processor, is so much as read
        self._kind = fingerprint((purpose, _surroundings()))[:16]
        self._early: dict[Path, Future[Any]] = {}
        if purpose and (last := self._last()):
            thread = ThreadPoolExecutor(1)
            self._early[last] = thread.submit(_read, last)
            thread.shutdown(wait=False)

    def place(self, content: object) -> Path:
        """Where the program lies that is made of these shapes and constants."""
        return self._folder / f"{self._kind}-{fingerprint((_surroundings(), content))}.program"

    def read(self, place: Path) -> Any:
        """The program that lies there; None if there is none that can be used."""
        early = self._early.pop(place, None)
        program = _read(place) if early is None else early.result()
        if program is not None:
            with contextlib.suppress(OSError):
                os.utime(place)
        return program

    def _last(self) -> Path | None:
        kind = self._folder.glob(f"{self._kind}-*.program")
        with contextlib.suppress(OSError):
            return max(kind, key=lambda path: path.stat().st_mtime, default=None)
        return None


def compiled(run: Callable[..., Any], given: tuple[Any, ...], constants: object, kept: Kept) -> Callable[..., Any]:
    """The program of a function for arguments of some shapes: as an earlier run left it, or made now and left there.

    Args:
        run: Gives a dictionary of arrays.
        given: Its arguments, or others of their shapes.
        constants: Everything else that the program depends on, as plain data and arrays (see `fingerprint`).
        kept: Where programs are kept.

    Raises:
        TypeError: Constants hold something that is neither plain data nor an array.
    """
    named, tree = jax.tree_util.tree_flatten_with_path(given)
    shapes = [(jax.tree_util.keystr(path), leaf.shape, str(leaf.dtype)) for path, leaf in named]
    place = kept.place((shapes, constants))
    program = kept.read(place)
    if program is None:
        with _alone(place):
            program = kept.read(place)  # another process may have made it while this one waited
            if program is None:
                flat = jax.jit(lambda *leaves: run(*jax.tree.unflatten(tree, leaves)))
                with _by_itself(), _uncollected():
                    program = flat.lower(*(leaf for _, leaf in named)).compile()
                _keep(place, pickle.dumps(serialize(program)))
    return lambda *given: program(*jax.tree.leaves(given))


def _read(place: Path) -> Any:
    try:
        content = pickle.loads(place.read_bytes())
        jax.jit(jnp.linalg.solve).lower(jnp.ones((1, 1)), jnp.ones(1))  # makes known the routines that programs call
        return deserialize_and_load(*content)
    except Exception:  # whatever is wrong with it, it can be made again
        return None


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait until no other process makes this program. The lock dies with its process, however that ends.

    Where there are no locks (another system, a folder that is not ours) programs may be made twice, and nothing worse.
    """
    lock = place.with_suffix(".lock")
    with contextlib.ExitStack() as held:
        with contextlib.suppress(ImportError, OSError):
            from fcntl import LOCK_EX, flock

            lock.parent.mkdir(parents=True, exist_ok=True)
            flock(held.enter_context(lock.open("w")), LOCK_EX)
            held.callback(lock.unlink, missing_ok=True)
        yield


def fingerprint(value: object) -> str:
    """A digest of plain data and arrays, the same in every process.

    Raises:
        TypeError: It holds something else.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part)
    return digest.hexdigest()


def _parts(value: object) -> Iterator[bytes]:
    if value is None or isinstance(value, (str, bytes, bool, int, float, dt.date, np.generic)):
        yield f"{type(value).__name__}:{value!r};".encode()
    elif isinstance(value, (np.ndarray, jax.Array)):
        array = np.asarray(value)
        yield f"array:{array.dtype}:{array.shape};".encode()
        yield np.ascontiguousarray(array).tobytes()
    elif isinstance(value, Mapping):
        yield f"mapping:{len(value)};".encode()
        for key, item in value.items():
            yield from _parts(key)
            yield from _parts(item)
    elif isinstance(value, (tuple, list)):
        yield f"sequence:{len(value)};".encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, (set, frozenset)):
        yield f"set:{sorted(fingerprint(item) for item in value)};".encode()
    elif dataclasses.is_dataclass(value):
        yield f"{type(value).__qualname__};".encode()
        yield from _parts({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    elif not callable(value) and (hasattr(value, "__dict__") or hasattr(value, "__slots__")):
        yield f"{type(value).__qualname__};".encode()
        names = getattr(value, "__dict__", None) or {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]
        yield from _parts(names)
    else:
        raise TypeError(f"{type(value).__qualname__} has no fingerprint. Give plain data and arrays.")


@cache
def _surroundings() -> tuple[str, ...]:
    """What a program depends on besides its function and arguments."""
    code = hashlib.sha256()
    for file in sorted(Path(panj.__file__).parent.rglob("*.py")):
        code.update(file.read_bytes())
    return (
        code.hexdigest(),
        jax.__version__,
        os.environ.get("XLA_FLAGS", ""),
        str(jnp.zeros(0).dtype),
        _processor(),
    )


def _processor() -> str:
    """The kind of processor: programs use what it can do."""
    with contextlib.suppress(OSError):
        told = Path("/proc/cpuinfo").read_text().splitlines()
        return "".join(sorted({line for line in told if line.startswith(("model name", "flags"))}))
    return f"{platform.machine()} {platform.processor()}"


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: tracing makes a million objects that live, and looks them over for a fifth of it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextlib.contextmanager
def _by_itself() -> Iterator[None]:
    """Compile without JAX's own cache: what comes from there cannot be written down once more."""
    before = getattr(jax.config, OWN_CACHE)
    _use_own_cache(False)
    try:
        yield
    finally:
        _use_own_cache(before)


def _use_own_cache(wanted: bool) -> None:
    jax.config.update(OWN_CACHE, wanted)  # type: ignore[no-untyped-call]
    compilation_cache.reset_cache()  # it asks no second time whether it is wanted


def _keep(place: Path, content: bytes) -> None:
    """Write a program whole or not at all, and let go of those that nobody used for longest."""
    with contextlib.suppress(OSError):  # a disk that is full, or not ours, costs only time
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            whole = Path(folder) / place.name
            whole.write_bytes(content)
            whole.replace(place)
        programs = sorted(place.parent.glob("*.program"), key=lambda path: path.stat().st_mtime)
        for old in programs[:-MOST]:
            old.unlink(missing_ok=True)
