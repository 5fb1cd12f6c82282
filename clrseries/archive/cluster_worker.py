"""What the workers of a Dask cluster run: parts of an archive, and the model that they share."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import torch
from distributed import Worker, WorkerPlugin

from .. import __version__
from ..augment.threads import limit_cores
from ..errors import InputError
from ..model import Model
from .manifest import NAME, Done, Manifest, read_manifest
from .part_writer import PartWriter, finished_part
from .parts import Part
from .sent_model import forget, models
from .slabs import Lost
from .stream import stream
from .work import Work

PATIENCE = 30.0  # [s] that a task waits for the plugin of its job


class Task(NamedTuple):
    """Parts of an archive that one worker processes one after the other.

    Parameters
    ----------
    job : str
        Name of the job, whose plugin brings the model.
    parts : tuple of Part
        The parts; their paths are absolute.
    folder : Path
        The output folder, absolute, on a file system that all machines share.
    manifest : Manifest
        What the output is made of.
    medium : {"vacuum", "air"} or None
        What the wavelengths of spectra are measured in.
    stop : bool
        Whether an object or file that cannot be used is an error.
    """

    job: str
    parts: tuple[Part, ...]
    folder: Path
    manifest: Manifest
    medium: str | None
    stop: bool


class Report(NamedTuple):
    """What came of a task.

    Parameters
    ----------
    rows, bytes : int
        Objects, and bytes of the archive.
    finished : list of Done
        The parts that are complete.
    failed : list of list of Lost
        Why other parts have no file.
    """

    rows: int
    bytes: int
    finished: list[Done]
    failed: list[list[Lost]]


class Job(WorkerPlugin):
    """What a job leaves on every worker, those that come later included: the model, once.

    Parameters
    ----------
    name : str
        Name of the job.
    make : function
        Makes what is done with the objects, with its engine; it holds the model.
    version : str
        Version of clrseries that made it.
    """

    def __init__(self, name: str, make: Callable[[], Work], version: str = __version__) -> None:
        self.name, self.make, self.version = name, make, version

    def setup(self, worker: Worker) -> None:
        """Keep the model until a task needs it.

        Parameters
        ----------
        worker : distributed.Worker
            The worker.
        """
        _jobs[self.name] = Running(self, threads=int(worker.state.nthreads))

    def teardown(self, worker: Worker) -> None:
        """Forget the model, and end what still runs.

        Parameters
        ----------
        worker : distributed.Worker
            The worker.
        """
        running = _jobs.pop(self.name, None)
        if running is not None:
            running.given_up.set()


class Running:
    """A job on this worker.

    Parameters
    ----------
    job : Job
        What the client sent.
    threads : int
        Number of threads that Dask gives to this worker.
    """

    def __init__(self, job: Job, threads: int) -> None:
        self.job, self.threads = job, threads
        self.given_up = threading.Event()
        self._lock = threading.Lock()
        self._work: Work | None = None

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Hold the model, which one thread at a time works with, and with as many cores as Dask gives to this worker.

        Yields
        ------
        Work
            What is done with the objects.

        Raises
        ------
        InputError
            The worker has another version of clrseries.
        """
        with self._lock:
            if self.job.version != __version__:
                raise InputError(
                    f"a worker has clrseries {__version__}, and the job was begun with {self.job.version}; install the same version"
                )
            with limit_cores(self.threads):
                torch.set_num_threads(self.threads)
                if self._work is None:
                    self._work = self.job.make()
                yield self._work


_jobs: dict[str, Running] = {}  # of this process, by name


def running_job(name: str) -> Running:
    """Return a job of this worker.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    Running

    Raises
    ------
    InputError
        The worker has not been told about it.
    """
    ends = time.monotonic() + PATIENCE  # a worker that has just come may have its first task before the plugin
    while name not in _jobs:
        if time.monotonic() > ends:
            raise InputError(f"a worker was not told about the job {name!r}, or the job has ended")
        time.sleep(0.05)
    return _jobs[name]


