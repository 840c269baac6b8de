"""The monthly equilibrium of passage over portals, groups and links.

Knows arrays only, no borders and no flows: any network can be given to it. What a link costs is told by the caller.
"""
