"""Workers: one single-threaded process a core. The only place that knows processes.

A worker is a fresh interpreter that is given something to start, and then members to compute, through its standard
input. It belongs to no terminal, so Ctrl-C reaches only the process that leads, which ends its workers at once; a
worker whose leader is gone finds its input closed and ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

from platformdirs import user_cache_path

from panj.ensembles.plan import RunError
from panj.ensembles.worker import Failure

if TYPE_CHECKING:
    from panj.simulation.compiled import Kept

R = TypeVar("R")
Start = Callable[[], Callable[[range], R]]
"""Called once in each worker; gives the function that computes a batch of members there. Must survive pickling."""

WORKER = "from panj.ensembles.worker import serve; serve()"

COMPILER = (
    "--xla_cpu_multi_thread_eigen=false",
    "--xla_cpu_use_fusion_emitters=false",
    "--xla_backend_optimization_level=1",
    "--xla_cpu_enable_fast_min_max=true",
)
"""One thread; a compilation in half the time for a history that is a tenth slower; the larger and the smaller of two in
one instruction, which passes no NaN on, for a history that is 7 % faster (measured)."""

KEPT = "What is finished is kept: once the cause is mended, give the same command again with --resume."


def programs(purpose: str) -> Kept:
    """Compiled histories as they are kept between runs; the one used last for a purpose is read while it is awaited."""
    from panj.simulation.compiled import Kept

    return Kept(user_cache_path("panj") / "programs", purpose)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment() -> dict[str, str]:
    """Environment of a worker: one thread for every library, and compiled code kept between runs.

    Threads inside a matrix product of this size cost more than they bring. XLA needs both words: its flag for the
    products, ``NPROC`` for its pool of threads.
    """
    one = dict.fromkeys(("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    flags = f"{os.environ.get('XLA_FLAGS', '')} {' '.join(COMPILER)}".strip()
    kept = {
        "JAX_COMPILATION_CACHE_DIR": str(user_cache_path("panj") / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.5",
    }
    return kept | dict(os.environ) | one | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}


class Worker:
    """A process of its own, from this side."""

    def __init__(self) -> None:
        self._started = False
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `end`)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environment(),
            start_new_session=True,
        )

    def compute(self, start: Start[Any], members: range) -> Any:
        """Compute a batch; waits for the answer.

        Args:
            start: What the worker is to start; the first is sent to it, and stays.
            members: Of the batch.

        Raises:
            RunError: It failed, or the process died.
        """
        asked, answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            if not self._started:
                pickle.dump(start, asked, protocol=pickle.HIGHEST_PROTOCOL)
                self._started = True
            pickle.dump(members, asked)
            asked.flush()
            answer = pickle.load(answers)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise RunError(f"{_named(members)} could not be computed: {self._death()}\n{KEPT}") from None
        if isinstance(answer, Failure):
            error = RunError(f"{_named(members)} could not be computed: {answer.text}\n{KEPT}")
            error.add_note(answer.trace)
            raise error
        return answer

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let go of its pipes, once nobody waits for an answer."""
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            try:
                cast("IO[bytes]", pipe).close()
            except OSError:  # what was left to say to it
                continue

    def _death(self) -> str:
        code = self._process.wait()
        if code == -getattr(signal, "SIGKILL", 9):
            return "its worker was killed, perhaps because memory ran out. Fewer --workers need less."
        self._said.seek(0)
        last = self._said.read().decode(errors="replace").strip().splitlines()[-1:]
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return " ".join([f"its worker ended {how}.", *last])


class Crew:
    """Workers side by side, for as long as its ``with`` block lasts; all are gone when that ends, whatever the reason.

    They start at once, and import what computes while their leader still prepares what they are to do.

    Attributes:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Crew:
        self._workers = [Worker() for _ in range(self.count)]
        self._threads = ThreadPoolExecutor(max(1, self.count))
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.end()
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    def compute(self, start: Start[R], batches: Sequence[range]) -> Iterator[tuple[range, R]]:
        """Send the first batches at once; gives each with its results as it is finished, in any order.

        At most two batches a worker are under way or waiting to be taken, so memory does not grow with their number.

        Raises:
            RunError: A batch failed, or its worker died.
        """
        left = iter(batches)
        under_way = {self._ask(start, members): members for members in islice(left, 2 * self.count)}

        def answers() -> Iterator[tuple[range, R]]:
            while under_way:
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                # what is finished first, then the first batch that failed, whichever thread was quicker
                for future in sorted(done, key=lambda one: (one.exception() is not None, under_way[one].start)):
                    yield under_way.pop(future), future.result()
                under_way.update({self._ask(start, members): members for members in islice(left, len(done))})

        return answers()

    def _ask(self, start: Start[R], members: range) -> Future[R]:
        return self._threads.submit(self._answer, start, members)

    def _answer(self, start: Start[R], members: range) -> R:
        worker = self._idle.get()
        try:
            return cast("R", worker.compute(start, members))
        finally:
            self._idle.put(worker)


def run_batches(start: Start[R], batches: Sequence[range], workers: int) -> Iterator[tuple[range, R]]:
    """Compute batches with a crew of their own; see `Crew.compute`."""
    with Crew(min(workers, len(batches))) as crew:
        yield from crew.compute(start, batches)


def _named(members: range) -> str:
    return f"Members {members.start} to {members.stop - 1}" if len(members) > 1 else f"Member {members.start}"
