"""An encoder by name, for the views of a composition."""

from __future__ import annotations

from typing import Any

from torch import nn

from ..augment import Observe
from ..errors import InputError
from ..monitor import Fold, Monitor
from .curve_conv import CurveConv, CurveTCN
from .curve_transformer import CurveTransformer
from .dense import ResidualDense
from .patches import ConvNeXt1d, SpectrumTransformer
from .resnet import ResNet1d

SPECTRUM_ENCODERS: dict[str, type[nn.Module]] = {
    "dense": ResidualDense,
    "resnet1d": ResNet1d,
    "spectrum_transformer": SpectrumTransformer,
    "convnext1d": ConvNeXt1d,
}
CURVE_ENCODERS: dict[str, type[nn.Module]] = {
    "curve_transformer": CurveTransformer,
    "curve_conv": CurveConv,
    "curve_tcn": CurveTCN,
}
ENCODERS = SPECTRUM_ENCODERS | CURVE_ENCODERS
DEFAULT_SPAN = 1000.0  # days that CurveConv bins where curves are not folded


def build_encoder(
    name: str, observe: Observe | Monitor, bands: tuple[str, ...], width: int, size: str, embedding: int
) -> Any:
    """A new encoder for the views that `observe` makes.

    Parameters
    ----------
    name : str
        A key of ``ENCODERS``; ``"auto"`` is ``"curve_transformer"`` for light curves, else ``"dense"``.
    observe : Observe or Monitor
    bands : tuple of str
        Of the light curves.
    width : int
        Of ``"dense"`` and ``"resnet1d"``.
    size : str
        Of the others.
    embedding : int

    Raises
    ------
    InputError
        There is no such encoder, or it is for the other kind of data.
    """
    curves = isinstance(observe, Monitor)
    if name == "auto":
        name = "curve_transformer" if curves else "dense"
    if name not in ENCODERS:
        raise InputError(f"there is no encoder {name!r}; there are {', '.join(ENCODERS)}")
    if curves != (name in CURVE_ENCODERS):
        kind, fitting = ("light curves", CURVE_ENCODERS) if curves else ("spectra", SPECTRUM_ENCODERS)
        raise InputError(f"encoder {name!r} does not take {kind}; these do: {', '.join(fitting)}")
    if isinstance(observe, Monitor):
        if name != "curve_conv":
            return ENCODERS[name](len(bands), size, embedding)
        folded = any(isinstance(step, Fold) for step in observe.steps)
        return CurveConv(len(bands), size, embedding, stop=1.0 if folded else DEFAULT_SPAN, folded=folded)
    if name in ("dense", "resnet1d"):
        return ENCODERS[name](len(observe.grid), width, embedding)
    return ENCODERS[name](observe.grid.centers, size, embedding)
