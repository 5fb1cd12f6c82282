"""The task ``redshift``: redshifts of supernovae from one spectrum in the observed frame, of any class and phase."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ..encoders.redshift_templates import RedshiftTemplates
from ..evaluation import redshifts_by_template, unit
from ..series import Series
from ..spectra import Observe, Redshift, Velocity
from .contest import Entrant, Rows, Trial
from .pretrained import pretrained
from .supernova_spectra import HIGHEST, RECIPE, STEP, over_continuum, spectra_and_test

NEIGHBORS = 5
WIDTH = 0.005  # sigma of the Gaussian in z / (1 + z) about the redshift of a neighbor
STRENGTH = 80.0  # of the correlation with a template beside the logarithm of the density that the neighbors propose
METHODS: dict[str, dict[str, Any]] = {
    "SimCLR": {"method": "simclr", "source": "object_id"},
    "Rank-N-Contrast on z": {"method": "rank_n_contrast", "label": "z"},
}
KEPT = Observe([step for step in RECIPE.observe.steps if not isinstance(step, Velocity)])  # views keep the redshift
ABOUT = (
    "Optical spectra of the Open Supernova Catalog, in the observed frame, up to z = 0.4; the same supernovae are kept apart as in the task "
    "`supernova-spectra`. Errors are dz / (1 + z). Cross-correlation: the spectra of the others in their rest frames are the templates, and "
    "the redshift is that of the template and the shift with the highest correlation (Tonry & Davis 1979). Ours: an encoder trained on the others, "
    "with views that keep the redshift, and the five nearest neighbors in ln(1 + z); or the peak of the density about these neighbors together with the "
    "correlation with the same templates. Views, encoder and epochs are those of `examples/supernovae.yaml` (chosen for classes, while looking at "
    "other splits of the same set); how wide the density is and how much the correlation counts were chosen on one split inside the part to learn from."
)


def redshift_trials() -> list[Trial]:
    """Return the redshifts of the spectra of the Open Supernova Catalog.

    Returns
    -------
    list of Trial
        One.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    return [redshift_trial(*spectra_and_test())]


def redshift_trial(spectra: Series, test: Rows) -> Trial:
    """Return the trial on some of the spectra, with all others to learn from.

    Parameters
    ----------
    spectra : Series
        N spectra with the columns ``object_id`` and ``z``.
    test : int64
        Rows that are scored.

    Returns
    -------
    Trial
    """
    z, names = np.array(spectra.table["z"], float), np.array(spectra.object_ids)
    pool = np.setdiff1d(np.arange(len(spectra)), test)
    observed, rest = over_continuum(spectra)[test], over_continuum(spectra.take(pool), Redshift(z="z"))
    trained: dict[tuple[str, int], NDArray[np.float32]] = {}

    def neighbors(method: str, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        if (method, seed) not in trained:
            trained[method, seed] = _embedded(spectra, pool, method, seed)
        return nearest(trained[method, seed][test], trained[method, seed][pool])

    def by_neighbors(method: str) -> Any:
        def answer(seed: int) -> NDArray[np.float64]:
            share, rows = neighbors(method, seed)
            return np.expm1((share * np.log1p(z[pool])[rows]).sum(axis=1))

        return answer

    def refined(seed: int) -> NDArray[np.float64]:
        share, rows = neighbors("Rank-N-Contrast on z", seed)
        return with_templates(share, z[pool][rows], observed, rest)

    entrants = (
        Entrant("the mean of the others", lambda seed: np.full(len(test), z[pool].mean())),
        Entrant("cross-correlation with templates", lambda seed: redshifts_by_template(observed, rest, STEP, HIGHEST)),
        *(
            Entrant(f"clrseries, {name}, {NEIGHBORS} nearest neighbors", by_neighbors(name), ours=True)
            for name in METHODS
        ),
        Entrant("clrseries, Rank-N-Contrast on z, neighbors and templates", refined, ours=True),
    )
    title = "Redshifts of supernovae from one spectrum"
    return Trial(title, ABOUT, z[test], names[test], ("bias", "sigma_nmad", "outliers"), entrants)


def nearest(query: NDArray[np.floating], known: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the nearest neighbors by cosine, and weights that fall with the distance.

    Parameters
    ----------
    query, known : float (M, D), float (P, D)
        Embeddings.

    Returns
    -------
    float64 (M, K), int64 (M, K)
        Weights, whose sum is 1, and rows of `known`.
    """
    distance = 1.0 - unit(query).astype(np.float64) @ unit(known).astype(np.float64).T
    rows = np.argsort(distance, axis=1)[:, :NEIGHBORS]
    weight = 1.0 / np.maximum(np.take_along_axis(distance, rows, axis=1), 1e-9)
    return weight / weight.sum(axis=1, keepdims=True), rows


def with_templates(
    share: NDArray[np.float64], z: NDArray[np.float64], observed: NDArray[np.float32], rest: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the redshifts at which the density about neighbors and the correlation with templates are highest together.

    Parameters
    ----------
    share, z : float64 (M, K)
        Weights and redshifts of the neighbors.
    observed, rest : float32 (M, P), float32 (T, P)
        Spectra and templates over their continuum, minus 1.

    Returns
    -------
    float64 (M,)
    """
    lags = int(np.ceil(np.log1p(HIGHEST) / STEP))
    templates = RedshiftTemplates(len(rest), rest.shape[1], lags)
    templates.set_templates(functional.pad(torch.from_numpy(rest), (lags, 0)), STEP, STRENGTH)
    proposed = torch.from_numpy(np.stack([np.log(share), z, WIDTH * (1.0 + z)], axis=1)).float()
    own = torch.from_numpy(observed)
    return templates(proposed, own + 1.0, own.ne(0).float())[:, 1, 0].double().numpy()


def _embedded(spectra: Series, pool: Rows, method: str, seed: int) -> NDArray[np.float32]:
    """Return the embeddings of all spectra by an encoder that was trained on some of them."""
    settings: dict[str, Any] = {"augment": KEPT, "encoder": RECIPE.encoder, "epochs": RECIPE.epochs, "seed": seed}
    return pretrained(spectra.take(pool), "z", **settings, **METHODS[method]).embed(spectra)
