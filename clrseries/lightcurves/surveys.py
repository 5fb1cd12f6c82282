"""Presets of surveys: epochs, bands and depths, with their references.

A preset consists of a cycle of epochs, the losses by season, weather, Moon and spacecraft, and the depth in each band. It is
nominal: the typical cadence of a field, not the log of a survey. If you have a log, give its epochs to :class:`Visit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..augment.distributions import Uniform, Value
from ..names import known_name
from .cadence import Visit, Window
from .calibration import Jumps
from .noise import Noise, Saturate
from .observing import Gaps, Moon, Seasons, Weather
from .pack import Pack
from .step import LightCurveStep

MINUTE = 1.0 / 1440.0  # [day]


@dataclass(frozen=True)
class Survey:
    """Epochs, bands and depths with which one survey observes a field.

    Parameters
    ----------
    name : str
        Name of the survey.
    cycle : float
        Time after which the epochs repeat [day].
    epochs : tuple of (float, str)
        Time within the cycle [day] and band of each epoch.
    five_sigma, saturation : mapping of str to float
        Depth and saturation of one visit in each band [mag]: AB; Vega for OGLE and for V of ASAS-SN.
    season : float
        Length of the season in which the field is observed [day]; 0 for the whole year.
    weather : float
        Fraction of the nights lost because of the weather; 0 in space.
    moon : float
        Fraction of the nights lost at full moon.
    gaps : (float, float)
        Time from one gap to the next, and length of a gap [day]; (0, 0) for none.
    stretch : float
        Time for which the field is observed at all [day]; 0 for the whole survey.
    jumps : float
        Standard deviation of the shifts between parts of a curve, whose length is that between gaps [mag].
    source : str
        References.
    """

    name: str
    cycle: float
    epochs: tuple[tuple[float, str], ...]
    five_sigma: Mapping[str, float]
    saturation: Mapping[str, float]
    season: float
    weather: float
    moon: float
    gaps: tuple[float, float]
    stretch: float
    jumps: float
    source: str

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the bands, in order of the epochs."""
        return tuple(dict.fromkeys(band for _, band in self.epochs))

    def steps(
        self,
        pack: Pack,
        counterparts: Mapping[str, str] | None = None,
        *,
        reach: Value = 0.5,
        method: Literal["nearest", "linear"] = "nearest",
        ra: Value | None = None,
        offset: Value = 0.0,
        floor: Value = 0.005,
        zero_point: float = 25.0,
    ) -> list[LightCurveStep]:
        """Return the steps of this survey: those of the cadence, `pack`, and those of the noise.

        Parameters
        ----------
        pack : Pack
            The step that makes the rows.
        counterparts : mapping of str to str, optional
            For a band of the survey, the band of your data that replaces it, for instance ``{"g": "B", "r": "R"}``.
        reach, method, ra : optional
            See :meth:`cadence_steps`.
        offset, floor, zero_point : optional
            See :meth:`noise_steps`.

        Returns
        -------
        list of steps
            To be combined with your own steps.

        Examples
        --------
        >>> from clrseries import lightcurves as lc
        >>> [type(step).__name__ for step in lc.survey("EROS1").steps(lc.Pack(128))]
        ['Visit', 'Seasons', 'Weather', 'Moon', 'Pack', 'Saturate', 'Noise']
        """
        before = self.cadence_steps(counterparts, reach=reach, method=method, ra=ra)
        return [*before, pack, *self.noise_steps(counterparts, offset=offset, floor=floor, zero_point=zero_point)]

    def cadence_steps(
        self,
        counterparts: Mapping[str, str] | None = None,
        *,
        reach: Value = 0.5,
        method: Literal["nearest", "linear"] = "nearest",
        ra: Value | None = None,
    ) -> list[LightCurveStep]:
        """Return the steps before Pack: Window, Visit, Seasons, Weather, Moon and Gaps, if the survey has them.

        Parameters
        ----------
        counterparts : mapping of str to str, optional
            For a band of the survey, the band of your data that replaces it, for instance ``{"g": "B", "r": "R"}``.
        reach : float, distribution or column name
            Largest distance between an epoch and a measurement [day]; see :class:`Visit`.
        method : {"nearest", "linear"}
            See :class:`Visit`.
        ra : float, distribution or column name, optional
            Right ascension [deg]; see :class:`Seasons`.

        Returns
        -------
        list of steps
        """
        times, bands = zip(*self.epochs, strict=True)
        steps: list[LightCurveStep] = [Window(self.stretch)] if self.stretch else []
        steps.append(Visit(times, bands, self.cycle, reach, method, counterparts))
        steps += [Seasons(Uniform(0.8 * self.season, 1.2 * self.season), ra)] if self.season else []
        steps += [Weather(self.weather)] if self.weather else []
        steps += [Moon(self.moon, random_phase=ra is None)] if self.moon else []
        return steps + ([Gaps(*self.gaps)] if self.gaps[0] else [])

    def noise_steps(
        self,
        counterparts: Mapping[str, str] | None = None,
        *,
        offset: Value = 0.0,
        floor: Value = 0.005,
        zero_point: float = 25.0,
    ) -> list[LightCurveStep]:
        """Return the steps after Pack: Jumps, Saturate and Noise, if the survey has them.

        Parameters
        ----------
        counterparts : mapping of str to str, optional
            As in :meth:`cadence_steps`.
        offset : float, distribution or column name
            Added to the depth of the survey [mag]; see :class:`Noise`.
        floor : float, distribution or column name
            Systematic error, as a fraction of the flux; see :class:`Noise`.
        zero_point : float
            Magnitude of flux 1 in your data.

        Returns
        -------
        list of steps
        """
        own = counterparts or {}
        limit, bright = (
            {own.get(band, band): value for band, value in table.items()}
            for table in (self.five_sigma, self.saturation)
        )
        steps: list[LightCurveStep] = [Jumps(self.jumps, self.gaps[0])] if self.jumps else []
        return [*steps, Saturate(bright, zero_point), Noise(limit, offset, floor=floor, zero_point=zero_point)]


