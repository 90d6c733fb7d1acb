"""Boxes that a reader finds against true ones."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from effocr.data.records import LineImage
from effocr.document import Block, Box, Document, Glyph, Line, Page
from effocr.evaluation.localizer import evaluate_localizer
from effocr.pipeline.reader import ReadFailure


def document(boxes: list[Box]) -> Document:
    glyphs = tuple(Glyph("a", box, 1.0, (("a", 1.0),)) for box in boxes)
    line = Line("a", (0, 0, 9, 9), (), 1.0, (), glyphs)
    return Document("", (Page(1, 9, 9, (Block((line,)),)),))


class Found:
    """A reader that has seen it all before."""

    def __init__(self, found: dict[str, list[Box] | None]) -> None:
        self.found = found

    def read_many(self, images: Iterable[Path]) -> Iterator[Document | ReadFailure]:
        for path in images:
            boxes = self.found[path.name]
            yield ReadFailure(str(path), "damaged") if boxes is None else document(boxes)


def line(name: str, boxes: list[Box] | None) -> LineImage:
    return LineImage(Path(name), "", None if boxes is None else np.array(boxes, np.float32))


def test_boxes_are_counted_over_all_lines() -> None:
    true: list[Box] = [(0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)]
    near: list[Box] = [(1, 0, 10, 10), (26, 0, 36, 10), (40, 0, 50, 10), (60, 0, 70, 10)]
    report = evaluate_localizer([line("a", true), line("b", true)], Found({"a": near, "b": true}))
    assert (report.boxes.matched, report.boxes.found, report.boxes.truth) == (5, 7, 6)
    assert (report.lines, report.right_number) == (2, 1)
    values = report.as_json()
    assert values["precision"] == pytest.approx(100 * 5 / 7, abs=1e-3)
    assert values["recall"] == pytest.approx(100 * 5 / 6, abs=1e-3)


def test_lines_without_boxes_and_unreadable_images_are_named() -> None:
    true: list[Box] = [(0, 0, 10, 10)]
    lines = [line("plain", None), line("none", []), line("bad", true), line("good", true)]
    report = evaluate_localizer(lines, Found({"bad": None, "good": true}))
    assert [one.source for one in report.skipped] == ["plain", "none", "bad"]
    assert (report.lines, report.boxes.f_score) == (1, 1.0)
