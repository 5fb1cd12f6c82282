"""Draw random numbers from a counter: Philox4x32-10 (Salmon et al. 2011, SC'11, doi:10.1145/2063384.2063405).

A random number is a pure function of its address: the key is (seed, object), the counter is (group of four samples, stream,
view, epoch). The batch, the order, and the numbers of threads and processes cannot change it, and there is no state to keep.
Normal deviates are Box-Muller pairs of full 32-bit words, so that the tail reaches 6.6 sigma.
"""

import math

import numpy as np
from numba import njit, uint32, uint64

from .elementary import log32, turn32
from .lanes import stage

TILE = 64  # samples of a tile: four words of each of its counters
LANES = 16  # counters of a tile; word w of counter i is sample w LANES + i, so that stores are contiguous
TILE_BITS, LANE_BITS = 6, 4  # of these powers of two
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # multipliers of Philox
W0, W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)  # Weyl constants, which advance the key from round to round
TO_UNIT = np.float32(2.0**-32)
TO_UNIT_HALF = np.float32(2.0**-33)


@njit(inline="always")
def philox_round(c0, c1, c2, c3, k0, k1, number):
    """Return the four words of the counter after one round.

    Parameters
    ----------
    c0, c1, c2, c3 : uint32
        The counter after the rounds before.
    k0, k1 : uint32
        The key of the first round.
    number : int
        Index of the round. The key is advanced so many times by the Weyl constants.

    Returns
    -------
    four uint32
    """
    p0 = M0 * uint64(c0)
    p1 = M1 * uint64(c2)
    r0 = uint32(k0 + uint32(W0 * uint32(number)))
    r1 = uint32(k1 + uint32(W1 * uint32(number)))
    return (
        uint32(uint32(p1 >> uint64(32)) ^ c1 ^ r0),
        uint32(p1),
        uint32(uint32(p0 >> uint64(32)) ^ c3 ^ r1),
        uint32(p0),
    )


