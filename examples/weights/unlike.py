"""Tell which threshold of ``unlike`` flags how many supernovae and how many others, with the stored weights ``supernova-spectra``.

Needs what the training needs: see ``supernova_spectra.py``.
"""

from __future__ import annotations

from shipping import config_of, one_thread
from supernova_data import Supernovae
from supernova_spectra import NAME, others

from clrseries import load

THRESHOLDS = (0.8, 0.85, 0.9, 0.95, 0.99)


def main() -> None:
    """Print a table for the page about the weights."""
    one_thread()
    model, data = load(NAME), Supernovae(config_of(NAME))
    held_out, test = (model.predict(data.catalog.take(rows))["unlike"] for rows in (data.calibrate, data.test))
    stars, galaxies = others(model)
    columns = {
        f"{len(held_out)} supernova spectra held out": held_out,
        f"{len(test)} of the test": test,
        f"{len(stars)} stars of STELIB": stars,
        f"{len(galaxies)} galaxies and quasars": galaxies,
    }
    print(f"| `unlike` above | {' | '.join(columns)} |")
    print("| --- |" + " --- |" * len(columns))
    for threshold in THRESHOLDS:
        print(f"| {threshold} | {' | '.join(f'{(found > threshold).mean():.2f}' for found in columns.values())} |")


if __name__ == "__main__":
    main()
