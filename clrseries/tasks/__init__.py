"""Tasks on public data on which ours and what one would use instead are compared, under one protocol; one file for each."""

from .contest import Contest, Entrant, Quoted, Trial
from .scores import contest_scores
from .table import TASKS, Task

__all__ = ["TASKS", "Contest", "Entrant", "Quoted", "Task", "Trial", "contest_scores"]
