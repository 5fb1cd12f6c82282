"""Contrastive training: settings, batches of views, the Lightning module, and diagnostics of the embeddings."""

from .settings import Memory, Optimizer, Partner, Run, Stopping

__all__ = ["Memory", "Optimizer", "Partner", "Run", "Stopping"]
