"""Variable stars told apart from a handful of labels: the demonstration on light curves, step by step.

    python examples/variable_stars.py [--quick] [--output variable_stars]

Takes EROS-1 from the folder $CLRSERIES_DATA, or simulated stars where it is not there, and says which.
The same with baselines, transfer and a report: ``clrseries demo --lightcurves``. Prints, for 5, 20 and 100 labeled stars a class,
the balanced accuracy on held-out stars of a linear probe on the embedding, of a random forest on the features of the package light-curve and periods,
and of such a forest on both. docs/examples.md has the table of EROS-1; it takes ten minutes on two cores. `--quick` trains for a moment on 300 stars.
"""

import argparse

import numpy as np

from clrseries import LogUniform, Optimizer, Uniform, load, pretrain
from clrseries.demos.variable_stars import labeled_variables
from clrseries.evaluation import balanced_scores, feature_classifiers, light_curve_features
from clrseries.lightcurves import Amplify, DropPoints, Normalize, Observe, Pack, ShiftTime, Window, ZeroPoint


def main() -> None:
    """Pretrain without labels, embed, probe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", default="variable_stars")
    given = parser.parse_args()

    stars, source = labeled_variables()
    print(source)
    if given.quick:
        stars = stars.take(np.arange(0, len(stars), len(stars) // 300))
    target = np.array(stars.table["class"].to_pylist())
    order = np.random.default_rng(0).permutation(len(stars))
    held_out, pool = np.split(order, [round(0.3 * len(stars))])

    # another campaign on the same star: at other times, less often, in other hands
    observe = Observe(
        [
            ShiftTime(Uniform(-1000, 1000)),
            Amplify(flux=LogUniform(0.4, 2.5)),
            Window(Uniform(300, 900)),
            DropPoints(Uniform(0.1, 0.6)),
            Pack(96, "random"),
            ZeroPoint(0.15),
            Normalize("magnitude", softening=20.0),
        ]
    )
    run = pretrain(
        stars.take(np.sort(pool)),
        given.output,
        augment=observe,
        encoder={"curve_transformer": {"embedding_dim": 64}},
        method={"simclr": {"projection_dim": 64}},
        epochs=2 if given.quick else 30,
        optimizer=Optimizer(learning_rate=1e-3),
        overwrite=True,
    )
    embedding, plain, models = load(run).embed(stars), light_curve_features(stars), feature_classifiers()
    ways = {
        "embedding, linear probe": (embedding, "linear"),
        "features and periods, random forest": (plain, "forest"),
        "both, random forest": (np.hstack([embedding, plain]), "forest"),
    }
    print("| | 5 labels a class | 20 | 100 |\n| --- | --- | --- | --- |")
    for name, (features, model) in ways.items():
        scores = [
            balanced_scores({"": models[model]}, features, target, pool, held_out, labels, 5)[""]
            for labels in (5, 20, 100)
        ]
        print(f"| {name} | {' | '.join(f'{mean:.3f} +- {scatter:.3f}' for mean, scatter in scores)} |")


if __name__ == "__main__":
    main()
