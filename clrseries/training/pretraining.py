"""One training, from its arguments to the saved model."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

from ..files import make_folder
from .arguments import Arguments
from .assemble import assemble, save_models


def train(arguments: Arguments) -> Path:
    """Train an encoder and save its model.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.

    Returns
    -------
    Path
        The folder of the model.

    Raises
    ------
    InputError
        Data or a setting cannot be used.
    """
    with torch.random.fork_rng():
        trainer, module = assemble(arguments)
        folder, checkpoint = arguments.output, arguments.output / "last.ckpt"
        make_folder(folder)
        if not arguments.resume:
            checkpoint.unlink(missing_ok=True)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")  # deprecated functions of torch that lightning calls
            trainer.fit(module, ckpt_path=str(checkpoint) if arguments.resume else None, weights_only=True)
        if trainer.is_global_zero:
            save_models(arguments, module)
    return folder / "model"
