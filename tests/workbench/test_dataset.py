"""A recognizer's data set: its samples, classes and splits."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.errors import DataFormatError, UsageError
from effocr.workbench.dataset import open_dataset

SAMPLES = (
    "97/0x61_0_Font.png",
    "97/PAIRED_a_1_5_0x61_1.png",
    "97/PAIRED_a_1_2_6_0x61_2.png",
    "98/PAIRED_a_7_0x62_3.png",
    "99_104/PAIRED_b_8_0x63_0x68_4.png",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set of one render and four crops."""
    for name in SAMPLES:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((9, 7), 100, np.uint8)).save(path)
    (tmp_path / "set" / "full_charset_en.txt").write_text("97\n98\n")
    return tmp_path / "set"


def lines(path: Path, names: Sequence[str]) -> Path:
    """Write a COCO file that lists lines."""
    images = [{"id": i, "file_name": name} for i, name in enumerate(names)]
    path.write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    return path


def test_samples_know_class_kind_line_and_font(root: Path) -> None:
    data = open_dataset(root)
    found = {(s.glyph, s.kind, s.line, s.font) for s in data.samples}
    assert ("a", "render", None, "Font") in found
    assert ("ch", "paired", "b", None) in found
    assert data.classes == ("a", "b", "ch")
    assert data.problems == ()
    assert data.load(data.samples[0]).shape == (9, 7)


def test_the_class_is_told_by_the_folder_not_by_the_name(root: Path) -> None:
    (root / "97" / "0x61_0_Font.png").rename(root / "98" / "0x61_0_Font.png")
    assert [s.glyph for s in open_dataset(root).samples if s.kind == "render"] == ["b"]


def test_defect_27_a_stem_that_begins_another_one_is_told_apart(root: Path, tmp_path: Path) -> None:
    train = lines(tmp_path / "train.json", ["a_1.png", "b.png"])
    val = lines(tmp_path / "val.json", ["images/a_1_2.png"])
    test = lines(tmp_path / "test.json", ["a.jpg"])
    split = open_dataset(root).split(train, val, test)
    assert [s.line for s in split.train] == ["a_1", "b"]
    assert [s.line for s in split.val] == ["a_1_2"]
    assert [s.line for s in split.test] == ["a"]
    assert len(split.renders) == 1
    assert split.problems == ()


def test_defect_27_overlapping_splits_are_refused(root: Path, tmp_path: Path) -> None:
    train = lines(tmp_path / "train.json", ["a_1.png", "b.png"])
    val = lines(tmp_path / "val.json", ["b.png"])
    with pytest.raises(UsageError, match=r"train.json and .*val.json share 1 lines \(b.png\)"):
        open_dataset(root).split(train, val)


def test_defect_27_a_stem_that_two_splits_mean_is_refused(root: Path, tmp_path: Path) -> None:
    train = lines(tmp_path / "train.json", ["one/b.png"])
    val = lines(tmp_path / "val.json", ["two/b.jpg"])
    with pytest.raises(UsageError, match=r"line 'b' is in .*train.json and in .*val.json"):
        open_dataset(root).split(train, val)


def test_defect_27_crops_of_no_split_are_left_out_and_counted(root: Path, tmp_path: Path) -> None:
    (root / "97" / "PAIRED_odd.png").write_bytes((root / "97" / "0x61_0_Font.png").read_bytes())
    split = open_dataset(root).split(lines(tmp_path / "train.json", ["a_1.png", "a_1_2.png"]))
    assert len(split.train) == 2
    assert split.val == split.test == ()
    assert "3 crops of 3 lines that no split lists (a, b, no line named)" in str(split.problems[0])


def test_defect_27_val_may_be_test_and_is_named(root: Path, tmp_path: Path) -> None:
    train = lines(tmp_path / "train.json", ["a.png", "a_1.png", "a_1_2.png"])
    val = lines(tmp_path / "val.json", ["b.png"])
    split = open_dataset(root).split(train, val, val)
    assert split.val == split.test != ()
    assert "val and test" in str(split.problems[0])


def test_an_empty_class_is_left_out_and_reported(root: Path) -> None:
    (root / "100").mkdir()
    data = open_dataset(root)
    assert "d" not in data.classes
    assert "no images of 'd'" in str(data.problems[0])


def test_a_data_set_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "97").mkdir()
    with pytest.raises(DataFormatError, match="no image"):
        open_dataset(tmp_path)
