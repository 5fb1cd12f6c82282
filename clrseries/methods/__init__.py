"""Contrastive methods: each turns views of objects into a loss."""

from .simclr import SimCLR, nt_xent

__all__ = ["SimCLR", "nt_xent"]
