"""Views of spectra and of light curves as dense arrays, the inputs of the encoders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .grids import Grid

if TYPE_CHECKING:
    import torch


class Views:
    """Views of N objects, the base class of :class:`SpectrumViews` and :class:`LightCurveViews`.

    Attributes
    ----------
    params : float64 (N, V, K)
        Parameters that were drawn for each of the V views of each of the N objects.
    param_names : tuple of str
        Names of the K parameters.
    """

    params: NDArray[np.float64]
    param_names: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.params)

    def __repr__(self) -> str:
        """Return one line with the numbers of objects and views, the length of a view, and how the views were made."""
        count, views, length = self.inputs[0].shape
        what = repr(self.grid) if isinstance(self, SpectrumViews) else f"{length} points"
        bands = f" in bands {', '.join(map(repr, self.bands))}" if isinstance(self, LightCurveViews) else ""
        kind, backend = type(self).__name__, getattr(self, "backend", "cpu")
        return f"{kind}({count} objects x {views} views, {what}{bands}, {len(self.param_names)} parameters, {backend})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the views of the first object, and the parameters that were drawn for them."""
        from .notebook import Curve, page, panel, table

        if not len(self):
            return page(repr(self))
        first = [array[0].detach().cpu().numpy() if hasattr(array, "cpu") else array[0] for array in self.inputs]
        if isinstance(self, SpectrumViews):
            flux, ivar = first
            curves = [
                Curve(self.grid.centers, np.where(i > 0, f, np.nan), f"view {k}")
                for k, (f, i) in enumerate(zip(flux, ivar, strict=True))
            ]
            drawn = [panel(curves[:4], "wavelength [Å]")]
        else:
            names = getattr(self, "bands", ())
            drawn = [
                panel(
                    [Curve(t[good & (b == k)], f[good & (b == k)], f"view {v} {name}") for k, name in enumerate(names)],
                    "time [day]",
                    points=True,
                )
                for v, (t, f, good, b) in enumerate(zip(first[0], first[1], first[2] > 0, first[3], strict=True))
            ][:3]
        changed = [
            k for k in range(len(self.param_names)) if np.ptp(np.nan_to_num(self.params[0, :, k], posinf=0.0)) > 0
        ]
        rows = ([self.param_names[k], *self.params[0, :4, k].tolist()] for k in changed[:12])
        head = ["parameter", *(f"view {v}" for v in range(min(self.params.shape[1], 4)))]
        return page(repr(self), *drawn, table(head, rows) if changed else "")

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """The arrays that an encoder takes, in order."""
        raise NotImplementedError

    def param(self, name: str) -> NDArray[np.float64]:
        """Return one drawn parameter of all views.

        Parameters
        ----------
        name : str
            One of `param_names`.

        Returns
        -------
        float64 (N, V)

        Raises
        ------
        InputError
            There is no such parameter.

        Examples
        --------
        >>> from clrseries import datasets, lightcurves as lc
        >>> observe = lc.Observe([lc.StretchPeriod(1.1), lc.Pack(32)])
        >>> observe(datasets.simulated_light_curves(2), views=2).param("stretch").tolist()
        [[1.1, 1.1], [1.1, 1.1]]
        """
        if name not in self.param_names:
            raise InputError(f"there is no parameter {name!r}; there are {', '.join(self.param_names)}")
        return self.params[..., self.param_names.index(name)]

    def torch(self) -> tuple[torch.Tensor, ...]:
        """Return the arrays that an encoder takes as tensors, on the same device.

        They share the memory of the arrays, but for an ivar in float64, which no encoder takes: it is copied to float32, and numbers
        beyond the largest float32 become that.

        Returns
        -------
        tuple of torch.Tensor
            In the order of `inputs`.

        Examples
        --------
        >>> from clrseries import datasets, lightcurves as lc
        >>> observe = lc.Observe([lc.Pack(32)])
        >>> [tuple(tensor.shape) for tensor in observe(datasets.simulated_light_curves(2)).torch()]
        [(2, 1, 32), (2, 1, 32), (2, 1, 32), (2, 1, 32)]
        """
        import torch

        largest = torch.finfo(torch.float32).max
        tensors = (torch.as_tensor(array) for array in self.inputs)
        return tuple(t.clamp(max=largest).float() if t.dtype == torch.float64 else t for t in tensors)


