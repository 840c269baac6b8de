"""Two ways to sum over routes: products of weights (fast), or logarithms entry by entry (any range of costs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

LIMIT = 80.0  # exp(80) is still a float32, with room for a sum of thousands


class Sums(NamedTuple):
    """How numbers that stand for exp(logarithm) are held, multiplied, added and sent through a block of a group."""

    hold: Callable[[Array], Array]  # from a logarithm
    hold_number: Callable[[Array], Array]  # from a number >= 0
    logarithm: Callable[[Array], Array]
    number: Callable[[Array], Array]
    times: Callable[[Array, Array], Array]
    over: Callable[[Array, Array], Array]  # 0 where the divisor is 0
    plus: Callable[[Array, Array], Array]
    total: Callable[[Array], Array]  # over the last axis but one
    through: Callable[[Array, Array], Array]  # [..., a, b] with [..., b, member]
    there_and_back: Callable[[Array, Array, Array], Array]  # the same, of a block that is kept the other way round too
    bounded: Callable[[Array], Array]  # kept finite: what reaches a hopeless link is multiplied by nothing there
    only: Callable[[Array, Array], Array]  # the first, nothing where the second is nothing


def over_rows(terms: Float[Array, "... row member"]) -> Float[Array, "... member"]:
    """Sum over rows, as a product of matrices: twenty times as fast as in one loop with what makes the terms."""
    return (jnp.ones((1, terms.shape[-2]), terms.dtype) @ terms)[..., 0, :]


def safe_log(number: Array) -> Array:
    """Return log(number), -inf at 0, with a gradient of 0 there."""
    positive = number > 0
    return jnp.where(positive, jnp.log(jnp.where(positive, number, 1.0)), -jnp.inf)


def _divide(a: Array, b: Array) -> Array:
    return jnp.where(b > 0, a / jnp.where(b > 0, b, 1.0), 0.0)


def _exponential(log: Array) -> Array:
    xp: Any = log.__array_namespace__()  # NumPy's arrays stay NumPy's
    held: Array = xp.exp(xp.minimum(log, LIMIT))
    return held


def _log_total(terms: Array, axis: int = -2) -> Array:
    most = lax.stop_gradient(terms.max(axis=axis, keepdims=True, initial=-jnp.inf))
    most = jnp.where(jnp.isfinite(most), most, 0.0)
    return safe_log(jnp.exp(terms - most).sum(axis=axis)) + jnp.squeeze(most, axis)


def _log_over(a: Array, b: Array) -> Array:
    known = jnp.isfinite(b)
    return jnp.where(known, a - jnp.where(known, b, 0.0), -jnp.inf)


def _log_through(block: Array, rows: Array) -> Array:
    return _log_total(block[..., None] + rows[..., None, :, :])


@eqx.filter_custom_jvp
def _product(block: Float[Array, "a b"], turned: Float[Array, "b a"], rows: Float[Array, "b member"]) -> Array:
    """``block @ rows``; slopes go back through ``turned``, where otherwise the block is turned at every product."""
    return block @ rows


@_product.def_jvp  # type: ignore[untyped-decorator]
def _(given: Any, slopes: Any) -> tuple[Array, Array]:
    block, turned, rows = given
    of_block, _, of_rows = slopes
    slope = jnp.zeros((len(block), rows.shape[-1]), rows.dtype)
    if of_rows is not None:
        slope += jnp.einsum("ba,bm->am", turned, of_rows)
    if of_block is not None:
        slope += of_block @ rows
    return block @ rows, slope


products = Sums(
    hold=_exponential,
    hold_number=lambda number: number,
    logarithm=safe_log,
    number=lambda held: held,
    times=lambda a, b: a * b,
    over=_divide,
    plus=lambda a, b: a + b,
    total=lambda terms: terms.sum(axis=-2),
    through=lambda block, rows: block @ rows,
    there_and_back=_product,
    bounded=lambda held: jnp.minimum(held, 1e34),
    only=lambda a, b: jnp.where(b > 0, a, 0.0),
)

logarithms = Sums(
    hold=lambda log: log,
    hold_number=safe_log,
    logarithm=lambda held: held,
    number=jnp.exp,
    times=lambda a, b: a + b,
    over=_log_over,
    plus=lambda a, b: _log_total(jnp.stack([a, b]), axis=0),
    total=_log_total,
    through=_log_through,
    there_and_back=lambda block, turned, rows: _log_through(block, rows),
    bounded=lambda held: held,
    only=lambda a, b: jnp.where(jnp.isfinite(b), a, -jnp.inf),
)
