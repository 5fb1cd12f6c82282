"""Slow, obvious numpy: a second derivation that the kernels are held against."""

import numpy as np


def edges_of(x):
    inner = 0.5 * (x[1:] + x[:-1])
    return np.concatenate([[2 * x[0] - inner[0]], inner, [2 * x[-1] - inner[-1]]])


def overlap_matrix(x, grid_edges):
    """Length shared by every output pixel (rows) and every input pixel (columns), in Angstrom."""
    lo, hi = edges_of(x)[:-1], edges_of(x)[1:]
    left = np.maximum(lo[None, :], grid_edges[:-1, None])
    right = np.minimum(hi[None, :], grid_edges[1:, None])
    return np.clip(right - left, 0.0, None)


def resample(x, flux, ivar, grid_edges, minimum=0.5):
    """Mean flux density and inverse variance in float64, from the whole overlap matrix."""
    good = ivar > 0
    shared = overlap_matrix(x, grid_edges) * good
    width = shared.sum(1)
    used = width >= minimum * np.diff(grid_edges)
    safe = np.where(used, width, 1.0)
    out = (shared @ np.where(good, flux, 0.0)) / safe
    variance = (shared**2 @ np.where(good, 1.0 / np.where(good, ivar, 1.0), 0.0)) / safe**2
    return np.where(used, out, 0.0), np.where(used, 1.0 / np.where(variance > 0, variance, 1.0), 0.0)


def broaden(flux, good, sigma):
    """Gaussian convolution normalized over good pixels, from the whole matrix."""
    j = np.arange(len(flux))
    distance = j[:, None] - j[None, :]
    taps = np.where(np.abs(distance) <= np.ceil(5 * sigma), np.exp(-0.5 * (distance / sigma) ** 2), 0.0) * good
    return taps, np.where(good, (taps @ np.where(good, flux, 0)) / taps.sum(1).clip(1e-30), 0.0)


def nt_xent(first, second, temperature):
    """Equation 1 of SimCLR, anchor by anchor."""
    both = np.concatenate([first, second]).astype(np.float64)
    both /= np.linalg.norm(both, axis=1, keepdims=True)
    n, total = len(first), 0.0
    for i in range(2 * n):
        positive = (i + n) % (2 * n)
        others = [k for k in range(2 * n) if k != i]
        scores = np.array([both[i] @ both[k] / temperature for k in others])
        total += -(both[i] @ both[positive] / temperature) + np.log(np.exp(scores).sum())
    return total / (2 * n)


def gaussian_matrix(variance):
    """Rows of taps of a Gaussian whose variance [pixels^2] changes from row to row."""
    j = np.arange(len(variance))
    distance = j[:, None] - j[None, :]
    return np.exp(-0.5 * distance**2 / np.asarray(variance)[:, None])


def observed(x, flux, ivar, grid_edges, variance):
    """Resampling and line-spread function as one matrix, so that the variance needs no assumption."""
    good = ivar > 0
    shared = overlap_matrix(x, grid_edges) * good
    weights = gaussian_matrix(variance) @ shared
    total = weights.sum(1)
    covered = shared.sum(1) >= 0.5 * np.diff(grid_edges)
    safe = np.where(total > 0, total, 1.0)
    values = (weights @ np.where(good, flux, 0.0)) / safe
    noise = (weights**2 @ np.where(good, 1.0 / np.where(good, ivar, 1.0), 0.0)) / safe**2
    return np.where(covered, values, 0.0), np.where(covered, noise, np.inf)
