"""The command ``predict``: predict the target of a fine-tuned model for every object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import located
from ..files import refuse_existing

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..model import Model


def predict(model: str | Path | Model, data: Data, output: str | Path, *, overwrite: bool = False) -> Path:
    """Predict the target of a fine-tuned model for every object, and write a table.

    Parameters
    ----------
    model : path or Model
        Folder ``model/`` written by ``finetune``, or ``owner/model`` on the Hugging Face Hub.
    data : path, name, Series or table
        Spectra or light curves, as for ``embed``.
    output : path
        Parquet file with all columns of `data` that are not lists. For a target T it also has ``T_predicted``; and for classes
        ``T_probability``, a list (the names of the classes are in the metadata of the field), or for values ``T_sigma``.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, the model has no head, or the data cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, finetune, predict, pretrain
    >>> from clrseries.io.tables import read_table
    >>> stars, folder = datasets.simulated_light_curves(32, nights=20), tempfile.mkdtemp()
    >>> encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    >>> model = pretrain(stars, folder + "/run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    >>> metrics = finetune(model, stars, folder + "/classifier", target="class", epochs=1, progress=False)
    >>> path = predict(folder + "/classifier/model", stars, folder + "/classes.parquet")
    >>> read_table(path).column_names[-2:]
    ['class_predicted', 'class_probability']
    """
    refuse_existing(output, overwrite)
    import pyarrow as pa

    from ..datasets.open import described, open_series
    from ..io.tables import write_table
    from ..model import load

    series, known = open_series(data), load(model)
    found = known.predict(series)
    table = series.table
    for name in (f"{known.target}_{part}" for part in ("predicted", "probability", "sigma")):
        if name in table.column_names:
            raise located("is there already: rename it", source=described(data), column=name)
    table = table.append_column(f"{known.target}_predicted", pa.array(found["predicted"]))
    if "probability" in found:
        rows = found["probability"]
        column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        field = pa.field(f"{known.target}_probability", column.type, metadata={"classes": ",".join(known.head.classes)})
        table = table.append_column(field, column)
    else:
        table = table.append_column(f"{known.target}_sigma", pa.array(found["sigma"]))
    write_table(table, output, overwrite=overwrite)
    return Path(output)
