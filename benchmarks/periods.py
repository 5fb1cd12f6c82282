"""Periods: how many of a catalog are found, and how fast, beside astropy on the same frequencies.

    python benchmarks/periods.py [--output docs/periods.md]

RR Lyrae of SDSS Stripe 82 in five bands (periods of Sesar et al. 2010) within 1 %; one thread. The number of harmonics with which
candidates are compared was chosen on these stars.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np
from astropy.timeseries import LombScargle

from clrseries import datasets
from clrseries import lightcurves as lc
from clrseries.lightcurves.periodogram import lomb_scargle
from clrseries.lightcurves.relative_points import relative_points

COUNT = 3


def recovered() -> list[str]:
    stars = datasets.stripe82_rr_lyrae()
    true = np.array(stars.table["period"].to_pylist())
    table = lc.with_periods(stars, COUNT).table
    found = np.array([table[f"period_{k + 1}"].to_pylist() for k in range(COUNT)])
    right = np.abs(found / true - 1.0) < 0.01
    twice, half = (np.abs(factor * found[0] / true - 1.0) < 0.01 for factor in (0.5, 2.0))
    day = np.any([np.abs(1 / found[0] - np.abs(1 / true + k)) * true < 0.01 for k in (-2, -1, 1, 2)], axis=0)
    rows = {
        "the first period": right[0],
        "one of three": right.any(0),
        "the first is twice the period": twice,
        "the first is half the period": half,
        "the first is an alias of one or two days": day & ~right[0],
    }
    return [
        "| | fraction of 336 stars |",
        "| --- | --- |",
        *(f"| {name} | {got.mean():.3f} |" for name, got in rows.items()),
    ]


def speed() -> list[str]:
    lines = [
        "| | points | days | ms a star | stars a minute | astropy `fast`, ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, stars in (
        ("EROS-1", datasets.eros_variables()),
        ("ASAS", datasets.asas()),
        ("Stripe 82", datasets.stripe82_rr_lyrae()),
    ):
        stars = stars.take(np.linspace(0, len(stars) - 1, 200).astype(int))
        lc.with_periods(stars.take([0]))
        begun = time.process_time()
        lc.with_periods(stars)
        ours = (time.process_time() - begun) / len(stars)
        theirs = 0.0
        for i in range(0, 200, 10):
            points = relative_points(stars, i)
            frequency, _ = lomb_scargle(points)
            begun = time.process_time()
            LombScargle(points.time, points.value, points.weight**-0.5).power(
                frequency, method="fast", assume_regular_frequency=True
            )
            theirs += (time.process_time() - begun) / 20
        length = np.median(np.diff(stars.offsets))
        span = np.median(stars.x[stars.offsets[1:] - 1] - stars.x[stars.offsets[:-1]])
        lines.append(
            f"| {name} | {length:.0f} | {span:.0f} | {1e3 * ours:.1f} | {60 / ours:,.0f} | {1e3 * theirs:.1f} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    text = "\n".join(
        ["# Periods", "", "`python benchmarks/periods.py`, one thread, times of the processor.", "", *recovered(), "",
         "All of it (periodogram from one cycle in the whole time to ten a day, refinement, comparison), and the periodogram of astropy alone:",
         "", *speed()]
    )  # fmt: skip
    print(text)
    if given.output:
        given.output.write_text(text + "\n")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
