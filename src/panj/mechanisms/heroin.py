"""What a kilogram of heroin holds.

Numbers alone, without arrays: whoever only reads results needs them too.
"""

OPIUM_FOR_HEROIN = 10.0
"""Opium that makes a kilogram of pure heroin [kg/kg]; the convention of the time, and the upper end of PE130 (six to
ten, fewer where it is not pure)."""

HEROIN_PURITY = 0.6
"""Pure heroin in a kilogram as it is sold and seized [kg/kg] (assumed 0.4 to 0.8; one of any quality cost 0.6 of a good
one in 2000, PN028 and PN049). Prices are those of heroin as sold, volumes are of pure heroin."""
