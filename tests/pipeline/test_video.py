"""Frames of videos, GIFs and folders, and videos written; every file is made here."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from effocr.errors import ImageError, UsageError
from effocr.pipeline.video import VideoWriter, open_frames

COLOURS = ((250, 10, 10), (10, 250, 10), (10, 10, 250))


def frames() -> list[np.ndarray]:
    return [np.full((48, 64, 3), colour, np.uint8) for colour in COLOURS]


def close(found: np.ndarray, expected: tuple[int, int, int]) -> bool:
    return bool(np.abs(found.reshape(-1, 3).mean(axis=0) - expected).max() < 25)  # codecs lose


@pytest.mark.parametrize("name", ["out.avi", "out.mp4"])
def test_a_video_comes_back_with_colours_and_rate(tmp_path: Path, name: str) -> None:
    with VideoWriter(tmp_path / name, 5.0) as writer:
        for frame in frames():
            writer.write(frame)
    opened = open_frames(str(tmp_path / name))
    found = list(opened.images)
    assert opened.rate == pytest.approx(5.0)
    assert len(found) == 3
    assert all(close(one, colour) for one, colour in zip(found, COLOURS, strict=True))


def test_frames_of_other_sizes_are_fitted_into_the_first_ones(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "v.avi", 5.0) as writer:
        writer.write(frames()[0])
        writer.write(np.full((96, 64, 3), 255, np.uint8))  # twice as high
    second = list(open_frames(str(tmp_path / "v.avi")).images)[1]
    assert second.shape == (48, 64, 3)
    assert second[24, 32].mean() > 200
    assert second[24, 4].mean() < 60


def test_a_gif_is_read_with_its_pause(tmp_path: Path) -> None:
    images = [Image.fromarray(frame) for frame in frames()]
    images[0].save(tmp_path / "v.gif", save_all=True, append_images=images[1:], duration=200)
    opened = open_frames(str(tmp_path / "v.gif"))
    assert opened.rate == pytest.approx(5.0)
    assert [close(one, colour) for one, colour in zip(opened.images, COLOURS, strict=True)] == [
        True, True, True,
    ]  # fmt: skip


def test_a_folder_is_read_by_name_and_a_bad_image_is_told(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "pictures", 5.0) as writer:
        for frame in frames():
            writer.write(frame)
    names = sorted(file.name for file in (tmp_path / "pictures").iterdir())
    assert names == ["frame-000001.png", "frame-000002.png", "frame-000003.png"]
    (tmp_path / "pictures" / "frame-000002.png").write_bytes(b"broken")
    opened = open_frames(str(tmp_path / "pictures"))
    found = list(opened.images)
    assert [tuple(one[0, 0]) for one in found] == [COLOURS[0], COLOURS[2]]
    assert len(opened.problems) == 1
    assert "frame-000002.png" in opened.problems[0]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such video"):
        open_frames(str(tmp_path / "none.avi"))
    with pytest.raises(UsageError, match="no images in this folder"):
        open_frames(str(tmp_path))
    for name in ("bad.avi", "bad.gif", "empty.mp4"):
        (tmp_path / name).write_bytes(b"" if name == "empty.mp4" else b"no video" * 100)
        with pytest.raises(ImageError, match=name):
            open_frames(str(tmp_path / name))


def test_nothing_is_overwritten_and_other_suffixes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.avi").write_bytes(b"mine")
    with pytest.raises(UsageError, match="--force"):
        VideoWriter(tmp_path / "v.avi", 5.0)
    with pytest.raises(UsageError, match=r"\.mp4 or \.avi"):
        VideoWriter(tmp_path / "v.mkv", 5.0)
    cv2.imwrite(str(tmp_path / "frame-000001.png"), frames()[0])
    with pytest.raises(UsageError, match="--force"):
        VideoWriter(tmp_path, 5.0)
