"""Name the columns of the params of a light curve, and the tables that all views of a composition share.

The params of a view are one row of numbers; the neutral value of a column switches its step off. Times in params are days
from the first point of the object, so that float32 resolves them.
"""

from collections import namedtuple

import numpy as np

# Name and neutral value of each column of params; the comment says what the number means [unit].
COLUMNS = (
    ("stretch", 1.0),  # factor on time, about the reference; below 0 time runs backwards
    ("reference", 0.0),  # time that the stretch leaves where it is [day]
    ("shift", 0.0),  # added to time [day]
    ("origin", 0.0),  # point at which time is 0: FIRST, MIDDLE, DETECTION or PEAK of origin.py
    ("jitter", 0.0),  # added to the time of that point [day]
    ("fold", 0.0),  # period [day]; above 0 time becomes a phase in [0, 1)
    ("fold_phase", 0.0),  # added to the phase [turns]
    ("flux_scale", 1.0),  # factor on flux
    ("amplify", 1.0),  # factor on the difference from the median of each band
    ("window_start", -np.inf),  # points before it are dropped [day]
    ("window_stop", np.inf),  # points after it are dropped [day]
    ("visits", 0.0),  # above 0: the curve is seen at the epochs of the table instead of its own
    ("visit_phase", 0.0),  # how long before the first point the first cycle begins [cycles]
    ("visit_reach", 0.0),  # largest distance of a measurement from an epoch, in the time of the input [day]
    ("visit_method", 0.0),  # NEAREST or LINEAR of visits.py
    ("season_length", np.inf),  # [day]
    ("season_center", 0.0),  # middle of one season [day]
    ("night_length", np.inf),  # [day]
    ("night_center", 0.0),  # middle of night 0 [day]
    ("weather", np.inf),  # a night is lost where its standard normal deviate is above this
    ("weather_spell", 1.0),  # distance of two knots of the weather [day]
    ("moon", 0.0),  # fraction of the nights that is lost at full moon
    ("moon_center", 0.0),  # time of a full moon [day]
    ("gap_every", 0.0),  # time from gap to gap [day]
    ("gap_length", 0.0),  # [day]
    ("gap_center", 0.0),  # middle of one gap [day]
    ("dropped_runs", 0.0),  # number of dropped runs of days
    ("dropped_length", 0.0),  # of each run [day]
    ("dropped_fraction", 0.0),  # fraction of single points that are dropped
    ("dropped_bands", 0.0),  # sum of 2^b over the dropped bands b
    ("bin_width", 0.0),  # [day]
    ("bin_phase", 0.0),  # [bins]
    ("pack", 0.0),  # CROP, RANDOM or STRATIFIED of pack.py
    ("pack_position", 0.0),  # where a crop begins, from 0 (first points) to 1 (last points)
    ("zero_point", 0.0),  # rms from band to band [ln flux]
    ("jump", 0.0),  # rms from part to part [ln flux]
    ("jump_every", 1.0),  # length of a part [day]
    ("jump_center", 0.0),  # middle of one part [day]
    ("slope", 0.0),  # change over half the span [ln flux]
    ("curvature", 0.0),  # coefficient of u^2 - 1/3, with u from -1 to 1 over the span [ln flux]
    ("walk", 0.0),  # rms of one step of a random walk [ln flux]
    ("walk_length", 1.0),  # time between two steps [day]
    ("flares", 0.0),  # number of flares
    ("flare_strength", 0.0),  # mean height [median flux]
    ("flare_decay", 1.0),  # time to fall by a factor e [day]
    ("outliers", 0.0),  # fraction of the points
    ("outlier_size", 0.0),  # mean distance [sigma]
    ("noise_scale", np.inf),  # factor on Tables.five_sigma; infinity: no noise is added
    ("noise_sky", 1.0),  # part of the variance at the five-sigma flux that does not grow with flux, 0 to 1
    ("noise_floor", 0.0),  # systematic error [relative flux]
    ("noise_scatter", 0.0),  # standard deviation of the five-sigma flux from night to night [ln flux]
    ("saturation", np.inf),  # factor on Tables.saturated; infinity: no point is dropped
    ("detection", 0.0),  # S/N below which points are dropped [sigma]
    ("undetected", 1.0),  # fraction of the points below `detection` that is kept
    ("normalize", 0.0),  # kind, a constant of normalize.py; 0: none
    ("normalize_band", -1.0),  # number of the band whose median becomes 1 (kind COLOR)
    ("softening", 1.0),  # of asinh magnitudes [unit of flux]
    ("zero_magnitude", 0.0),  # magnitude of flux 1 [mag]
)
NAMES = tuple(name for name, _ in COLUMNS)
(
    STRETCH, REFERENCE, SHIFT, ORIGIN, JITTER, FOLD, FOLD_PHASE, FLUX_SCALE, AMPLIFY, WINDOW_START, WINDOW_STOP,
    VISITS, VISIT_PHASE, VISIT_REACH, VISIT_METHOD, SEASON_LENGTH, SEASON_CENTER, NIGHT_LENGTH, NIGHT_CENTER,
    WEATHER, WEATHER_SPELL, MOON, MOON_CENTER, GAP_EVERY, GAP_LENGTH, GAP_CENTER, DROPPED_RUNS, DROPPED_LENGTH, DROPPED_FRACTION,
    DROPPED_BANDS, BIN_WIDTH, BIN_PHASE, PACK, PACK_POSITION, ZERO_POINT, JUMP, JUMP_EVERY, JUMP_CENTER, SLOPE,
    CURVATURE, WALK, WALK_LENGTH, FLARES, FLARE_STRENGTH, FLARE_DECAY, OUTLIERS, OUTLIER_SIZE, NOISE_SCALE, NOISE_SKY,
    NOISE_FLOOR, NOISE_SCATTER, SATURATION, DETECTION, UNDETECTED, NORMALIZE, NORMALIZE_BAND, SOFTENING,
    ZERO_MAGNITUDE,
) = range(len(COLUMNS))  # fmt: skip

Tables = namedtuple(
    "Tables",
    [
        "visit_time",  # float64 (E,): epochs of one cycle, ascending [day]
        "visit_band",  # int8 (E,): number of the band of each epoch
        "cycle",  # float64: length of the cycle [day]
        "five_sigma",  # float32 (MOST_BANDS,): flux that is measured with S/N 5 [unit of flux]
        "saturated",  # float32 (MOST_BANDS,): flux above which a point is dropped [unit of flux]
    ],
)

MOST_BANDS = 64  # bits of a set of bands
MOST_FLARES = 32
MOST_SPELLS = 512  # knots of the weather, a power of two
MOST_RUNS = 64  # dropped runs of days
MOST_STEPS = 512  # positions of a random walk
YEAR, MONTH, DAY = 365.2422, 29.530588853, 1.0  # tropical year, synodic month, day [day]
