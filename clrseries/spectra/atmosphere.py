"""Emission lines of the night sky and absorption bands of the atmosphere, at vacuum wavelengths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..units import air_to_vacuum

# [O I], Na I and OH airglow lines in air: Osterbrock et al. 1996 (PASP 108, 277) and 1997 (PASP 109, 614)
SKY_LINES_AIR = (
    5577.338, 5889.953, 5895.923, 5915.301, 5932.862, 5953.420, 6257.961, 6287.434, 6300.304, 6306.869,
    6363.780, 6498.729, 6533.044, 6553.617, 6577.285, 6604.135, 6634.229, 6863.955, 6889.288, 6900.833,
    6912.623, 6923.220, 6939.521, 6949.044, 6978.413, 7003.858, 7011.410, 7244.907, 7276.405, 7284.439,
    7316.282, 7329.148, 7340.885, 7358.659, 7369.365, 7401.858, 7438.473, 7479.310, 7571.746, 7750.640,
    7759.996, 7794.112, 7808.467, 7821.503, 7841.266, 7853.360, 7889.851, 7913.708, 7931.124, 7949.204,
    7964.650, 7993.332, 8014.059, 8025.810, 8062.178, 8310.719, 8344.602, 8382.392, 8399.170, 8415.231,
    8430.174, 8452.250, 8465.358, 8493.389, 8504.841, 8548.709, 8791.186, 8827.096, 8885.850, 8903.114,
    8919.635, 8943.395, 8958.084, 8988.366, 9001.346, 9049.539, 9102.770, 9439.650, 9476.830, 9519.354,
    9567.339, 9620.965, 9872.137, 9914.673, 9961.932, 10013.986, 10082.468, 10124.008, 10171.512,
)  # fmt: skip
SKY_LINES = air_to_vacuum(np.array(SKY_LINES_AIR))

# name, blue end, red end [Angstrom, in vacuum], ln(transmission) where the band is deepest, at a nominal airmass of 1. The limits
# are those of the molecular bands; the depths are rounded nominal values at a resolving power of about 1000, which the drawn
# airmass scales. Oxygen bands have a sharp edge in the blue and fade to the red; bands of water do not.
TELLURIC_BANDS = (
    ("O2 gamma", 6277.0, 6320.0, -0.05),
    ("O2 B", 6868.0, 6950.0, -0.35),
    ("H2O", 7165.0, 7345.0, -0.10),
    ("O2 A", 7594.0, 7710.0, -1.00),
    ("H2O", 8130.0, 8350.0, -0.12),
    ("H2O", 8940.0, 9270.0, -0.25),
    ("H2O", 9280.0, 9800.0, -0.45),
)


def telluric(wavelength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the transmission of the absorption bands of the atmosphere, with smooth schematic shapes.

    Parameters
    ----------
    wavelength : float64 (P,)
        In vacuum [Angstrom].

    Returns
    -------
    float64 (P,)
        The natural logarithm of the transmission at a nominal airmass of 1.
    """
    total = np.zeros_like(wavelength)
    for name, head, end, depth in TELLURIC_BANDS:
        u = (wavelength - head) / (end - head)
        inside = (u > 0) & (u < 1)
        shape = (
            np.minimum(u / 0.08, 1.0) * (1.0 - u) if name.startswith("O2") else np.sin(np.pi * np.clip(u, 0, 1)) ** 2
        )
        total += np.where(inside, depth * shape, 0.0)
    return total
