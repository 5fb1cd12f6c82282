"""Number the streams of random numbers: one for each purpose, in spectra and in light curves.

The address of a random number is (seed, object; sample or parameter, stream, view, epoch), where the stream says what the
number is for. Streams must never change: with another one, a seed would give other views than before. The order of the two
tables is nature's order, in which the steps of a composition must stand.
"""

# Parameters of the steps for spectra: name of the step -> stream, in nature's order.
SPECTRA = {
    "Redshift": 16,
    "Velocity": 17,
    "RotationalBroadening": 26,
    "VelocityDispersion": 19,
    "Tilt": 27,
    "HostExtinction": 28,
    "Extinction": 29,
    "LSF": 30,
    "WavelengthError": 31,
    "Resample": 18,
    "Telluric": 34,
    "FluxCalibrationError": 20,
    "Fringe": 32,
    "ArmJoin": 33,
    "Custom": 40,
    "ScatteredLight": 36,
    "SkyResidual": 37,
    "Noise": 21,
    "CosmicRays": 38,
    "Crop": 25,
    "DropArm": 39,
    "MaskTelluric": 35,
    "MaskRuns": 22,
    "MaskPixels": 23,
    "Normalize": 24,
}

# The same for light curves.
LIGHT_CURVES = {
    "Redshift": 50,
    "StretchPeriod": 51,
    "ReverseTime": 52,
    "ShiftTime": 53,
    "Amplify": 54,
    "Flares": 55,
    "Window": 57,
    "Truncate": 58,
    "AroundDetections": 79,
    "Visit": 59,
    "Seasons": 60,
    "Nights": 61,
    "Weather": 62,
    "Moon": 63,
    "Gaps": 64,
    "DropDays": 65,
    "DropBands": 66,
    "DropPoints": 67,
    "Bin": 68,
    "Fold": 56,
    "Pack": 77,
    "ZeroPoint": 69,
    "Jumps": 70,
    "Trend": 71,
    "RandomWalk": 72,
    "Saturate": 73,
    "Noise": 74,
    "Outliers": 75,
    "Detect": 76,
    "Normalize": 78,
}

# Streams of the samples that the kernel for spectra draws: knots, pixels, runs, lines, hits.
CALIBRATION_KNOTS, NOISE_PIXELS, MASKED_RUNS, MASKED_PIXELS, SKY_LINES, COSMIC_HITS, CUSTOM_PIXELS = range(1, 8)

# Streams of the samples that the kernel for light curves draws: nights, runs, points, bands, parts, steps, flares.
(
    WEATHER_SPELLS, MOONLIT_NIGHTS, DROPPED_DAYS, DROPPED_POINTS, PACKED_POINTS, ZERO_POINT_BANDS, JUMP_PARTS, WALK_STEPS,
    FLARE_TIMES, OUTLIER_POINTS, NOISE_POINTS, NOISE_NIGHTS, DETECTED_POINTS,
) = range(100, 113)  # fmt: skip

# Stream of the arguments that are drawn together, in spectra and in light curves.
JOINT_ROWS = 120
