"""The composition of steps for spectra, which one kernel call applies to a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..augment.composition import Composition
from ..augment.gaps import without_wide_pixels
from ..augment.kernel_call import KernelCall
from ..augment.spacing import spacing_of
from ..augment.step import Array, Params
from ..errors import InputError
from ..grids import Grid
from ..kernels.spectra import broaden, custom, layout
from ..kernels.spectra.observe import observe_spectra
from ..series import Series
from ..views import SpectrumViews
from .custom import Custom
from .instrument import Resample
from .normalize import Normalize
from .step import SpectrumContext, SpectrumStep
from .tables import build


class Observe(Composition[SpectrumViews]):
    """Composition of steps that makes views of spectra, as other observations of the same sources would give.

    Parameters
    ----------
    steps : sequence of steps
        In the order in which nature applies them, each at most once and Resample exactly once: Redshift, Velocity,
        RotationalBroadening, VelocityDispersion, Tilt, HostExtinction, Extinction, LSF, WavelengthError, Resample, Telluric,
        FluxCalibrationError, Fringe, ArmJoin, Custom, ScatteredLight, SkyResidual, Noise, CosmicRays, Crop, DropArm,
        MaskTelluric, MaskRuns, MaskPixels, Normalize.
    backend : {"auto", "cpu", "cuda"}
        Where views are made. With ``"auto"``, on a GPU if the samples of the series are on one, otherwise on the CPU. Equal
        parameters give equal views on both, apart from the rounding of float32.

    Attributes
    ----------
    param_names : tuple of str
        Names of the parameters of a view.
    grid : Grid
        Pixels of the views.

    Raises
    ------
    InputError
        Steps are out of order, repeated, for light curves, or without a Resample; or there is no such backend.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Grid, Series, Uniform, spectra as sp
    >>> series = Series.from_arrays(np.linspace(4000, 7000, 3001), np.ones((2, 3001)))
    >>> observe = sp.Observe([sp.Resample(Grid.log(4100, 6900, 69)), sp.Noise(Uniform(5, 50)), sp.Normalize()])
    >>> views = observe(series, views=2, seed=0)
    >>> views.flux.shape, views.param("snr").shape
    ((2, 2, 2261), (2, 2))
    """

    kind: ClassVar[str] = "spectra"
    needed: ClassVar[type[SpectrumStep]] = Resample
    outputs: ClassVar[tuple[str, ...]] = ("float32", "float32")
    combine: ClassVar[Mapping[str, Callable[[Array, Array], Array]]] = {
        **dict.fromkeys(("stretch", "flux_scale", "rest"), np.multiply),
        **dict.fromkeys(("offset", "lsf_velocity2", "lsf_angstrom2"), np.add),
    }

    def __init__(self, steps: Sequence[SpectrumStep], backend: str = "auto") -> None:
        super().__init__(steps, backend)
        self.grid: Grid = next(step.grid for step in self.steps if isinstance(step, Resample))
        self.tables, self.param_names = build(self.grid, self.steps)

    @property
    def length(self) -> int:
        """Number of pixels P of a view."""
        return len(self.grid)

    def deterministic(self) -> Observe:
        """Return the composition without its random steps, which prepares data for embedding.

        Returns
        -------
        Observe
            With the steps that do the same to every view: none of their arguments is a distribution, their probability is 1, and they
            draw no random numbers. Normalize stays in any case.
        """
        kept = [step for step in self.steps if isinstance(step, Normalize) or not step.is_random]
        return Observe([replace(step, probability=1.0) for step in kept], self.backend)

    @cached_property
    def _custom(self) -> Any:
        """The function of the step Custom in the form that the CPU kernel calls."""
        return custom.first_class(self._custom_function or custom.nothing)

    @property
    def _custom_function(self) -> Any:
        return next((step.find() for step in self.steps if isinstance(step, Custom)), None)

    def _neutral(self) -> dict[str, float]:
        return dict.fromkeys(self.param_names, 0.0) | dict(layout.COLUMNS)

    def _context(
        self, series: Series, keys: NDArray[np.uint64], views: int, epoch: int
    ) -> Callable[[SpectrumStep, Mapping[str, Array]], SpectrumContext]:
        return lambda step, params: SpectrumContext(series, keys, views, epoch, step, params, self.grid)

    def _kernel_call(self, series: Series, params: NDArray[np.float64]) -> KernelCall:
        rotates = bool((params[..., layout.VSINI] > 0).any())
        spacing = spacing_of(series) if isinstance(series.x, np.ndarray) else None
        return KernelCall(
            name="observe.observe_spectra",
            cpu=observe_spectra,
            cuda=_cuda_launch,
            samples=(series.x, series.flux, series.ivar),
            tables=self.tables,
            extra=(rotates, self._custom, spacing),
            cuda_extra=(rotates, self._custom_function),
        )

    def _tidy(self, series: Series) -> Series:
        return without_wide_pixels(series)

    def _in_unit(self, params: NDArray[np.float64], exponents: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._custom_function is None:
            return params
        inner = params.copy()  # a step of the user's own sees flux in the unit of the series
        inner[..., layout.FLUX_SCALE] *= np.exp2(exponents.astype(float))[:, None]
        return inner

    def _has_unit(self, params: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (params[..., layout.NORMALIZE] == 0) & (self._custom_function is None)

    def _views(self, arrays: Any, series: Series, params: NDArray[np.float64], backend: str) -> SpectrumViews:
        flux, ivar = arrays
        return SpectrumViews(flux, ivar, self.grid, params, self.param_names, backend)

    def _check_series(self, series: Series) -> None:
        if series.band is not None:
            raise InputError("spectra.Observe takes spectra, and these are light curves: use lightcurves.Observe")

    def _check_params(self, series: Series, params: Params) -> None:
        """Raise an :class:`InputError` if a line profile is wider than the kernel can handle."""
        coefficients = np.stack([params[name] for name in layout.NAMES[layout.LSF_CURVE :][:3]])
        bounds = self.tables.lsf_bounds[:, None, None, :]
        variance = np.maximum(coefficients * bounds[..., 0], coefficients * bounds[..., 1]).sum(0)
        radius = 5.0 * np.sqrt(np.maximum(variance, 0.0))
        turned = params["vsini"] * np.sqrt(float(self.tables.lsf_bounds[1, 1]))
        for what, wide in (("line-spread function", radius), ("rotational profile", turned)):
            if (wide > broaden.MAXIMUM_RADIUS).any():
                row = int(np.argmax(wide.max(axis=1)))
                raise InputError(
                    f"object {series.object_ids[row]!r}: a {what} that reaches {wide[row].max():.0f} pixels is wider than "
                    f"the {broaden.MAXIMUM_RADIUS} the kernel allows; use a coarser grid or a narrower profile"
                )


def _cuda_launch() -> Callable[..., None]:
    from ..kernels.cuda.spectra import launch

    return launch