@dataclass(frozen=True, eq=False, repr=False)
class SpectrumViews(Views):
    """V views of each of N spectra on one grid of P pixels.

    :class:`clrseries.spectra.Observe` makes them.

    Parameters
    ----------
    flux, ivar : float32 (N, V, P)
        Flux and its inverse variance; where ivar is 0 the pixel has no information, and flux is 0.
    grid : Grid
        The P pixels.
    params : float64 (N, V, K)
        Parameters that were drawn for each view.
    param_names : tuple of str
        Names of the K parameters.
    backend : {"cpu", "cuda"}
        Where the views were made. With ``"cuda"``, `flux` and `ivar` are CuPy arrays if the samples of the series are, otherwise
        torch tensors, on the GPU of the samples.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Grid, Series, spectra as sp
    >>> series = Series.from_arrays(np.linspace(4000, 7000, 3001), np.ones((2, 3001)))
    >>> views = sp.Observe([sp.Velocity(100.0), sp.Resample(Grid.log(4100, 6900, 69))])(series, views=3)
    >>> views.flux.shape, views.param_names[0], views.backend
    ((2, 3, 2261), 'stretch', 'cpu')
    """

    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    grid: Grid
    params: NDArray[np.float64]
    param_names: tuple[str, ...]
    backend: str = "cpu"

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """Flux and ivar, float32 (N, V, P) each, the arrays that an encoder takes."""
        return self.flux, self.ivar


@dataclass(frozen=True, eq=False, repr=False)
class LightCurveViews(Views):
    """V views of each of N light curves, each a row of at most L points in order of time.

    :class:`clrseries.lightcurves.Observe` makes them.

    Parameters
    ----------
    time : float32 (N, V, L)
        Time from the origin of the view [day], or phase in [0, 1) in a folded view.
    flux, ivar : float32 (N, V, L)
        Flux and its inverse variance. Where ivar is 0 there is no point: the unused end of a row, and points that were dropped;
        time, flux and band are 0 there.
    band : int8 (N, V, L)
        Band of each point, as an index into `bands`.
    bands : tuple of str
        Names of the bands.
    params : float64 (N, V, K)
        Parameters that were drawn for each view; days are counted from the first point of the object.
    param_names : tuple of str
        Names of the K parameters.
    backend : {"cpu", "cuda"}
        Where the views were made; see :class:`SpectrumViews`.

    Examples
    --------
    >>> from clrseries import datasets, lightcurves as lc
    >>> views = lc.Observe([lc.Pack(32), lc.Normalize("band")])(datasets.simulated_light_curves(4), views=2)
    >>> views.time.shape, views.bands
    ((4, 2, 32), ('B', 'R'))
    """

    time: NDArray[np.float32]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    band: NDArray[np.int8]
    bands: tuple[str, ...]
    params: NDArray[np.float64]
    param_names: tuple[str, ...]
    backend: str = "cpu"

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """Time, flux, ivar and band, (N, V, L) each, the arrays that an encoder takes."""
        return self.time, self.flux, self.ivar, self.band

    def trimmed(self) -> LightCurveViews:
        """Return the views without the end of the rows, where no view has a point.

        Returns
        -------
        LightCurveViews
            With rows of length 1 or more.

        Examples
        --------
        >>> from clrseries import Series, lightcurves as lc
        >>> views = lc.Observe([lc.Pack(8)])(Series.from_points([[1.0, 2.0]], [[3.0, 4.0]], [[1.0, 1.0]]))
        >>> views.trimmed().time.tolist()
        [[[0.0, 1.0]]]
        """
        used: Any = (self.ivar > 0).reshape(-1, self.ivar.shape[-1]).any(0)
        on_host = used.get() if hasattr(used, "get") else np.asarray(used.cpu() if hasattr(used, "cpu") else used)
        places = np.flatnonzero(on_host)
        length = int(places[-1]) + 1 if len(places) else 1
        shorter = [array[..., :length] for array in self.inputs]
        time, flux, ivar, band = [np.ascontiguousarray(a) if isinstance(a, np.ndarray) else a for a in shorter]
        return replace(self, time=time, flux=flux, ivar=ivar, band=band)
