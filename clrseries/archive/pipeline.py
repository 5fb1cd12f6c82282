"""Stages that work at the same time, each in a thread of its own, with short queues between them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")
DEPTH = 2  # items that wait between two stages, at most
WAIT = 0.2  # [s] between two looks whether the work was given up


def ahead(items: Iterable[Item], depth: int = DEPTH) -> Generator[Item, None, None]:
    """Take items from an iterator in a thread of its own, which begins at once, a few before they are asked for.

    Stages are put together as generators: ``encode(ahead(prepare(ahead(read(parts)))))``. Each works while the others do, and waits when
    the queue behind it is full, so that the memory is that of a few items whatever the number of all.

    Parameters
    ----------
    items : iterable
        The items; an error that it raises is raised here.
    depth : int
        Number of items that wait, at most.

    Returns
    -------
    generator
        Of the items, in order. When it is closed, the thread ends after the item that it is at.

    Examples
    --------
    >>> from clrseries.archive.pipeline import ahead
    >>> list(ahead(x * x for x in range(4)))
    [0, 1, 4, 9]
    """
    taken = _taken(items, depth)
    next(taken)
    return taken


def _taken(items: Iterable[Item], depth: int) -> Generator[Any, None, None]:
    """Start the thread, yield nothing of use once, and then the items: a generator that has begun ends its thread when it is closed."""
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(depth)
    given_up = threading.Event()

    def put(kind: str, item: Any) -> bool:
        while not given_up.is_set():
            try:
                waiting.put((kind, item), timeout=WAIT)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        source = iter(items)
        try:
            for item in source:
                if not put("item", item):
                    return
                del item  # so that one item less is in memory while the next is made
        except BaseException as error:  # told to whoever takes the items
            put("error", error)
        else:
            put("end", None)
        finally:
            if hasattr(source, "close"):
                source.close()

    thread = threading.Thread(target=work, name="clrseries-archive", daemon=True)
    thread.start()
    try:
        yield None
        while True:
            kind, item = waiting.get()
            if kind == "error":
                raise item
            if kind == "end":
                return
            yield item
            del item
    finally:
        given_up.set()
        thread.join()
