"""The command ``export``: write a model to an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..files import refuse_existing, replacing

if TYPE_CHECKING:
    from ..model import Model


def export(model: str | Path | Model, output: str | Path, *, overwrite: bool = False) -> Path:
    """Write the encoder of a model, and the head of a fine-tuned model, to an ONNX file.

    The outputs of the exported model are compared with those of the original. Its inputs are views of B objects: ``flux`` and
    ``ivar`` (B, P) of spectra on the grid of the model; ``time``, ``flux``, ``ivar`` and ``band`` (B, L) of light curves. Its
    outputs are ``embeddings`` and, for a fine-tuned model, ``answers``.

    Parameters
    ----------
    model : path or Model
        Folder of a model, or ``owner/model`` on the Hugging Face Hub.
    output : path
        The ``.onnx`` file.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, onnxscript or onnxruntime is missing, or the outputs of the exported model differ from those of the
        original.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, export, pretrain
    >>> stars, folder = datasets.simulated_light_curves(32, nights=20), tempfile.mkdtemp()
    >>> encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    >>> model = pretrain(stars, folder + "/run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    >>> export(model, folder + "/encoder.onnx").name
    'encoder.onnx'
    """
    refuse_existing(output, overwrite)
    from ..model import load
    from ..model.onnx import write_onnx

    with replacing(output) as part:
        write_onnx(load(model), part)
    return Path(output)
