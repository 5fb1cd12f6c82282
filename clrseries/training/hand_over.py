"""Hand batches from the thread that makes them to the one that trains.

On a GPU both threads only queue work. Views are made in a CUDA stream of their own, while the encoder still computes in the stream
of the training. An event says when a batch is complete; the training's stream, not its thread, waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor

from ..methods import Batch


class HandOver(Protocol):
    """How batches come from the thread that makes them."""

    def making(self) -> Any:
        """Return the context in which the background thread makes a batch."""

    def made(self) -> Any:
        """Return a mark of the work queued so far, in the background thread after a batch."""

    def take(self, batch: Batch, mark: Any) -> Batch:
        """Return the batch for use in the thread that trains."""


class OnHost:
    """Batches in the memory of the CPU: they are complete when the background thread has made them."""

    @contextmanager
    def making(self) -> Iterator[None]:
        """Do nothing before and behind the work."""
        yield

    def made(self) -> None:
        """Return no mark: the work is done."""

    def take(self, batch: Batch, mark: None) -> Batch:
        """Return the batch itself.

        Parameters
        ----------
        batch : Batch
        mark : None

        Returns
        -------
        Batch
        """
        return batch


class InStream:
    """Batches on a GPU, made in a stream of their own.

    Parameters
    ----------
    device : torch.device
        The GPU that the encoder is on.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.stream = torch.cuda.Stream(device)
        self.stream.wait_stream(torch.cuda.current_stream(device))  # for samples that are being copied to the device

    @contextmanager
    def making(self) -> Iterator[None]:
        """Make the device and the own stream the current ones of this thread."""
        with torch.cuda.device(self.device), torch.cuda.stream(self.stream):
            yield

    def made(self) -> Any:
        """Return an event behind the work that is queued so far.

        Returns
        -------
        torch.cuda.Event
        """
        return self.stream.record_event()

    def take(self, batch: Batch, mark: Any) -> Batch:
        """Let the current stream of this thread wait for a batch.

        Parameters
        ----------
        batch : Batch
            Its tensors on the device are not handed out again by torch's allocator before the current stream is done with them.
        mark : torch.cuda.Event
            From :meth:`made`.

        Returns
        -------
        Batch
            The batch itself.
        """
        current = torch.cuda.current_stream(self.device)
        current.wait_event(mark)
        for tensor in tensors_of(batch):
            if tensor.is_cuda:
                tensor.record_stream(current)
        return batch


def hand_over_for(device: torch.device | None) -> HandOver:
    """Return how batches are handed over.

    Parameters
    ----------
    device : torch.device, optional
        A GPU on which views are made; None if they are made on the CPU.

    Returns
    -------
    HandOver
    """
    return OnHost() if device is None else InStream(device)


def tensors_of(batch: Batch) -> list[Tensor]:
    """Return all tensors of a batch.

    Parameters
    ----------
    batch : Batch

    Returns
    -------
    list of Tensor
    """
    others = [part for part in (batch.label, batch.domain) if part is not None]
    return [*batch.inputs, *others, *(batch.partner or ())]
