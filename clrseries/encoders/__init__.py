"""What learns: networks from spectra or light curves to an embedding."""

from .build import CURVE_ENCODERS, ENCODERS, build_encoder
from .curve_conv import CurveConv, CurveTCN
from .curve_transformer import CurveTransformer
from .dense import ResidualDense
from .patches import ConvNeXt1d, SpectrumTransformer
from .resnet import ResNet1d

__all__ = [
    "CURVE_ENCODERS",
    "ENCODERS",
    "ConvNeXt1d",
    "CurveConv",
    "CurveTCN",
    "CurveTransformer",
    "ResNet1d",
    "ResidualDense",
    "SpectrumTransformer",
    "build_encoder",
]