def process_parts(task: Task) -> Report:
    """Process parts, and write their files.

    Parts that are there already, from an attempt whose worker died, are not processed again.

    Parameters
    ----------
    task : Task
        The parts.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        The folder or the files cannot be seen from here, or another run has the folder now.
    """
    running = running_job(task.job)
    check_folder(task.folder, task.manifest)
    for part in task.parts:
        missing = next((path for path in part.paths if not path.is_file()), None)
        if missing is not None:
            raise InputError(f"{missing}: cannot be seen by a worker; a cluster needs files that all machines share")
    rows, size, finished, failed = 0, 0, [], []
    waiting: list[Part] = []
    for part in task.parts:
        earlier = finished_part(task.folder, part.name)
        if earlier is None:
            waiting.append(part)
        else:
            finished.append(earlier)
            rows, size = rows + earlier.rows, size + part.bytes
    with running.work() as work, closing(_steps(task, waiting, work)) as steps:
        for step in steps:
            rows, size = rows + step.rows, size + step.bytes
            if step.finished is not None:
                finished.append(step.finished)
            if step.failed:
                failed.append(step.failed)
            if running.given_up.is_set():
                raise InputError("the job was given up")
    return Report(rows, size, finished, failed)


def _steps(task: Task, waiting: list[Part], work: Work) -> Generator[Any, None, None]:
    def writer(folder: Path, name: str) -> PartWriter:
        return Guarded(folder, name, task.manifest)

    return stream(waiting, work, task.folder, task.medium, stop=task.stop, writer_of=writer)


class Guarded(PartWriter):
    """Writer that gives a part its name only while the folder belongs to the same run.

    A worker that the scheduler has lost sight of goes on writing. Its temporary file has a name of its own, and its part is the same as
    that of the worker which has taken over; but nothing of it may come into a folder that somebody has begun anew.

    Parameters
    ----------
    folder : Path
        The output folder.
    name : str
        Name of the part.
    manifest : Manifest
        What the run makes it of.
    """

    def __init__(self, folder: Path, name: str, manifest: Manifest) -> None:
        super().__init__(folder, name, own=True)
        self.folder, self.manifest = folder, manifest

    def finish(self) -> Done | None:
        """Complete the file and give it its name.

        Returns
        -------
        Done or None
            None if there were no rows.

        Raises
        ------
        InputError
            The folder belongs to another run now.
        """
        check_folder(self.folder, self.manifest)
        return super().finish()


def check_folder(folder: Path, manifest: Manifest) -> None:
    """Check that an output folder belongs to a run.

    Parameters
    ----------
    folder : Path
        The folder.
    manifest : Manifest
        What the run makes it of.

    Raises
    ------
    InputError
        It cannot be seen, or belongs to another run.
    """
    found = read_manifest(folder)
    if found is None:
        raise InputError(
            f"{folder / NAME}: cannot be seen by a worker; a cluster needs an output folder that all machines share"
        )
    if found != manifest:
        raise InputError(f"{folder}: belongs to another run now")


class Kept(WorkerPlugin):
    """A model that every worker keeps, those that come later included.

    Parameters
    ----------
    hash : str
        Its hash.
    model : Model
        The model.
    """

    idempotent = True

    def __init__(self, hash: str, model: Model) -> None:
        self.hash, self.model = hash, model

    def setup(self, worker: Worker) -> None:
        """Keep the model.

        Parameters
        ----------
        worker : distributed.Worker
            The worker.
        """
        models[self.hash] = self.model

    def teardown(self, worker: Worker) -> None:
        """Forget the model.

        Parameters
        ----------
        worker : distributed.Worker
            The worker.
        """
        forget(self.hash)


class Undisturbed(WorkerPlugin):
    """Let Ctrl-C on a terminal reach the command alone, which ends its workers on this machine in good order."""

    def setup(self, worker: Worker) -> None:
        """Ignore the signal.

        Parameters
        ----------
        worker : distributed.Worker
            The worker.
        """
        with suppress(ValueError):  # only the main thread can, and workers of their own process are in it
            signal.signal(signal.SIGINT, signal.SIG_IGN)
