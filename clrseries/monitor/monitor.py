"""A composition of steps, applied to a whole batch of light curves in one kernel call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.composition import Composition
from ..augment.run import in_threads, on_gpu, say_if_compiling
from ..augment.step import sample_steps
from ..errors import InputError
from ..kernels import monitor
from ..kernels.curve_layout import COLUMNS, MOST_BANDS, NAMES, STRETCH, CurveTables
from ..series import Series
from ..views import CurveViews
from .row import Level, Pack
from .source import Fold
from .step import CurveDrawing, CurveStep, Moments

EMBEDDED = 512  # points of a curve that an embedding sees
MOST_VISITS = 1_000_000  # epochs of one curve
COMBINE: dict[str, Any] = {**dict.fromkeys(("stretch", "flux_scale"), np.multiply), "shift": np.add}


class Monitor(Composition[CurveViews]):
    """Monitor every source of a batch again, `views` times.

    Parameters
    ----------
    steps : sequence of steps
        In nature's order, each at most once, Pack exactly once: Dilate, StretchPeriod, ReverseTime, ShiftTime,
        Amplify, Flares, Window, Truncate, Visit, Seasons, Nights, Weather, Moon, Gaps, LoseDays, DropBands, Thin, Bin,
        Fold, Pack, ZeroPoint, Jumps, Trend, RandomWalk, Saturate, Depth, Outliers, Detect, Level.
    backend : str
        As in :class:`~clrseries.Observe`.

    Raises
    ------
    InputError
        Steps out of order, repeated, or without a Pack; no such backend.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Level, Monitor, Pack, Series, Thin, Uniform
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 900, (2, 200)))
    >>> band = np.tile(["g", "r"], (2, 100))
    >>> stars = Series.from_points(time, 100 + np.sin(time), np.ones((2, 200)), band)
    >>> again = Monitor([Thin(Uniform(0, 0.5)), Pack(64), Level("band")])
    >>> again(stars, views=3, seed=0).flux.shape
    (2, 3, 64)
    """

    names: tuple[str, ...] = NAMES

    def __init__(self, steps: Sequence[CurveStep], backend: str = "auto") -> None:
        super().__init__(steps, backend, Pack)
        self.length: int = next(step.length for step in steps if isinstance(step, Pack))

    def prepared(self) -> Monitor:
        """What embedding does to data: folding, a row with room for most curves, and the scale of this composition.

        A curve of more than 512 points (or the composition's length, where that is more) gives a part of its points, as
        evenly from its bands as these allow; which ones depends on the object's name alone.
        """
        pack = next(step for step in self.steps if isinstance(step, Pack))
        whole = Pack(max(self.length, EMBEDDED), "stratified", pack.origin)
        fold = [Fold(step.period) for step in self.steps if isinstance(step, Fold)]
        return Monitor([*fold, whole, *(step for step in self.steps if isinstance(step, Level))], self.backend)

    def sample(self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0) -> NDArray[np.float64]:
        """All randomness of the steps' parameters: the draw, float64 (N, V, K), columns ``self.names``.

        Raises
        ------
        InputError
            Spectra instead of light curves, or a value that cannot be drawn.
        """
        if views < 1:
            raise InputError(f"views must be at least 1, got {views}")
        _check_curves(series)
        keys = self._keys(series, seed)
        moments = Moments(series)

        def at(step: Any, columns: Any) -> CurveDrawing:
            return CurveDrawing(series, keys, views, epoch, step, columns, moments)

        drawn, _ = sample_steps(self.steps, dict(COLUMNS), (len(series), views), at, COMBINE)
        return drawn

    def apply(
        self,
        series: Series,
        draw: NDArray[np.float64],
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: CurveViews | None = None,
    ) -> CurveViews:
        """The views that a draw describes; per-point noise and losses follow from `seed` and `epoch`.

        Parameters are those of :meth:`clrseries.Observe.apply`.
        """
        _check_curves(series)
        shape = self._check(series, draw, self.length, out)
        keys = self._keys(series, seed)
        tables = self.tables(series.bands)
        most = self._room(series, draw, float(tables.cycle), len(tables.visit_time))
        if on_gpu(self.backend, series):
            from .cuda import apply_cuda

            time, flux, ivar, band = apply_cuda(tables, series, draw, keys, epoch, most, self.length, out)
            return CurveViews(time, flux, ivar, band, series.bands, draw, self.names, "cuda")
        say_if_compiling("monitor.monitor_rows")
        outputs = tuple(np.empty(shape, t) for t in (np.float32,) * 3 + (np.int8,)) if out is None else out.inputs
        samples = (series.x, series.flux, series.ivar, series.band)

        def rows(first: int, last: int) -> None:
            monitor.monitor_rows(
                samples, series.offsets, len(series.bands), draw, tables, keys, epoch, most, first, last, outputs
            )

        in_threads(rows, series.offsets, threads)
        time, flux, ivar, band = outputs
        return CurveViews(time, flux, ivar, band, series.bands, draw, self.names)

    def tables(self, bands: tuple[str, ...]) -> CurveTables:
        """The kernel's tables for a series of these `bands`."""
        neutral = {
            "visit_time": np.empty(0),
            "visit_band": np.empty(0, np.int8),
            "cycle": np.float64(1.0),
            "five_sigma": np.zeros(MOST_BANDS),
            "saturated": np.full(MOST_BANDS, np.inf),
        }
        given = neutral | {name: table for step in self.steps for name, table in step.tables(bands).items()}
        single = ("five_sigma", "saturated")
        return CurveTables(**{k: np.asarray(t, np.float32) if k in single else t for k, t in given.items()})

    def _room(self, series: Series, draw: NDArray[np.float64], cycle: float, epochs: int) -> int:
        """Points that the longest curve has, or gets from Visit."""
        longest = int(np.diff(series.offsets).max(initial=1))
        if not epochs:
            return longest
        span = (Moments(series).span[:, None] * np.abs(draw[..., STRETCH])).max(axis=1, initial=0.0)
        visits = (span / cycle).astype(np.int64) * epochs + 2 * epochs
        if visits.max(initial=0) > MOST_VISITS:
            row = int(visits.argmax())
            raise InputError(
                f"object {series.object_ids[row]!r}: Visit would give it {visits[row]} epochs, more than {MOST_VISITS}: "
                "use a longer cycle or a Window"
            )
        return max(longest, int(visits.max(initial=0)))


def _check_curves(series: Series) -> None:
    if series.band is None:
        raise InputError("Monitor takes light curves, and these are spectra (no bands): use Observe")
    if len(series.bands) > MOST_BANDS:
        raise InputError(f"the series has {len(series.bands)} bands, and the kernel takes {MOST_BANDS} at most")
