"""Build an encoder from its name, for the views that an augmentation makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from .. import lightcurves
from ..choice import Choice, named_choice
from ..config import Observe
from ..errors import InputError
from ..lightcurves.binned_periodogram import PERIODOGRAM
from ..names import find_name
from .convnext import ConvNeXt1d
from .curve_conv import CurveConv
from .curve_tcn import CurveTCN
from .curve_transformer import CurveTransformer
from .dense import ResidualDense
from .heads import ClassHead, MixtureHead
from .joint_head import JointHead
from .resnet import ResNet1d
from .resnet_ensemble import ResNetEnsemble
from .spectrum_transformer import SpectrumTransformer
from .with_columns import WithColumns

SPECTRUM_ENCODERS: dict[str, type[nn.Module]] = {
    "dense": ResidualDense,
    "resnet1d": ResNet1d,
    "spectrum_transformer": SpectrumTransformer,
    "convnext1d": ConvNeXt1d,
    "resnet_ensemble": ResNetEnsemble,
}
LIGHT_CURVE_ENCODERS: dict[str, type[nn.Module]] = {
    "curve_transformer": CurveTransformer,
    "curve_conv": CurveConv,
    "curve_tcn": CurveTCN,
}
PIXELS = ("dense", "resnet1d", "resnet_ensemble")  # take the number of pixels of the grid, the others their wavelengths
ENCODERS = SPECTRUM_ENCODERS | LIGHT_CURVE_ENCODERS
HEADS: dict[str, type[nn.Module]] = {"class": ClassHead, "mixture": MixtureHead, "joint": JointHead}
# Arguments of encoders that follow from the data and the augmentation, so that users do not set them.
FROM_DATA = ("pixels", "wavelength", "bands", "start", "stop", "folded")
COLUMNS: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "features": lightcurves.feature_names,
    "any_features": lambda bands: lightcurves.feature_names(("any",)),
    "periodogram": lambda bands: PERIODOGRAM,
}  # words for many columns, of the bands of the data
DEFAULT_SPAN = 1000.0  # [day], the range that CurveConv bins if the curves are not folded
Encoder = Choice | nn.Module


def build_encoder(encoder: Encoder, observe: Observe, bands: tuple[str, ...] = ()) -> Any:
    """Return an encoder for the views that an augmentation makes.

    Parameters
    ----------
    encoder : str, mapping or torch.nn.Module
        A name of ``ENCODERS``, alone or with settings, ``{"resnet1d": {"width": 16}}``; ``"auto"`` is ``"curve_transformer"``
        for light curves and ``"dense"`` for spectra. ``{"with_columns": {"encoder": "auto", "columns": ["photoz"]}}`` joins any of
        them with columns of the table, and ``"encoder": None`` reads the columns alone; see :class:`WithColumns`. Or a module of your own with an attribute ``embedding_dim``: it is called
        with flux and ivar (B, P) of spectra, or with time, flux, ivar and band (B, L) of light curves, and returns
        (B, embedding_dim).
    observe : spectra.Observe or lightcurves.Observe
        The augmentation; it sets the grid of spectra, and whether light curves are folded.
    bands : tuple of str
        Names of the bands of the light curves; empty for spectra.

    Returns
    -------
    torch.nn.Module
        A new encoder with random weights, or the module that was given.

    Raises
    ------
    InputError
        There is no such encoder or setting, it is for the other kind of data, or a module has no ``embedding_dim``.

    Examples
    --------
    >>> from clrseries import Grid, spectra as sp
    >>> from clrseries.encoders import build_encoder
    >>> observe = sp.Observe([sp.Resample(Grid.log(4000, 6800, 300)), sp.Normalize()])
    >>> build_encoder({"resnet1d": {"width": 8, "embedding_dim": 16}}, observe).embedding_dim
    16
    """
    if isinstance(encoder, nn.Module):
        if not isinstance(getattr(encoder, "embedding_dim", None), int):
            raise InputError(
                f"encoder: a module of your own needs an attribute embedding_dim, and {type(encoder).__name__} has none"
            )
        return encoder
    if isinstance(encoder, Mapping) and len(encoder) == 1 and find_name(next(iter(encoder)), ["with_columns"]):
        return _with_columns(next(iter(encoder.values())), observe, bands)
    curves = isinstance(observe, lightcurves.Observe)
    auto = LIGHT_CURVE_ENCODERS["curve_transformer"] if curves else SPECTRUM_ENCODERS["dense"]
    known = {"auto": auto, **ENCODERS, "with_columns": WithColumns}
    name, settings = named_choice("encoder", encoder, known, FROM_DATA)
    if name == "with_columns":
        return _with_columns(settings, observe, bands)
    if name == "auto":
        name = "curve_transformer" if curves else "dense"
    kind: Any = ENCODERS[name]
    if curves != (name in LIGHT_CURVE_ENCODERS):
        data, fitting = ("light curves", LIGHT_CURVE_ENCODERS) if curves else ("spectra", SPECTRUM_ENCODERS)
        raise InputError(f"encoder {name!r} does not take {data}; these do: {', '.join(fitting)}")
    try:
        return _built(kind, name, settings, observe, bands)
    except (ValueError, TypeError, IndexError, RuntimeError, AssertionError, ZeroDivisionError) as error:
        if isinstance(error, InputError):
            raise
        told = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        raise InputError(
            f"encoder: {name} cannot be built with {told} ({(str(error) or type(error).__name__).splitlines()[0]})"
        ) from error


def _with_columns(settings: Any, observe: Observe, bands: tuple[str, ...]) -> WithColumns:
    given = dict(settings) if isinstance(settings, Mapping) else {}
    inner = given.pop("encoder", "auto")
    if isinstance(given.get("columns"), str):
        given["columns"] = [given["columns"]]
    _, own = named_choice("encoder", {"with_columns": given}, {"with_columns": WithColumns}, ("encoder",))
    names: list[str] = []
    for name in own.pop("columns", ()):
        names += COLUMNS[name](bands) if name in COLUMNS else [name]
    return WithColumns(None if inner is None else build_encoder(inner, observe, bands), names, **own)


def _built(kind: Any, name: str, settings: dict[str, Any], observe: Observe, bands: tuple[str, ...]) -> Any:
    if isinstance(observe, lightcurves.Observe):
        if name != "curve_conv":
            return kind(len(bands), **settings)
        folded = any(isinstance(step, lightcurves.Fold) for step in observe.steps)
        return kind(len(bands), stop=1.0 if folded else DEFAULT_SPAN, folded=folded, **settings)
    return kind(len(observe.grid) if name in PIXELS else observe.grid.centers, **settings)
