"""The command ``embed``: compute the embedding of every object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import InputError, located
from ..files import refuse_existing
from ..names import known_name
from .in_parts import in_parts, is_folder

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..model import Model


def embed(
    model: str | Path | Model,
    data: Data,
    output: str | Path,
    *,
    layer: Literal["embedding", "projection"] = "embedding",
    bands: dict[str, str | None] | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    overwrite: bool = False,
    progress: bool = True,
    dry_run: bool = False,
    scheduler: str | None = None,
    device: Literal["cpu", "cuda"] = "cpu",
    half_precision: bool = False,
) -> Path:
    """Compute the embedding of every object with a trained model, and write a table or a folder of tables.

    With a folder as `output`, the data may be larger than the memory, and the same call continues a run that was interrupted.

    Parameters
    ----------
    model : path or Model
        Name of weights in this package, such as ``supernova-spectra``; folder written by ``pretrain``; or ``owner/model`` on the Hugging
        Face Hub.
    data : path, name, Series or table
        Spectra or light curves: files, folders, globs or names of data sets (:func:`clrseries.datasets.open_series`).
    output : path
        Parquet file with all columns of `data` that are not lists, and ``embedding``, a fixed-size list of D float32.
        Files that could not be read are listed in ``<output>.failed.csv``. Or a folder, whose name ends in ``/`` or has no suffix, for
        files, folders, globs and HATS catalogs: it gets Parquet files in ``dataset/``, ``manifest.json``, and ``errors.parquet`` if
        anything could not be embedded (exit status 3 of the command).
    layer : {"embedding", "projection"}
        ``embedding`` is best for probes and maps, ``projection`` for finding the same source in another archive.
    bands : dict of str to str or None, optional
        For bands of the data, the band of the model that is taken instead; with None (``null`` on the command line) their points are left
        out: ``--bands '{p48g: g, "*": null}'``, where ``"*"`` stands for all others that the model does not know. Other bands keep their names.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    on_error : {"skip", "stop"}
        Whether an object that cannot be embedded gets a null and is counted, or stops the command.
    overwrite : bool
        Whether `output` is replaced if it exists.
    progress : bool
        Whether the progress is shown on standard error, for a folder.
    dry_run : bool
        Whether nothing is written, and the time and size that a folder will take are printed, from a measured sample.
    scheduler : str, optional
        For a folder: the Dask cluster that does the work, by the address of its scheduler, such as ``tcp://10.0.0.1:8786``, or the file of
        the scheduler, which ends in ``.json``; or ``local``, for a few processes on this machine. All machines see the same files.
    device : {"cpu", "cuda"}
        Where a folder of output is computed: on the CPU, or on torch's current GPU (of each worker of a cluster), through page-locked memory and CUDA streams.
    half_precision : bool
        Whether flux and ivar are copied to the GPU with 16 bits, where they keep their meaning: errors of at most 1/2048.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, or the model or the data cannot be used; or a folder holds the output of another model or other data.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, embed, pretrain
    >>> stars, folder = datasets.simulated_light_curves(32, nights=20), tempfile.mkdtemp()
    >>> encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    >>> model = pretrain(stars, folder + "/run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    >>> embed(model, stars, folder + "/embeddings.parquet").name
    'embeddings.parquet'
    """
    if is_folder(output):
        from ..archive.embedding import Embedding
        from ..model import load

        work = Embedding(load(model), layer, known_name("device", device, ("cpu", "cuda")), half_precision, bands=bands)
        if scheduler is None:
            work.engine  # noqa: B018 - a device that is not there is told before anything is written
        return in_parts(data, work, output, medium, on_error, overwrite, progress, dry_run, scheduler)
    if device != "cpu" or half_precision:
        raise InputError(
            f"device: a GPU is for a folder of output, and {output} is a file; write a name that ends in /"
        )
    if dry_run:
        raise InputError(f"dry_run: is for a folder of output, and {output} is a file; write a name that ends in /")
    if scheduler is not None:
        raise InputError(f"scheduler: is for a folder of output, and {output} is a file; write a name that ends in /")
    refuse_existing(output, overwrite)
    from ..datasets.open import described, open_series
    from ..io.embeddings import with_embeddings, with_model
    from ..io.many_files import write_failed
    from ..io.tables import write_table
    from ..model import load
    from ..model.model_hash import model_hash
    from ..model.own_bands import in_bands_of

    known = load(model)
    series = in_bands_of(known, open_series(data, medium=medium, kind=known.observe.kind), bands)
    if "embedding" in series.table.column_names:
        raise located("is there already: rename it", source=described(data), column="embedding")
    embeddings = known.embed(series, layer, on_error=on_error)
    name = model if isinstance(model, str | Path) else None
    made = with_model(with_embeddings(series.table, embeddings), name, layer, model_hash(known))  # for clrseries search
    write_table(made, output, overwrite=overwrite)
    write_failed(series, output)
    return Path(output)
