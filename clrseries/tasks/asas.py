"""The task ``asas``: twenty classes of variable stars from one band."""

from __future__ import annotations

import numpy as np

from ..datasets import asas
from .contest import Contest
from .periodic_stars import FEATURES, periodic_stars

FEWEST = 9  # stars of a class
KINDS = {  # of simulated stars
    "Beta_Cephei": ("BCEP",), "Beta_Lyrae": ("EB",), "Beta_Persei": ("EA",), "ChemPeculiar": ("ACV",), "Classical_Cepheid": ("DCEP",),
    "Delta_Scuti": ("DSCT",), "LSP": ("LSP",), "Mira": ("M",), "PopII_Cepheid": ("CW",), "RCB": ("RCB",), "RR_Lyrae_FM": ("RRab",),
    "RR_Lyrae_FO": ("RRc",), "RSG": ("SRC",), "RS_CVn": ("RS",), "RV_Tauri": ("RV",), "SARG_A": ("OSARG",), "SARG_B": ("OSARG",),
    "Semireg_PV": ("SR",), "W_Ursae_Maj": ("EW",), "Weakline_T_Tauri": ("WTTS",),
}  # fmt: skip


def asas_contests() -> list[Contest]:
    """Return the contest on the stars of ASAS whose class has at least nine.

    Returns
    -------
    list of Contest
        One.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    stars = asas()
    target = np.array(stars.table["class"].to_pylist())
    names, count = np.unique(target, return_counts=True)
    stars = stars.take(np.flatnonzero(np.isin(target, names[count >= FEWEST])))
    about = (
        "Stars of ASAS in V, the 20 classes with at least nine (Richards et al. 2012). Three tenths of the stars of each class are kept apart. "
        + FEATURES
    )
    return [periodic_stars(stars, "Variable stars of ASAS, 20 classes", about, (5, 10, 0), KINDS)]
