"""The memory of a model: written whole, read without pickle, refused when damaged."""

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import BundleError
from effocr.recognizer.memory import Memory


def memory() -> Memory:
    rows = np.eye(4, dtype=np.float32)[[0, 1, 2]]
    return Memory(rows, ("a", "", "\u017f"), np.array([2, 3], np.int64))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    memory().save(tmp_path / "memory.npz")
    found = Memory.load(tmp_path / "memory.npz")
    assert found.labels == ("a", "", "\u017f")
    assert found.ends.tolist() == [2, 3]
    np.testing.assert_array_equal(found.embeddings, memory().embeddings)


def test_an_empty_memory_can_be_kept(tmp_path: Path) -> None:
    nothing = Memory(np.zeros((0, 0), np.float32), (), np.zeros(0, np.int64))
    nothing.save(tmp_path / "memory.npz")
    assert Memory.load(tmp_path / "memory.npz").labels == ()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memory.npz").write_bytes(content)
    with pytest.raises(BundleError, match="not a memory"):
        Memory.load(tmp_path / "memory.npz")


def test_any_broken_byte_is_our_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "memory.npz"
    rows = rng.standard_normal((100, 16)).astype(np.float32)
    Memory(rows, ("a",) * 100, np.array([100], np.int64)).save(path)
    whole, refused = path.read_bytes(), 0
    for place in rng.integers(len(whole), size=200).tolist():
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            Memory.load(path)
        except BundleError:
            refused += 1
    assert refused > 100


def test_an_array_alone_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "memory.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(BundleError, match="not a memory"):
        Memory.load(tmp_path / "memory.npz")


def test_lines_that_go_back_are_refused(tmp_path: Path) -> None:
    wrong = Memory(memory().embeddings, memory().labels, np.array([2, 1, 3], np.int64))
    wrong.save(tmp_path / "memory.npz")
    with pytest.raises(BundleError, match="do not fit together"):
        Memory.load(tmp_path / "memory.npz")


def test_lines_that_do_not_end_with_the_glyphs_are_refused(tmp_path: Path) -> None:
    wrong = Memory(memory().embeddings, memory().labels, np.array([2], np.int64))
    wrong.save(tmp_path / "memory.npz")
    with pytest.raises(BundleError, match="do not fit together"):
        Memory.load(tmp_path / "memory.npz")


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "memory.npz"
    np.savez(path, embeddings=np.array([{}], dtype=object), labels=np.zeros(1), ends=np.zeros(1))
    with pytest.raises(BundleError, match="not a memory"):
        Memory.load(path)


def test_a_memory_of_another_encoder_is_refused(tmp_path: Path) -> None:
    path, kept = tmp_path / "memory.npz", memory()
    kept.save(path)
    dim = kept.embeddings.shape[1]
    assert Memory.load(path, dim).labels == kept.labels
    with pytest.raises(BundleError, match=f"of {dim} numbers, those of the model have {dim + 1}"):
        Memory.load(path, dim + 1)
