"""``predict``: data in, a fine-tuned model's answer for each object out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from .datasets.open import open_series
from .errors import located
from .io.parquet import refuse_existing, write_table
from .model import load
from .series import Series


def predict(model: str | Path, input: str | Path | Series, output: str | Path, *, overwrite: bool = False) -> Path:
    """Ask a fine-tuned model about every object of `input`.

    Parameters
    ----------
    model : path
        The ``model/`` that ``finetune`` wrote, or ``owner/model`` on the Hub.
    input : path or Series
        As for ``embed``.
    output : path
        Parquet: all columns of `input` that are not lists, and, for a target called T, ``T_predicted`` with, of classes, ``T_probability``
        (a list; the classes' names are in the field's metadata) or, of values, ``T_sigma``.
    overwrite : bool
        Replace `output` if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, the model has no head, or the data cannot be used.
    """
    refuse_existing(output, overwrite)
    series, known = open_series(input), load(model)
    found = known.predict(series)
    table = series.table
    name = f"{known.target}_predicted"
    if name in table.column_names:
        raise located("is there already: rename it", source=str(input), column=name)
    table = table.append_column(name, pa.array(found["predicted"]))
    if "probability" in found:
        rows = found["probability"]
        column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        field = pa.field(f"{known.target}_probability", column.type, metadata={"classes": ",".join(known.head.classes)})
        table = table.append_column(field, column)
    else:
        table = table.append_column(f"{known.target}_sigma", pa.array(found["sigma"]))
    write_table(table, output, overwrite=overwrite)
    return Path(output)
