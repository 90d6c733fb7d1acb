"""A line whose first frame is wrong is seen a second time through a better one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import Calibration, LineShape
from effocr.document import Document
from effocr.frame import prepare
from effocr.localizer.arrays import BASELINE, BOTTOM, CENTRE, CHANNELS, LEFT, RIGHT, TOP, X_HEIGHT
from effocr.pipeline.assemble import Rules
from effocr.pipeline.chunk import read_chunk
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import load_engines

RULES = Rules(1, -1.0, 0.0, Calibration())


class OneGlyph:
    """Sees one glyph, always at the same place of the frame; the first frame is twice too fine."""

    def __init__(self) -> None:
        self.widths: list[int] = []

    def maps(self, lines: np.ndarray) -> np.ndarray:
        self.widths.append(lines.shape[2])
        maps = np.zeros((len(lines), CHANNELS, lines.shape[2] // 2), np.float32)
        maps[:, CENTRE, 10] = 0.9  # the middle of this column lies at 21
        maps[:, LEFT] = maps[:, RIGHT] = 5
        maps[:, TOP], maps[:, BOTTOM], maps[:, BASELINE] = 15, 28, 28
        maps[:, X_HEIGHT] = 26 if len(self.widths) == 1 else 13
        return maps


def with_localizer(model: Path, localizer: OneGlyph) -> Engines:
    engines = load_engines(model)
    shape, threshold = engines.manifest.line, engines.manifest.peak_threshold
    return replace(engines, locator=NativeLocator(localizer, shape, threshold))


def test_boxes_found_in_the_second_frame_map_back_to_the_image(
    tiny_model: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    image = draw_line("InuIn uIn", scale=3, margin=20)
    localizer = OneGlyph()
    engines = with_localizer(tiny_model, localizer)
    (document,) = read_chunk([image], engines, RULES)
    assert isinstance(document, Document)
    prepared = prepare(image, LineShape())
    assert prepared is not None
    assert len(localizer.widths) == 2
    assert localizer.widths[1] < 0.7 * localizer.widths[0]
    # Pixels of the second frame are twice as large, and the baseline stays at row 28.
    scale, x0, y0 = prepared.frame.matrix[0, 0], *prepared.frame.matrix[:, 2]
    box = np.array(document.lines[0].glyphs[0].box)
    expected = np.array([2 * 16, 2 * 15 - 28, 2 * 26, 28]) * scale + np.array([x0, y0, x0, y0])
    shift = box[0] - expected[0]
    np.testing.assert_allclose(box - np.array([shift, 0, shift, 0]), expected, atol=0.02)
    assert abs(shift) < 16 * scale  # the margin left of the ink may change, no more


def test_a_line_in_the_right_frame_is_seen_once(
    tiny_model: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    localizer = OneGlyph()
    localizer.widths.append(0)  # as if it had been called before
    engines = with_localizer(tiny_model, localizer)
    read_chunk([draw_line("InuIn uIn")], engines, RULES)
    assert len(localizer.widths) == 2


def test_word_gaps_follow_the_threshold_of_the_manifest(
    tiny_model: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    engines, image = load_engines(tiny_model), draw_line("InuIn uIn")
    texts = []
    for threshold in (engines.manifest.gap_threshold, 1.0):
        manifest = engines.manifest.model_copy(update={"gap_threshold": threshold})
        (document,) = read_chunk([image], replace(engines, manifest=manifest), RULES)
        assert isinstance(document, Document)
        texts.append(document.text)
    assert texts == ["InuIn uIn", "InuInuIn"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_chunk_of_bad_and_blank_images_needs_no_engine(tiny_model: Path, count: int) -> None:
    engines = load_engines(tiny_model)
    blank = np.full((20, 20), 255, np.uint8)
    results = read_chunk([b"", blank] * count, engines, RULES)
    assert [isinstance(result, Document) for result in results] == [False, True] * count
