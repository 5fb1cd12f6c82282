"""Mean spectra of Type Ia supernovae in twelve wide bands from the ultraviolet to J, normal ones and those like SN 1991bg.

Made from the spectral templates of Hsiao et al. 2007 (ApJ 663, 1187; their version 3) and Nugent, Kim & Perlmutter 2002 (PASP 114, 803; like SN
1991bg), as the package SNooPy (MIT) has them, by means over 20% in wavelength. They hold the second maximum in the red.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WAVELENGTHS = np.array([2500, 3000, 3600, 4400, 4900, 5500, 6300, 7000, 7700, 8900, 10000, 12500], np.float64)
PHASES = np.array([-5, 0, 5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 85], np.float64)  # [day] from maximum in B
NORMAL = np.array(
    [
        [3.37, 1.23, 0.50, 0.21, 0.37, 0.46, 0.57, 0.70, 0.93, 0.97, 1.12, 1.40],
        [3.56, 1.45, 0.46, 0.00, 0.14, 0.16, 0.30, 0.59, 0.90, 0.86, 1.11, 1.32],
        [4.13, 2.04, 0.75, 0.14, 0.20, 0.19, 0.35, 0.69, 1.09, 1.07, 1.41, 1.83],
        [4.75, 2.61, 1.24, 0.52, 0.46, 0.42, 0.64, 1.00, 1.43, 1.29, 1.65, 2.56],
        [5.63, 3.58, 1.92, 1.04, 0.82, 0.74, 0.95, 1.26, 1.64, 1.32, 1.67, 2.95],
        [6.40, 4.48, 2.66, 1.60, 1.25, 1.01, 1.06, 1.23, 1.57, 1.18, 1.48, 2.86],
        [6.82, 5.02, 3.31, 2.12, 1.71, 1.24, 1.15, 1.21, 1.48, 1.15, 1.29, 2.67],
        [6.90, 5.07, 3.71, 2.48, 2.07, 1.53, 1.39, 1.34, 1.55, 1.27, 1.23, 2.66],
        [7.00, 5.15, 3.95, 2.74, 2.35, 1.85, 1.75, 1.69, 1.84, 1.60, 1.40, 2.82],
        [7.09, 5.39, 4.05, 2.99, 2.67, 2.09, 2.05, 2.08, 2.24, 2.00, 1.73, 3.21],
        [7.18, 5.54, 4.26, 3.17, 2.87, 2.41, 2.43, 2.49, 2.66, 2.55, 2.18, 3.75],
        [7.58, 5.74, 4.44, 3.32, 3.05, 2.67, 2.75, 2.88, 3.08, 2.99, 2.66, 4.40],
        [7.81, 5.85, 4.63, 3.45, 3.19, 2.94, 3.06, 3.23, 3.48, 3.47, 3.18, 4.95],
        [8.01, 5.90, 4.92, 3.65, 3.40, 3.35, 3.55, 3.76, 4.06, 4.16, 3.98, 5.74],
    ]
)  # magnitudes of the flux density per frequency, from that in B at maximum
LIKE_1991BG = np.array(
    [
        [5.23, 3.12, 1.40, 0.70, 0.55, 0.52, 0.53, 0.60, 0.78, 0.79, 0.85, 1.64],
        [5.29, 2.70, 1.02, 0.00, -0.23, -0.27, -0.29, -0.22, -0.05, -0.05, 0.02, 0.88],
        [10.17, 5.83, 1.54, 0.29, -0.08, -0.34, -0.41, -0.37, -0.18, -0.12, -0.07, 0.68],
        [11.25, 6.72, 2.50, 1.18, 0.71, 0.14, -0.09, -0.10, 0.03, -0.09, -0.13, 0.54],
        [11.28, 6.97, 2.90, 1.64, 1.15, 0.56, 0.31, 0.27, 0.35, 0.14, 0.04, 0.54],
        [11.56, 7.27, 3.23, 2.01, 1.53, 0.95, 0.71, 0.66, 0.70, 0.42, 0.29, 0.72],
        [11.85, 7.51, 3.56, 2.38, 1.93, 1.33, 1.11, 1.05, 1.05, 0.73, 0.59, 1.03],
        [12.03, 7.59, 3.81, 2.68, 2.28, 1.64, 1.46, 1.40, 1.36, 1.07, 0.97, 1.51],
        [12.48, 7.84, 3.97, 2.85, 2.45, 1.84, 1.73, 1.69, 1.65, 1.36, 1.28, 1.89],
        [12.27, 7.69, 3.95, 2.98, 2.61, 2.02, 1.99, 1.99, 1.93, 1.59, 1.47, 2.03],
        [12.15, 7.80, 4.26, 3.21, 2.84, 2.34, 2.37, 2.34, 2.21, 2.13, 2.18, 3.02],
        [12.52, 8.15, 4.55, 3.42, 3.08, 2.63, 2.68, 2.64, 2.50, 2.38, 2.40, 3.19],
        [13.19, 8.60, 4.84, 3.63, 3.32, 2.92, 2.99, 2.94, 2.78, 2.64, 2.66, 3.48],
        [13.49, 9.05, 5.26, 3.95, 3.67, 3.35, 3.46, 3.40, 3.22, 3.01, 2.98, 3.65],
    ]
)


def ia_magnitude(table: Array, phase: Array, wavelength: Array, rise: float) -> Array:
    """Return the magnitudes of a template, from that in B at maximum.

    Parameters
    ----------
    table : float64 (14, 12)
        `NORMAL` or `LIKE_1991BG`.
    phase : float64 (...)
        Days from maximum in B, at rest. After the last phase of the template the decline goes on as before.
    wavelength : float64 (...)
        Wavelength at rest [Angstrom]; beyond the ends of the template, the value at the end is used.
    rise : float
        Time from explosion to maximum [day]. Before the first phase the flux is a square of the time since (Riess et al. 1999, AJ 118, 2675).

    Returns
    -------
    float64 (...)
        Infinite before the explosion.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.datasets.ia_templates import NORMAL, ia_magnitude
    >>> ia_magnitude(NORMAL, np.array([0.0, 15.0]), np.array([4400.0, 4400.0]), 19.0)
    array([0.  , 1.04])
    """
    row = np.clip(np.searchsorted(PHASES, phase) - 1, 0, len(PHASES) - 2)
    later = np.maximum((phase - PHASES[row]) / np.diff(PHASES)[row], 0.0)
    place = np.interp(wavelength, WAVELENGTHS, np.arange(len(WAVELENGTHS)))
    column = np.minimum(place.astype(np.int64), len(WAVELENGTHS) - 2)
    redder = place - column
    now, then = (table[at, column] * (1.0 - redder) + table[at, column + 1] * redder for at in (row, row + 1))
    with np.errstate(divide="ignore"):
        early = -5.0 * np.log10(np.clip((phase + rise) / (PHASES[0] + rise), 0.0, 1.0))
    return now * (1.0 - later) + then * later + early
