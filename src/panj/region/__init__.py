"""A region as a folder of plain tables: opening, checking, showing, starting one.

No mathematics and no JAX; arrays are made of a region in `simulation`. Below: `evidence`.
"""
