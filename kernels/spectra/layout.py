"""Name the columns of the params of a spectrum, and the tables that all views of a composition share.

The params of a view are one row of numbers. The first columns are ``COLUMNS``; the neutral value of a column switches its
step off, so that one compiled kernel serves every composition. Behind them stand one coefficient for each row of
``Tables.curves``, one for each row of ``Tables.rest_curves``, one switch for each group of ``Tables.ranges``, and the
parameters of a step of the user's own.
"""

from collections import namedtuple

import numpy as np

# Name and neutral value of each column of params; the comment says what the number means [unit].
COLUMNS = (
    ("stretch", 1.0),  # factor on wavelength
    ("offset", 0.0),  # added to the stretched wavelength [Angstrom]
    ("flux_scale", 1.0),  # factor on flux density
    ("rest", 1.0),  # observed / rest wavelength in the view, for curves of rest wavelength
    ("method", 0.0),  # of resampling: CONSERVE, LINEAR or LANCZOS of interpolate.py
    ("vsini", 0.0),  # projected rotational velocity v sin i [km/s]
    ("limb_darkening", 0.0),  # linear limb-darkening coefficient, 0 to 1
    ("lsf_curve", 0.0),  # variance of the line-spread function: factor on that of the survey, Tables.lsf[0],
    ("lsf_velocity2", 0.0),  # plus a variance in velocity, less that of the data [km^2/s^2],
    ("lsf_angstrom2", 0.0),  # plus a variance in wavelength, less that of the data [Angstrom^2]
    ("calibration_amplitude", 0.0),  # rms of ln(flux)
    ("calibration_length", 1.0),  # distance of the knots of the calibration error [pixels]
    ("calibration_phase", 0.0),  # position of the first pixel between two knots, 0 to 1
    ("fringe_amplitude", 0.0),  # of ln(flux)
    ("fringe_cycles", 0.0),  # periods per unit of inverse wavelength [Angstrom]
    ("fringe_phase", 0.0),  # [turns]
    ("custom", 0.0),  # above 0: apply the step of the user's own
    ("scatter", 0.0),  # scattered light [mean flux]
    ("sky", 0.0),  # standard deviation of the height of the residual of a sky line [mean flux]
    ("snr", np.inf),  # mean flux / standard deviation of the noise; infinity: no noise is added
    ("noise_source", 0.0),  # part of the variance that is photon noise of the source, 0 to 1
    ("noise_curve", 0.0),  # row of Tables.background
    ("cosmic_hits", 0.0),  # number of hits
    ("cosmic_strength", 0.0),  # mean excess of a hit [mean flux]
    ("cosmic_flagged", 0.0),  # fraction of the hits that the pipeline finds
    ("crop_blue", 0.0),  # lost at the blue end [pixels]
    ("crop_red", 0.0),  # lost at the red end [pixels]
    ("mask_runs", 0.0),  # number of masked runs
    ("mask_length", 0.0),  # of each run [pixels]
    ("mask_fraction", 0.0),  # fraction of single pixels that are masked
    ("normalize", 0.0),  # kind, a constant of normalize.py; 0: none
    ("normalize_lo", 0.0),  # the scale is taken from this pixel
    ("normalize_hi", 0.0),  # to the one before this pixel
    ("normalize_window", 0.0),  # window of a continuum [pixels]
    ("normalize_fraction", 0.5),  # which percentile, 0 to 1
    ("asinh", 0.0),  # softening [unit of the normalized flux]; 0: no compression
)
NAMES = tuple(name for name, _ in COLUMNS)
BASE = len(COLUMNS)
(
    STRETCH, OFFSET, FLUX_SCALE, REST, METHOD, VSINI, LIMB_DARKENING, LSF_CURVE, LSF_VELOCITY2, LSF_ANGSTROM2,
    CALIBRATION_AMPLITUDE, CALIBRATION_LENGTH, CALIBRATION_PHASE, FRINGE_AMPLITUDE, FRINGE_CYCLES, FRINGE_PHASE, CUSTOM,
    SCATTER, SKY, SNR, NOISE_SOURCE, NOISE_CURVE, COSMIC_HITS, COSMIC_STRENGTH, COSMIC_FLAGGED,
    CROP_BLUE, CROP_RED, MASK_RUNS, MASK_LENGTH, MASK_FRACTION,
    NORMALIZE, NORMALIZE_LO, NORMALIZE_HI, NORMALIZE_WINDOW, NORMALIZE_FRACTION, ASINH,
) = range(BASE)  # fmt: skip

Tables = namedtuple(
    "Tables",
    [
        "edges",  # float64 (P + 1,): edges of the pixels, ascending [Angstrom]
        "log_edges",  # float64 (P + 1,): ln(edge / Angstrom)
        "widths",  # float32 (P,): widths of the pixels [Angstrom]
        "velocities",  # float32 (P,): widths of the pixels [km/s]
        "wavelength",  # float32 (P,): centers of the pixels [Angstrom]
        "inverse_wavelength",  # float32 (P,): 1 / center [1 / Angstrom]
        "log_wavelength",  # float32 (P,): ln(center / 5000 Angstrom)
        "lsf",  # float32 (3, P): variance of the profile of the survey, of 1 (km/s)^2, of 1 Angstrom^2 [pixels^2]
        "lsf_bounds",  # float32 (3, 2): smallest and largest of each row of `lsf` [pixels^2]
        "curves",  # float32 (M, P): ln(factor) for a coefficient of 1
        "rest_curves",  # float32 (H, T): the same, by rest wavelength
        "rest_axis",  # float32 (2,): first value and step of ln(rest wavelength / 5000 Angstrom) in `rest_curves`
        "fringe_envelope",  # float32 (P,): relative amplitude of fringes
        "lines",  # float32 (L, 2): position and standard deviation of the sky lines [pixels]
        "photon",  # float32 (P,): variance of the photon noise of the source, with mean 1
        "background",  # float32 (B, P): variance of all other noise, with mean 1; one row for each curve to choose from
        "groups",  # int64: number of groups of ranges
        "ranges",  # int64 (Q, 3): group, first pixel, and last pixel + 1 of each range that can be masked
    ],
)

MOST_RUNS = 64  # most masked runs of a view
MOST_HITS = 256  # most cosmic rays of a view
