"""Compiled kernels: numpy in, numpy out, no torch and no astropy.

The folder stands at the top of the source tree and is installed as
``clrseries.kernels``: a top-level package called ``kernels`` would shadow the
PyPI package of that name.
"""

if __name__ != "clrseries.kernels":
    raise ImportError(
        "these kernels are installed as 'clrseries.kernels'; "
        "use 'from clrseries import kernels' instead of 'import kernels'"
    )

from .cache import private_cache

with private_cache():
    from . import (
        broaden,
        cadence,
        close,
        curve_layout,
        custom,
        depth,
        elementary,
        hashing,
        interpolate,
        lanes,
        layout,
        level,
        masks,
        measure,
        monitor,
        noise,
        normalize,
        observe,
        pack,
        philox,
        resample,
        response,
        rotate,
        schedule,
        select,
        sums,
        systematics,
        visits,
    )

__all__ = [
    "broaden",
    "cadence",
    "close",
    "curve_layout",
    "custom",
    "depth",
    "elementary",
    "hashing",
    "interpolate",
    "lanes",
    "layout",
    "level",
    "measure",
    "masks",
    "monitor",
    "noise",
    "normalize",
    "observe",
    "pack",
    "philox",
    "resample",
    "response",
    "rotate",
    "schedule",
    "select",
    "sums",
    "systematics",
    "visits",
]
