"""The recognizer alone, with engines that tell glyphs by their width."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from effocr.bundle import Manifest
from effocr.data.records import LineImage
from effocr.evaluation.glyphs import evaluate_glyphs
from effocr.pipeline.engines import Engines, LocatedLine

NARROW_PX, WIDE_PX = 4, 16


@dataclass
class Answer:
    labels: Sequence[Sequence[str]]
    similarities: np.ndarray


class ByWidth:
    """Encoder and index in one: dark columns of a crop -> i (narrow) or m (wide)."""

    def embed(self, crops: np.ndarray) -> np.ndarray:
        return (crops < 128).any(axis=1).sum(axis=1, keepdims=True).astype(np.float32)

    def search(self, embeddings: np.ndarray, k: int, ends: Sequence[int] | None = None) -> Answer:
        labels = [["i", "m", "'"] if width < 10 else ["m", "i", "'"] for width in embeddings[:, 0]]
        return Answer(labels, np.tile(np.float32([0.9, 0.5, 0.1]), (len(labels), 1)))

    def locate(self, lines: Sequence[np.ndarray]) -> list[LocatedLine | None]:
        raise AssertionError("the localizer has no part in this")

    def cut(self, line: LocatedLine) -> np.ndarray:
        raise AssertionError("nor has the cutter")


def engines(unknown_similarity: float = 0.0) -> Engines:
    manifest = Manifest(
        name="width",
        version="1",
        charset=("i", "m", "'"),
        licence="CC0-1.0",
        embedding_size=1,
        unknown_similarity=unknown_similarity,
    )
    return Engines(ByWidth(), ByWidth(), ByWidth(), ByWidth(), manifest)


def line(path: Path, shapes: str, labels: Sequence[str], scale: float = 1.0) -> LineImage:
    """Bars of 13 px times scale: wide for m, narrow for anything else."""
    image = np.full((round(60 * scale), round(400 * scale)), 255, np.uint8)
    boxes = []
    left = 20 * scale
    for shape in shapes:
        right = left + (WIDE_PX if shape == "m" else NARROW_PX) * scale
        boxes.append((round(left), round(20 * scale), round(right), round(33 * scale)))
        image[boxes[-1][1] : boxes[-1][3], boxes[-1][0] : boxes[-1][2]] = 0
        left = right + 10 * scale
    Image.fromarray(image).save(path)
    return LineImage(path, "".join(labels), np.array(boxes, np.float32), tuple(labels))


def test_glyphs_are_cut_by_their_true_boxes_at_any_scale(tmp_path: Path) -> None:
    for scale in (0.5, 1.0, 3.0):
        one = line(tmp_path / f"{scale}.png", "mimmmiim", tuple("mimmmiim"), scale)
        report = evaluate_glyphs([one], engines())
        assert (report.glyphs, report.right, report.uncovered) == (8, 8, 0)


def test_confusions_and_characters_not_in_the_index_are_errors(tmp_path: Path) -> None:
    one = line(tmp_path / "a.png", "mmmmii", ("m", "m", "m", "w", "i", "m"))
    report = evaluate_glyphs([one], engines())
    assert (report.glyphs, report.right, report.right_of_five, report.uncovered) == (6, 4, 5, 1)
    assert set(report.confusions) == {("w", "m", 1), ("m", "i", 1)}
    values = report.as_json()
    assert values["accuracy"] == 66.667
    assert values["uncovered"] == 16.667


def test_typographic_and_plain_forms_are_the_same_character(tmp_path: Path) -> None:
    one = line(tmp_path / "a.png", "mmmi", ("m", "m", "m", "’"))
    assert evaluate_glyphs([one], engines()).uncovered == 0


def test_glyphs_below_the_threshold_are_counted_as_unknown(tmp_path: Path) -> None:
    one = line(tmp_path / "a.png", "mm", ("m", "m"))
    assert evaluate_glyphs([one], engines(0.95)).unknown == 2
    assert evaluate_glyphs([one], engines(0.5)).unknown == 0


def test_lines_that_cannot_be_used_are_named_and_the_others_measured(tmp_path: Path) -> None:
    good = line(tmp_path / "good.png", "mi", ("m", "i"))
    (tmp_path / "bad.png").write_text("no image", encoding="utf-8")
    bad = LineImage(tmp_path / "bad.png", "m", good.boxes, good.glyphs)
    plain = LineImage(good.path, "mi")
    empty = LineImage(good.path, "mi", np.zeros((0, 4), np.float32), ())
    report = evaluate_glyphs([bad, plain, empty, good], engines())
    assert (report.lines, report.glyphs) == (1, 2)
    assert [Path(one.source).name for one in report.skipped] == ["bad.png", "good.png", "good.png"]
