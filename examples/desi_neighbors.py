"""A file of DESI spectra to embeddings and neighbors, with weights that come with the package.

    python examples/desi_neighbors.py DESI_FILE [--quick]

Coadded or single spectra in the format of DESI, three arms each. The neighbors are the stars of the library MILES whose spectra are most alike;
`unlike` tells what no star of the training was like: above 0.99 do not trust the neighbors. `--quick` compares with 100 stars instead of 984.
"""

import sys

import numpy as np

from clrseries import datasets, embed, load, read_spectra, search

# the ten lines
spectra = read_spectra(sys.argv[1])
stars = datasets.miles()
stars = stars.take(np.arange(100)) if "--quick" in sys.argv else stars
model = load("stars")
embed(model, stars, "miles.parquet", overwrite=True)
embeddings, unlike = model.embed(spectra), model.predict(spectra)["unlike"]
usable = np.isfinite(embeddings).all(axis=1)  # the fibers that have data
for row in np.flatnonzero(usable):
    print(f"DESI {spectra.object_ids[row]}: unlike {unlike[row]:.2f}")
    print(search("miles.parquet", embeddings[[row]], count=3))
