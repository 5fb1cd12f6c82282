"""The composition of steps for light curves, which one kernel call applies to a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..augment.composition import Composition
from ..augment.distributions import Distribution
from ..augment.kernel_call import KernelCall
from ..augment.resident import host_series
from ..augment.step import Array
from ..errors import InputError
from ..kernels.lightcurves import layout
from ..kernels.lightcurves.observe import observe_light_curves
from ..series import Series
from ..views import LightCurveViews
from .cadence import Fold
from .moments import Moments
from .normalize import Normalize
from .pack import Pack
from .step import LightCurveContext, LightCurveStep

EMBEDDED = 512  # most points of a curve that are embedded, unless the composition has longer rows
MOST_VISITS = 1_000_000  # most epochs of one curve


class Observe(Composition[LightCurveViews]):
    """Composition of steps that makes views of light curves, as other observations of the same sources would give.

    Parameters
    ----------
    steps : sequence of steps
        In the order in which nature applies them, each at most once and Pack exactly once: Redshift, StretchPeriod,
        ReverseTime, ShiftTime, Amplify, Flares, Window, Truncate, AroundDetections, Visit, Seasons, Nights, Weather, Moon, Gaps,
        DropDays, DropBands, DropPoints, Bin, Fold, Pack, ZeroPoint, Jumps, Trend, RandomWalk, Saturate, Noise, Outliers,
        Detect, Normalize.
    backend : {"auto", "cpu", "cuda"}
        Where views are made. With ``"auto"``, on a GPU if the samples of the series are on one, otherwise on the CPU. Equal
        parameters give equal views on both, apart from the rounding of float32.

    Attributes
    ----------
    param_names : tuple of str
        Names of the parameters of a view.

    Raises
    ------
    InputError
        Steps are out of order, repeated, for spectra, or without a Pack; or there is no such backend.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, Uniform, lightcurves as lc
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 900, (2, 200)))
    >>> band = np.tile(["g", "r"], (2, 100))
    >>> stars = Series.from_points(time, 100 + np.sin(time), np.ones((2, 200)), band)
    >>> observe = lc.Observe([lc.DropPoints(Uniform(0, 0.5)), lc.Pack(64), lc.Normalize("band")])
    >>> observe(stars, views=3, seed=0).flux.shape
    (2, 3, 64)
    """

    kind: ClassVar[str] = "light curves"
    needed: ClassVar[type[LightCurveStep]] = Pack
    outputs: ClassVar[tuple[str, ...]] = ("float32", "float32", "float32", "int8")
    combine: ClassVar[Mapping[str, Callable[[Array, Array], Array]]] = {
        **dict.fromkeys(("stretch", "flux_scale"), np.multiply),
        "shift": np.add,
    }
    param_names: tuple[str, ...] = layout.NAMES

    def __init__(self, steps: Sequence[LightCurveStep], backend: str = "auto") -> None:
        super().__init__(steps, backend)
        self._tables: dict[tuple[str, ...], layout.Tables] = {}
        self._pack: Pack = next(step for step in self.steps if isinstance(step, Pack))

    @property
    def length(self) -> int:
        """Number of points L of a view."""
        return self._pack.length

    def deterministic(self) -> Observe:
        """Return the composition without its random steps, which prepares data for embedding.

        Its rows have 512 points, or the length of this composition if that is larger. From a longer curve, points are drawn in
        equal numbers from its bands, as far as possible; the draw depends only on the name of the object.

        Returns
        -------
        Observe
            With Pack and the steps that do the same to every view: none of their arguments is a distribution, their probability is 1,
            and they draw no random numbers. Fold and Normalize stay in any case, a phase that is drawn becomes 0.
        """
        steps: list[LightCurveStep] = []
        for step in self.steps:
            if isinstance(step, Pack):
                steps.append(Pack(max(self.length, EMBEDDED), "stratified", self._pack.origin))
            elif isinstance(step, Fold):
                steps.append(Fold(step.period, 0.0 if isinstance(step.phase, Distribution) else step.phase))
            elif isinstance(step, Normalize) or not step.is_random:
                steps.append(replace(step, probability=1.0))
        return Observe(steps, self.backend)

    def tables(self, bands: tuple[str, ...]) -> layout.Tables:
        """Return the tables of the kernel.

        Parameters
        ----------
        bands : tuple of str
            Bands of the series.

        Returns
        -------
        Tables
            The numbers that are equal for all views.
        """
        neutral = {
            "visit_time": np.empty(0),
            "visit_band": np.empty(0, np.int8),
            "cycle": np.float64(1.0),
            "five_sigma": np.zeros(layout.MOST_BANDS),
            "saturated": np.full(layout.MOST_BANDS, np.inf),
        }
        given = neutral | {name: table for step in self.steps for name, table in step.tables(bands).items()}
        single = ("five_sigma", "saturated")
        return layout.Tables(**{k: np.asarray(t, np.float32) if k in single else t for k, t in given.items()})

    def _neutral(self) -> dict[str, float]:
        return dict(layout.COLUMNS)

    def _context(
        self, series: Series, keys: NDArray[np.uint64], views: int, epoch: int
    ) -> Callable[[LightCurveStep, Mapping[str, Array]], LightCurveContext]:
        series = host_series(series)  # steps look at samples
        moments = Moments(series)
        return lambda step, params: LightCurveContext(series, keys, views, epoch, step, params, moments)

    def _kernel_call(self, series: Series, params: NDArray[np.float64]) -> KernelCall:
        if series.bands not in self._tables:
            self._tables[series.bands] = self.tables(series.bands)
        tables = self._tables[series.bands]  # always the same object, which a device has to be given only once
        extra = (len(series.bands), self._room(series, params, float(tables.cycle), len(tables.visit_time)))
        return KernelCall(
            name="observe.observe_light_curves",
            cpu=observe_light_curves,
            cuda=_cuda_launch,
            samples=(series.x, series.flux, series.ivar, series.band),
            tables=tables,
            extra=extra,
            cuda_extra=extra,
        )

    def _in_unit(self, params: NDArray[np.float64], exponents: NDArray[np.int64]) -> NDArray[np.float64]:
        inner, power = params.copy(), np.exp2(exponents.astype(float))[:, None]
        for column in (layout.NOISE_SCALE, layout.SATURATION, layout.SOFTENING):  # these are fluxes
            inner[..., column] /= power
        inner[..., layout.ZERO_MAGNITUDE] -= 2.5 * np.log10(power)
        return inner

    def _has_unit(self, params: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(params[..., layout.NORMALIZE] == 0)

    def _views(self, arrays: Any, series: Series, params: NDArray[np.float64], backend: str) -> LightCurveViews:
        time, flux, ivar, band = arrays
        return LightCurveViews(time, flux, ivar, band, series.bands, params, self.param_names, backend)

    def _check_series(self, series: Series) -> None:
        if series.band is None:
            raise InputError(
                "lightcurves.Observe takes light curves, and these are spectra (no bands): use spectra.Observe"
            )
        if len(series.bands) > layout.MOST_BANDS:
            raise InputError(
                f"the series has {len(series.bands)} bands, and the kernel takes {layout.MOST_BANDS} at most"
            )

    def _room(self, series: Series, params: NDArray[np.float64], cycle: float, epochs: int) -> int:
        """Return the largest number of points that a curve has, or that it gets from Visit."""
        longest = int(np.diff(series.offsets).max(initial=1))
        if not epochs:
            return longest
        span = (Moments(host_series(series)).span[:, None] * np.abs(params[..., layout.STRETCH])).max(
            axis=1, initial=0.0
        )
        visits = (span / cycle).astype(np.int64) * epochs + 2 * epochs
        if visits.max(initial=0) > MOST_VISITS:
            row = int(visits.argmax())
            raise InputError(
                f"object {series.object_ids[row]!r}: Visit would give it {visits[row]} epochs, more than {MOST_VISITS}: "
                "use a longer cycle or a Window"
            )
        return max(longest, int(visits.max(initial=0)))


def _cuda_launch() -> Callable[..., None]:
    from ..kernels.cuda.lightcurves import launch

    return launch
