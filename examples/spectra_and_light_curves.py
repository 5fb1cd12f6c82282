"""Spectra and light curves of the same supernovae in one space: search across, and what each modality adds.

    python examples/spectra_and_light_curves.py [--quick] [--output spectra_and_light_curves]

The Open Supernova Catalog has 180 supernovae with a spectrum and with photometry in the optical. Two encoders learn from two thirds of them that a spectrum
and a light curve of one supernova belong together (`clip`); no class is used. The other third is new to both: the spectra of each supernova search for
its light curve, and the light curves for the spectra. This is done for each third in turn. Then a logistic regression tells type Ia from
all others by the embeddings of spectra, of light curves, and of both side by side (balanced accuracy, supernovae that the encoders have not seen).
docs/examples.md has the tables; it takes five minutes on two cores. `--quick` trains for a moment, and on one third only.
"""

import argparse

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clrseries import Grid, LogUniform, Partner, Uniform, datasets, load, pretrain, read_light_curves
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.datasets.folder import data_file
from clrseries.evaluation import Retrieval, retrieve, unit

# similar bands of many telescopes are taken as one; ultraviolet and infrared ones are left out
BANDS = {
    "g": ["B", "G", "b", "g'"],
    "r": ["V", "R", "Rc", "r'", "C", "CLEAR", "clear"],
    "i": ["I", "Ic", "i'", "z", "z'"],
}
SPECTRUM = [
    sp.Extinction(Uniform(-0.3, 0.3)),
    sp.Resample(Grid.log(3600, 9000, velocity=900)),
    sp.FluxCalibrationError(Uniform(0, 0.4), LogUniform(500, 3000)),
    sp.Noise(LogUniform(8, 100)),
    sp.Crop(Uniform(-600, 600), Uniform(-900, 900)),
    sp.Normalize("mean"),
]
CURVE = [
    lc.DropPoints(Uniform(0.1, 0.6)),
    lc.Pack(96, "random", "peak"),
    lc.ZeroPoint(0.1),
    lc.Normalize("magnitude", softening=20.0),  # keeps the brightness, which goes with the redshift
]

LINEAR = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, class_weight="balanced", max_iter=2000))


def main() -> None:
    """Train on two thirds, look at the other, in turn; print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", default="spectra_and_light_curves")
    given = parser.parse_args()

    spectra = datasets.supernova_spectra()
    curves = read_light_curves(data_file("osc_lightcurves/lightcurves.parquet"))
    curves = curves.with_bands(list(BANDS), {old: new for new, names in BANDS.items() for old in names}, drop=True)
    names = np.intersect1d(spectra.object_ids, curves.object_ids)

    ranks: dict[str, list] = {"spectra": [], "light curves": []}
    scores: dict[str, list] = {"spectra": [], "light curves": [], "both": []}
    for train, test in list(KFold(3, shuffle=True, random_state=0).split(names))[: 1 if given.quick else 3]:
        run = pretrain(
            of(spectra, names[train]),
            given.output,
            augment=sp.Observe(SPECTRUM),
            encoder={"resnet1d": {"width": 32, "embedding_dim": 128}},
            method={"clip": {"projection_dim": 64}},
            partner=Partner(of(curves, names[train]), lc.Observe(CURVE), {"curve_transformer": {"embedding_dim": 128}}),
            epochs=2 if given.quick else 150,
            overwrite=True,
        )
        sides = (load(run), of(spectra, names[test])), (load(f"{given.output}/partner"), of(curves, names[test]))
        one, other = (means(model.embed(series, layer="projection"), series, names[test]) for model, series in sides)
        ranks["spectra"].append(retrieve(one, other, np.arange(len(test))).ranks)
        ranks["light curves"].append(retrieve(other, one, np.arange(len(test))).ranks)
        one, other = (means(model.embed(series), series, names[test]) for model, series in sides)
        kind = dict(zip(curves.object_ids, curves.table["class"].to_pylist(), strict=True))
        target = np.array([kind[name] == "Ia" for name in names[test]])
        for name, features in {"spectra": one, "light curves": other, "both": np.hstack([one, other])}.items():
            said = cross_val_predict(LINEAR, features, target, cv=StratifiedKFold(5, shuffle=True, random_state=0))
            scores[name].append(balanced_accuracy_score(target, said))

    print("| search by | top-1 | top-5 | median rank | among |\n| --- | --- | --- | --- | --- |")
    for name, found in ranks.items():
        of_all = Retrieval(np.concatenate(found)).summary()
        print(f"| {name} | {of_all['top1']:.2f} | {of_all['top5']:.2f} | {of_all['median_rank']:g} | {len(test)} |")
    print("\n| Ia told from the others by | balanced accuracy |\n| --- | --- |")
    for name, found in scores.items():
        print(f"| embeddings of {name} | {np.mean(found):.2f} |")


def of(series, names):
    """The rows of some supernovae."""
    return series.take(np.flatnonzero(np.isin(series.object_ids, names)))


def means(embeddings, series, names):
    """The mean direction of the embeddings of each supernova."""
    rows = [np.array(series.object_ids) == name for name in names]
    return unit(np.stack([unit(embeddings[row]).mean(axis=0) for row in rows]))


if __name__ == "__main__":
    main()
