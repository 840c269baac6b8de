"""What does the gradient of an outcome cost, against the history itself? And is it a number?"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.case import members, simulation
from benchmarks.rows import Row

MEMBERS = 2


def measure() -> list[Row]:
    """Suppression, summed over all months, with respect to every parameter; processor time."""
    draws, luck = members(MEMBERS)
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}

    def outcome(p: dict[str, Any]) -> Any:
        return simulation().trace(p, jnp.asarray(luck))["suppression"].sum()

    forward = _warm(jax.jit(outcome), p)
    slope = jax.jit(jax.grad(outcome))
    backward = _warm(slope, p)
    found = {name: float(jnp.abs(value).sum()) for name, value in slope(p).items()}
    lost = [name for name, value in found.items() if not math.isfinite(value)]
    note = f"{len(lost)} of {len(found)} parameters have no finite gradient" if lost else "all gradients finite"
    what = f"gradient of a history over forward, {MEMBERS} members"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2)
    return [
        Row(what, backward / forward, "1", 7.0, note=note),
        Row("parameters without a finite gradient", len(lost), "1", 0.0),
        Row("peak memory of this process", peak, "GiB"),
    ]


def _warm(work: Callable[[Any], Any], p: Any) -> float:
    jax.block_until_ready(work(p))  # type: ignore[no-untyped-call]
    begun = time.process_time()
    jax.block_until_ready(work(p))  # type: ignore[no-untyped-call]
    return time.process_time() - begun
