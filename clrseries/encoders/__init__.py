"""What learns: networks from (flux, ivar) to an embedding."""

from .dense import ResidualDense
from .resnet import ResNet1d

ENCODERS = {"resnet1d": ResNet1d, "dense": ResidualDense}

__all__ = ["ENCODERS", "ResNet1d", "ResidualDense"]
