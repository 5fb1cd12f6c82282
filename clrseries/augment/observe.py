"""A composition of steps, applied to a whole batch in one kernel call."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..grids import Grid
from ..kernels import broaden, custom, layout, observe
from ..series import Series
from ..views import Views
from .composition import Composition
from .custom import Custom
from .instrument import Resample
from .run import in_threads, on_gpu, say_if_compiling
from .scale import Normalize
from .step import Drawing, Step, sample_steps
from .tables import build

COMBINE: dict[str, Any] = {
    **dict.fromkeys(("stretch", "flux_scale", "rest"), np.multiply),
    **dict.fromkeys(("offset", "lsf_velocity2", "lsf_angstrom2"), np.add),
}


class Observe(Composition[Views]):
    """Observe every object of a batch again, `views` times.

    Parameters
    ----------
    steps : sequence of steps
        In nature's order, each at most once, Resample exactly once: Redshift, Velocity,
        Rotate, Broaden, Tilt, HostExtinction, Extinction, LSF, WavelengthError, Resample, Telluric, WarpFlux,
        Fringe, ArmJoin, Custom, ScatteredLight, SkyResidual, Noise, CosmicRays, Crop, LoseArm,
        MaskTelluric, MaskRuns, MaskPixels, Normalize.
    backend : str
        ``"cpu"``, ``"cuda"``, or ``"auto"``: CUDA where the data are on a GPU already, else the CPU. Which one
        ran is said by ``views.backend``; the same draw gives the same view on both, to float32 rounding.

    Raises
    ------
    InputError
        Steps out of order, repeated, or without a Resample; no such backend.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Grid, Noise, Normalize, Observe, Resample, Series, Uniform
    >>> series = Series.from_arrays(np.linspace(4000, 7000, 3001), np.ones((2, 3001)))
    >>> again = Observe([Resample(Grid.log(4100, 6900, 69)), Noise(Uniform(5, 50)), Normalize()])
    >>> again(series, views=2, seed=0).flux.shape
    (2, 2, 2261)
    """

    def __init__(self, steps: Sequence[Step], backend: str = "auto") -> None:
        super().__init__(steps, backend, Resample)
        self.grid: Grid = next(step.grid for step in steps if isinstance(step, Resample))
        self.tables, self.names = build(self.grid, self.steps)

    @property
    def _own(self) -> Any:
        return next((step.function for step in self.steps if isinstance(step, Custom)), None)

    @cached_property
    def custom(self) -> Any:
        """The user's own step as the CPU's kernel calls it."""
        return custom.first_class(self._own or custom.nothing)

    def prepared(self) -> Observe:
        """What embedding does to data: the grid and the scale of this composition, nothing random."""
        return Observe([s for s in self.steps if isinstance(s, Resample | Normalize)], self.backend)

    def sample(self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0) -> NDArray[np.float64]:
        """All randomness of the steps' parameters: the draw, float64 (N, V, K), columns ``self.names``.

        Raises
        ------
        InputError
            A value that cannot be drawn, or a profile too wide for the kernel; step and argument, and
            where it applies object and column, are named.
        """
        if views < 1:
            raise InputError(f"views must be at least 1, got {views}")
        if series.band is not None:
            raise InputError("Observe takes spectra, and these are light curves: use Monitor")
        keys = self._keys(series, seed)
        neutral = dict.fromkeys(self.names, 0.0) | dict(layout.COLUMNS)

        def at(step: Any, columns: Any) -> Drawing:
            return Drawing(series, keys, views, epoch, step, columns, self.grid)

        drawn, columns = sample_steps(self.steps, neutral, (len(series), views), at, COMBINE)
        self._check_width(series, columns)
        return drawn

    def apply(
        self,
        series: Series,
        draw: NDArray[np.float64],
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: Views | None = None,
    ) -> Views:
        """The views that a draw describes; per-sample noise and masks follow from `seed` and `epoch`.

        Parameters
        ----------
        series : Series
        draw : float64 (N, V, K)
            From :meth:`sample`, perhaps edited.
        seed, epoch : int
        threads : int, optional
            On the CPU; default all cores this process may use. The result does not depend on it.
        out : Views, optional
            Earlier views of as many objects whose memory is written over: an archive taken in equal parts then
            needs the memory of one part, and no time to be given fresh pages.
        """
        shape = self._check(series, draw, len(self.grid), out)
        keys = self._keys(series, seed)
        rotates = bool((draw[..., layout.VSINI] > 0).any())
        if on_gpu(self.backend, series):
            from .cuda import apply_cuda

            flux, ivar = apply_cuda(self.tables, self._own, series, draw, keys, epoch, rotates, out)
            return Views(flux, ivar, self.grid, draw, self.names, "cuda")
        say_if_compiling("observe.observe_rows")
        flux, ivar = (np.empty(shape, np.float32) for _ in range(2)) if out is None else (out.flux, out.ivar)

        def rows(first: int, last: int) -> None:
            observe.observe_rows(
                series.x, series.flux, series.ivar, series.offsets, draw, self.tables, keys, epoch, rotates,
                self.custom, first, last, flux, ivar,
            )  # fmt: skip

        in_threads(rows, series.offsets, threads)
        return Views(flux, ivar, self.grid, draw, self.names, "cpu")

    def _check_width(self, series: Series, columns: dict[str, NDArray[np.float64]]) -> None:
        """Refuse a profile that reaches farther than the kernel's padding."""
        coefficients = np.stack([columns[name] for name in layout.NAMES[layout.LSF_CURVE :][:3]])
        bounds = self.tables.lsf_bounds[:, None, None, :]
        variance = np.maximum(coefficients * bounds[..., 0], coefficients * bounds[..., 1]).sum(0)
        radius = 5.0 * np.sqrt(np.maximum(variance, 0.0))
        turned = columns["vsini"] * np.sqrt(float(self.tables.lsf_bounds[1, 1]))
        for what, wide in (("line-spread function", radius), ("rotational profile", turned)):
            if (wide > broaden.MAXIMUM_RADIUS).any():
                row = int(np.argmax(wide.max(axis=1)))
                raise InputError(
                    f"object {series.object_ids[row]!r}: a {what} that reaches {wide[row].max():.0f} pixels is wider than "
                    f"the {broaden.MAXIMUM_RADIUS} the kernel allows; use a coarser grid or a narrower profile"
                )
