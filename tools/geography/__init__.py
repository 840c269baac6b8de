"""How the geography of a region is compiled, once, from shared data and a hand-written plan.

Here: lines, sections, crossings, roads, maps and claims of a region's geography. Not here: anything the package
needs at run time; `panj` reads only the tables that are written. Next: `compile_geography.py`.
"""
