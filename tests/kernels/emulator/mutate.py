"""Remove one barrier of the kernels after the other, and see whether the emulator notices.

    python -m tests.kernels.emulator.mutate

A barrier whose absence is never noticed is not needed by any of these compositions.
"""

import sys
from dataclasses import dataclass
from typing import Any

from clrseries import lightcurves, spectra

from ...lightcurves import every_step as light_curve_steps
from ...spectra import every_step as spectrum_steps
from . import alone, runtime
from .views import emulated_views
from .watched import Barrier

MORE = 30  # times the accesses of the whole kernel end a run that lacks a barrier


@dataclass(frozen=True)
class Case:
    """One composition and the batch that it is tried on."""

    name: str
    observe: Any
    series: Any


@dataclass(frozen=True)
class Trial:
    """A case as it runs with all barriers."""

    case: Case
    barriers: frozenset[Barrier]  # that it passes
    accesses: int


def cases():
    """Return all cases, of spectra and of light curves."""
    few, stars, long = spectrum_steps.spectra(), light_curve_steps.stars(), alone.long_curves()
    return [
        *(Case(name, spectra.Observe(steps, "cuda"), few) for name, steps in alone.spectra().items()),
        *(Case(name, lightcurves.Observe(steps, "cuda"), stars) for name, steps in alone.light_curves().items()),
        *(
            Case(f"{name}, long", lightcurves.Observe(steps, "cuda"), long)
            for name, steps in alone.light_curves().items()
        ),
    ]


def trial(case):
    """Run a case with all its barriers; nothing may be wrong with it."""
    _, kernel = emulated_views(case.observe, case.series)
    wrong = runtime.problems(kernel.findings())
    assert not wrong, (case.name, wrong)
    return Trial(case, frozenset(kernel.passed()), runtime.accesses())


def caught(barrier, trials):
    """Return how the absence of a barrier is noticed, or an empty string.

    Parameters
    ----------
    barrier : Barrier
    trials : list of Trial
        Those that pass few barriers are tried first.
    """
    for one in sorted(trials, key=lambda one: len(one.barriers)):
        if barrier in one.barriers:
            options = {"removed": barrier, "most_accesses": MORE * one.accesses}
            _, kernel = emulated_views(one.case.observe, one.case.series, order="reversed", **options)
            if wrong := runtime.problems(kernel.findings()):
                return f"{one.case.name}: {wrong[0]}"
    return ""


def main():
    """Print how each barrier is noticed; return the number of those that are not."""
    trials = [trial(case) for case in cases()]
    barriers = sorted(set().union(*(one.barriers for one in trials)))
    missed = 0
    for barrier in barriers:
        how = caught(barrier, trials)
        missed += not how
        print(f"{barrier}: {how or 'NOT NOTICED'}", flush=True)
    print(f"{len(barriers)} barriers, {missed} whose absence is not noticed")
    return missed


if __name__ == "__main__":
    sys.exit(bool(main()))
