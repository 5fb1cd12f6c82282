"""Test the stored weights ``supernova-spectra`` on faint spectra of OzDES, a survey of which they have learned nothing.

    git clone https://github.com/daniel-muthukrishna/astrodash
    python examples/weights/ozdes.py astrodash

The spectra are those of five reports (ATel 9504, 9570, 9742, 9855 and 9961) that come with the source code of DASH (Muthukrishna et al. 2019), with
the types and redshifts of the reports; many of these redshifts are of the host galaxy. Types are compared as Ia, Ib and Ic, II.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from shipping import one_thread

from clrseries import load, read_spectra
from clrseries.evaluation.scores import redshift_scores

TYPES = {"SNIa": "Ia", "SNII": "II", "SNIbc": "Ibc", "SNIb/c": "Ibc", "SNIb": "Ibc", "SNIc": "Ibc", "II-P": "II"}
FAR, WRONG, UNLIKE = 0.3, 0.05, 0.9  # redshift, error / (1 + z), and from where on the pages say to doubt the rest


def reported(path: Path) -> dict[str, tuple[float, str]]:
    """Return redshift and type of each supernova in the table of the reports; those without a redshift are left out."""
    found: dict[str, tuple[float, str]] = {}
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if cells[0].startswith("DES") and len(cells) > 7 and re.fullmatch(r"[~?]*\d\.\d+[~?]*", cells[6]):
            found.setdefault(cells[0], (float(cells[6].strip("~?")), TYPES.get(cells[7].strip("?"), cells[7])))
    return found


def group_of(kind: str) -> str:
    """Return Ia, Ibc or II for a type of the weights."""
    if kind.startswith("Ia"):
        return "Ia"
    return "II" if kind in ("II", "IIn") else "Ibc" if kind in ("Ib", "Ic", "IIb", "Ic-BL", "Ibn") else kind


def main() -> None:
    """Print a table: near, far, and all."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    one_thread()
    folder = Path(sys.argv[1]) / "templates" / "OzDES_data"
    known = reported(folder / "all_atels.txt")
    spectra = read_spectra(sorted(folder.glob("ATEL_*/*.dat")))
    names = [name.split("/")[-1].split("_")[0] for name in spectra.object_ids]
    rows = np.array([i for i, name in enumerate(names) if name in known])
    z, kind = (np.array(column) for column in zip(*(known[names[i]] for i in rows), strict=True))
    model = load("supernova-spectra")
    found = model.predict(spectra.take(rows))
    groups = np.array([group_of(name) for name in model.head.classes])
    chances = np.stack([found["probability"][:, groups == name].sum(axis=1) for name in np.unique(groups)], axis=1)
    right = np.unique(groups)[chances.argmax(axis=1)] == kind
    print("| redshift | spectra | type right | sigma_NMAD | beyond 0.05 | within one sigma | `unlike` above 0.9 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, some in ((f"up to {FAR}", z <= FAR), (f"above {FAR}", z > FAR), ("all", z >= 0)):
        scores = redshift_scores(found["redshift"][some], z[some], WRONG)
        numbers = [
            right[some].mean(),
            scores["sigma_nmad"],
            scores["outlier_rate"],
            (np.abs(found["redshift"] - z) < found["redshift_sigma"])[some].mean(),
            (found["unlike"][some] > UNLIKE).mean(),
        ]
        texts = [f"{value:.4f}" if k == 1 else f"{value:.2f}" for k, value in enumerate(numbers)]
        print(f"| {name} | {some.sum()} | {' | '.join(texts)} |")


if __name__ == "__main__":
    main()
