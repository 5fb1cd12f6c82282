"""The command ``predict``: predict the target of a fine-tuned model for every object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import located
from ..files import refuse_existing

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from ..datasets.open import Data
    from ..model import Model

SHOWN, LEAST = 3, 0.05  # classes in a line, and the least probability of one
UNKNOWN = 0.9  # `unlike` of one known object in ten is above


def predict(
    model: str | Path | Model,
    data: Data,
    output: str | Path | None = None,
    *,
    bands: dict[str, str | None] | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    overwrite: bool = False,
) -> Path | str:
    """Predict the target of a fine-tuned model for every object, and write a table, or print what is most important.

    Parameters
    ----------
    model : path or Model
        Name of weights in this package, such as ``supernova-spectra``; folder ``model/`` written by ``finetune``; or ``owner/model``
        on the Hugging Face Hub.
    data : path, name, Series or table
        Spectra or light curves, as for ``embed``.
    output : path, optional
        Without it, nothing is written and one line for each object is returned; several of one object are numbered in the order of `data`. Parquet file with all columns of `data` that are not lists. For a target T it also has ``T_predicted``. For classes, the
        probability of each class follows in a column of its own, ``p_CLASS`` for the class named CLASS; where classes are written as ``parent/child``,
        the sum of each parent's children, ``p_PARENT/*``; and ``T_probability`` is the
        list of them in the same order (in the metadata of the field, ``classes`` has the names as JSON); ``T_set_90`` lists the classes of which one is the true one for nine objects in ten, and
        ``unlike`` is the fraction of known objects that are less unlike all that the model knows, if the head was calibrated: above 0.9 lies one known object in ten, and
        the rest is to be distrusted. For values, ``T_sigma``
        follows, half the width of the central 68 percent of the predicted distribution. A model may predict a class and values V; then ``V_predicted`` and ``V_sigma`` follow.
        If the model reads periods, and the data have none, ``period_1`` [day], ``power_1`` and so on follow; the first is the best.
    bands : dict of str to str or None, optional
        For bands of the data, the band of the model that is taken instead; with None (``null`` on the command line) their points are left
        out: ``--bands '{p48g: g, "*": null}'``, where ``"*"`` stands for all others that the model does not know. Other bands keep their names.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    on_error : {"skip", "stop"}
        Whether an object that cannot be embedded gets nulls and is counted, or stops the command.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path or str
        `output`; or, without it, one line for each object with the likeliest classes and the values.

    Raises
    ------
    InputError
        `output` exists, the model has no head, the data cannot be used, have a band that the model does not know, or a column with the name of a new one.

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
    ['p_RRLyrae', 'class_probability', 'unlike']
    """
    if output is not None:
        refuse_existing(output, overwrite)
    from ..datasets.open import described, open_series
    from ..encoders.with_columns import columns_read
    from ..io.many_files import write_failed
    from ..io.tables import write_table
    from ..lightcurves.measured import with_measured
    from ..model import load
    from ..model.own_bands import in_bands_of

    known = load(model)
    series = in_bands_of(known, open_series(data, medium=medium, kind=known.observe.kind), bands)
    series = known.in_its_bands(series)
    measured = with_measured(series, columns_read(known.observe, known.encoder)) if len(series) else series
    found = known.predict(measured, on_error=on_error)
    periods = _periods(measured.table, series.table.column_names)
    if output is None:
        return "\n".join(_line(k, name, found, known, periods) for k, name in enumerate(_names(series.object_ids)))
    table = series.table
    for field, column in [*_columns(found, known), *_numbers(periods)]:
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


def _names(ids: Sequence[Any]) -> list[str]:
    """Return the name of each row: the object, and which of its rows it is if there are several."""
    of, seen = Counter(ids), Counter[Any]()
    names = []
    for name in ids:
        seen[name] += 1
        names.append(f"{name} ({seen[name]} of {of[name]})" if of[name] > 1 else str(name))
    return names


def _columns(found: dict[str, NDArray[Any]], model: Model) -> Iterator[tuple[pa.Field, pa.Array]]:
    """Yield the new columns; a prediction that is not finite is null."""
    import json

    import numpy as np
    import pyarrow as pa

    from ..evaluation.hierarchy import parent_sums

    target, predicted = model.target, found["predicted"]
    if "probability" not in found:
        yield from _numbers({f"{target}_predicted": predicted, f"{target}_sigma": found["sigma"]})
        return
    rows = found["probability"]
    lost = ~np.isfinite(rows).all(axis=1)
    yield pa.field(f"{target}_predicted", pa.string()), pa.array(predicted.astype(object), pa.string(), mask=lost)
    for k, name in enumerate(model.head.classes):
        yield pa.field(f"p_{name}", pa.float32()), pa.array(rows[:, k], pa.float32(), mask=lost)
    for name, sums in parent_sums(model.head.classes, rows).items():
        yield pa.field(f"p_{name}/*", pa.float32()), pa.array(sums, pa.float32(), mask=lost)
    column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1], mask=pa.array(lost))
    classes = json.dumps(list(model.head.classes), ensure_ascii=False)
    yield pa.field(f"{target}_probability", column.type, metadata={"classes": classes}), column
    if "set_90" in found:
        names = np.array(model.head.classes, object)
        sets = [None if gone else names[row].tolist() for row, gone in zip(found["set_90"], lost, strict=True)]
        yield pa.field(f"{target}_set_90", pa.list_(pa.string())), pa.array(sets, pa.list_(pa.string()))
    for name in getattr(model.head, "values", ()):
        yield from _numbers({f"{name}_predicted": found[name], f"{name}_sigma": found[f"{name}_sigma"]})
    if "unlike" in found:
        yield from _numbers({"unlike": found["unlike"]})


def _numbers(columns: dict[str, NDArray[Any]]) -> Iterator[tuple[pa.Field, pa.Array]]:
    """Yield columns of numbers; one that is not finite is null."""
    import numpy as np
    import pyarrow as pa

    for name, values in columns.items():
        column = pa.array(values, mask=~np.isfinite(values))
        yield pa.field(name, column.type), column


def _periods(measured: pa.Table, given: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the periods and their powers that were found for the model, NaN where there is none."""
    from ..lightcurves.measured import OF_PERIODS

    names = [name for name in measured.column_names if OF_PERIODS.fullmatch(name) and name not in given]
    return {name: measured[name].to_numpy() for name in names}


