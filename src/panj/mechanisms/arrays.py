"""The one type that mechanisms take: an array of numbers that broadcasts."""

from __future__ import annotations

from jaxtyping import Array, Float

Real = Float[Array, "..."]
"""Shapes broadcast as in NumPy; the last axis is the member wherever members differ."""
