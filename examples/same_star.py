"""The same star in another library: what the instrument adds, before and after the training.

    python examples/same_star.py [--quick] [--output same_star]

MILES and STELIB have 117 stars in common. With each kind of features the STELIB spectrum of such a star searches for its MILES spectrum among all
MILES stars, and a linear or nearest-neighbor model tells from which of both libraries a spectrum is. The pairs are the same stars, so that chance is
0.5. No label, and neither the name of a star nor that of a library, is used in the training. docs/examples.md has the table; it takes five minutes
on two cores. `--quick` trains for a moment, on fewer stars.
"""

import argparse

import numpy as np

from clrseries import Series, datasets, load, pretrain
from clrseries.datasets.stars import matched
from clrseries.evaluation import continuum_pixels, pca, predictability, retrieve
from clrseries.series import concatenate
from clrseries.spectra import Observe


def main() -> None:
    """Pretrain, and print a row for each kind of features."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", default="same_star")
    given = parser.parse_args()

    miles, stelib = datasets.miles(), datasets.stelib()
    query, truth = matched(stelib, miles)
    if given.quick:  # the stars in common, and a hundred others
        kept = np.union1d(truth, np.arange(100))
        miles, stelib = miles.take(kept), stelib.take(query)
        query, truth = np.arange(len(query)), np.searchsorted(kept, truth)
    both = concatenate([miles, stelib])
    blind = Series(both.x, both.flux, both.ivar, both.offsets, both.table.select(["object_id"]))
    run = pretrain(blind, given.output, epochs=10 if given.quick else 700, overwrite=True)

    model = load(run)
    assert isinstance(model.observe, Observe)
    pixels = [continuum_pixels(library, model.observe.grid) for library in (miles, stelib)]
    ways = {
        "continuum-normalized pixels": pixels,
        "PCA (64) of the pixels": pca(pixels[0], pixels[1], size=64),
        "embedding": [model.embed(library) for library in (miles, stelib)],
        "projection": [model.embed(library, layer="projection") for library in (miles, stelib)],
    }

    print("| features | top-1 | top-5 | median rank | library told |\n| --- | --- | --- | --- | --- |")
    pairs, library = np.tile(np.arange(len(query)), 2), np.repeat(["MILES", "STELIB"], len(query))
    for name, (gallery, queries) in ways.items():
        found = retrieve(queries[query], gallery, truth).summary()
        told = predictability(np.concatenate([gallery[truth], queries[query]]), library, pairs, permutations=1)
        print(
            f"| {name} | {found['top1']:.2f} | {found['top5']:.2f} | {found['median_rank']:g} | {told['score']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
