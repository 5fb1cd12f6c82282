"""Contrastive methods: each turns views of objects into a loss."""

from .projector import Projector
from .simclr import SimCLR, nt_xent

__all__ = ["Projector", "SimCLR", "nt_xent"]
