"""Real data for everyone; a reader only reads."""

from .stellar import miles, stelib

__all__ = ["miles", "stelib"]
