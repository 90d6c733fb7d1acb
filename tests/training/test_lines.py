"""Lines for training come from character-level COCO; what cannot be used is named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle import LineShape
from effocr.errors import DataFormatError
from effocr.pipeline.images import load_image
from effocr.training.lines import KEPT_ASIDE, TrainingLines, annotations_of, load_lines

SHAPE = LineShape()
LETTERS = "noun"


@pytest.fixture
def coco(tmp_path: Path) -> Callable[..., Path]:
    """`coco({"a.png": "noun"})` draws a block for each letter and writes annotations.json."""

    def write(texts: dict[str, str | None]) -> Path:
        images, annotations = [], []
        for number, (name, text) in enumerate(texts.items(), 1):
            pixels = np.full((60, 30 * len(LETTERS) + 40), 255, np.uint8)
            for place in range(len(LETTERS)):
                left = 20 + 30 * place
                if text != "":
                    pixels[20:40, left : left + 20] = 0
                box = {"id": len(annotations) + 1, "image_id": number, "category_id": 0}
                annotations.append({**box, "bbox": [left, 20, 20, 20]})
            if text is None:
                (tmp_path / name).write_bytes(b"no image")
            else:
                Image.fromarray(pixels).save(tmp_path / name)
            images.append(
                {"id": number, "file_name": name, "width": 160, "height": 60,
                 "text": text or LETTERS}
            )  # fmt: skip
        content = {"images": images, "annotations": annotations,
                   "categories": [{"id": 0, "name": "char"}]}  # fmt: skip
        (tmp_path / "annotations.json").write_text(json.dumps(content))
        return tmp_path

    return write


def test_lines_are_read_in_order_with_their_truth(coco: Callable[..., Path]) -> None:
    found = load_lines([coco({"b.png": "noun", "a.png": "no un"})], SHAPE, load=load_image)
    assert not found.skipped
    assert [line.truth.text for line in found.lines] == ["noun", "no un"]
    assert found.lines[1].truth.words == ((0, 2), (2, 4))
    assert found.lines[0].truth.baseline == (40.0, 0.0)
    assert found.lines[0].truth.x_height == 20.0
    assert found.lines[0].truth.boxes[:, 0].tolist() == [20, 50, 80, 110]


def test_what_cannot_be_used_is_named_once_and_the_rest_goes_on(
    coco: Callable[..., Path],
) -> None:
    texts = {"a.png": "noun", "damaged.png": None, "blank.png": "", "other.png": "nou"}
    folder = coco(texts)
    found = load_lines([folder / "annotations.json"], SHAPE, load=load_image)
    assert [line.truth.text for line in found.lines] == ["noun"]
    left_out = {item.source: item.reason for item in found.skipped}
    assert left_out[str(folder / "blank.png")] == "left out: blank, though it has boxes"
    assert left_out[str(folder / "damaged.png")].startswith("left out: not an image")
    reason = left_out[str(folder / "other.png")]
    assert "training needs glyph boxes" in reason
    assert str(folder) not in reason  # the place is named by the source


def test_what_is_no_such_data_set_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="effocr synth lines"):
        load_lines([tmp_path], SHAPE, load=load_image)
    with pytest.raises(DataFormatError, match=r"absent\.json"):
        load_lines([tmp_path / "absent.json"], SHAPE, load=load_image)


def test_annotations_are_told_from_other_data(tmp_path: Path) -> None:
    assert annotations_of(tmp_path / "set.JSON") == tmp_path / "set.JSON"
    assert annotations_of(tmp_path) is None
    (tmp_path / "annotations.json").write_text("{}")
    assert annotations_of(tmp_path) == tmp_path / "annotations.json"


def test_every_twentieth_line_is_kept_aside(coco: Callable[..., Path]) -> None:
    (line,) = load_lines([coco({"a.png": "noun"})], SHAPE, load=load_image).lines
    rest, aside = TrainingLines((line,) * (2 * KEPT_ASIDE + 1), ()).keep_aside()
    assert (len(rest), len(aside)) == (2 * KEPT_ASIDE - 2, 3)
