"""Run the stages of both forward models on a GPU, where one CUDA block makes one view at a time.

Nothing here is imported unless a GPU is asked for.
"""

from ..cache import private_cache

with private_cache():  # Numba fixes the cache folder of a function when it decorates it
    from . import driver, lightcurves, spectra

__all__ = ["driver", "lightcurves", "spectra"]
