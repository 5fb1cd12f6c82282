"""The stages of the light-curve kernel, and the types of their arguments before lane and lanes."""

# these handle times in double precision
TIMES = {"place", "keep_between", "drop_between", "visit", "bin_points", "gather", "take_points"}


def light_curve_stages():
    """Every stage in a loop over points but TIMES -> types of its arguments before lane and lanes."""
    from numba import types

    from clrseries.kernels import scale, select
    from clrseries.kernels.lightcurves import cadence, calibration, compress, noise, normalize, pack, visits
    from clrseries.kernels.lightcurves.scratch import Points

    f, i, n, u = types.float32, types.int64, types.int32, types.uint64
    row, keys, bands, times = types.float32[::1], types.int32[::1], types.int8[::1], types.float64[::1]
    points = types.NamedTuple((times, row, row, bands), Points)
    address = (u, i, i, i)
    return [
        (cadence.keep_cycle, (times, row, f, f, f)), (cadence.drop_cycle, (times, row, f, f, f)),
        (cadence.drop_cloudy, (times, row, f, f, f, row, keys, row, row)), (cadence.drop_moonlit, (times, row, f, f, f, *address)),
        (cadence.drop_points, (row, f, keys, *address)), (cadence.drop_bands, (row, bands, i)),
        (visits.copy_points, (i, points, points)),
        (compress.count_good, (row,)), (compress.list_good, (row, keys, keys)),
        (pack.random_keys, (row, i, keys, *address, keys)), (pack.band_keys, (keys, bands, i, keys)),
        (pack.take_good, (row, i, keys)), (pack.take_below, (keys, n)), (pack.take_band, (keys, keys, n)),
        (pack.count_taken, (keys,)), (pack.fill_slots, (keys, keys, i, keys)), (pack.rank_times, (row, i, keys)),
        (pack.scatter, (row, i, keys, row)), (pack.write_back, (row, i, row)),
        (select.largest_at_most, (keys, n)), (select.smallest_above, (keys, n)),
        (calibration.add_zero_points, (row, bands, f, row)), (calibration.add_jumps, (row, row, f, f, f, *address)),
        (calibration.add_trend, (row, row, f, f, f, f)), (calibration.sum_steps, (row, i)),
        (calibration.add_walk, (row, row, f, f, f, row, i)), (calibration.add_flare, (row, row, row, f, f, f)),
        (calibration.add_outliers, (row, row, f, f, row)), (calibration.pull_from_median, (row, row, bands, f, row)),
        (scale.multiply, (row, row, f)),
        (noise.vary_by_night, (row, f, row, f, *address)), (noise.fill, (row, f)), (noise.times_table, (row, bands, row, f)),
        (noise.add_noise, (row, row, row, f, f, row)), (noise.saturate, (row, row, bands, row, f)),
        (noise.drop_undetected, (row, row, f, f, row)),
        (normalize.order_bands, (row, bands, i, keys, keys, keys)), (normalize.no_keys, (keys,)), (normalize.pick_ranks, (keys, n, n, keys)), (normalize.value_keys, (row, keys, keys)),
        (normalize.deviation_keys, (row, bands, row, keys, keys)), (normalize.error_keys, (row, keys, keys)),
        (normalize.standardize, (row, row, bands, row, row)), (normalize.magnitudes, (row, row, f, f)),
        (normalize.blank, (row, row, row, bands)),
    ]  # fmt: skip
