"""The command ``preprocess``: bring an archive onto one grid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import InputError
from ..names import known_name
from .in_parts import in_parts, is_folder

if TYPE_CHECKING:
    from ..config import Augmentation
    from ..datasets.open import Data


def preprocess(
    config: Augmentation,
    data: Data,
    output: str | Path,
    *,
    seed: int = 0,
    medium: Literal["vacuum", "air"] | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    overwrite: bool = False,
    progress: bool = True,
    dry_run: bool = False,
    scheduler: str | None = None,
    device: Literal["cpu", "cuda"] = "cpu",
    trust_code: bool = False,
) -> Path:
    """Observe every object of an archive once more, on one grid and normalized, and write a folder of tables.

    The data may be larger than the memory, and the same call continues a run that was interrupted.

    Parameters
    ----------
    config : Observe, list of steps, or path
        The steps, as the argument ``augment`` of ``pretrain`` takes them: a YAML file with a list of steps at the top level or under
        ``augment``. A Resample puts spectra onto one grid.
    data : path or sequence of paths
        Spectra or light curves: files, folders, globs and HATS catalogs.
    output : path
        Folder, whose name ends in ``/`` or has no suffix. It gets Parquet files in ``dataset/``, which can be read as the data can, with
        all columns that are not lists and the samples of one view of every object; ``manifest.json``; and ``errors.parquet`` if anything
        could not be processed (exit status 3 of the command).
    seed : int
        Seed of the random steps; not negative. What is drawn for an object depends on this and its name alone.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra; those in air are brought to vacuum.
    on_error : {"skip", "stop"}
        Whether an object that cannot be used is left out and named in the table of errors, or stops the command.
    overwrite : bool
        Whether an earlier output in the folder is removed.
    progress : bool
        Whether the progress is shown on standard error.
    dry_run : bool
        Whether nothing is written, and the time and size that it will take are printed, from a measured sample.
    scheduler : str, optional
        For a folder: the Dask cluster that does the work, by the address of its scheduler, such as ``tcp://10.0.0.1:8786``, or the file of
        the scheduler, which ends in ``.json``; or ``local``, for a few processes on this machine. All machines see the same files.
    device : {"cpu", "cuda"}
        Where the views are made: on the CPU, or on torch's current GPU (of each worker of a cluster), through page-locked memory and CUDA streams.
    trust_code : bool
        Whether the function of a step Custom, which the file of the steps names, may be imported and run.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        The steps or the data cannot be used, there is no such device, or the folder holds something else than a run with the same ones.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, preprocess, read_light_curves, write_light_curves
    >>> folder = tempfile.mkdtemp()
    >>> write_light_curves(datasets.simulated_light_curves(8), folder + "/stars.parquet")
    >>> steps = [{"Fold": {"period": "period"}}, {"Pack": {"length": 64}}, {"Normalize": {"by": "band"}}]
    >>> out = preprocess(steps, folder + "/stars.parquet", folder + "/folded/", progress=False)
    >>> len(read_light_curves(out / "dataset"))
    8
    """
    if not is_folder(output):
        raise InputError(f"{output}: the output is a folder; write a name that ends in /")
    from ..archive.preprocessing import Preprocessing
    from ..argument_types import check_whole
    from ..config import composition

    observe = composition(config, "config", trust_code=trust_code)
    work = Preprocessing(observe, check_whole("seed", seed), known_name("device", device, ("cpu", "cuda")))
    if scheduler is None:
        work.engine  # noqa: B018 - a device that is not there is told before anything is written
    return in_parts(data, work, output, medium, on_error, overwrite, progress, dry_run, scheduler)
