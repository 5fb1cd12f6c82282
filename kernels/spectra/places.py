"""Find where the edges of output pixels lie on the input: the index of the input pixel, and the part of it before the edge.

On a linear or logarithmic input grid both follow from two numbers, and no wavelength is read; on any other grid two ascending
lists are merged.
"""

import numpy as np
from numba import uint64

from ..lanes import stage

ONE = np.float32(1.0)
ONE_FURTHER = np.uint64(1)


@stage
def regular_places(edges, start, inverse, first, count, number, index, part):
    """Write index and part of edges on a regular input grid, clipped to the ends of a chunk.

    Parameters
    ----------
    edges : float64
        Edges of the output pixels, in the coordinate in which the input is regular.
    start, inverse : float64
        Left edge of the first input pixel in this coordinate, and the inverse width of the pixels.
    first, count : int
        First input pixel of the chunk, and their number.
    number : int
        Number of edges.
    index : int32 (number,), out
        Counted from the beginning of the chunk, from 0 to `count`.
    part : float32 (number,), out
    """
    own, highest = edges[:number], np.float64(count)
    begin = start + first / inverse
    for j in range(number):
        position = min(max((own[j] - begin) * inverse, 0.0), highest)
        whole = np.int32(position)
        index[j] = whole
        part[j] = np.float32(position - np.float64(whole))


@stage
def merged_places(wanted, edges, inverse, first, count, number, index, part):
    """Write index and part of ascending edges on any grid, by a search from edge to edge.

    Parameters
    ----------
    wanted : float64 (number,)
        Edges of the output pixels, not outside the chunk.
    edges : float64
        Edges of the input pixels; that at ``first + count + 1`` is above all that are wanted.
    inverse : float32
        Inverse widths of the input pixels.
    first, count : int
        First input pixel of the chunk, and their number.
    number : int
    index : int32 (number,), out
        Counted from the beginning of the chunk.
    part : float32 (number,), out
    """
    own, width = edges[first : first + count + 2], inverse[first : first + count + 1]
    i = uint64(0)
    for j in range(number):
        edge = wanted[j]
        while own[i + ONE_FURTHER] <= edge:
            i += ONE_FURTHER
        index[j] = np.int32(i)
        part[j] = np.float32(edge - own[i]) * width[i]


@stage
def curve_parts(part, number, step):
    """Turn parts in the logarithm of wavelength into parts of the width: ``expm1(part step) / expm1(step)``.

    Parameters
    ----------
    part : float32 (number,), in place
    number : int
    step : float64
        Width of a pixel in ln(wavelength), at most 0.02; the series is then exact to 1e-9.
    """
    whole = 1.0 + step * (0.5 + step * (1.0 / 6.0 + step / 24.0))
    a, b = np.float32(1.0 / whole), np.float32(0.5 * step / whole)
    c, d = np.float32(step * step / 6.0 / whole), np.float32(step * step * step / 24.0 / whole)
    for j in range(number):
        p = part[j]
        part[j] = p * (a + p * (b + p * (c + p * d)))


@stage
def furthest(index, number, steps):
    """Return the largest number of input pixels from one edge to that so many steps further."""
    here, there = index[: number - steps], index[steps:number]
    most = np.int32(0)
    for j in range(len(here)):
        most = max(most, np.int32(there[j] - here[j]))
    return most
