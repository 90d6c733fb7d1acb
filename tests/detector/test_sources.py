"""Data sets of pages, good and bad."""

import gzip
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.detector.pages import load_pages
from effocr.detector.sources import read_pages
from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.pipeline.images import load_image


def load(path: Path) -> np.ndarray:
    try:
        return load_image(path)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def test_a_folder_of_labelled_pages(labelled: Path) -> None:
    (page,), skipped = read_pages(labelled, level="line")
    assert skipped == []
    assert page.path == labelled / "page.png"
    assert len(page.polygons) == 6
    assert not any(page.ignored)


def test_labels_keep_what_is_right_and_name_what_is_not(tmp_path: Path) -> None:
    square = [[0, 0], [9, 0], [9, 9], [0, 9]]
    rows = [
        "\ufeffa.png\t" + json.dumps(
            [
                {"transcription": "a, b", "points": square},
                {"transcription": "###", "points": square},
                {"transcription": "x", "points": [[0, 0], [1, 1]]},
                {"transcription": "x", "points": [[0, 0], [1, 1], [float("nan"), 2]]},
                {"transcription": "no points"},
                "text",
            ]
        ),
        "",
        "b.png no tab",
        "c.png\t{not json",
        'd.png\t{"points": []}',
        "e.png\t[]",
    ]  # fmt: skip
    file = tmp_path / "train.txt"
    file.write_text("\n".join(rows), encoding="utf-8")
    pages, skipped = read_pages(file, level="word")
    assert [page.path.name for page in pages] == ["a.png", "e.png"]
    assert pages[0].ignored == (False, True)
    assert [str(item).split(":")[1] for item in skipped] == ["1", "1", "1", "1", "3", "4", "5"]
    assert (
        read_pages(file, level="word", max_images=1)[0] == pages[:1]
        or len(read_pages(file, level="word", max_images=1)[0]) == 1
    )


def test_lines_and_words_of_hiertext(tmp_path: Path) -> None:
    def word(x: int, legible: bool = True) -> dict[str, object]:
        points = [[x, 0], [x + 9, 0], [x + 9, 9], [x, 9]]
        return {"vertices": points, "text": "ab", "legible": legible}

    line = {
        "vertices": [[0, 0], [40, 0], [40, 9], [0, 9]], "text": "ab ab", "legible": False,
        "handwritten": False, "vertical": False, "words": [word(0), word(20, False)],
    }  # fmt: skip
    blurred = {"vertices": [[0, 50], [9, 50], [9, 59]], "legible": False, "lines": []}
    paragraph = {"vertices": line["vertices"], "legible": True, "lines": [line]}
    entry = {
        "image_id": "a", "image_width": 64, "image_height": 64, "paragraphs": [paragraph, blurred],
    }  # fmt: skip
    (tmp_path / "gt").mkdir()
    (tmp_path / "train").mkdir()
    cv2.imwrite(str(tmp_path / "train" / "a.jpg"), np.full((64, 64), 255, np.uint8))
    with gzip.open(tmp_path / "gt" / "train.jsonl.gz", "wt") as file:
        json.dump({"annotations": [entry]}, file)
    (lines,), _ = read_pages(tmp_path, level="line")
    (words,), _ = read_pages(tmp_path, level="word")
    assert lines.ignored == (True, True)
    assert words.ignored == (False, True, True)


def test_paths_that_are_no_data_set_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read_pages(tmp_path / "nowhere", level="line")
    with pytest.raises(DataFormatError, match=r"expected labels\.txt"):
        read_pages(tmp_path, level="line")
    (tmp_path / "labels.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(DataFormatError, match="no page in it"):
        read_pages(tmp_path, level="line")


def test_pages_are_kept_small_and_bad_images_are_named(labelled: Path, tmp_path: Path) -> None:
    text = (labelled / "labels.txt").read_text(encoding="utf-8")
    cv2.imwrite(str(tmp_path / "page.png"), cv2.imread(str(labelled / "page.png")))
    (tmp_path / "bad.png").write_bytes(b"no image")
    (tmp_path / "labels.txt").write_text(
        text + text.replace("page.png", "bad.png") + text.replace("page.png", "gone.png"),
        encoding="utf-8",
    )
    truths, _ = read_pages(tmp_path, level="line")
    pages, skipped = load_pages(truths, line_px=10, memory_mb=1, load=load)
    assert len(pages) == 1
    assert pages[0].scale == pytest.approx(0.75)  # lines of 20 pixels become 15
    assert pages[0].line_px == pytest.approx(15)
    assert pages[0].grey().shape == (192, 240)
    assert [Path(item.source).name for item in skipped] == ["bad.png", "gone.png"]
    (again,), _ = load_pages(truths[:1], line_px=10, memory_mb=0, load=load)
    assert again.kept is None
    assert np.array_equal(again.grey(), pages[0].grey())
