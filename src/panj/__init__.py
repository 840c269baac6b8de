"""Panj: an open laboratory for border policy.

The rooms, from the ground up: basics; evidence and mechanisms; region and passage; simulation; ensembles; reports; cli.
"""

__version__ = "0.1.0"