def survey(name: str) -> Survey:
    """Return the preset of a survey.

    Parameters
    ----------
    name : {"LSST-WFD", "ZTF", "Gaia", "ASAS-SN", "Kepler", "TESS", "OGLE", "EROS1", "SDSS-S82", "Pan-STARRS"}
        Name of the survey, whatever its case, with hyphens, underscores or neither.

    Returns
    -------
    Survey
        Epochs, bands and depths, and methods that return the steps.

    Raises
    ------
    InputError
        There is no such preset.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> ztf = lc.survey("ZTF")
    >>> ztf.bands
    ('g', 'r')
    >>> observe = lc.Observe([*ztf.steps(lc.Pack(256)), lc.Normalize("band")])
    """
    name = known_name("survey", name, SURVEYS, "survey preset")
    nothing: dict[str, Any] = {
        "season": 0.0, "weather": 0.0, "moon": 0.0, "gaps": (0.0, 0.0), "stretch": 0.0, "jumps": 0.0,
    }  # fmt: skip
    return Survey(name, **(nothing | SURVEYS[name]))


def _nights(visits: str, every: float, apart: float) -> tuple[tuple[float, str], ...]:
    """Return the epochs of nights that are `every` days apart; each word of `visits` has the bands of one night, `apart` days
    apart."""
    return tuple(
        (every * n + apart * k, band) for n, night in enumerate(visits.split()) for k, band in enumerate(night)
    )


