"""Presets of surveys: grid, resolution, arms and noise level, with their references.

The ranges of the signal-to-noise ratio are nominal: many of the published spectra of a survey lie in its range. If you have
data of the survey, use their noise instead (``Empirical.from_column``, ``Curve.of_noise``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..augment.distributions import LogUniform, Value
from ..grids import Grid
from ..names import known_name
from ..units import SPEED_OF_LIGHT
from .calibration import ArmJoin
from .curve import Curve
from .from_series import spectrographs_of
from .instrument import LSF, Resample
from .noise import Noise
from .step import SpectrumStep

LOG_STEP = SPEED_OF_LIGHT * 2.302585092994046 * 1e-4  # [km/s], a step of 1e-4 in log10(wavelength)


@dataclass(frozen=True)
class Survey:
    """Spectrograph and typical noise of one survey.

    Parameters
    ----------
    name : str
        Name of the survey.
    grid : Grid
        Pixels of its published spectra [Angstrom, in vacuum].
    resolution : Curve
        Resolving power, wavelength / FWHM.
    arms : tuple of (float, float)
        Wavelength ranges of the arms [Angstrom].
    snr : (float, float)
        Nominal range of the signal-to-noise ratio per pixel.
    source : str
        References for grid, resolution and arms.
    """

    name: str
    grid: Grid
    resolution: Curve
    arms: tuple[tuple[float, float], ...]
    snr: tuple[float, float]
    source: str

    def steps(
        self,
        *,
        native_resolution: Value | None = None,
        native_fwhm: Value | None = None,
        snr: Value | None = None,
        join: Value = 0.0,
    ) -> list[SpectrumStep]:
        """Return the steps of this survey: LSF, Resample, ArmJoin (unless `join` is 0) and Noise.

        Parameters
        ----------
        native_resolution, native_fwhm : float, distribution or column name, optional
            Resolving power, or FWHM [Angstrom], of your data; see :class:`LSF`.
        snr : float, distribution or column name, optional
            Signal-to-noise ratio per pixel; default log-uniform in the nominal range of the survey.
        join : float, distribution or column name
            Step in ln(flux) where the first two arms meet; 0 for none.

        Returns
        -------
        list of steps
            To be combined with your own steps.

        Examples
        --------
        >>> from clrseries import spectra as sp
        >>> [type(step).__name__ for step in sp.survey("SDSS").steps(join=0.02)]
        ['LSF', 'Resample', 'ArmJoin', 'Noise']
        """
        steps: list[SpectrumStep] = [
            LSF(self.resolution, native_resolution=native_resolution, native_fwhm=native_fwhm),
            Resample(self.grid),
        ]
        if join != 0.0 and len(self.arms) > 1:
            steps.append(ArmJoin(0.5 * (self.arms[0][1] + self.arms[1][0]), join))
        return [*steps, Noise(LogUniform(*self.snr) if snr is None else snr)]


class Presets:
    """Presets of surveys: one by its name, or one made from data.

    Examples
    --------
    >>> from clrseries import spectra as sp
    >>> sp.survey("SDSS").name
    'SDSS'
    """

    def __call__(self, name: str) -> Survey:
        """Return the preset of a survey.

        Parameters
        ----------
        name : {"SDSS", "BOSS", "DESI", "LAMOST-LRS", "4MOST-LRS", "WEAVE-LRS", "Gaia-XP", "6dF"}
            Name of the survey, whatever its case, with hyphens, underscores or neither.

        Returns
        -------
        Survey
            Grid, resolution, arms and noise, and a method that returns the steps.

        Raises
        ------
        InputError
            There is no such preset.

        Examples
        --------
        >>> from clrseries import spectra as sp
        >>> desi = sp.survey("DESI")
        >>> observe = sp.Observe([sp.Redshift(z="z"), *desi.steps(native_fwhm=2.5), sp.Normalize()])
        >>> len(desi.grid)
        7781
        """
        name = known_name("survey", name, SURVEYS, "survey preset")
        settings: dict[str, Any] = dict(SURVEYS[name])
        kind, *numbers = settings.pop("grid")
        return Survey(name, getattr(Grid, kind)(*numbers), Curve(*settings.pop("resolution")), **settings)

    def __repr__(self) -> str:
        """Return the names that there are."""
        return f"<presets of surveys: {', '.join(SURVEYS)}; or from_series(series)>"

    from_series = staticmethod(spectrographs_of)


survey = Presets()

SURVEYS: dict[str, dict[str, Any]] = {
    "SDSS": {
        "grid": ("log", 3800.0, 9200.0, LOG_STEP),
        "resolution": ([3800, 6000, 6000.1, 9000], [1500, 2050, 1850, 2200]),
        "arms": ((3800.0, 6100.0), (5900.0, 9200.0)),
        "snr": (5.0, 50.0),
        "source": "Smee et al. 2013, AJ 146, 32 (range, arms, R about 1500 to 2200); York et al. 2000, AJ 120, 1579; "
        "pixels of 1e-4 in log10: Stoughton et al. 2002, AJ 123, 485",
    },
    "BOSS": {
        "grid": ("log", 3600.0, 10400.0, LOG_STEP),
        "resolution": ([3700, 6000, 6000.1, 9000], [1560, 2270, 1850, 2650]),
        "arms": ((3600.0, 6350.0), (5650.0, 10400.0)),
        "snr": (2.0, 30.0),
        "source": "Smee et al. 2013, AJ 146, 32; Dawson et al. 2013, AJ 145, 10",
    },
    "DESI": {
        "grid": ("linear", 3599.6, 9824.4, 0.8),
        "resolution": ([3600, 5550, 5550.1, 6560, 6560.1, 9800], [2000, 3200, 3200, 4100, 4100, 5000]),
        "arms": ((3600.0, 5800.0), (5760.0, 7620.0), (7520.0, 9824.0)),
        "snr": (1.0, 20.0),
        "source": "DESI Collaboration 2016, arXiv:1611.00037, and 2022, AJ 164, 207 (R by arm, 2000 to 5000); "
        "pixels of 0.8 Angstrom: Guy et al. 2023, AJ 165, 144",
    },
    "LAMOST-LRS": {
        "grid": ("log", 3700.0, 9000.0, LOG_STEP),
        "resolution": ([5500.0], [1800.0]),
        "arms": ((3700.0, 5900.0), (5700.0, 9000.0)),
        "snr": (10.0, 100.0),
        "source": "Cui et al. 2012, RAA 12, 1197; Luo et al. 2015, RAA 15, 1095 (R about 1800, arms, pixels of 1e-4 in log10)",
    },
    "4MOST-LRS": {
        "grid": ("linear", 3700.0, 9500.0, 0.25),
        "resolution": ([3700.0, 9500.0], [4000.0, 7700.0]),
        "arms": ((3700.0, 5540.0), (5240.0, 7200.0), (6900.0, 9500.0)),
        "snr": (3.0, 50.0),
        "source": "de Jong et al. 2019, The Messenger 175, 3 (range, arms, R from 4000 to 7700); "
        "pixels of 0.25 Angstrom are chosen here, about three in a FWHM at 4000 Angstrom",
    },
    "WEAVE-LRS": {
        "grid": ("linear", 3660.0, 9590.0, 0.5),
        "resolution": ([3660.0, 6060.0, 6060.1, 9590.0], [3000.0, 6000.0, 4000.0, 6500.0]),
        "arms": ((3660.0, 6060.0), (5790.0, 9590.0)),
        "snr": (3.0, 50.0),
        "source": "Jin et al. 2024, MNRAS 530, 2688 (range, arms, mean R of 5000; the slope of R within an arm is "
        "that of a constant FWHM, rounded); pixels of 0.5 Angstrom are chosen here",
    },
    "Gaia-XP": {
        "grid": ("linear", 3360.0, 10200.0, 20.0),
        "resolution": ([3300, 6400, 6400.1, 10500], [100, 30, 100, 70]),
        "arms": ((3300.0, 6800.0), (6400.0, 10500.0)),
        "snr": (20.0, 500.0),
        "source": "Carrasco et al. 2021, A&A 652, A86 (BP R 100 to 30, RP 100 to 70); De Angeli et al. 2023, A&A 674, A2 "
        "(sampled spectra from 336 to 1020 nm in steps of 2 nm)",
    },
    "6dF": {
        "grid": ("linear", 4000.0, 7500.0, 1.6),
        "resolution": ([4000.0, 5500.0, 5500.1, 7500.0], [750.0, 1000.0, 800.0, 1100.0]),
        "arms": ((4000.0, 5600.0), (5400.0, 7500.0)),
        "snr": (3.0, 30.0),
        "source": "Jones et al. 2004, MNRAS 355, 747 (range, arms, R about 1000 at 5500 Angstrom); pixels of 1.6 Angstrom are chosen here, "
        "and the slope of R within an arm is that of a constant FWHM, rounded",
    },
}  # fmt: skip
