"""What an archive asks of a device: memory, copies, streams and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor

Made = TypeVar("Made")


class Operations(Protocol):
    """Operations of a device, each of which returns before the device has done it, except :meth:`finish` and :meth:`relieve`.

    Those of one stream are done in order; those of different streams in any order, unless one waits for an event of the other.
    """

    def pinned(self, size: int) -> Tensor:
        """Return bytes in page-locked memory of the host, which the device reads by itself."""
        ...

    def stream(self) -> Any:
        """Return a new stream."""
        ...

    def empty(self, size: int, stream: Any) -> Tensor:
        """Return bytes on the device, not set, for use in a stream."""
        ...

    def copy(self, there: Tensor, here: Tensor, stream: Any) -> None:
        """Copy bytes of page-locked memory to the device; they must stay as they are until an event recorded behind is done."""
        ...

    def launch(self, stream: Any, call: Callable[[], Made], reads: Iterable[Tensor] = ()) -> Made:
        """Call a function that queues work in a stream; `reads` are tensors that were made in other streams."""
        ...

    def back(self, tensor: Tensor, stream: Any) -> Tensor:
        """Return a tensor in the memory of the host; its numbers are there once an event recorded behind is done.

        It was made in this stream, or in one that this stream waits for.
        """
        ...

    def record(self, stream: Any) -> Any:
        """Return an event that is done when all that is queued in a stream is."""
        ...

    def wait(self, stream: Any, event: Any) -> None:
        """Let a stream, and not this thread, wait for an event."""
        ...

    def finish(self, event: Any) -> None:
        """Let this thread wait for an event."""
        ...

    def relieve(self) -> None:
        """Let this thread wait for all that is queued, and free memory that is kept for later use."""
        ...


class CudaOperations:
    """Operations of a CUDA device, through torch.

    Parameters
    ----------
    device : torch.device
        The device.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def pinned(self, size: int) -> Tensor:
        """Return page-locked memory.

        Parameters
        ----------
        size : int
            In bytes.

        Returns
        -------
        uint8 (size,) torch.Tensor
        """
        return torch.empty(size, dtype=torch.uint8, pin_memory=True)

    def stream(self) -> Any:
        """Return a new stream.

        Returns
        -------
        torch.cuda.Stream
        """
        return torch.cuda.Stream(self.device)

    def empty(self, size: int, stream: Any) -> Tensor:
        """Return bytes on the device.

        Parameters
        ----------
        size : int
            In bytes.
        stream : torch.cuda.Stream
            Where they are used; for use in another one, they are among the `reads` of :meth:`launch`.

        Returns
        -------
        uint8 (size,) torch.Tensor
        """
        with torch.cuda.stream(stream):
            return torch.empty(size, dtype=torch.uint8, device=self.device)

    def copy(self, there: Tensor, here: Tensor, stream: Any) -> None:
        """Queue a copy to the device.

        Parameters
        ----------
        there, here : uint8 (size,) torch.Tensor
            On the device, and in page-locked memory.
        stream : torch.cuda.Stream
            The stream.
        """
        with torch.cuda.stream(stream):
            there.copy_(here, non_blocking=True)

    def launch(self, stream: Any, call: Callable[[], Made], reads: Iterable[Tensor] = ()) -> Made:
        """Call a function with a stream as the current one.

        Parameters
        ----------
        stream : torch.cuda.Stream
            The stream.
        call : function
            Queues work.
        reads : iterable of torch.Tensor
            Made in other streams; torch does not hand out their memory again before this stream is done with them.

        Returns
        -------
        object
            What the function returns.
        """
        for tensor in reads:
            if tensor.is_cuda:
                tensor.record_stream(stream)
        with torch.cuda.device(self.device), torch.cuda.stream(stream):
            return call()

    def back(self, tensor: Tensor, stream: Any) -> Tensor:
        """Queue a copy to the host.

        Parameters
        ----------
        tensor : torch.Tensor
            Made in this stream, or in one that this stream waits for.
        stream : torch.cuda.Stream
            The stream.

        Returns
        -------
        torch.Tensor
            In page-locked memory.
        """
        tensor.record_stream(stream)  # torch does not hand out its memory again before the copy is done
        here = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        with torch.cuda.stream(stream):
            return here.copy_(tensor, non_blocking=True)

    def record(self, stream: Any) -> Any:
        """Return an event behind all that is queued in a stream.

        Parameters
        ----------
        stream : torch.cuda.Stream
            The stream.

        Returns
        -------
        torch.cuda.Event
        """
        return stream.record_event()

    def wait(self, stream: Any, event: Any) -> None:
        """Let a stream wait for an event.

        Parameters
        ----------
        stream : torch.cuda.Stream
            The stream.
        event : torch.cuda.Event
            From :meth:`record`.
        """
        stream.wait_event(event)

    def finish(self, event: Any) -> None:
        """Let this thread wait for an event.

        Parameters
        ----------
        event : torch.cuda.Event
            From :meth:`record`.
        """
        event.synchronize()

    def relieve(self) -> None:
        """Wait for the device, and give memory back that torch keeps for later use."""
        torch.cuda.synchronize(self.device)
        torch.cuda.empty_cache()
