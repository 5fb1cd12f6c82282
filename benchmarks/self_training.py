"""What `finetune` gains when it guesses the classes of objects that have none: supernova spectra with few labels.

    python benchmarks/self_training.py [--epochs 100] [--seeds 3]

Spectra of the Open Supernova Catalog in the observed frame, nine classes. SimCLR is trained on all spectra without labels, once. `finetune` then
gets 5 or 20 labels a class, with and without guesses for the other spectra, and is scored on the fifth of the supernovae that it holds out. A seed
draws split and labels, the same for both. Balanced accuracy, mean and standard deviation over the seeds, in Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile

from clrseries import datasets, finetune, pretrain
from clrseries.tasks.supernova_spectra import RECIPE

LABELS = (5, 20)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    spectra = datasets.supernova_spectra()
    print(f"| `finetune` | {' | '.join(f'{count} labels a class' for count in LABELS)} |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        model = pretrain(
            spectra, f"{folder}/run", augment=RECIPE.observe, encoder=RECIPE.encoder, method="simclr", source="object_id",
            epochs=options.epochs, progress=False,
        )  # fmt: skip
        for guess, name in ((False, "labels alone"), (True, "with `--guess`")):
            cells = []
            for count in LABELS:
                scores = [
                    finetune(
                        model, spectra, f"{folder}/tuned", target="class", labels=count, guess=guess, seed=seed,
                        overwrite=True, progress=False,
                    )["test"]["balanced_accuracy"]
                    for seed in range(options.seeds)
                ]  # fmt: skip
                scatter = statistics.stdev(scores) if len(scores) > 1 else float("nan")
                cells.append(f"{statistics.mean(scores):.2f} ± {scatter:.2f}")
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
