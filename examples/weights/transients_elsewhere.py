"""Tell what the stored weights ``transients`` say of supernovae that many surveys and telescopes saw, with classes from spectra.

Needs ``$CLRSERIES_DATA``, for the light curves of the Open Supernova Catalog.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from shipping import one_thread

from clrseries import load, read_light_curves
from clrseries.datasets.folder import data_file

NAME, FEWEST = "transients", 8  # points in the bands that the weights know
SAME = {"u'": "u", "g'": "g", "r'": "r", "i'": "i", "z'": "z"}
CALLED = {"Ia": "SNIa", "II": "SNII", "SLSN-I": "SLSN-I"}  # what each class should be called


def main() -> None:
    """Print a table for the page about the weights."""
    one_thread()
    model = load(NAME)
    series = read_light_curves(data_file("osc_lightcurves/lightcurves.parquet"))
    series = series.with_bands(model.bands, rename=SAME, drop=True)
    counts = np.add.reduceat(series.ivar > 0, series.offsets[:-1].astype(np.intp))
    kinds = np.array(series.table["class"].to_pylist())
    rows = np.flatnonzero((counts >= FEWEST) & np.isin(kinds, list(CALLED)))
    found = model.predict(series.take(rows))
    print(
        "| class | supernovae | called so | `unlike` above 0.9 | most frequent answers |\n| --- | --- | --- | --- | --- |"
    )
    for kind, name in CALLED.items():
        own = kinds[rows] == kind
        answers = np.asarray(found["predicted"])[own]
        frequent = ", ".join(f"{each} {n}" for each, n in Counter(answers.tolist()).most_common(4))
        unlike = np.asarray(found["unlike"])[own]
        print(f"| {kind} | {own.sum()} | {(answers == name).mean():.2f} | {(unlike > 0.9).mean():.2f} | {frequent} |")


if __name__ == "__main__":
    main()
