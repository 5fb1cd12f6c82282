"""What a person looks at: self-contained pages of figures and numbers."""

from .demo import demo
from .evaluate import evaluate

__all__ = ["demo", "evaluate"]
