"""Files are there whole or not at all."""

from pathlib import Path

import pytest

from effocr.atomic import write_text, write_whole


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "é\r\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xa9\r\n"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_a_write_that_fails_leaves_the_file_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, b"before")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["a.bin"]


def test_a_synced_write_waits_for_the_file_before_and_the_folder_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    original = Path.replace
    monkeypatch.setattr("os.fsync", lambda number: steps.append("fsync"))
    monkeypatch.setattr(
        Path, "replace", lambda self, target: (steps.append("rename"), original(self, target))[1]
    )
    write_whole(tmp_path / "a.bin", b"x", sync=True)
    assert steps == ["fsync", "rename", "fsync"]
    assert (tmp_path / "a.bin").read_bytes() == b"x"
