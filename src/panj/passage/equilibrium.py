"""Fixed points of smooth maps, each member on its own: Anderson's acceleration with a fall back to the best state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float

State = Float[Array, "n member"]
Past = tuple[Float[Array, "memory n member"], Float[Array, "memory n member"]]

WORSE = 4.0  # a state whose residual is so many times the best one's is given up
LEAST = 1e-3  # damping never falls below this share of a full step


class Equilibrium(eqx.Module):
    """The best state found, and how good it is.

    Attributes:
        state: The state with the least residual met.
        residual: Sum of |step(state) - state| relative to the sum of |state|.
        converged: Whether the residual is within the tolerance.
        past: Steps taken and what they changed, for a next balance that is much like this one.
        more: What `step` gave besides at this state; None if it gives nothing besides.
    """

    state: State
    residual: Float[Array, " member"]
    converged: Bool[Array, " member"]
    past: Past
    more: Any = None


def equilibrium(
    step: Callable[[State], Any],
    state: State,
    sweeps: int,
    tolerance: float = 1e-3,
    memory: int = 5,
    damping: float = 1.0,
    past: Past | None = None,
) -> Equilibrium:
    """Look for state = step(state), one column a member, with a fixed number of sweeps.

    Anderson's acceleration (Anderson 1965; Walker and Ni 2011), each member by itself: a batch gives what a loop over
    its members gives. A member whose residual grows fourfold goes back to its best state, forgets its past and
    halves its damping, which then recovers. Can be compiled, scanned over and differentiated.

    Args:
        step: A smooth map; it gives the next state, or a tuple of that and what the caller wants besides. Its state
            should be scaled so that all entries matter alike.
        state: Where to begin; a good guess (the month before) saves most of the sweeps.
        sweeps: How often the state is moved, at least 1; `step` is called once more, at the best state met.
        tolerance: Largest residual of a member that counts as converged.
        memory: How many earlier sweeps are used.
        damping: Share of the full step taken at first, above 0 and at most 1.
        past: Of an earlier balance with the same memory; where little has changed since, its steps still tell where to
            go. None: begin without.
    """
    rows, members = state.shape
    if past is None:
        past = (jnp.zeros((memory, rows, members), state.dtype),) * 2
    past = lax.stop_gradient(past)  # it helps to find the balance and does not change it

    def stepped(state: State) -> tuple[State, Any]:
        found = step(state)
        return found if isinstance(found, tuple) else (found, None)

    def sweep(carry: _Carry, number: Array) -> tuple[_Carry, None]:
        here = jnp.where(number == sweeps, carry.best, carry.state)  # the last sweep tells of the best state
        after, more = stepped(here)
        carry = replace(carry, state=here)
        moved = after - carry.state
        size = lax.stop_gradient((moved * moved).sum(axis=0))
        size = jnp.where(jnp.isfinite(size), size, jnp.inf)
        better, worse = size < carry.size, size > WORSE**2 * carry.size
        best = jnp.where(better, carry.state, carry.best)
        best_moved = jnp.where(better, moved, carry.best_moved)
        least = jnp.where(better, size, carry.size)
        here, move = jnp.where(worse, best, carry.state), jnp.where(worse, best_moved, moved)
        damped = jnp.where(worse, jnp.maximum(carry.damping / 2, LEAST), jnp.minimum(carry.damping * 1.1, 1.0))
        slot = (number - 1) % memory
        usable = (number > 0) & ~worse
        dx = _put(carry.dx, slot, here - carry.before, usable, worse)
        df = _put(carry.df, slot, move - carry.before_moved, usable, worse)
        weight = _least_squares(df, move)
        there = here + damped * move - jnp.einsum("knm,km->nm", dx + damped * df, weight)
        return _Carry(there, here, move, dx, df, best, best_moved, least, damped, more), None

    nothing = jax.tree.map(lambda like: jnp.zeros(like.shape, like.dtype), jax.eval_shape(stepped, state)[1])
    begin = _Carry(
        state, state, jnp.zeros_like(state), *past, state, jnp.zeros_like(state),
        jnp.full(members, jnp.inf, state.dtype), jnp.full(members, damping, state.dtype), nothing,
    )  # fmt: skip
    end, _ = lax.scan(sweep, begin, jnp.arange(sweeps + 1))
    scale = jnp.maximum(jnp.abs(end.best).sum(axis=0), float(np.finfo(state.dtype).tiny))
    residual = lax.stop_gradient(
        jnp.where(jnp.isfinite(end.size), jnp.abs(end.best_moved).sum(axis=0) / scale, jnp.inf)
    )
    return Equilibrium(end.best, residual, residual <= tolerance, (end.dx, end.df), end.more)


class _Carry(eqx.Module):
    state: Array
    before: Array
    before_moved: Array
    dx: Array
    df: Array
    best: Array
    best_moved: Array
    size: Array
    damping: Array
    more: Any


def _put(past: Array, slot: Array, change: Array, usable: Array, forget: Array) -> Array:
    kept = jnp.where(forget, 0.0, past)
    return kept.at[slot].set(jnp.where(usable, change, 0.0))


def _least_squares(df: Array, move: Array) -> Array:
    """Return the weights of the past steps, [memory, member], with which they explain `move` best."""
    inner = jnp.einsum("inm,jnm->mij", df, df)
    right = jnp.einsum("inm,nm->mi", df, move)
    scale = lax.stop_gradient(jnp.einsum("mii->mi", inner))
    unit = jnp.where(scale > 0, 1 / jnp.sqrt(jnp.where(scale > 0, scale, 1.0)), 0.0)
    inner = inner * unit[:, :, None] * unit[:, None, :]
    ridge = 1e-3 * float(np.finfo(df.dtype).eps) ** 0.5 + jnp.where(scale > 0, 0.0, 1.0)
    solved: Array = jnp.linalg.solve(
        inner + ridge[:, :, None] * jnp.eye(len(df), dtype=df.dtype), (right * unit)[:, :, None]
    )
    weights: Array = solved[:, :, 0] * unit
    return weights.T
