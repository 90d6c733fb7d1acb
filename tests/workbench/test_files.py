"""The files of a run folder: written as the original does, read without loss."""

import json
import resource
import struct
from pathlib import Path

import faiss
import numpy as np
import pytest
import torch

from effocr.data.hard_negatives import read_hard_negatives, write_hard_negatives
from effocr.errors import BundleError, DataFormatError, TrainingError
from effocr.recognizer.classic import read_weights
from effocr.workbench.files import (
    read_class_map,
    read_reference,
    write_class_map,
    write_encoder_weights,
    write_reference,
)

ROWS = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)


def test_the_index_has_the_bytes_of_the_original(tmp_path: Path) -> None:
    write_reference(tmp_path, ROWS, list("abcd"))
    content = (tmp_path / "ref.index").read_bytes()
    header = struct.pack("<4siqqqBiQ", b"IxFI", 3, 4, 1 << 20, 1 << 20, 1, 0, 12)
    unit = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    assert len(header) == 45
    assert content[:45] == header
    assert np.allclose(np.frombuffer(content[45:], np.float32).reshape(4, 3), unit, atol=1e-6)
    assert (tmp_path / "ref.txt").read_bytes() == b"a\nb\nc\nd"


def test_defect_36_labels_of_white_space_go_with_their_rows(tmp_path: Path) -> None:
    index = faiss.IndexFlatIP(3)
    index.add(ROWS)
    faiss.write_index(index, str(tmp_path / "ref.index"))
    (tmp_path / "ref.txt").write_text("a\n\u00a0\n\u3000\nd", "utf-8")
    embeddings, labels, skipped = read_reference(tmp_path)
    assert labels == ["a", "d"]
    assert np.array_equal(embeddings, ROWS[[0, 3]])
    assert [str(one).partition(" ")[0] for one in skipped] == [
        f"{tmp_path / 'ref.txt'}:{line}:" for line in (2, 3)
    ]


@pytest.mark.parametrize("space", ["\u0085", "\u2028", "\u1680", "\x1c", "\x0b"])
def test_defect_36_no_white_space_shifts_the_labels_after_it(space: str, tmp_path: Path) -> None:
    skipped = write_reference(tmp_path, ROWS, ["a", space, "c", "d"])
    _, labels, _ = read_reference(tmp_path)
    assert labels == ["a", "c", "d"]
    assert len(skipped) == 1


@pytest.mark.parametrize(
    "labels", [list("abcd"), list("1234"), ["12", "3", "4", "5"], ["q̃", "fi", "a", "b"],
               ["97", "98", "99", "1_2"], ["|", "_", "1", "2"]],
)  # fmt: skip
def test_labels_come_back_whatever_they_are(labels: list[str], tmp_path: Path) -> None:
    write_reference(tmp_path, ROWS, labels)
    assert read_reference(tmp_path)[1] == labels


def test_labels_of_efficient_ocr_are_read(tmp_path: Path) -> None:
    write_reference(tmp_path, ROWS[:2], ["x", "y"])
    (tmp_path / "ref.txt").write_text("72_105\n97\n")
    assert read_reference(tmp_path)[1] == ["Hi", "a"]


def test_files_of_different_runs_are_told_apart(tmp_path: Path) -> None:
    write_reference(tmp_path, ROWS, list("abcd"))
    (tmp_path / "ref.txt").write_text("a\nb\nc")
    with pytest.raises(BundleError, match=r"4 rows in ref\.index, 3 labels"):
        read_reference(tmp_path)
    (tmp_path / "ref.index").write_bytes(b"nonsense")
    with pytest.raises(BundleError, match="not a readable FAISS index"):
        read_reference(tmp_path)
    (tmp_path / "ref.index").unlink()
    with pytest.raises(BundleError, match="missing"):
        read_reference(tmp_path)


@pytest.mark.parametrize(
    "sets",
    [
        [tuple("abc"), tuple("bdefghijk")],  # any k, not the same in all
        [("\u00a0", "\u3000", "a"), tuple("a ")],
        [tuple("1|2"), tuple("3|4")],  # looks like the other form
        [("1",), tuple("23")],
        [("q̃", "q"), ("fi", "f", "i")],
        [("ch",)],
        [tuple("1_2")],
        [],
    ],
)
def test_defect_22_sets_of_any_size_and_characters_come_back(
    sets: list[tuple[str, ...]], tmp_path: Path
) -> None:
    write_hard_negatives(tmp_path / "hns.txt", sets)
    assert read_hard_negatives(tmp_path / "hns.txt") == sets


def test_sets_have_the_original_form_where_it_can_hold_them(tmp_path: Path) -> None:
    path = tmp_path / "hns.txt"
    write_hard_negatives(path, [tuple("abc"), tuple("d\u00a0")])
    assert path.read_text("utf-8") == "abc\nd\u00a0"
    write_hard_negatives(path, [("a", "ch")])
    assert path.read_text() == "97|99_104"
    path.write_text("104_105|97\n98|99\n")
    assert read_hard_negatives(path) == [("hi", "a"), ("b", "c")]


def test_a_character_that_breaks_the_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="one label a line"):
        write_hard_negatives(tmp_path / "hns.txt", [("a", "\n")])
    (tmp_path / "hns.txt").write_text("97|9999999\n")
    with pytest.raises(DataFormatError, match="not a Unicode character"):
        read_hard_negatives(tmp_path / "hns.txt")
    with pytest.raises(DataFormatError, match="No such file"):
        read_hard_negatives(tmp_path / "none.txt")


def test_the_class_map_comes_back(tmp_path: Path) -> None:
    write_class_map(tmp_path, ["z", "字", "ch"])
    assert json.loads((tmp_path / "class_map.json").read_text()) == {"0": "z", "1": "字", "2": "ch"}
    assert read_class_map(tmp_path) == ["z", "字", "ch"]
    (tmp_path / "class_map.json").write_text('{"0": "a", "2": "b"}')
    with pytest.raises(BundleError, match="class_map"):
        read_class_map(tmp_path)


def test_files_are_whole_when_the_disk_fills_up(tmp_path: Path) -> None:
    write_encoder_weights(tmp_path, {"net.x": torch.ones(2)})
    write_reference(tmp_path, ROWS, list("abcd"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))  # as a full disk: in the middle
    try:
        with pytest.raises(TrainingError, match=r"enc_best\.pth: can't be written: .*too large"):
            write_encoder_weights(tmp_path, {"net.x": torch.zeros(100_000)})
        with pytest.raises(OSError, match="too large"):
            write_reference(tmp_path, np.ones((4, 5_000), np.float32), list("abcd"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert torch.equal(read_weights(tmp_path)["x"], torch.ones(2))
    assert read_reference(tmp_path)[0].shape == (4, 3)
    names = {"enc_best.pth", "ref.index", "ref.txt"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "enc_best.pth").write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(TrainingError, match=r"enc_best\.pth"):
        read_weights(tmp_path)
