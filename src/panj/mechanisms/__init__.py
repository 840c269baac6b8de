"""The laws of one thing each: detection, bribery, waiting, demand, capability.

Pure functions of arrays. No files, labels, clocks or globals; the order of a month is in `simulation`.
"""
