"""Where compiled kernels are kept."""

import os
import tempfile
from pathlib import Path

import pytest

from clrseries.kernels import cache

NAME = f"clrseries-{cache.source_hash(Path(cache.__file__).parent)}"


@pytest.fixture
def directory(monkeypatch):
    """The uncached function, with an environment of its own."""
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return cache.cache_directory.__wrapped__


def blocked(tmp_path):
    """A path below a file, where nobody, not even root, can make a folder."""
    (tmp_path / "file").write_text("in the way")
    return str(tmp_path / "file" / "cache")


def test_the_usual_folders(directory, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert directory() == tmp_path / ".cache" / NAME
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert directory() == tmp_path / "x" / NAME
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "n"))
    assert directory() == tmp_path / "n" / NAME


@pytest.mark.parametrize("variable", ["NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME"])
def test_a_folder_that_cannot_be_written_gives_way_to_a_temporary_one_of_the_user(
    directory, variable, monkeypatch, tmp_path, caplog
):
    monkeypatch.setenv(variable, blocked(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert directory() == tmp_path / f"clrseries-{os.getuid()}" / NAME
    assert len(caplog.records) == 1 and "NUMBA_CACHE_DIR" in caplog.text
    assert (tmp_path / f"clrseries-{os.getuid()}").stat().st_mode & 0o777 == 0o700


def test_a_user_without_a_home(directory, monkeypatch, tmp_path, caplog):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(cache.Path, "home", no_home)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert directory() is not None and "no home" in caplog.text


def test_a_temporary_folder_that_others_can_write_is_not_used(directory, monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("NUMBA_CACHE_DIR", blocked(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"clrseries-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    assert directory() is None
    assert "compiled again in every process" in caplog.text


def test_without_any_folder_kernels_are_compiled_and_not_cached(monkeypatch):
    from numba import njit

    monkeypatch.setattr(cache, "cache_directory", lambda: None)
    with cache.private_cache():

        @njit(cache=True)
        def twice(x):
            return 2 * x

    assert twice(4) == 8 and twice.stats.cache_path is None
