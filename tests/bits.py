"""What the kernels and encoders make, to the last bit: each step alone, each preset, the defaults, each encoder.

    python -m tests.bits      # records tests/bits.json anew

A record holds for every case and array the SHA-256 of its bytes, and some of its numbers: on the machine that recorded it the
bytes must be the same, on another one the numbers must agree. What an encoder makes of the same spectra in double precision is
recorded too: in single precision another processor rounds sums of hundreds of products otherwise, layer after layer.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from llvmlite import binding

from clrseries import Grid, Normal, Series, Uniform
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.config import composition, default_steps
from clrseries.encoders import build_encoder
from clrseries.encoders.standardize import standardize
from clrseries.methods import Projector
from clrseries.model.model import Model
from clrseries.model.stages import prepared
from clrseries.spectra import Curve

from .spectra.every_step import vignette

RECORD = Path(__file__).with_name("bits.json")
SAMPLES = 24  # numbers kept of each array
VIEWS, SEED, EPOCH = 2, 11, 3
GRID = Grid.log(4100, 8900, 400)
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "torch")
Arrays = dict[str, np.ndarray]


def spectra() -> Series:
    """Six ragged spectra with a line, a slope and a gap each."""
    rng = np.random.default_rng(21)
    waves = [np.linspace(3700 + 40 * i, 9300 - 50 * i, 800 + 70 * i) for i in range(6)]
    fluxes = [
        (2 + w / 9000) * (1 - 0.6 * np.exp(-0.5 * ((w - 5200 - 30 * i) / 25) ** 2)) + rng.normal(0, 0.02, len(w))
        for i, w in enumerate(waves)
    ]
    ivars = [np.where(np.abs(w - 6000) < 40, 0.0, 2500.0) for w in waves]
    table = {"object_id": [f"s{i}" for i in range(6)], "z": [0.01 + 0.002 * i for i in range(6)]}
    return Series.from_arrays(waves, fluxes, ivars, table)


def stars() -> Series:
    """Five ragged light curves in three bands, one of a single point."""
    rng = np.random.default_rng(22)
    sizes = [1, 160, 140, 290, 520]
    times = [np.sort(rng.uniform(51000, 51900, n)) for n in sizes]
    bands = [rng.choice(["g", "r", "i"] if i != 2 else ["r", "i"], n) for i, n in enumerate(sizes)]
    flux = [
        100 + 20 * np.sin(t / 3) + 30 * (b == "r") + rng.normal(0, 1, len(t)) for t, b in zip(times, bands, strict=True)
    ]
    error = [np.where(rng.random(n) < 0.05, np.nan, 1.0) if n > 1 else np.ones(n) for n in sizes]
    table = {"object_id": [f"v{i}" for i in range(5)], "z": [0.1] * 5, "period": [18.85] * 5, "ra": [150.0] * 5}
    return Series.from_points(times, flux, error, bands, table, bands=("g", "r", "i"))


def spectrum_steps() -> dict[str, list]:
    """Name -> the steps beside resampling."""
    resample = sp.Resample(GRID)
    before = {
        "Redshift": sp.Redshift(to=Uniform(0, 0.05), z="z"),
        "Redshift, f_nu": sp.Redshift(to=0.03, z="z", flux="f_nu"),
        "Velocity": sp.Velocity(Normal(0, 90)),
        "RotationalBroadening": sp.RotationalBroadening(Uniform(0, 900), Uniform(0.2, 0.8)),
        "VelocityDispersion": sp.VelocityDispersion(Uniform(0, 900)),
        "Tilt": sp.Tilt(Normal(0, 0.3), Normal(0, 0.3)),
        "HostExtinction": sp.HostExtinction(Uniform(0, 0.4), rv=Uniform(2.5, 4), curve="O94"),
        "Extinction": sp.Extinction(Uniform(0, 0.4)),
        "LSF, resolution": sp.LSF(resolution=Uniform(300, 900), native_resolution=2000.0),
        "LSF, fwhm": sp.LSF(fwhm=Uniform(3, 30), native_fwhm=2.0),
        "LSF, curve": sp.LSF(Curve([4000, 8000], [400, 700])),
        "WavelengthError": sp.WavelengthError(Normal(0, 2), Normal(0, 1e-4)),
    }
    after = {
        "Telluric": sp.Telluric(Uniform(-0.5, 1.5)),
        "FluxCalibrationError": sp.FluxCalibrationError(Uniform(0, 0.3), Uniform(100, 900)),
        "Fringe": sp.Fringe(Uniform(0, 0.1), Uniform(30, 90), 6500.0),
        "ArmJoin": sp.ArmJoin(5900.0, Normal(0, 0.1), 30.0),
        "Custom": sp.Custom(vignette, {"depth": Uniform(0, 0.3), "jitter": 0.01}),
        "ScatteredLight": sp.ScatteredLight(Normal(0, 0.1)),
        "SkyResidual": sp.SkyResidual(Uniform(0, 0.2), 8.0),
        "Noise": sp.Noise(Uniform(5, 50)),
        "Noise, of the source": sp.Noise(
            9.0, source=0.5, read=0.2, throughput=Curve([4000, 6000, 8000], [0.5, 1, 0.6])
        ),
        "Noise, copied": sp.Noise(9.0, copied=[Curve([4000, 8000], [1, 3]), Curve([4000, 8000], [3, 1])]),
        "CosmicRays": sp.CosmicRays(Uniform(0, 9), 3.0, 0.3),
        "Crop": sp.Crop(Uniform(-300, 300), Uniform(-300, 300)),
        "DropArm": sp.DropArm([(4000, 5900), (5900, 9000)], probability=0.7),
        "MaskTelluric": sp.MaskTelluric(),
        "MaskRuns": sp.MaskRuns(3, Uniform(20, 90)),
        "MaskPixels": sp.MaskPixels(Uniform(0, 0.2)),
        "Normalize, mean": sp.Normalize("mean"),
        "Normalize, median": sp.Normalize("median", between=(5000, 7000)),
        "Normalize, l2": sp.Normalize("l2"),
        "Normalize, continuum": sp.Normalize("continuum", 300.0),
        "Normalize, percentile": sp.Normalize("percentile", 300.0, 80.0),
        "Normalize, asinh": sp.Normalize(asinh=0.7),
    }
    return {
        "Resample": [resample],
        "Resample, linear": [sp.Resample(GRID, "linear")],
        "Resample, lanczos": [sp.Resample(GRID, "lanczos")],
        **{name: [step, resample] for name, step in before.items()},
        **{name: [resample, step] for name, step in after.items()},
    }


def curve_steps() -> dict[str, list]:
    """Name -> the steps beside packing."""
    pack = lc.Pack(64, "stratified")
    times, bands = (0.0, 0.3, 1.1), ("g", "r", "g")
    before = {
        "Redshift": lc.Redshift(Uniform(0.05, 0.3)),
        "StretchPeriod": lc.StretchPeriod(Uniform(0.8, 1.2)),
        "ReverseTime": lc.ReverseTime(probability=0.5),
        "ShiftTime": lc.ShiftTime(Uniform(-90, 90)),
        "Amplify": lc.Amplify(Uniform(0.5, 1.5), Uniform(0.5, 2)),
        "Flares": lc.Flares(0.02, 0.5, 5.0),
        "Window": lc.Window(Uniform(200, 700)),
        "Truncate": lc.Truncate(Uniform(100, 300), "peak"),
        "AroundDetections": lc.AroundDetections(30.0, Uniform(0, 90)),
        "Visit, nearest": lc.Visit(times, bands, 2.0, 1.5),
        "Visit, linear": lc.Visit(times, bands, 2.0, 30.0, "linear"),
        "Seasons": lc.Seasons(Uniform(150, 250)),
        "Seasons, opposition": lc.Seasons(200.0, ra="ra"),
        "Nights": lc.Nights(Uniform(6, 12)),
        "Weather": lc.Weather(Uniform(0.1, 0.5), 4.0),
        "Moon": lc.Moon(0.8),
        "Moon, drawn": lc.Moon(0.8, random_phase=True),
        "Gaps": lc.Gaps(Uniform(20, 60), 6.0),
        "DropDays": lc.DropDays(3, Uniform(10, 40)),
        "DropBands": lc.DropBands(0.4),
        "DropPoints": lc.DropPoints(Uniform(0.1, 0.6)),
        "Bin": lc.Bin(Uniform(1, 9)),
        "Fold": lc.Fold("period", Uniform(0, 1)),
    }
    after = {
        "ZeroPoint": lc.ZeroPoint(0.1),
        "Jumps": lc.Jumps(0.1, 90.0),
        "Trend": lc.Trend(Normal(0, 0.1), Normal(0, 0.1)),
        "RandomWalk": lc.RandomWalk(0.02, 30.0),
        "Saturate": lc.Saturate({"r": 19.75, "g": 19.9}),
        "Noise": lc.Noise({"g": 20.5, "r": 20.0}, Normal(0, 0.3), sky=0.9, floor=0.01),
        "Noise, from night to night": lc.Noise(20.5, scatter=0.2),
        "Outliers": lc.Outliers(0.2, 6.0),
        "Detect": lc.Detect(95.0, 0.5),
        "Normalize, object": lc.Normalize("object"),
        "Normalize, band": lc.Normalize("band"),
        "Normalize, color": lc.Normalize("color", "r"),
        "Normalize, magnitude": lc.Normalize("magnitude", softening=3.0),
    }
    return {
        "Pack, crop": [lc.Pack(48, "crop", "peak")],
        "Pack, random": [lc.Pack(48, "random", "middle", Uniform(-9, 9))],
        "Pack, stratified": [lc.Pack(48, "stratified", "detection")],
        **{name: [step, pack] for name, step in before.items()},
        **{name: [pack, step] for name, step in after.items()},
    }


def compositions() -> dict[str, Callable[[], Arrays]]:
    """Name of a case -> the arrays that it makes."""
    cases: dict[str, Callable[[], Arrays]] = {}
    for name, steps in spectrum_steps().items():
        cases[f"spectra: {name}"] = partial(of_spectra, steps)
    for name in ("SDSS", "BOSS", "DESI", "LAMOST-LRS", "4MOST-LRS", "WEAVE-LRS", "Gaia-XP", "6dF"):
        steps = [sp.Redshift(to=0.02, z="z"), *sp.survey(name).steps(native_fwhm=2.5, join=0.05), sp.Normalize()]
        cases[f"spectra: survey {name}"] = partial(of_spectra, steps)
    cases["spectra: default"] = lambda: views_of(composition(default_steps("spectra")), spectra())
    for name, steps in curve_steps().items():
        cases[f"light curves: {name}"] = partial(of_stars, steps)
    surveys = {
        "LSST-WFD": {"u": "g", "z": "i", "y": "i"}, "ZTF": {}, "Gaia": {"G": "g", "BP": "r", "RP": "i"}, "ASAS-SN": {"V": "g"},
        "Kepler": {"Kp": "g"}, "TESS": {"T": "i"}, "OGLE": {"I": "i", "V": "g"}, "EROS1": {"B": "g", "R": "r"},
        "SDSS-S82": {"u": "g", "z": "i"}, "Pan-STARRS": {"z": "i", "y": "i"},
    }  # fmt: skip
    for name, own in surveys.items():
        cases[f"light curves: survey {name}"] = partial(of_stars, cadenced(name, own))
    cases["light curves: default"] = lambda: views_of(composition(default_steps("lightcurves")), stars())
    return cases


def cadenced(name: str, own: dict[str, str]) -> list[Any]:
    """A survey's steps, without those of its steps that ask for a measurement every few minutes."""
    survey = lc.survey(name)
    cadence = [
        step
        for step in survey.cadence_steps(own, reach=5.0, method="nearest")
        if survey.cycle > 0.5 or type(step) is not lc.Visit
    ]
    return [*cadence, lc.Pack(96), *survey.noise_steps(own), lc.Normalize("band")]


