"""How many processes train together: those that the training starts by itself, or those that torchrun has started."""

from __future__ import annotations

import os
from typing import NamedTuple

from ..errors import InputError


class Launched(NamedTuple):
    """The processes of a training.

    Parameters
    ----------
    devices : int
        Number of processes on each machine.
    machines : int
        Number of machines.
    """

    devices: int
    machines: int

    @property
    def processes(self) -> int:
        """Number of all processes."""
        return self.devices * self.machines


def launched(devices: int) -> Launched:
    """Return how many processes train together.

    Parameters
    ----------
    devices : int
        Number that the user has given; 1 by default.

    Returns
    -------
    Launched
        Under torchrun the processes that it has started, and otherwise `devices` on one machine.

    Raises
    ------
    InputError
        torchrun has started another number of processes than was given, or not the same on each machine.

    Examples
    --------
    >>> from clrseries.training.launched import launched
    >>> launched(2).processes
    2
    """
    if not by_torchrun():
        return Launched(devices, 1)
    every, here = int(os.environ["WORLD_SIZE"]), int(os.environ["LOCAL_WORLD_SIZE"])
    if devices not in (1, here):
        raise InputError(f"devices is {devices}, and torchrun has started {here} processes: leave out devices")
    if every % here:
        raise InputError(f"torchrun has started {here} processes here, of {every}: start as many on each machine")
    return Launched(here, every // here)


def by_torchrun() -> bool:
    """Return whether torchrun has started this process.

    Returns
    -------
    bool
    """
    return "TORCHELASTIC_RUN_ID" in os.environ
