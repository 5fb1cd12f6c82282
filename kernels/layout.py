"""How a draw and a composition's tables are laid out: the kernel's side of the contract.

A draw is one row of numbers a view. Its first columns are named in ``COLUMNS``; a neutral
value switches a step off, so one compiled kernel serves every composition. Behind them stand one coefficient
for each curve, rest-frame curve and group of masked ranges in :class:`Tables`, then the
parameters of a user's own step.
"""

from collections import namedtuple

import numpy as np

# name, neutral value. Lengths are in output pixels unless told otherwise.
COLUMNS = (
    ("stretch", 1.0),  # factor on wavelength
    ("offset", 0.0),  # added to it [Angstrom]
    ("flux_scale", 1.0),  # factor on flux density
    ("rest", 1.0),  # observed over rest wavelength in the view
    ("method", 0.0),  # of resampling
    ("vsini", 0.0),  # [km/s]
    ("limb", 0.0),
    ("lsf_curve", 0.0),  # variance of the profile: this times the curve of the grid [pixels^2]
    ("lsf_velocity2", 0.0),  # plus this [km^2/s^2]
    ("lsf_angstrom2", 0.0),  # plus this [Angstrom^2]
    ("warp_amplitude", 0.0),  # rms of ln(flux)
    ("warp_length", 1.0),
    ("warp_phase", 0.0),  # in [0, 1) knot intervals
    ("fringe_amplitude", 0.0),
    ("fringe_cycles", 0.0),  # [Angstrom]: cycles / wavelength periods
    ("fringe_phase", 0.0),
    ("custom", 0.0),
    ("scatter", 0.0),  # of the mean flux
    ("sky", 0.0),  # of the mean flux
    ("snr", np.inf),
    ("noise_source", 0.0),  # part of the variance that is the source's own
    ("noise_curve", 0.0),  # which background curve
    ("cosmic_hits", 0.0),
    ("cosmic_strength", 0.0),  # of the mean flux
    ("cosmic_flagged", 0.0),
    ("crop_blue", 0.0),
    ("crop_red", 0.0),
    ("mask_runs", 0.0),
    ("mask_length", 0.0),
    ("mask_fraction", 0.0),
    ("normalize", 0.0),
    ("normalize_lo", 0.0),
    ("normalize_hi", 0.0),
    ("normalize_window", 0.0),
    ("normalize_fraction", 0.5),
    ("asinh", 0.0),  # softening
)
NAMES = tuple(name for name, _ in COLUMNS)
BASE = len(COLUMNS)
(
    STRETCH, OFFSET, FLUX_SCALE, REST, METHOD, VSINI, LIMB, LSF_CURVE, LSF_VELOCITY2, LSF_ANGSTROM2,
    WARP_AMPLITUDE, WARP_LENGTH, WARP_PHASE, FRINGE_AMPLITUDE, FRINGE_CYCLES, FRINGE_PHASE, CUSTOM,
    SCATTER, SKY, SNR, NOISE_SOURCE, NOISE_CURVE, COSMIC_HITS, COSMIC_STRENGTH, COSMIC_FLAGGED,
    CROP_BLUE, CROP_RED, MASK_RUNS, MASK_LENGTH, MASK_FRACTION,
    NORMALIZE, NORMALIZE_LO, NORMALIZE_HI, NORMALIZE_WINDOW, NORMALIZE_FRACTION, ASINH,
) = range(BASE)  # fmt: skip

Tables = namedtuple(
    "Tables",
    [
        "edges",  # float64 (P + 1,) [Angstrom]
        "widths",  # float32 (P,) [Angstrom]
        "velocities",  # float32 (P,) pixel widths [km/s]
        "wavelength",  # float32 (P,) centres [Angstrom]
        "inverse_wavelength",  # float32 (P,) [1 / Angstrom]
        "log_wavelength",  # float32 (P,) ln(wavelength / 5000 Angstrom)
        "lsf",  # float32 (3, P): variance [pixels^2] of the survey's profile, of 1 km/s, of 1 Angstrom
        "lsf_bounds",  # float32 (3, 2): smallest and largest of each
        "curves",  # float32 (M, P): ln(factor) for a coefficient of 1
        "rest_curves",  # float32 (H, T): the same in the rest frame
        "rest_axis",  # float32 (2,): first and step of ln(rest wavelength / 5000 Angstrom)
        "fringe_envelope",  # float32 (P,)
        "lines",  # float32 (L, 2): position and sigma of sky lines [pixels]
        "photon",  # float32 (P,): noise variance of the source's photons
        "background",  # float32 (B, P): of everything else
        "groups",  # int64: how many groups of ranges
        "ranges",  # int64 (Q, 3): group, first and last + 1 pixel of what can be masked
    ],
)

# which random stream a step's samples come from
WARP_STREAM, NOISE_STREAM, RUNS_STREAM, PIXELS_STREAM, SKY_STREAM, COSMIC_STREAM, CUSTOM_STREAM = range(1, 8)
MOST_RUNS = 64
MOST_HITS = 256
