"""The command ``predict``: predict the target of a fine-tuned model for every object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import located
from ..files import refuse_existing

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from ..datasets.open import Data
    from ..model import Model


def predict(
    model: str | Path | Model,
    data: Data,
    output: str | Path,
    *,
    medium: Literal["vacuum", "air"] | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    overwrite: bool = False,
) -> Path:
    """Predict the target of a fine-tuned model for every object, and write a table.

    Parameters
    ----------
    model : path or Model
        Folder ``model/`` written by ``finetune``, or ``owner/model`` on the Hugging Face Hub.
    data : path, name, Series or table
        Spectra or light curves, as for ``embed``.
    output : path
        Parquet file with all columns of `data` that are not lists. For a target T it also has ``T_predicted``. For classes, the
        probability of each class follows in a column of its own, ``p_CLASS`` for the class named CLASS, and ``T_probability`` is the
        list of them in the same order (in the metadata of the field, ``classes`` has the names as JSON). For values, ``T_sigma``
        follows, the standard deviation.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    on_error : {"skip", "stop"}
        Whether an object that cannot be embedded gets nulls and is counted, or stops the command.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, the model has no head, the data cannot be used or have a column with the name of a new one.

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
    >>> read_table(path).column_names[-3:]
    ['p_Mira', 'p_RRLyrae', 'class_probability']
    """
    refuse_existing(output, overwrite)
    from ..datasets.open import described, open_series
    from ..io.many_files import write_failed
    from ..io.tables import write_table
    from ..model import load

    series, known = open_series(data, medium=medium), load(model)
    found = known.predict(series, on_error=on_error)
    table = series.table
    for field, column in _columns(found, known):
        if field.name in table.column_names:
            raise located(
                "is there already, and the predictions need this name: rename it",
                source=described(data),
                column=field.name,
            )
        table = table.append_column(field, column)
    write_table(table, output, overwrite=overwrite)
    write_failed(series, output)
    return Path(output)


def _columns(found: dict[str, NDArray[Any]], model: Model) -> Iterator[tuple[pa.Field, pa.Array]]:
    """Yield the new columns; a prediction that is not finite is null."""
    import json

    import numpy as np
    import pyarrow as pa

    target, predicted = model.target, found["predicted"]
    if "probability" not in found:
        for name, values in ((f"{target}_predicted", predicted), (f"{target}_sigma", found["sigma"])):
            column = pa.array(values, mask=~np.isfinite(values))
            yield pa.field(name, column.type), column
        return
    rows = found["probability"]
    lost = ~np.isfinite(rows).all(axis=1)
    yield pa.field(f"{target}_predicted", pa.string()), pa.array(predicted.astype(object), pa.string(), mask=lost)
    for k, name in enumerate(model.head.classes):
        yield pa.field(f"p_{name}", pa.float32()), pa.array(rows[:, k], pa.float32(), mask=lost)
    column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1], mask=pa.array(lost))
    classes = json.dumps(list(model.head.classes), ensure_ascii=False)
    yield pa.field(f"{target}_probability", column.type, metadata={"classes": classes}), column
