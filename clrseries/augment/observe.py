"""A composition of steps, applied to a whole batch in one kernel call."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..grids import Grid
from ..kernels import observe, philox
from ..series import Series
from ..views import Views
from .instrument import Resample


class Observe:
    """Observe every object of a batch again, `views` times.

    Parameters
    ----------
    steps : sequence of steps
        In nature's order: Redshift, Velocity, Resample, Broaden, WarpFlux, Noise,
        Crop, MaskRuns, MaskPixels, Normalize; each at most once, Resample exactly once.

    Raises
    ------
    InputError
        Steps out of order, repeated, or without a Resample.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Grid, Noise, Normalize, Observe, Resample, Series, Uniform
    >>> series = Series.from_arrays(np.linspace(4000, 7000, 3001), np.ones((2, 3001)))
    >>> again = Observe([Resample(Grid.log(4100, 6900, 69)), Noise(Uniform(5, 50)), Normalize()])
    >>> again(series, views=2, seed=0).flux.shape
    (2, 2, 2261)
    """

    def __init__(self, steps: Sequence[Any]) -> None:
        names = [type(step).__name__ for step in steps]
        orders = [step.order for step in steps]
        if sum(isinstance(step, Resample) for step in steps) != 1:
            raise InputError(f"Observe needs exactly one Resample(grid) among its steps, got {names}")
        if any(a >= b for a, b in itertools.pairwise(orders)):
            wanted = [name for _, name in sorted(zip(orders, names, strict=True))]
            raise InputError(f"steps must follow nature's order, each once: {wanted}, got {names}")
        self.steps = tuple(steps)
        self.grid: Grid = next(step.grid for step in steps if isinstance(step, Resample))

    def __repr__(self) -> str:
        return f"Observe([{', '.join(map(repr, self.steps))}])"

    def sample(self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0) -> NDArray[np.float64]:
        """All randomness of the steps' parameters: the draw, float64 (N, V, K), columns ``observe.NAMES``."""
        if views < 1:
            raise InputError(f"views must be at least 1, got {views}")
        keys = philox.object_keys(series.identity, np.uint64(seed))
        drawn = np.tile(observe.NEUTRAL, (len(series), views, 1))
        for step in self.steps:

            def deviates(parameter: int, stream: int = step.stream) -> NDArray[np.float64]:
                return philox.draw_uniform(keys, views, epoch, stream, parameter)

            for name, values in step.sample(deviates, series, self.grid).items():
                column = drawn[..., observe.NAMES.index(name)]
                if name in ("stretch", "flux_scale"):  # redshift and velocity multiply
                    column *= values
                else:
                    column[...] = values
        return drawn

    def apply(
        self, series: Series, draw: NDArray[np.float64], seed: int = 0, epoch: int = 0, threads: int | None = None
    ) -> Views:
        """The views that a draw describes; per-sample noise and masks follow from `seed` and `epoch`.

        Parameters
        ----------
        series : Series
        draw : float64 (N, V, K)
            From :meth:`sample`, perhaps edited.
        seed, epoch : int
        threads : int, optional
            Default: all cores this process may use. The result does not depend on it.
        """
        count, views = draw.shape[:2]
        flux = np.empty((count, views, len(self.grid)), np.float32)
        ivar = np.empty_like(flux)
        keys = philox.object_keys(series.identity, np.uint64(seed))

        def rows(bounds: tuple[int, int]) -> None:
            observe.observe_rows(
                series.x, series.flux, series.ivar, series.offsets, self.grid.edges, draw, keys, epoch,
                *bounds, flux, ivar,
            )  # fmt: skip

        workers = min(threads or available_cores(), max(count, 1))
        cuts = np.linspace(0, count, workers + 1).astype(int)
        spans = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
        # Plain threads over a kernel that releases the GIL: Numba's own pool aborts the
        # process when two Python threads enter it at once, as a prefetching loader does.
        if workers == 1:
            rows(spans[0])
        else:
            list(_pool(workers).map(rows, spans))
        return Views(flux, ivar, self.grid, draw, observe.NAMES)

    def __call__(
        self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0, threads: int | None = None
    ) -> Views:
        """:meth:`sample`, then :meth:`apply`.

        Returns
        -------
        Views
            ``flux, ivar`` float32 (N, views, P). A view depends on `seed`, `epoch`, the
            object's name and the view's number alone.
        """
        return self.apply(series, self.sample(series, views, seed, epoch), seed, epoch, threads)


def available_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=4)
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="clrseries-observe")
