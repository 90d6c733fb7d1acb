"""Crops for training are those of reading, a little off."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle import CropShape, LineShape
from effocr.data.records import GlyphImage
from effocr.errors import TrainingError
from effocr.recognizer.arrays import cut_crops
from effocr.recognizer.config import Jitter
from effocr.recognizer.sources import FrameSource, LabelledFrame, frame_glyphs

NO_JITTER = Jitter(
    edge_px=0, shift_px=0, scale=0, stretch=0, shear=0, contrast=0, noise=0, blurred=0, weight=0
)


def striped_line(width: int = 200) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, (40, width), dtype=np.uint8)


@pytest.mark.parametrize(
    "box", [(50, 10, 60, 30), (0, 0, 8, 40), (190, 5, 200, 20), (31, 2, 45, 9)]
)
def test_without_jitter_a_training_crop_equals_a_reading_crop(box: tuple[int, ...]) -> None:
    pixels = striped_line()
    boxes = np.array([box], np.float32)
    frame = LabelledFrame(pixels, boxes, ("a",))
    expected = cut_crops(pixels, boxes, CropShape())
    for jitter in (None, NO_JITTER):
        source = FrameSource([frame], line=LineShape(), crop=CropShape(), jitter=jitter)
        assert np.array_equal(source.batch(np.random.default_rng(0), np.array([0])), expected)


def test_jitter_depends_on_the_generator_only(draw_source) -> None:  # type: ignore[no-untyped-def]
    source = draw_source(jitter=Jitter())
    rows = np.arange(20)
    one, again, other = (source.batch(np.random.default_rng(seed), rows) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one.shape == (20, 40, 32)
    assert one.dtype == np.uint8


def test_jitter_moves_a_glyph_no_further_than_it_says(draw_source) -> None:  # type: ignore[no-untyped-def]
    plain = draw_source(glyphs="O", sizes=(24,))
    moved = draw_source(
        glyphs="O", sizes=(24,), jitter=NO_JITTER.model_copy(update={"shift_px": 3.0})
    )
    still = plain.batch(np.random.default_rng(0), np.array([0]))[0]
    rows = np.nonzero((still < 128).any(axis=1))[0]
    offsets = []
    for seed in range(40):
        crop = moved.batch(np.random.default_rng(seed), np.array([0]))[0]
        offsets.append(np.nonzero((crop < 128).any(axis=1))[0].min() - rows.min())
    assert -4 <= min(offsets) <= -2
    assert 2 <= max(offsets) <= 4


def test_a_glyph_wider_than_a_crop_is_squeezed_into_it() -> None:
    pixels = np.full((40, 120), 255, np.uint8)
    pixels[20:28, 30:90] = 0
    frame = LabelledFrame(pixels, np.array([[30, 20, 90, 28]], np.float32), ("—",))
    for jitter in (None, NO_JITTER):
        source = FrameSource([frame], line=LineShape(), crop=CropShape(), jitter=jitter)
        crop = source.batch(np.random.default_rng(0), np.array([0]))[0]
        ink = np.nonzero((crop < 128).any(axis=0))[0]
        assert ink.min() in (1, 2)
        assert ink.max() in (29, 30)


def test_glyph_images_become_frames(tmp_path: Path) -> None:
    slice_of_frame = np.full((40, 32), 255, np.uint8)
    slice_of_frame[30:34, 14:17] = 0  # a comma keeps its place
    tight = np.zeros((60, 30), np.uint8)
    arrays = {
        "comma.png": slice_of_frame,
        "l.png": tight,
        "blank.png": np.full((9, 9), 255, np.uint8),
    }
    for name, array in arrays.items():
        Image.fromarray(array).save(tmp_path / name)
    images = [GlyphImage(tmp_path / name, glyph) for name, glyph in zip(arrays, ",l ", strict=True)]
    frames = list(
        frame_glyphs(
            images, LineShape(), load=lambda image: np.asarray(Image.open(image.path).convert("L"))
        )
    )
    assert frames[0].boxes.tolist() == [[14, 30, 17, 34]]
    assert frames[1].pixels.shape == (40, 19)
    assert frames[1].boxes[0].tolist() == [4, 10, 15, 32]
    assert all(frame.pixels.shape[0] == 40 for frame in frames)


def test_lines_without_labelled_boxes_are_refused() -> None:
    with pytest.raises(TrainingError, match="no glyphs to learn from"):
        FrameSource([], line=LineShape(), crop=CropShape(), jitter=None)
