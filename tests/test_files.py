"""Writing that the operating system refuses ends in one line, and leaves what was there."""

import errno
import os

import pytest

from clrseries import InputError
from clrseries.files import make_folder, refuse_existing, replacing


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for bad in ("/proc/x/part/e.json", tmp_path / "file" / "run" / "e.json", tmp_path / ("n" * 300), tmp_path / "a\0b"):
        with pytest.raises(InputError, match="cannot be written"), replacing(bad) as part:
            part.write_text("{}")
    with pytest.raises(InputError, match="/proc/x: cannot be written"):
        make_folder("/proc/x")
    with pytest.raises(InputError, match="is a file"):
        refuse_existing(tmp_path / "file" / "run", False)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="permission"):
        refuse_existing(tmp_path / "e.json", False)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_full_disk_leaves_what_was_there(tmp_path, kind):
    target = tmp_path / "out"
    if kind == "folder":
        target.mkdir()
        (target / "old").write_text("whole")
    else:
        target.write_text("whole")
    with (
        pytest.raises(InputError, match=r"out: cannot be written \(No space left on device\)"),
        replacing(target) as part,
    ):
        part.mkdir() if kind == "folder" else part.write_text("ha")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (target / "old" if kind == "folder" else target).read_text() == "whole"
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    for name in ("model", "file"):
        link = tmp_path / f"link to {name}"
        link.symlink_to(tmp_path / name)
        for content in ("first", "second"):
            with replacing(link) as part:
                if name == "model":
                    part.mkdir()
                (part / "config" if name == "model" else part).write_text(content)
            assert link.is_symlink()
            assert (tmp_path / name / "config" if name == "model" else tmp_path / name).read_text() == content
    assert len(list(tmp_path.iterdir())) == 4
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError, match="cannot be written"), replacing(tmp_path / "loop") as part:
        part.write_text("never")
