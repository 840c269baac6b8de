"""Words, dates, codes, units and errors that every room uses.

Nothing here knows a region, a mechanism or a file of either. Next room up: `evidence` or `mechanisms`.
"""
