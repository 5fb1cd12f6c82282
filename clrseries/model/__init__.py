"""Trained models, in memory, on disk and on the Hugging Face Hub."""

from .model import Model, load
from .zoo import weights

__all__ = ["Model", "load", "weights"]
