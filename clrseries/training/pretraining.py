"""One training, from its arguments to the saved model."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from lightning.pytorch.utilities.exceptions import SIGTERMException

from ..errors import Terminated
from ..files import make_folder
from .arguments import Arguments
from .assemble import assemble, save_models
from .resuming import check_resumed, described, keep


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
        Data or a setting cannot be used, or a run is resumed with other arguments than it began with.
    Terminated
        The process was asked to end (SIGTERM).
    KeyboardInterrupt
        The user interrupted the training. Both messages tell how to continue it.
    """
    with torch.random.fork_rng():
        trainer, module = assemble(arguments)
        folder, checkpoint = arguments.output, arguments.output / "last.ckpt"
        told = described(arguments, module) if arguments.resume or trainer.is_global_zero else {}
        earlier = check_resumed(arguments, module, told) if arguments.resume else []
        make_folder(folder)
        if trainer.is_global_zero:
            if not arguments.resume:
                checkpoint.unlink(missing_ok=True)
            keep(folder, told, earlier)
        with warnings.catch_warnings(), _told_how_to_go_on(checkpoint):
            warnings.filterwarnings("ignore", module="lightning")  # deprecated functions of torch that lightning calls
            trainer.fit(module, ckpt_path=str(checkpoint) if arguments.resume else None, weights_only=True)
        if trainer.is_global_zero:
            save_models(arguments, module, earlier)
    return folder / "model"


@contextmanager
def _told_how_to_go_on(checkpoint: Path) -> Iterator[None]:
    """Turn the two ways in which Lightning ends an interrupted training into errors that tell how to continue."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as error:
        terminated = isinstance(error, SIGTERMException | Terminated)
        interrupted = isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt)
        if not terminated and not interrupted:
            raise
        told = (
            f"continue with the same arguments and --resume, from {checkpoint}"
            if checkpoint.exists()
            else "there is no checkpoint yet to continue from with --resume: start again"
        )
        if terminated:
            raise Terminated(f"terminated; {told}") from None
        if threading.current_thread() is threading.main_thread() and handler is not None:
            signal.signal(signal.SIGINT, handler)  # Lightning ignores it from now on
        raise KeyboardInterrupt(f"interrupted; {told}") from None
