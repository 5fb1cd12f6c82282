"""The stages of the light-curve kernel, and the types of their arguments before lane and lanes."""

TIMES = {
    "place",
    "lose_outside",
    "lose_inside",
    "visit",
    "bin_points",
    "gather",
}  # they handle times in double precision


def curve_stages():
    """Every stage in a loop over points but TIMES -> types of its arguments before lane and lanes."""
    from numba import types

    from clrseries.kernels import cadence, depth, level, pack, select, systematics, visits

    f, i, n, u = types.float32, types.int64, types.int32, types.uint64
    row, keys, bands, times = types.float32[::1], types.int32[::1], types.int8[::1], types.float64[::1]
    points = types.Tuple((times, row, row, bands))
    address = (u, i, i, i)
    return [
        (cadence.keep_cycle, (times, row, f, f, f)), (cadence.lose_cycle, (times, row, f, f, f)),
        (cadence.lose_weather, (times, row, f, f, f, row)), (cadence.lose_moon, (times, row, f, f, f, *address)),
        (cadence.lose_points, (row, f, row)), (cadence.lose_bands, (row, bands, i)),
        (visits.copy_points, (i, points, points)),
        (pack.random_keys, (row, i, *address, keys)), (pack.band_keys, (keys, bands, i, keys)),
        (pack.take_good, (row, i, keys)), (pack.take_below, (keys, n)), (pack.take_band, (keys, keys, n)),
        (pack.count_taken, (keys,)), (pack.fill_slots, (keys, keys, i, keys)), (pack.rank_times, (row, i, keys)),
        (pack.scatter, (row, i, keys, row)), (pack.write_back, (row, i, row)),
        (select.largest_at_most, (keys, n)), (select.smallest_above, (keys, n)),
        (systematics.add_zero_points, (row, bands, f, row)), (systematics.add_jumps, (row, row, f, f, f, *address)),
        (systematics.add_trend, (row, row, f, f, f, f)), (systematics.sum_steps, (row, i)),
        (systematics.add_walk, (row, row, f, f, f, row, i)), (systematics.add_flare, (row, row, row, f, f, f)),
        (systematics.add_outliers, (row, row, f, f, row)), (systematics.pull_from_median, (row, row, bands, f, row)),
        (systematics.scale, (row, row, f)),
        (depth.vary_by_night, (row, f, row, f, *address)), (depth.fill, (row, f)), (depth.times_table, (row, bands, row, f)),
        (depth.deepen, (row, row, row, f, f, row)), (depth.saturate, (row, row, bands, row, f)),
        (depth.lose_undetected, (row, row, f, f, row)),
        (level.order_bands, (row, bands, i, keys, keys, keys)), (level.no_keys, (keys,)), (level.pick_ranks, (keys, n, n, keys)), (level.value_keys, (row, keys, keys)),
        (level.deviation_keys, (row, bands, row, keys, keys)), (level.error_keys, (row, keys, keys)),
        (level.standardize, (row, row, bands, row, row)), (level.magnitudes, (row, row, f, f)),
        (level.blank, (row, row, row, bands)),
    ]  # fmt: skip
