"""Measure and print every row of the budgets: `python -m benchmarks [PART ...]`."""

from __future__ import annotations

import os

from benchmarks.core import as_a_worker

os.environ.update(as_a_worker())

import argparse
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module

import jax

from benchmarks import passage
from benchmarks.rows import HEAD, Row, line

PARTS = ("start", "first_answer", "passage", "history", "memory", "gradient")


def main(parts: list[str]) -> None:
    """Measure some parts, print their rows, and say what was missed."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, JAX {jax.__version__}"
    )
    print(f"one core's own float32 matrix products: {passage.matmul_rate():.4g} GFLOP/s\n\n{HEAD}", flush=True)
    rows: list[Row] = []
    begun = time.monotonic()
    for number, part in enumerate(parts, start=1):
        _say(f"{number} of {len(parts)}: {part}, {time.monotonic() - begun:.0f} s so far ...")
        found = kernel() if part == "passage" else _measure_of(part)()
        _say("")
        print("\n".join(line(row) for row in found), flush=True)
        rows += found
    missed = [row.what for row in rows if row.missed]
    within = sum(row.budget is not None for row in rows) - len(missed)
    print(
        f"\n{time.monotonic() - begun:.0f} s. {within} within budget, {len(missed)} missed" + (":" if missed else ".")
    )
    print("\n".join(f"  {what}" for what in missed))


def kernel() -> list[Row]:
    """The rows of passage alone; a rate has a least, all else a most."""
    found = passage.measure()
    rate = found[0][1]
    rows = []
    for what, measured, budget, _ in found:
        name, unit = what.removesuffix("]").rsplit(" [", 1)
        is_rate = budget is not None and unit == "GFLOP/s"
        rows.append(Row(name, measured, unit, budget, is_rate, measured / rate if is_rate else None))
    return rows


def _measure_of(part: str) -> Callable[[], list[Row]]:
    measure: Callable[[], list[Row]] = import_module(f"benchmarks.{part}").measure
    return measure


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the budgets.")
    arguments.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all if none is named", metavar="PART")
    chosen = arguments.parse_args().parts or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.")
    main(chosen)