def encoders() -> dict[str, Callable[[], Arrays]]:
    """The same for the embeddings of each encoder, with random weights."""
    cases: dict[str, Callable[[], Arrays]] = {}
    for name in ("dense", "resnet1d", "spectrum_transformer", "convnext1d"):
        observe = sp.Observe([sp.Resample(GRID), sp.Noise(20.0), sp.Normalize()])
        cases[f"encoder: {name}"] = partial(embeddings, name, observe, spectra(), ())
    for name in ("curve_transformer", "curve_conv", "curve_tcn"):
        in_bands = lc.Observe([lc.Pack(64), lc.Normalize("band")])
        cases[f"encoder: {name}"] = partial(embeddings, name, in_bands, stars(), ("g", "r", "i"))
    return cases


def of_spectra(steps: list[Any]) -> Arrays:
    """What steps make of the spectra."""
    return views_of(sp.Observe(steps), spectra())


def of_stars(steps: list[Any]) -> Arrays:
    """What steps make of the light curves."""
    return views_of(lc.Observe(steps), stars())


def views_of(observe, series: Series) -> Arrays:
    """What one composition makes, on one thread."""
    views = observe(series, VIEWS, SEED, EPOCH, threads=1)
    names = ("flux", "ivar") if len(views.inputs) == 2 else ("time", "flux", "ivar", "band")
    return {**dict(zip(names, views.inputs, strict=True)), "params": views.params}