SURVEYS: dict[str, dict[str, Any]] = {
    "LSST-WFD": {
        "cycle": 60.0,
        "epochs": _nights("gr iz zy ri ug rr iz yz gr ii zy ri iz yy gr iz rr uu zy ri", 3.0, 33 * MINUTE),
        "five_sigma": {"u": 23.9, "g": 25.0, "r": 24.7, "i": 24.0, "z": 23.3, "y": 22.1},
        "saturation": {"u": 14.7, "g": 15.7, "r": 15.8, "i": 15.8, "z": 15.3, "y": 13.9},
        "season": 180.0,
        "weather": 0.25,
        "source": "Ivezic et al. 2019, ApJ 873, 111 (visit depths of table 2, pairs of visits, a field about every three "
        "nights in any band, visits by band in proportion 56:80:184:184:160:160, rounded); saturation: LSST Science "
        "Book, arXiv:0912.0201; weather is nominal",
    },
    "ZTF": {
        "cycle": 3.0,
        "epochs": ((0.0, "g"), (60 * MINUTE, "r")),
        "five_sigma": {"g": 20.8, "r": 20.6},
        "saturation": {"g": 12.5, "r": 12.5},
        "season": 220.0,
        "weather": 0.25,
        "moon": 0.1,
        "source": "Bellm et al. 2019, PASP 131, 018002 and 068003 (public survey: g and r every three nights; 30 s depths "
        "20.8 and 20.6; saturation at 12.5 to 13.2); season and weather are nominal",
    },
    "Gaia": {
        "cycle": 63.0,
        "epochs": tuple((d + h, b) for d in (0.0, 0.25, 27.0) for h in (0.0, 106.5 * MINUTE) for b in ("G", "BP", "RP")),
        "five_sigma": {"G": 21.5, "BP": 20.5, "RP": 20.3},
        "saturation": {"G": 3.0, "BP": 3.0, "RP": 3.0},
        "source": "Gaia Collaboration (Prusti) et al. 2016, A&A 595, A1 (two fields of view 106.5 min apart, 6 h spin, 63 d "
        "precession, some 70 transits in five years, limit G = 20.7, bright limit 3); five-sigma depths are nominal",
    },
    "ASAS-SN": {
        "cycle": 2.0,
        "epochs": ((0.0, "V"), (1.6 * MINUTE, "V"), (3.2 * MINUTE, "V")),
        "five_sigma": {"V": 17.0},
        "saturation": {"V": 10.5},
        "season": 240.0,
        "weather": 0.25,
        "moon": 0.1,
        "source": "Shappee et al. 2014, ApJ 788, 48; Kochanek et al. 2017, PASP 129, 104502 (three dithered 90 s exposures every "
        "two to three nights, V of about 10 to 17); season and weather are nominal",
    },
    "Kepler": {
        "cycle": 29.4 * MINUTE,
        "epochs": ((0.0, "Kp"),),
        "five_sigma": {"Kp": 20.5},
        "saturation": {"Kp": 7.0},
        "gaps": (31.0, 1.0),
        "jumps": 0.005,
        "source": "Borucki et al. 2010, Science 327, 977; Jenkins et al. 2010, ApJ 713, L87 (29.4 min, monthly downlinks of about "
        "a day, a roll every quarter); depth from 80 ppm in 30 min at Kp = 12 (Gilliland et al. 2011, ApJS 197, 6), "
        "scaled for sky-limited stars, and jumps are nominal",
    },
    "TESS": {
        "cycle": 30.0 * MINUTE,
        "epochs": ((0.0, "T"),),
        "five_sigma": {"T": 17.5},
        "saturation": {"T": 4.0},
        "gaps": (13.7, 1.0),
        "stretch": 27.4,
        "jumps": 0.003,
        "source": "Ricker et al. 2015, JATIS 1, 014003 (30 min full-frame images, sectors of 27.4 d of two 13.7 d orbits, a gap of about "
        "a day for the downlink; 1 percent in an hour at about T = 16); jumps are nominal",
    },
    "OGLE": {
        "cycle": 12.0,
        "epochs": _nights("I I I I I VI", 2.0, 20 * MINUTE),
        "five_sigma": {"I": 21.2, "V": 21.8},
        "saturation": {"I": 12.5, "V": 12.5},
        "season": 240.0,
        "weather": 0.2,
        "source": "Udalski, Szymanski & Szymanski 2015, Acta Astron. 65, 1 (OGLE-IV: mostly I, V every now and then, range I = 12.5 to "
        "about 21.5; Magellanic fields every one to four nights); depths are nominal",
    },
    "EROS1": {
        "cycle": 2.0,
        "epochs": _nights("BR RB", 1.0, 70 * MINUTE),
        "five_sigma": {"B": 21.2, "R": 20.8},
        "saturation": {"B": 13.0, "R": 12.5},
        "season": 240.0,
        "weather": 0.4,
        "moon": 0.4,
        "source": "Renault et al. 1997, A&A 324, L69 (EROS 1, Schmidt plates and CCDs of the Magellanic Clouds in B and R); the rhythm and "
        "depths are those of the light curves of EROS-1: a pair of bands 0.04-0.06 d apart, mostly one night apart",
    },
    "SDSS-S82": {
        "cycle": 5.0,
        "epochs": tuple((1.2 * MINUTE * k, b) for k, b in enumerate("riuzg")),
        "five_sigma": {"u": 22.0, "g": 22.2, "r": 22.2, "i": 21.3, "z": 20.5},
        "saturation": {"u": 12.0, "g": 14.1, "r": 14.1, "i": 13.8, "z": 12.3},
        "season": 90.0,
        "weather": 0.3,
        "moon": 0.2,
        "source": "Sesar et al. 2007, AJ 134, 2236 and Frieman et al. 2008, AJ 135, 338 (ugriz within minutes in the order r i u z g, about "
        "every five nights from September to November); depths: 95 percent limits of York et al. 2000, AJ 120, 1579",
    },
    "Pan-STARRS": {
        "cycle": 365.0,
        "epochs": tuple(
            (day + pair * 25 * MINUTE, band)
            for day, band in ((0.0, "y"), (30.0, "z"), (75.0, "g"), (80.0, "r"), (90.0, "i"), (120.0, "z"), (150.0, "y"))
            for pair in (0, 1)
        ),
        "five_sigma": {"g": 22.0, "r": 21.8, "i": 21.5, "z": 20.9, "y": 19.7},
        "saturation": {"g": 14.5, "r": 15.0, "i": 15.0, "z": 14.0, "y": 13.0},
        "weather": 0.3,
        "source": "Chambers et al. 2016, arXiv:1612.05560 (3 pi survey: pairs about 25 min apart, g r i near opposition, z y away from it, "
        "some twelve visits a band in four years; single-visit depths 22.0 21.8 21.5 20.9 19.7; saturation 12 to 14, nominal)",
    },
}  # fmt: skip
