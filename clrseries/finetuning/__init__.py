"""Training with labels: a head on a trained encoder, or everything from scratch."""

from .encoder_with_head import EncoderWithHead
from .from_scratch import train_from_scratch
from .temperature import fit_temperature

__all__ = ["EncoderWithHead", "fit_temperature", "train_from_scratch"]
