"""The table of the tasks, for the command ``benchmark``, its help and the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .asas import asas_contests
from .contest import Contest, Trial
from .eros import eros_contests
from .plasticc import plasticc_contests
from .redshift import redshift_trials
from .spectrographs import spectrograph_trials
from .stelib import stelib_trials
from .supernova_spectra import supernova_spectra_contests
from .supernova_templates import supernova_template_contests


@dataclass(frozen=True)
class Task:
    """One task.

    Parameters
    ----------
    word : str
        Name on the command line.
    summary : str
        One line.
    contests : function
        Reads the data and returns the contests, one for each way to split or to label.
    """

    word: str
    summary: str
    contests: Callable[[], Sequence[Contest | Trial]]


TASKS = {
    task.word: task
    for task in (
        Task("asas", "20 classes of variable stars, ASAS, one band", asas_contests),
        Task("eros", "4 classes of variable stars, EROS-1, two bands", eros_contests),
        Task(
            "plasticc",
            "14 classes of transients and variables, PLAsTiCC, six bands, with and without a catalog",
            plasticc_contests,
        ),
        Task("redshift", "redshifts of supernovae from one observed-frame spectrum", redshift_trials),
        Task("spectrographs", "which spectrograph took a spectrum of a supernova, and its class", spectrograph_trials),
        Task("stelib", "the same star in another spectral library, STELIB in MILES", stelib_trials),
        Task("supernova-spectra", "9 classes of supernovae, one observed-frame spectrum", supernova_spectra_contests),
        Task("supernova-templates", "10 types of supernovae, one rest-frame spectrum", supernova_template_contests),
    )
}
