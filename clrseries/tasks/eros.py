"""The task ``eros``: four classes of variable stars from two bands."""

from __future__ import annotations

from ..datasets import eros_variables
from .contest import Contest
from .periodic_stars import FEATURES, periodic_stars

KINDS = {  # of simulated stars
    "RRLyrae": ("RRab", "RRc"), "Cepheid": ("DCEP",), "EclipsingBinary": ("EA", "EB", "EW"), "Mira": ("M", "SR"),
}  # fmt: skip


def eros_contests() -> list[Contest]:
    """Return the contest on the variable stars of EROS-1.

    Returns
    -------
    list of Contest
        One.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    about = (
        "Stars of EROS-1 in the Large Magellanic Cloud in B and R: RR Lyrae, Cepheids, eclipsing binaries, Miras. Three tenths of the "
        "stars of each class are kept apart. " + FEATURES
    )
    return [periodic_stars(eros_variables(), "Variable stars of EROS-1, 4 classes", about, (5, 20, 100, 0), KINDS)]
