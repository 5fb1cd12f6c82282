"""Hostile files for readers: random bytes, cut files, flipped bytes."""

import contextlib
import signal
import warnings

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from clrseries import InputError

LONGEST = 20  # seconds that a reader may take for a small file
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hostile(valid: bytes):
    """Return a strategy of files that are random, or a valid one cut short or with changed bytes."""
    size = len(valid)

    def changed(pairs):
        data = bytearray(valid)
        for at, value in pairs:
            data[at % size] = value
        return bytes(data)

    flips = st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, 255)), min_size=1, max_size=20)
    return st.one_of(st.binary(max_size=3000), st.integers(0, size).map(lambda n: valid[:n]), flips.map(changed))


@contextlib.contextmanager
def in_time():
    """Fail if the body takes longer than ``LONGEST``."""

    def stop(*_):
        raise AssertionError(f"took more than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def survives(read, path, data):
    """Write a file and read it: only an InputError of one line may come out."""
    path.write_bytes(data)
    with in_time(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read(path)
        except InputError as error:
            assert "\n" not in str(error).strip() and str(error), repr(str(error))
