"""Compiled Numba kernels that make views: numpy arrays in, numpy arrays out, without torch and astropy.

The folder stands at the top of the source tree and is installed as ``clrseries.kernels``; a top-level package called
``kernels`` would shadow the PyPI package of that name. ``spectra`` and ``lightcurves`` hold the stages of the two forward
models, ``cuda`` runs both on a GPU, and the files here are shared by all of them.
"""

if __name__ != "clrseries.kernels":
    raise ImportError(
        "these kernels are installed as 'clrseries.kernels'; "
        "use 'from clrseries import kernels' instead of 'import kernels'"
    )

from .cache import private_cache

with private_cache():  # Numba fixes the cache folder of a function when it decorates it
    from . import (
        elementary,
        factor,
        few_keys,
        flux_size,
        hashing,
        input_grid,
        lanes,
        lightcurves,
        permute,
        philox,
        prefetch,
        scale,
        select,
        spectra,
        streams,
        sums,
        unit,
    )

__all__ = [
    "elementary",
    "factor",
    "few_keys",
    "flux_size",
    "hashing",
    "input_grid",
    "lanes",
    "lightcurves",
    "permute",
    "philox",
    "prefetch",
    "scale",
    "select",
    "spectra",
    "streams",
    "sums",
    "unit",
]
