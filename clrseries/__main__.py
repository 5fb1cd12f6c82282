"""``python -m clrseries``."""

from .cli import run

run()
