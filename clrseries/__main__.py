"""``python -m clrseries``."""

from .commands.cli import run

run()