def embeddings(name: str, observe, series: Series, bands: tuple[str, ...]) -> Arrays:
    """Embedding and projection of a small model."""
    torch.manual_seed(SEED)
    width = {"width": 16} if name in ("dense", "resnet1d") else {}
    encoder = build_encoder({name: {"embedding_dim": 24} | width}, observe, bands)
    standardize(encoder, observe, series, 2, SEED)
    model = Model(encoder.eval(), Projector(24, 8).eval(), observe, {}, bands)
    single = {layer: model.embed(series, layer, threads=1) for layer in ("embedding", "projection")}
    if bands:  # encoders of light curves compute differences of times in single precision
        return single
    return single | in_double_precision(model, series)


def in_double_precision(model: Model, series: Series) -> Arrays:
    """Embedding and projection by the same weights in float64."""
    inputs = prepared(model.observe.deterministic(), series, model, 1).inputs
    encoder, projector = model.encoder.double(), model.projector.double()
    with torch.no_grad():
        embedding = encoder(*(one.double() for one in inputs))
        projection = projector(embedding)
    return {"embedding, float64": embedding.numpy(), "projection, float64": projection.numpy()}


def described(array: np.ndarray) -> dict[str, object]:
    """Hash, shape and some numbers of an array."""
    plain = np.ascontiguousarray(array)
    wide = plain.astype(np.float64).ravel()
    finite = wide[np.isfinite(wide)]
    some = wide[np.linspace(0, len(wide) - 1, min(SAMPLES, len(wide))).astype(int)]
    return {
        "sha256": hashlib.sha256(plain.tobytes()).hexdigest(),
        "shape": list(plain.shape),
        "largest": float(np.abs(finite).max(initial=0.0)),
        "mean": float(finite.mean()) if len(finite) else 0.0,
        "some": [float(f"{v:.9g}") if np.isfinite(v) else str(v) for v in some],
    }


def machine() -> dict[str, str]:
    """What decides whether bits can be the same: the processor as LLVM sees it, and the packages."""
    features = hashlib.sha256(binding.get_host_cpu_features().flatten().encode()).hexdigest()[:16]
    versions = {name: metadata.version(name) for name in PACKAGES}
    return {"processor": binding.get_host_cpu_name(), "features": features, **versions}


def main() -> None:
    """Record everything."""
    torch.set_num_threads(1)
    cases = compositions() | encoders()
    found = {name: {key: described(array) for key, array in make().items()} for name, make in cases.items()}
    RECORD.write_text(
        json.dumps({"machine": machine(), "cases": found}, indent=None, separators=(",", ":")).replace('},"', '},\n"')
        + "\n"
    )
    print(f"{RECORD.name}: {len(found)} cases", file=sys.stderr)


if __name__ == "__main__":
    main()