@njit(inline="always")
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Return four random uint32 words from a counter of four and a key of two uint32 words, after ten rounds."""
    c0, c1, c2, c3 = uint32(c0), uint32(c1), uint32(c2), uint32(c3)
    k0, k1 = uint32(k0), uint32(k1)
    # the rounds are written out: LLVM vectorizes the caller's loop over counters only if there is no inner loop
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 0)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 2)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 3)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 4)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 5)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 6)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 7)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1, 8)
    return philox_round(c0, c1, c2, c3, k0, k1, 9)


@njit(inline="always")
def unit_interval(word):
    """Return a uniform float32 in (0, 1] from a random uint32 word."""
    return np.float32(word) * TO_UNIT + TO_UNIT_HALF


@stage
def fill_normal(out, n, key, step, view, epoch, lane, lanes):
    """Write `n` standard normal deviates into ``out[:n]``.

    A lane handles whole counters, whose four numbers stand ``LANES`` samples apart: these are not its own samples, so that a
    barrier must follow before `out` is read.

    Parameters
    ----------
    out : float32, out
        Whole tiles are written: it must have room for `n` rounded up to a multiple of ``TILE``.
    n : int
    key : uint64
        Key of the object, see :func:`object_keys`.
    step : int
        The stream of these samples, see :mod:`clrseries.kernels.streams`.
    view, epoch : int
    lane, lanes : int
        `lanes` is 1 or a multiple of ``LANES``.
    """
    k0, k1 = uint32(key), uint32(uint64(key) >> uint64(32))
    for tile in range(lane // LANES, (n + TILE - 1) // TILE, max(lanes // LANES, 1)):
        block = out[tile * TILE : (tile + 1) * TILE]
        for i in range(lane % LANES, LANES, min(lanes, LANES)):
            a, b, c, d = philox4x32(tile * LANES + i, step, view, epoch, k0, k1)
            r1 = math.sqrt(np.float32(-2.0) * log32(unit_interval(a)))
            r2 = math.sqrt(np.float32(-2.0) * log32(unit_interval(c)))
            cos1, sin1 = turn32(b)
            cos2, sin2 = turn32(d)
            block[i] = r1 * cos1
            block[LANES + i] = r1 * sin1
            block[2 * LANES + i] = r2 * cos2
            block[3 * LANES + i] = r2 * sin2


@stage
def fill_uniform(out, n, key, step, view, epoch, lane, lanes):
    """Write `n` uniform deviates in (0, 1] into ``out[:n]``; parameters, lanes and barrier as in :func:`fill_normal`."""
    k0, k1 = uint32(key), uint32(uint64(key) >> uint64(32))
    for tile in range(lane // LANES, (n + TILE - 1) // TILE, max(lanes // LANES, 1)):
        block = out[tile * TILE : (tile + 1) * TILE]
        for i in range(lane % LANES, LANES, min(lanes, LANES)):
            a, b, c, d = philox4x32(tile * LANES + i, step, view, epoch, k0, k1)
            block[i] = unit_interval(a)
            block[LANES + i] = unit_interval(b)
            block[2 * LANES + i] = unit_interval(c)
            block[3 * LANES + i] = unit_interval(d)


@stage
def uniform_at(sample, key, step, view, epoch):
    """Return the deviate that :func:`fill_uniform` would write at index `sample`, where only some samples are needed.

    Parameters
    ----------
    sample : int32
    key : uint64
    step, view, epoch : int
        The rest of the address, as in :func:`fill_normal`.

    Returns
    -------
    float32
    """
    place = np.int32(sample) & np.int32(TILE - 1)
    counter = (np.int32(sample) >> np.int32(TILE_BITS)) * np.int32(LANES) + (place & np.int32(LANES - 1))
    a, b, c, d = philox4x32(counter, step, view, epoch, uint32(key), uint32(uint64(key) >> uint64(32)))
    word = place >> np.int32(LANE_BITS)
    low, high = b if word & np.int32(1) else a, d if word & np.int32(1) else c
    return unit_interval(high if word & np.int32(2) else low)


@njit(cache=True, nogil=True)
def draw_uniform(keys, views, epoch, step, parameter):
    """Return uniform deviates in (0, 1) for one parameter of a step, in all views.

    Parameters
    ----------
    keys : uint64 (N,)
        Key of each object, see :func:`object_keys`.
    views : int
        V, views of each object.
    epoch : int
    step : int
        The stream of the step, see :mod:`clrseries.kernels.streams`.
    parameter : int
        Tells the deviates of one step apart.

    Returns
    -------
    float64 (N, V)
    """
    out = np.empty((len(keys), views))
    for i in range(len(keys)):
        k0, k1 = uint32(keys[i]), uint32(keys[i] >> uint64(32))
        for view in range(views):
            a, b, _, _ = philox4x32(parameter, step, view, epoch, k0, k1)
            word = (uint64(a) << uint64(20)) | (uint64(b) >> uint64(12))  # 52 bits
            out[i, view] = (np.float64(word) + 0.5) * 2.0**-52
    return out


@njit(inline="always")
def mix64(z):
    """Scramble a uint64 with the finalizer of SplitMix64, a bijection in which every bit affects all others."""
    z = uint64(z)
    z = (z ^ (z >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> uint64(27))) * uint64(0x94D049BB133111EB)
    return z ^ (z >> uint64(31))


@njit(cache=True, nogil=True)
def object_keys(identity, seed):
    """Return the Philox key of each object from its hash and the seed.

    Parameters
    ----------
    identity : uint64 (N,)
        From :func:`clrseries.kernels.hashing.hash_strings`.
    seed : uint64

    Returns
    -------
    uint64 (N,)
    """
    out = np.empty(len(identity), np.uint64)
    salt = mix64(uint64(seed) + uint64(0x9E3779B97F4A7C15))
    for i in range(len(identity)):
        out[i] = mix64(uint64(identity[i]) ^ salt)
    return out