def _line(row: int, name: str, found: dict[str, NDArray[Any]], model: Model, periods: dict[str, NDArray[Any]]) -> str:
    """Return what is predicted of one object as one line."""
    import numpy as np

    if "probability" not in found:
        return f"{name}  {model.target} {found['predicted'][row]:.4g} +- {found['sigma'][row]:.2g}"
    chances = found["probability"][row]
    if not np.isfinite(chances).all():
        return f"{name}  cannot be used"
    likely = [k for k in np.argsort(-chances)[:SHOWN] if k == chances.argmax() or chances[k] >= LEAST]
    parts = [", ".join(f"{model.head.classes[k]} {chances[k]:.2f}" for k in likely)]
    parts += [
        f"{value} {found[value][row]:.4g} +- {found[f'{value}_sigma'][row]:.2g}"
        for value in getattr(model.head, "values", ())
    ]
    if "set_90" in found:
        parts.append("90 % set " + ", ".join(np.array(model.head.classes)[found["set_90"][row]]))
    parts += [f"period {own[row]:.6g} d" for key, own in periods.items() if key == "period_1" and np.isfinite(own[row])]
    if "unlike" in found:
        unlike = found["unlike"][row]
        parts.append(f"unlike the known {unlike:.2f}" + (", doubt the rest" if unlike > UNKNOWN else ""))
    return f"{name}  {'; '.join(parts)}"
