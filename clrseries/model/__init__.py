"""Trained models, in memory, on disk and on the Hugging Face Hub."""

from .model import Model, load

__all__ = ["Model", "load"]
