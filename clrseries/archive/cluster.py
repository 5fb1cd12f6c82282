"""Processing of an archive on the workers of a Dask cluster."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..augment.threads import available_cores
from ..errors import InputError, require
from .manifest import Manifest, read_manifest
from .parts import Part
from .slabs import Lost
from .stream import MOST_FAILURES, Progress
from .work import Work

if TYPE_CHECKING:
    from distributed import Client

    from .cluster_worker import Report

logger = logging.getLogger("clrseries")
LOCAL = "local"
MOST_LOCAL = 8  # workers on this machine, at most
CORES_OF_LOCAL = 4  # of each, if there are as many
TASK_BYTES = 1 << 28  # of the parts of one task, about
TASK_PARTS = 64
CONNECTING = 30.0  # [s]
LOOK = 2.0  # [s] between two looks how many workers there are


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Connect to a Dask cluster, or begin one on this machine.

    Parameters
    ----------
    scheduler : str
        Address of the scheduler, such as ``tcp://10.0.0.1:8786``; path of its file, which ends in ``.json``; or ``"local"``.

    Yields
    ------
    distributed.Client

    Raises
    ------
    InputError
        Dask is not installed, or no scheduler answers.
    """
    distributed = require("distributed", extra="cluster", purpose="a cluster")
    if scheduler == LOCAL:
        count = max(min(available_cores() // CORES_OF_LOCAL, MOST_LOCAL), 2)
        threads = max(available_cores() // count, 1)
        from .cluster_worker import Undisturbed

        cluster = distributed.LocalCluster(
            n_workers=count, threads_per_worker=threads, dashboard_address=":0", silence_logs=logging.ERROR
        )
        try:
            with distributed.Client(cluster) as client:
                client.register_plugin(Undisturbed())
                yield client
        finally:
            with suppress(TimeoutError):  # the work is done; Dask kills workers that take long to end
                cluster.close()
        return
    address = _address_in(Path(scheduler)) if scheduler.endswith(".json") else scheduler
    try:
        client = distributed.Client(address, timeout=CONNECTING)
    except (OSError, ValueError, TimeoutError) as error:
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(
            f"scheduler: nothing answers at {scheduler!r} ({told}); start one with 'dask scheduler'"
        ) from error
    with client:
        yield client


def _address_in(file: Path) -> str:
    """Return the address in the file of a scheduler, which may be about to be written."""
    ends = time.monotonic() + CONNECTING
    while True:
        try:
            address = json.loads(file.read_bytes())["address"]
            if isinstance(address, str):
                return address
            told = "its address is no text"
        except OSError as error:
            told = str(error.strerror)
        except (ValueError, LookupError, TypeError):
            told = "it holds no address"
        if time.monotonic() > ends:
            raise InputError(
                f"scheduler: {file}: is no file of a scheduler ({told}); 'dask scheduler --scheduler-file {file}' writes one"
            )
        time.sleep(0.1)


def on_cluster(
    client: Client,
    parts: Iterable[Part],
    work: Work,
    folder: Path,
    medium: str | None = None,
    *,
    stop: bool = False,
) -> Generator[Progress, None, None]:
    """Process parts on a cluster; this does what :func:`clrseries.archive.stream.stream` does on one machine.

    The model reaches each worker once. If a worker dies, another one takes its parts; what it has finished stays.

    Parameters
    ----------
    client : distributed.Client
        The cluster.
    parts : iterable of Part
        The parts, none of which has a file yet.
    work : Work
        What is done with the objects; each worker makes its own engine.
    folder : Path
        The output folder, with its manifest, on a file system that all machines share.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.
    stop : bool
        Whether an object or file that cannot be used is an error.

    Yields
    ------
    Progress
        In the order in which parts are done.

    Raises
    ------
    InputError
        Several tasks one after the other fail, a worker cannot see the files, or `stop` is true and something cannot be used.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"{folder}: has no manifest")
    from .cluster_worker import Job

    absolute = [part._replace(paths=tuple(path.absolute() for path in part.paths)) for part in parts]
    name = f"clrseries {folder.absolute()}"  # so that a new run ends what one that was killed has left on the workers
    client.register_plugin(Job(name, work.maker()), name=name)
    tasks = _Tasks(client, name, folder.absolute(), manifest, medium, stop)
    try:
        yield from tasks.done(absolute)
    finally:
        tasks.cancel()
        with suppress(Exception):  # the scheduler may be gone
            client.unregister_worker_plugin(name)


class _Tasks:
    """The tasks of a job: a few more are with the cluster than it has workers, so that all have work and none a heap of it."""

    def __init__(
        self, client: Client, name: str, folder: Path, manifest: Manifest, medium: str | None, stop: bool
    ) -> None:
        from .cluster_worker import Task

        self.client, self.folder = client, folder
        self.task = partial(Task, name, folder=folder, manifest=manifest, medium=medium, stop=stop)
        self.parts: dict[Any, tuple[Part, ...]] = {}  # by future
        self.waiting: deque[tuple[Part, ...]] = deque()
        self.failures = 0

    def done(self, parts: list[Part]) -> Iterator[Progress]:
        """Yield what the cluster has done."""
        from distributed import wait

        self.waiting.extend(grouped(parts, self._workers()))
        while self.waiting or self.parts:
            workers = self._workers()
            if not workers:
                logger.warning("the cluster has no worker; waiting for one")
                self.client.wait_for_workers(1)
                continue
            while self.waiting and len(self.parts) < 2 * workers + 2:
                self._submit(self.waiting.popleft())
            with suppress(TimeoutError, CancelledError):  # of a future that is cancelled, its own exception tells more
                wait(list(self.parts), timeout=LOOK, return_when="FIRST_COMPLETED")
            for future in [future for future in self.parts if future.done()]:
                yield from self._came(future)

    def cancel(self) -> None:
        """Take back what the cluster still has."""
        with suppress(Exception):  # the scheduler may be gone
            self.client.cancel(list(self.parts), force=True)

    def _workers(self) -> int:
        return len(self.client.nthreads())

    def _submit(self, parts: tuple[Part, ...]) -> None:
        from .cluster_worker import process_parts

        key = f"clrseries-{parts[0].name.replace('/', '-')}-{uuid4().hex[:8]}"
        self.parts[self.client.submit(process_parts, self.task(parts), key=key, pure=False)] = parts

    def _came(self, future: Any) -> Iterator[Progress]:
        parts = self.parts.pop(future)
        if future.status == "finished":
            report: Report = future.result()
            self.failures = 0 if report.finished else self.failures
            rows, size = report.rows, report.bytes
            for finished in report.finished:
                yield Progress(rows, size, finished)
                rows = size = 0
            for failed in report.failed:
                yield Progress(rows, size, None, failed)
                rows = size = 0
            return
        error = future.exception()
        if isinstance(error, InputError):
            raise error
        told = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        if future.status != "error":
            raise InputError(
                f"the scheduler has given up a task ({told}); run the same command again to continue"
            ) from error
        if len(parts) > 1:  # one by one, to name the one that cannot be processed
            self.waiting.extend((part,) for part in parts)
            return
        self.failures += 1
        reason = f"cannot be processed on the cluster ({told})"
        if self.failures == MOST_FAILURES:
            raise InputError(f"{self.folder}: {self.failures} parts one after the other {reason}") from error
        yield Progress(0, parts[0].bytes, None, [Lost(parts[0].name, "", None, reason)])


def grouped(parts: list[Part], workers: int) -> list[tuple[Part, ...]]:
    """Divide parts into tasks that are neither too small to be worth a message nor too large to be lost with a worker.

    Parameters
    ----------
    parts : list of Part
        The parts.
    workers : int
        Number of workers; each gets several tasks, if there are as many parts.

    Returns
    -------
    list of tuple of Part
        Neighboring parts.

    Examples
    --------
    >>> from clrseries.archive.cluster import grouped
    >>> from clrseries.archive.parts import Part
    >>> parts = [Part(f"{k}.parquet", (), (), "spectra", (), 10, 1000, 0) for k in range(8)]
    >>> [len(some) for some in grouped(parts, workers=1)]
    [2, 2, 2, 2]
    """
    total = sum(part.bytes for part in parts)
    most = min(TASK_BYTES, total / (4 * max(workers, 1)))
    groups: list[list[Part]] = []
    size = 0
    for part in parts:
        if not groups or size + part.bytes > most or len(groups[-1]) == TASK_PARTS:
            groups.append([])
            size = 0
        groups[-1].append(part)
        size += part.bytes
    return [tuple(some) for some in groups]
