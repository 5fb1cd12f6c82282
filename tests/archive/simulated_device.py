"""A device in the memory of the CPU that is as late as chance wants, records what it is asked for, and notices what is read too early.

Copies are done when the device gets to them, not when they are queued; until then their target holds NaN. Each stream knows which
operations of others it has waited for. Whatever a kernel or an encoder reads must have been made before, by that knowledge and not by
luck, and must be among its `reads` if it is of another stream (torch would hand out its memory again otherwise).
"""

import random
import threading
from collections import deque
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from clrseries.augment import device as augment_device
from clrseries.views import Views

from ..augment.host_arrays import OnDevice, StandIn, stand_in


class Stream:
    def __init__(self, name):
        self.name = name
        self.waiting: deque[tuple[str, Any]] = deque()
        self.queued = 0  # number of operations that were queued
        self.knows: dict[Stream, int] = {}  # operations of each stream that are done before the next one of this


class Event:
    def __init__(self, stream):
        self.stream, self.knows, self.done = stream, stream.knows | {stream: stream.queued}, False


class SimulatedDevice:
    """Operations of a device that goes on at random.

    `fails` says, from the number of the call, whether an allocation finds no memory.
    """

    def __init__(self, seed=0, fails=lambda number: False, ignores=()):
        self.chance = random.Random(seed)
        self.fails, self.ignores = fails, ignores
        self.lock = threading.RLock()
        self.here = threading.local()
        self.log: list[str] = []
        self.streams: list[Stream] = []
        self.slabs: list[torch.Tensor] = []
        self.made: dict[int, tuple[Stream, int, Any]] = {}  # who has made what, by the address of its memory
        self.calls = 0

    # the operations that the engine asks for

    def pinned(self, size):
        self.slabs.append(torch.full((size,), 255, dtype=torch.uint8))
        return self.slabs[-1]

    def stream(self):
        self.streams.append(Stream("copies views results".split()[len(self.streams)]))
        return self.streams[-1]

    def empty(self, size, stream):
        self.room()
        tensor = OnDevice.of(torch.full((size,), 255, dtype=torch.uint8).numpy())  # NaN
        with self.lock:
            self.make(stream, tensor)
        return tensor

    def copy(self, there, here, stream):
        before = here.clone()

        def do():
            assert torch.equal(here, before), "a slab was filled again before its copy was over"
            there.as_subclass(torch.Tensor).copy_(here)

        self.queue(stream, "copy", do)
        with self.lock:
            self.make(stream, there)

    def launch(self, stream, call, reads=()):
        self.room()
        with self.lock:
            self.log.append(f"launch {stream.name}")
            while stream.waiting:  # the call reads what the operations before it have made
                self.step(stream)
        self.here.stream, self.here.reads = stream, {address(tensor) for tensor in reads}
        try:
            for tensor in reads:
                self.check(tensor)
            found = call()
        finally:
            self.here.stream = None
        with self.lock:
            stream.queued += 1
            for tensor in tensors_in(found):
                self.make(stream, tensor)
        return found

    def back(self, tensor, stream):
        with self.lock:
            maker, number, _ = self.made[address(tensor)]
            assert maker is stream or stream.knows.get(maker, 0) >= number, (
                f"{stream.name} reads before {maker.name} has made it"
            )
        unset = float("nan") if tensor.is_floating_point() else -1
        here = torch.full(tensor.shape, unset, dtype=tensor.dtype)
        self.queue(stream, "back", lambda: here.copy_(tensor.as_subclass(torch.Tensor)))
        return here

    def record(self, stream):
        with self.lock:
            event = Event(stream)
        self.queue(stream, "event", event)
        return event

    def wait(self, stream, event):
        if "wait" in self.ignores:
            return
        self.queue(stream, "wait", event)
        with self.lock:
            for other, count in event.knows.items():
                stream.knows[other] = max(stream.knows.get(other, 0), count)

    def finish(self, event):
        if "finish" in self.ignores:
            return
        with self.lock:
            self.log.append(f"finish {event.stream.name}")
            while not event.done:
                self.step(event.stream)

    def relieve(self):
        with self.lock:
            for stream in self.streams:
                while stream.waiting:
                    self.step(stream)

    # how it goes on

    def queue(self, stream, kind, what):
        with self.lock:
            self.log.append(f"{kind} {stream.name}")
            stream.queued += 1
            stream.waiting.append((kind, what))
            for _ in range(self.chance.choice((0, 0, 1, 4))):
                some = [one for one in self.streams if one.waiting]
                if some:
                    self.step(self.chance.choice(some))

    def step(self, stream):
        kind, what = stream.waiting[0]
        if kind == "wait":
            while not what.done:
                self.step(what.stream)
        stream.waiting.popleft()
        if kind == "event":
            what.done = True
        elif kind != "wait":
            what()

    def make(self, stream, tensor):
        self.made[address(tensor)] = stream, stream.queued, tensor

    def room(self):
        with self.lock:
            self.calls += 1
            if self.fails(self.calls):
                raise torch.cuda.OutOfMemoryError("simulated")

    # what it notices

    def check(self, tensor):
        """Assert that a tensor may be read in the stream of this thread."""
        stream = getattr(self.here, "stream", None)
        with self.lock:
            if stream is None or address(tensor) not in self.made:
                return
            maker, number, _ = self.made[address(tensor)]
            if maker is stream:
                return
            assert address(tensor) in self.here.reads, (
                f"{stream.name} does not say that it reads what {maker.name} has made"
            )
            assert stream.knows.get(maker, 0) >= number, f"{stream.name} reads before {maker.name} has made it"


class Arrays(StandIn):
    """Arrays of the device: whatever a kernel is given is checked."""

    def __init__(self, simulated):
        super().__init__()
        self.simulated = simulated

    def seen(self, array):
        self.simulated.check(array)
        return super().seen(array)


class Checked(torch.nn.Module):
    """An encoder that may read its inputs only when they are ready."""

    def __init__(self, encoder, simulated):
        super().__init__()
        self.encoder, self.simulated, self.sizes = encoder, simulated, []

    def __deepcopy__(self, memo):
        return self

    def forward(self, *inputs):
        for tensor in inputs:
            self.simulated.check(tensor)
        self.sizes.append(len(inputs[0]))
        return self.encoder(*inputs)


def address(tensor):
    return tensor.as_subclass(torch.Tensor).untyped_storage().data_ptr()


def tensors_in(found):
    if isinstance(found, torch.Tensor):
        return [found]
    found = list(found.inputs) if isinstance(found, Views) else found
    return [tensor for part in found for tensor in tensors_in(part)] if isinstance(found, tuple | list) else []


@contextmanager
def simulated(device):
    """Within it, views are made on the simulated device."""
    arrays = Arrays(device)
    with stand_in(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(augment_device, "arrays_for", lambda samples: arrays)
        yield device
