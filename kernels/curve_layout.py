"""How the draw of a light curve's view and a composition's tables are laid out; see :mod:`layout` for spectra.

Days are counted from the object's first point, so that float32 resolves them.
"""

from collections import namedtuple

import numpy as np

COLUMNS = (
    ("stretch", 1.0),  # factor on time about the reference; below 0 time runs backwards
    ("reference", 0.0),  # [day]
    ("shift", 0.0),  # added to time [day]
    ("origin", 0.0),  # time 0 of the view [day]
    ("fold", 0.0),  # period [day]; time becomes a phase in [0, 1)
    ("fold_phase", 0.0),
    ("flux_scale", 1.0),
    ("amplify", 1.0),  # factor on what differs from each band's median
    ("window_start", -np.inf),  # [day]
    ("window_stop", np.inf),  # [day]
    ("visits", 0.0),  # 1: seen at the epochs of the table instead
    ("visit_phase", 0.0),  # in cycles of the table
    ("visit_reach", 0.0),  # [day]: how far from an epoch a measurement may be
    ("visit_method", 0.0),
    ("season_length", np.inf),  # [day]
    ("season_centre", 0.0),  # [day]
    ("night_length", np.inf),  # [day]
    ("night_centre", 0.0),  # [day]
    ("weather", np.inf),  # a night is lost where a standard normal deviate is above this
    ("weather_spell", 1.0),  # [day]
    ("moon", 0.0),  # fraction of nights lost at full moon
    ("moon_centre", 0.0),  # a full moon [day]
    ("gap_every", 0.0),  # [day]
    ("gap_length", 0.0),  # [day]
    ("gap_centre", 0.0),  # [day]
    ("lost_runs", 0.0),
    ("lost_length", 0.0),  # [day]
    ("thin", 0.0),  # fraction of points lost
    ("bands_lost", 0.0),  # sum of 2^band
    ("bin_width", 0.0),  # [day]
    ("bin_phase", 0.0),  # in bins
    ("pack", 0.0),
    ("pack_position", 0.0),  # of a crop, 0 to 1
    ("zero_point", 0.0),  # [ln flux], rms from band to band
    ("jump", 0.0),  # [ln flux], rms from part to part
    ("jump_every", 1.0),  # [day]
    ("jump_centre", 0.0),  # middle of a part [day]
    ("slope", 0.0),  # [ln flux] over half the span
    ("curvature", 0.0),  # [ln flux]
    ("walk", 0.0),  # [ln flux], rms of one step of a random walk
    ("walk_length", 1.0),  # [day] between steps
    ("flares", 0.0),
    ("flare_strength", 0.0),  # of the median flux
    ("flare_decay", 1.0),  # [day]
    ("outliers", 0.0),  # fraction of points
    ("outlier_size", 0.0),  # [sigma]
    ("depth", np.inf),  # factor on the table's five-sigma fluxes; infinity: no noise is added
    ("depth_sky", 1.0),  # part of the noise at five sigma that does not grow with the flux
    ("depth_floor", 0.0),  # [relative flux]
    ("depth_scatter", 0.0),  # [ln flux], rms from night to night
    ("saturation", np.inf),  # factor on the table's saturated fluxes
    ("detection", 0.0),  # [sigma]
    ("undetected", 1.0),  # fraction of points below that which is kept
    ("normalize", 0.0),
    ("normalize_band", -1.0),
    ("softening", 1.0),  # of asinh magnitudes [flux]
    ("zero_magnitude", 0.0),  # of flux 1
)
NAMES = tuple(name for name, _ in COLUMNS)
(
    STRETCH, REFERENCE, SHIFT, ORIGIN, FOLD, FOLD_PHASE, FLUX_SCALE, AMPLIFY, WINDOW_START, WINDOW_STOP,
    VISITS, VISIT_PHASE, VISIT_REACH, VISIT_METHOD, SEASON_LENGTH, SEASON_CENTRE, NIGHT_LENGTH, NIGHT_CENTRE,
    WEATHER, WEATHER_SPELL, MOON, MOON_CENTRE, GAP_EVERY, GAP_LENGTH, GAP_CENTRE, LOST_RUNS, LOST_LENGTH, THIN,
    BANDS_LOST, BIN_WIDTH, BIN_PHASE, PACK, PACK_POSITION, ZERO_POINT, JUMP, JUMP_EVERY, JUMP_CENTRE, SLOPE,
    CURVATURE, WALK, WALK_LENGTH, FLARES, FLARE_STRENGTH, FLARE_DECAY, OUTLIERS, OUTLIER_SIZE, DEPTH, DEPTH_SKY,
    DEPTH_FLOOR, DEPTH_SCATTER, SATURATION, DETECTION, UNDETECTED, NORMALIZE, NORMALIZE_BAND, SOFTENING,
    ZERO_MAGNITUDE,
) = range(len(COLUMNS))  # fmt: skip

CurveTables = namedtuple(
    "CurveTables",
    [
        "visit_time",  # float64 (E,): epochs of one cycle, ascending [day]
        "visit_band",  # int8 (E,)
        "cycle",  # float64: length of the cycle [day]
        "five_sigma",  # float32 (MOST_BANDS,): flux measured with S/N 5
        "saturated",  # float32 (MOST_BANDS,): flux above which a point is lost
    ],
)

MOST_BANDS = 64
MOST_FLARES = 32
MOST_SPELLS = 512  # of weather
MOST_STEPS = 512  # of a random walk
YEAR, MONTH, DAY = 365.2422, 29.530588853, 1.0  # [day]

# which random stream a step's samples come from
(
    WEATHER_STREAM, MOON_STREAM, LOST_STREAM, THIN_STREAM, PACK_STREAM, BAND_STREAM, JUMP_STREAM, WALK_STREAM,
    FLARE_STREAM, OUTLIER_STREAM, DEPTH_STREAM, NIGHT_STREAM, DETECTION_STREAM,
) = range(100, 113)  # fmt: skip
