"""Encoders: networks that turn spectra or light curves into embeddings."""

from .build import ENCODERS, LIGHT_CURVE_ENCODERS, SPECTRUM_ENCODERS, build_encoder
from .convnext import ConvNeXt1d
from .curve_conv import CurveConv
from .curve_tcn import CurveTCN
from .curve_transformer import CurveTransformer
from .dense import ResidualDense
from .erased import Erased
from .resnet import ResNet1d
from .resnet_ensemble import ResNetEnsemble
from .spectrum_transformer import SpectrumTransformer
from .with_columns import WithColumns

__all__ = [
    "ENCODERS",
    "LIGHT_CURVE_ENCODERS",
    "SPECTRUM_ENCODERS",
    "ConvNeXt1d",
    "CurveConv",
    "CurveTCN",
    "CurveTransformer",
    "Erased",
    "ResNet1d",
    "ResNetEnsemble",
    "ResidualDense",
    "SpectrumTransformer",
    "WithColumns",
    "build_encoder",
]
