"""Regions that ship with Panj, one folder each; plain files, no code."""
