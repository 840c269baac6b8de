"""A region's history, month by month: the region as arrays, the order of a month, the clock.

One batch of members at a time; many batches are the business of `ensembles`. Below: `region`, `passage`, `mechanisms`.
"""
