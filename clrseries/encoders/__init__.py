"""What learns: networks from (flux, ivar) to an embedding."""

from .resnet import ResNet1d

ENCODERS = {"resnet1d": ResNet1d}

__all__ = ["ENCODERS", "ResNet1d"]
