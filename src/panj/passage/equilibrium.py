"""Fixed points of smooth maps, each member on its own: Anderson's acceleration with a fall back to the best state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name
from jaxtyping import Array, Bool, Float

from panj.passage.sums import over_rows

State = Float[Array, "n member"]

WORSE = 4.0  # a state whose residual is so many times the best one's is given up
LEAST = 1e-3  # damping never falls below this share of a full step
SLOPES = 100  # sweeps, at most, to solve for the slope of a balance
EXACT = 1e-6  # the tolerance of that

BALANCE = "balance"
"""Name under which `jax.checkpoint` can keep the state of a balance, so that slopes need no second search."""


class Equilibrium(eqx.Module):
    """The best state found, and how good it is.

    Attributes:
        state: The state with the least residual met.
        residual: Sum of |step(state) - state| relative to the sum of |state|.
        converged: Whether the residual is within the tolerance.
        more: What `step` gave besides at this state; None if it gives nothing besides.
    """

    state: State
    residual: Float[Array, " member"]
    converged: Bool[Array, " member"]
    more: Any = None


def equilibrium(
    step: Callable[[State], Any],
    state: State,
    sweeps: int,
    tolerance: float = 1e-3,
    memory: int = 5,
    damping: float = 1.0,
) -> Equilibrium:
    """Look for state = step(state), one column a member.

    Anderson's acceleration (Anderson 1965; Walker and Ni 2011), each member by itself: a batch gives what a loop over
    its members gives. A member that is within the tolerance stays where it is; one whose residual grows fourfold goes
    back to its best state, forgets its past and halves its damping, which then recovers.

    Can be compiled and scanned over. Slopes are those of the balance itself, by the theorem of implicit functions,
    whatever the sweeps that led there: they cost one more search, and no memory of the first. Under `jax.checkpoint`
    with a policy that keeps what is named ``BALANCE`` the first is not made again. Where there is no balance slopes
    mean nothing.

    Args:
        step: A smooth map; it gives the next state, or a tuple of that and what the caller wants besides. Its state
            should be scaled so that all entries matter alike.
        state: Where to begin; a good guess (the month before) saves most of the sweeps.
        sweeps: How often the state is moved at most, at least 1: less often once all members are within the tolerance.
            Where they are not, `step` is called once more, at the best state met.
        tolerance: Largest residual of a member that counts as converged.
        memory: How many earlier sweeps are used.
        damping: Share of the full step taken at first, above 0 and at most 1.
    """

    def moved(state: State) -> tuple[State, Any]:
        found = step(state)
        after, more = found if isinstance(found, tuple) else (found, None)
        return after - state, more

    how = _How(sweeps, tolerance, memory, damping)
    best, off, more = _balanced(eqx.filter_closure_convert(moved, state), state, how=how)
    residual = lax.stop_gradient(_off(off, best))
    return Equilibrium(best, residual, residual <= tolerance, more)


class _How(NamedTuple):
    """How the search is made; see `equilibrium`."""

    sweeps: int
    tolerance: float
    memory: int
    damping: float


@eqx.filter_custom_jvp
def _balanced(move: Callable[[State], tuple[State, Any]], state: State, *, how: _How) -> tuple[State, State, Any]:
    """The best state met, how far a step moves it, and what `move` gives besides there."""
    best, (off, more) = _search(move, state, *how)
    return best, off, more


@_balanced.def_jvp  # type: ignore[untyped-decorator]
def _(given: Any, slopes: Any, *, how: _How) -> tuple[Any, Any]:
    """Slopes by the theorem of implicit functions: of all that `move` rests on, nothing of where the search began."""
    move, state = given
    slope = slopes[0]
    if not jax.tree.leaves(slope):
        return _balanced(move, state, how=how), (None, None, None)
    best = checkpoint_name(_balanced(move, state, how=how)[0], BALANCE)  # type: ignore[no-untyped-call]
    followed = jax.tree.map(lambda of: of is not None, slope, is_leaf=lambda of: of is None)
    varied, fixed = eqx.partition(move, followed)

    def moved(state: State, varied: Any) -> tuple[State, Any]:
        found: tuple[State, Any] = eqx.combine(varied, fixed)(state)
        return found

    _, by_state = jax.linearize(lambda state: moved(state, varied)[0], best)
    _, off_slope = eqx.filter_jvp(lambda varied: moved(best, varied)[0], (varied,), (slope,))
    best_slope = -_slope(by_state, off_slope)
    (off, more), (_, more_slope) = eqx.filter_jvp(moved, (best, varied), (best_slope, slope))
    return (best, lax.stop_gradient(off), more), (best_slope, None, more_slope)


def _slope(linear: Callable[[State], State], right: State) -> State:
    """Solve linear(x) = right, where `linear` is the slope of a step less the state."""

    def solve(linear: Callable[[State], State], right: State) -> State:
        nothing = jnp.zeros_like(right)
        return _search(lambda x: (linear(x) - right, None), nothing, SLOPES, EXACT, memory=8, damping=1.0)[0]

    solution: State = lax.custom_linear_solve(linear, right, solve, transpose_solve=solve)
    return solution


class _Carry(eqx.Module):
    number: Array
    state: Array
    before: Array
    before_moved: Array
    dx: Array
    df: Array
    inner: Array
    known: Array
    best: Array
    best_moved: Array
    size: Array
    damping: Array
    done: Array
    closed: Array
    found: Any


def _search(
    move: Callable[[State], tuple[State, Any]], state: State, sweeps: int, tolerance: float, memory: int, damping: float
) -> tuple[State, tuple[State, Any]]:
    """The best state met in so many sweeps, or the first one within the tolerance, and what `move` gives there.

    The sweep after which all members are done has looked at the best state of each. Where some are not when sweeps have
    run out, a last turn of the loop does: what is not written down twice is compiled once.
    """
    rows, members = state.shape
    nothing = jnp.zeros_like(state)
    begin = _Carry(
        number=jnp.asarray(0),
        state=state,
        before=state,
        before_moved=nothing,
        dx=jnp.zeros((memory, rows, members), state.dtype),
        df=jnp.zeros((memory, rows, members), state.dtype),
        inner=jnp.zeros((memory, memory, members), state.dtype),
        known=jnp.zeros((memory, members), bool),
        best=state,
        best_moved=nothing,
        size=jnp.full(members, jnp.inf, state.dtype),
        damping=jnp.full(members, damping, state.dtype),
        done=jnp.zeros(members, bool),
        closed=jnp.asarray(False),
        found=jax.tree.map(lambda like: jnp.zeros(like.shape, like.dtype), jax.eval_shape(move, state)),
    )

    def sweep(carry: _Carry) -> _Carry:
        found = move(carry.state)
        moved = found[0]
        size = over_rows(moved * moved)
        size = jnp.where(jnp.isfinite(size), size, jnp.inf)
        better, worse = size < carry.size, size > WORSE**2 * carry.size
        best = jnp.where(better, carry.state, carry.best)
        best_moved = jnp.where(better, moved, carry.best_moved)
        done = carry.done | (better & (_off(moved, carry.state) <= tolerance))
        here, go = jnp.where(worse, best, carry.state), jnp.where(worse, best_moved, moved)
        damped = jnp.where(worse, jnp.maximum(carry.damping / 2, LEAST), jnp.minimum(carry.damping * 1.1, 1.0))
        slot = (carry.number - 1) % memory
        usable = (carry.number > 0) & ~worse
        dx = carry.dx.at[slot].set(jnp.where(usable, here - carry.before, 0.0))
        df = carry.df.at[slot].set(jnp.where(usable, go - carry.before_moved, 0.0))
        row = over_rows(df * df[slot])
        inner = carry.inner.at[slot].set(row).at[:, slot].set(row)
        known = (carry.known & ~worse).at[slot].set(usable)
        weight = _least_squares(inner, over_rows(df * go), known)
        there = here + damped * go - sum((dx[i] + damped * df[i]) * weight[i] for i in range(memory))
        return _Carry(
            number=carry.number + 1,
            state=jnp.where(done | (carry.number + 1 >= sweeps), best, there),
            before=here,
            before_moved=go,
            dx=dx,
            df=df,
            inner=inner,
            known=known,
            best=best,
            best_moved=best_moved,
            size=jnp.where(better, size, carry.size),
            damping=damped,
            done=done,
            closed=done.all() | (carry.number >= sweeps),
            found=found,
        )

    end = lax.while_loop(lambda c: ~c.closed, sweep, begin)
    return end.state, end.found


def _off(moved: State, state: State) -> Float[Array, " member"]:
    """How far a step goes, relative to the state; infinite where that is not known."""
    scale = jnp.maximum(over_rows(jnp.abs(state)), float(np.finfo(state.dtype).tiny))
    off = over_rows(jnp.abs(moved)) / scale
    return jnp.where(jnp.isfinite(off), off, jnp.inf)


def _least_squares(inner: Array, right: Array, known: Array) -> Array:
    """Return the weights of the past steps, [memory, member], with which they explain the next one best.

    Args:
        inner: Inner products of what past steps changed, [memory, memory, member].
        right: Those of them and the next step.
        known: Which steps are remembered.
    """
    size = jnp.einsum("iim->im", inner)
    known = known & (size > 0)
    unit = jnp.where(known, 1 / jnp.sqrt(jnp.where(known, size, 1.0)), 0.0)
    ridge = 1e-3 * float(np.finfo(inner.dtype).eps) ** 0.5 + jnp.where(known, 0.0, 1.0)
    system = inner * unit[:, None] * unit + ridge[:, None] * jnp.eye(len(inner), dtype=inner.dtype)[:, :, None]
    solved = jnp.linalg.solve(jnp.moveaxis(system, 2, 0), (right * unit).T[:, :, None])
    weights: Array = solved[:, :, 0].T * unit
    return weights
