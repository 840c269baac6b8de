"""The one type that mechanisms take: a number or an array of numbers that broadcasts."""

from __future__ import annotations

from jaxtyping import Array, Float

Real = Float[Array, "..."] | float
