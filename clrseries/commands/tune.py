"""The command ``tune``: search for good arguments of ``pretrain``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..argument_types import check_whole
from ..errors import InputError
from ..files import refuse_existing
from ..names import known_name

if TYPE_CHECKING:
    from ..datasets.open import Data

Objective = Literal["rank", "uniformity", "probe"]


def tune(
    data: Data,
    output: str | Path,
    *,
    space: str | Path | Mapping[str, Any] | None = None,
    fixed: str | Path | Mapping[str, Any] | None = None,
    trials: int = 20,
    objective: Objective = "rank",
    probe: str | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Train with many combinations of arguments, drawn with the TPE sampler of Optuna, and keep the best run.

    Parameters
    ----------
    data : path, name, Series, table, or several of them
        Data, as for ``pretrain``.
    output : path
        Folder for ``best.yaml``, which ``clrseries pretrain`` takes, ``trials.csv``, ``best/``, the best run, and
        ``study.log``, the journal of Optuna, from which `resume` continues.
    space : path of a YAML file, or mapping, optional
        Arguments that vary, with their ranges: ``choice: [...]``, ``uniform: [low, high]``, ``log: [low, high]`` or ``int: [low,
        high]``. ``optimizer.learning_rate`` names a field of a group of settings, ``augment.FluxCalibrationError.amplitude`` an
        argument of a step. Default: :data:`clrseries.training.tuning.SPACE`.
    fixed : path of a YAML file, or mapping, optional
        Other arguments of ``pretrain``, including ``augment``.
    trials : int
        Total number of trials, with those before a `resume`; at least 1.
    objective : {"rank", "uniformity", "probe"}
        Quantity that selects the best run. ``"probe"`` is best if you have labels, see `probe`. ``"rank"`` (RankMe) and
        ``"uniformity"`` (alignment + uniformity) need no labels; use ``"uniformity"`` only if the augmentation does not vary,
        because a weaker augmentation always has a better alignment.
    probe : str, optional
        Column for a linear probe.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    seed : int
        Seed of the search and of every training; not negative.
    resume : bool
        Whether to continue the search in `output`; its data, space, fixed arguments, objective and seed must be the same.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    dict
        ``value`` and ``arguments`` of the best trial, and ``trials``: for each its number, its value (None if it was not finite) and the
        values of the arguments that varied, as they were used. ``trials.csv`` has the same.

    Raises
    ------
    InputError
        `output` exists, Optuna is missing, an argument cannot be used, or a search is resumed with other data or arguments.

    References
    ----------
    Akiba et al. 2019, arXiv:1907.10902 (Optuna); Garrido et al. 2023, arXiv:2210.02885 (RankMe).

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, tune
    >>> stars, space = datasets.simulated_light_curves(32, nights=20), {"optimizer.learning_rate": {"log": [3e-4, 1e-2]}}
    >>> fixed = {"encoder": {"curve_conv": {"size": "tiny", "embedding_dim": 16}}, "epochs": 1, "batch_size": 16}
    >>> found = tune(stars, tempfile.mkdtemp(), space=space, fixed=fixed, trials=2)
    >>> len(found["trials"])
    2
    """
    if not resume:
        refuse_existing(output, overwrite, folder=True)
    chosen = known_name("objective", objective, get_args(Objective))
    if chosen == "probe" and probe is None:
        raise InputError("objective: 'probe' needs a column to probe: give probe")
    check_whole("trials", trials, least=1)
    check_whole("seed", seed)
    from ..training.tuning import as_mapping, search
    from .pretrain import pretrain

    if medium is not None:
        fixed = as_mapping("fixed", fixed) | {"medium": known_name("medium", medium, ("vacuum", "air"))}
    return search(pretrain, data, Path(output), space, fixed, trials, chosen, probe, seed, resume)
