"""Pages as training holds them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.data.icdar import read_labels
from effocr.detector.pages import load_pages
from effocr.errors import ImageError
from effocr.pipeline.images import load_image


def load(path: Path) -> np.ndarray:
    try:
        return load_image(path)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def test_pages_are_kept_small_and_bad_images_are_named(labelled: Path, tmp_path: Path) -> None:
    text = (labelled / "labels.txt").read_text(encoding="utf-8")
    cv2.imwrite(str(tmp_path / "page.png"), cv2.imread(str(labelled / "page.png")))
    (tmp_path / "bad.png").write_bytes(b"no image")
    (tmp_path / "labels.txt").write_text(
        text + text.replace("page.png", "bad.png") + text.replace("page.png", "gone.png"),
        encoding="utf-8",
    )
    truths = read_labels(tmp_path, need_images=False).pages
    pages, skipped = load_pages(truths, line_px=10, memory_mb=1, load=load)
    assert len(pages) == 1
    assert pages[0].scale == pytest.approx(0.75)  # lines of 20 pixels become 15
    assert pages[0].line_px == pytest.approx(15)
    assert pages[0].grey().shape == (192, 240)
    assert [Path(item.source).name for item in skipped] == ["bad.png", "gone.png"]
    (again,), _ = load_pages(truths[:1], line_px=10, memory_mb=0, load=load)
    assert again.kept is None
    assert np.array_equal(again.grey(), pages[0].grey())


def test_a_page_without_room_leaves_the_room_to_the_next(labelled: Path) -> None:
    (truth,) = read_labels(labelled).pages
    sizes = iter([(2000, 1000), (256, 320)])

    def drawn(_: Path) -> np.ndarray:
        return np.full(next(sizes), 255, np.uint8)

    (large, small), _ = load_pages([truth, truth], line_px=20, memory_mb=1, load=drawn)
    assert large.kept is None
    assert small.kept is not None
