"""Found glyphs get the character that is under them, and rare look-alikes a handicap."""

import numpy as np

from effocr.bundle import LineShape
from effocr.data.labelled import LabelledLine
from effocr.export.sample import Sample, choose_threshold, fit_handicaps, true_labels
from effocr.frame import Prepared
from effocr.geometry import Affine
from effocr.localizer.arrays import Located
from effocr.pipeline.engines import LocatedLine
from effocr.recognizer.index import GlyphIndex
from effocr.synth.frames import PreparedLine


def found(boxes: list[list[float]], *, scale: float = 1.0) -> LocatedLine:
    """A line on which these boxes were found, in a frame of another scale than the image."""
    array = np.array(boxes, np.float32).reshape(-1, 4)
    none = np.zeros(len(array), np.float32)
    located = Located(array, none, none, (28.0, 0.0), 13.0)
    frame = Affine.scale_shift(scale, scale)
    pixels = np.full((40, 100), 255, np.uint8)
    return LocatedLine(pixels, frame, pixels, located)


TRUTH = LabelledLine(
    grey=np.full((80, 200), 255, np.uint8),
    text="ab c",
    glyphs=("a", "b", "c"),
    boxes=np.array([[10, 20, 30, 60], [32, 10, 50, 60], [80, 20, 100, 60]], np.float32),
    words=((0, 2), (2, 3)),
    baseline=(60.0, 0.0),
    x_height=40.0,
    source="drawn",
)


def test_boxes_are_named_in_image_pixels_whatever_the_frame() -> None:
    line = found([[5, 10, 15, 30], [16, 5, 25, 30], [40, 10, 50, 30]], scale=2.0)
    assert true_labels(line, TRUTH) == ["a", "b", "c"]


def test_a_box_on_paper_or_on_half_a_glyph_has_no_name() -> None:
    line = found([[10, 20, 30, 60], [55, 20, 70, 60], [80, 20, 88, 60]])
    assert true_labels(line, TRUTH) == ["a", None, None]


def test_of_two_boxes_on_one_glyph_only_the_better_is_named() -> None:
    line = found([[10, 20, 30, 60], [12, 20, 34, 60]])
    assert true_labels(line, TRUTH) == ["a", None]
    assert true_labels(found([]), TRUTH) == []


def comma_and_low_quote(share_of_commas: float) -> tuple[GlyphIndex, Sample]:
    """Two characters of one shape: the embeddings of both are drawn around the same point."""
    rng = np.random.default_rng(0)
    index = GlyphIndex.create(8)
    shapes = np.eye(8, dtype=np.float32)
    near = shapes[0] + 0.1 * rng.standard_normal((40, 8)).astype(np.float32)
    index.add(near, [","] * 20 + ["\u201a"] * 20)
    index.add(shapes[1:2], ["a"])
    queries = shapes[0] + 0.1 * rng.standard_normal((400, 8)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    commas = rng.random(400) < share_of_commas
    labels = tuple("," if comma else "\u201a" for comma in commas)
    return index, Sample(queries.astype(np.float32), np.ones(400, np.float32), labels)


def test_the_rare_of_two_look_alikes_is_handicapped() -> None:
    index, sample = comma_and_low_quote(0.98)
    handicaps = fit_handicaps(index, sample, {"a": 1000, ",": 500, "\u201a": 5})
    assert handicaps["\u201a"] > handicaps[","] > 0
    read = index.with_handicaps(handicaps).search(sample.embeddings, 1).labels
    assert sum(row == [","] for row in read) > 0.9 * len(read)


def test_nothing_is_handicapped_where_it_would_not_help() -> None:
    index = GlyphIndex.create(2)
    index.add(np.eye(2, dtype=np.float32), ["a", "\u00e1"])
    queries = np.array([[1, 0.1], [0.1, 1]], np.float32).repeat(50, axis=0)
    sample = Sample(queries, np.ones(100, np.float32), ("a",) * 50 + ("\u00e1",) * 50)
    assert fit_handicaps(index, sample, {"a": 1000, "\u00e1": 5}) == {}


def test_glyphs_count_as_often_as_text_has_them_and_not_as_the_sample() -> None:
    index, sample = comma_and_low_quote(0.5)
    rare = fit_handicaps(index, sample, {"a": 1000, ",": 500, "\u201a": 5})
    read = index.with_handicaps(rare).search(sample.embeddings, 1).labels
    assert sum(row == [","] for row in read) > 0.9 * len(read)


class Bumps:
    """Sees a sure glyph at the truth and a doubtful one beside it."""

    def maps(self, lines: np.ndarray) -> np.ndarray:
        maps = np.zeros((len(lines), 8, lines.shape[2] // 2), np.float32)
        maps[:, 1:3] = 2.0
        maps[:, 3], maps[:, 4], maps[:, 6], maps[:, 7] = 15.0, 28.0, 28.0, 13.0
        maps[:, 0, 8::20], maps[:, 0, 16::20] = 0.9, 0.42
        return maps


def test_the_threshold_leaves_out_what_is_mostly_no_glyph() -> None:
    shape = LineShape()
    grey = np.full((40, 160), 255, np.uint8)
    columns = np.arange(16, 150, 40)
    for x in columns:
        grey[15:28, x - 1 : x + 3] = 0
    boxes = np.array([[x - 1, 15, x + 3, 28] for x in columns], np.float32)
    truth = LabelledLine(
        grey, "a" * len(columns), ("a",) * len(columns), boxes, ((0, len(columns)),),
        (28.0, 0.0), 13.0, "drawn",
    )  # fmt: skip
    as_it_is = Prepared(grey, Affine.identity(), 160, False)
    assert choose_threshold([PreparedLine(as_it_is, truth)], Bumps(), shape) == 0.45
