"""Representations of spectra and light curves, learnt by observing each source again.

The public names are loaded on first use, so that ``import clrseries`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

# A checkout keeps the kernels beside this package; an installation has them inside.
_here = Path(__file__).parent
if not (_here / "kernels").exists() and (_here.parent / "kernels" / "__init__.py").exists():
    __path__.append(str(_here.parent))

__version__ = "0.1.0"

_HOME = {
    "Series": ".series",
    "concatenate": ".series",
    "Views": ".views",
    "CurveViews": ".views",
    "Grid": ".grids",
    "InputError": ".errors",
    "read_parquet": ".io.parquet",
    "write_parquet": ".io.parquet",
    "read_curves": ".io.curves",
    "write_curves": ".io.curves",
    "read_kepler": ".io.missions",
    "read_osc": ".io.supernovae",
    "read_snana": ".io.supernovae",
    "read_ztf": ".io.supernovae",
    "Observe": ".augment",
    "Redshift": ".augment",
    "Velocity": ".augment",
    "Rotate": ".augment",
    "Broaden": ".augment",
    "Tilt": ".augment",
    "HostExtinction": ".augment",
    "Extinction": ".augment",
    "LSF": ".augment",
    "WavelengthError": ".augment",
    "Resample": ".augment",
    "Telluric": ".augment",
    "WarpFlux": ".augment",
    "Fringe": ".augment",
    "ArmJoin": ".augment",
    "Custom": ".augment",
    "ScatteredLight": ".augment",
    "SkyResidual": ".augment",
    "Noise": ".augment",
    "CosmicRays": ".augment",
    "Crop": ".augment",
    "LoseArm": ".augment",
    "MaskTelluric": ".augment",
    "MaskRuns": ".augment",
    "MaskPixels": ".augment",
    "Normalize": ".augment",
    "Uniform": ".augment",
    "LogUniform": ".augment",
    "Normal": ".augment",
    "TruncatedNormal": ".augment",
    "Choice": ".augment",
    "Empirical": ".augment",
    "Curve": ".augment",
    "survey": ".augment",
    "Amplify": ".monitor",
    "Bin": ".monitor",
    "Depth": ".monitor",
    "Detect": ".monitor",
    "Dilate": ".monitor",
    "DropBands": ".monitor",
    "Flares": ".monitor",
    "Fold": ".monitor",
    "Gaps": ".monitor",
    "Jumps": ".monitor",
    "Level": ".monitor",
    "LoseDays": ".monitor",
    "Monitor": ".monitor",
    "Moon": ".monitor",
    "Nights": ".monitor",
    "Outliers": ".monitor",
    "Pack": ".monitor",
    "RandomWalk": ".monitor",
    "ReverseTime": ".monitor",
    "Saturate": ".monitor",
    "Seasons": ".monitor",
    "ShiftTime": ".monitor",
    "StretchPeriod": ".monitor",
    "Thin": ".monitor",
    "Trend": ".monitor",
    "Truncate": ".monitor",
    "Visit": ".monitor",
    "Weather": ".monitor",
    "Window": ".monitor",
    "ZeroPoint": ".monitor",
    "cadence": ".monitor",
    "Model": ".model",
    "load": ".model",
    "pretrain": ".training.pretrain",
    "tune": ".training.tune",
    "finetune": ".training.finetune",
    "predict": ".prediction",
    "export": ".onnx",
    "show_methods": ".report.methods",
    "embed": ".embedding",
    "evaluate": ".report.evaluate",
    "demo": ".report.demo",
    "plot_views": ".report.views",
    "show_views": ".report.views",
}
_MODULES = (
    "augment",
    "datasets",
    "encoders",
    "evaluation",
    "io",
    "kernels",
    "methods",
    "monitor",
    "report",
    "training",
)

__all__ = [*_HOME, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name], __name__), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module("." + name, __name__)
    raise AttributeError(f"module 'clrseries' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
