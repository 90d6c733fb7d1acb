"""Lines with boxes for box localizers, good and bad."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.errors import DataFormatError
from effocr.localizer.backends.boxes import LineBoxes
from effocr.localizer.backends.samples import read_samples
from effocr.localizer.backends.score import score
from effocr.pipeline.images import load_image

Save = Callable[..., Path]


def reasons(found: object) -> str:
    return "\n".join(map(str, found.skipped))  # type: ignore[attr-defined]


def test_boxes_lie_on_the_ink_and_words_around_their_glyphs(
    save_block_lines: Save, tmp_path: Path
) -> None:
    found = read_samples([save_block_lines(tmp_path, "a", ["nn In"], prefix="images/")])
    assert not found.skipped
    (sample,) = found.samples
    grey = load_image(sample.path)
    assert sample.size == grey.shape[::-1]
    for x0, y0, x1, y1 in sample.glyphs.astype(int):
        assert (grey[y0:y1, x0:x1] == 0).all()
    assert sample.words[:, 0].tolist() == sample.glyphs[[0, 2], 0].tolist()
    assert sample.words[:, 2].tolist() == sample.glyphs[[1, 3], 2].tolist()


def test_swapped_category_ids_are_told_apart_by_their_names(
    save_block_lines: Save, tmp_path: Path
) -> None:
    swapped = [{"id": 0, "name": "word"}, {"id": 1, "name": "char"}]
    texts = ["nn I"]
    usual = read_samples(
        [save_block_lines(tmp_path / "a", "a", texts)], images=tmp_path / "a/images"
    )
    other = save_block_lines(tmp_path / "b", "b", texts, categories=swapped, ids=(1, 0))
    found = read_samples([other], images=tmp_path / "b/images")
    assert np.array_equal(found.samples[0].glyphs, usual.samples[0].glyphs)
    assert np.array_equal(found.samples[0].words, usual.samples[0].words)


def test_categories_without_names_are_told_apart_by_the_originals_ids(
    save_block_lines: Save, tmp_path: Path
) -> None:
    path = save_block_lines(tmp_path, "a", ["nn I"], categories=[], prefix="images/")
    found = read_samples([path])
    assert (len(found.samples[0].glyphs), len(found.samples[0].words)) == (3, 2)
    assert "have no names" in reasons(found)


def test_words_without_boxes_get_those_around_their_glyphs(
    save_block_lines: Save, tmp_path: Path
) -> None:
    path = save_block_lines(tmp_path, "a", ["nn In", "n"], prefix="images/")
    content = json.loads(path.read_text())
    known = [item["bbox"] for item in content["annotations"] if item["category_id"] == 1]
    content["annotations"] = [item for item in content["annotations"] if item["category_id"] == 0]
    path.write_text(json.dumps(content))
    found = read_samples([path])
    assert found.has_words
    words = np.concatenate([sample.words for sample in found.samples])
    assert words[:, 0].tolist() == [box[0] for box in known]
    content["images"][0]["text"] = "nnIn"  # now no text has a space
    path.write_text(json.dumps(content))
    assert not read_samples([path]).has_words


def test_a_missing_a_broken_and_a_boxless_line_are_named_and_the_rest_goes_on(
    save_block_lines: Save, tmp_path: Path
) -> None:
    path = save_block_lines(tmp_path, "a", ["n", "nn", "nI", "I"], prefix="images/")
    (tmp_path / "images" / "a_1.png").unlink()
    damaged = (tmp_path / "images" / "a_2.png").read_bytes()[:60]
    (tmp_path / "images" / "a_2.png").write_bytes(damaged)
    content = json.loads(path.read_text())
    content["annotations"] = [item for item in content["annotations"] if item["image_id"] != 3]
    path.write_text(json.dumps(content))
    found = read_samples([path])
    assert [sample.path.name for sample in found.samples] == ["a_4.png"]
    for part in ("a_1.png): left out: the image is missing", "a_2.png: left out",
                 "a_3.png: left out: no glyph boxes"):  # fmt: skip
        assert part in reasons(found)


def test_defect_7_a_line_with_more_boxes_than_characters_is_named_and_still_used(
    save_block_lines: Save, tmp_path: Path
) -> None:
    path = save_block_lines(tmp_path, "a", ["nn"], prefix="images/")
    path.write_text(path.read_text().replace('"text": "nn"', '"text": "n"'))
    found = read_samples([path])
    assert len(found.samples[0].glyphs) == 2
    assert "2 boxes, but the text has 1" in reasons(found)


def test_the_true_size_of_an_image_counts_not_the_stated_one(
    save_block_lines: Save, tmp_path: Path
) -> None:
    path = save_block_lines(tmp_path, "a", ["nn"], prefix="images/")
    content = json.loads(path.read_text())
    width = content["images"][0]["width"]
    content["images"][0]["width"] = width + 100
    content["annotations"][0]["bbox"][0] = width + 20
    path.write_text(json.dumps(content))
    found = read_samples([path])
    assert found.samples[0].size[0] == width
    assert len(found.samples[0].glyphs) == 1
    assert "which counts" in reasons(found)


def test_what_is_no_coco_is_an_error_that_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DataFormatError, match="data convert"):
        read_samples([tmp_path])


def test_the_truth_scores_one_and_a_shifted_box_does_not_count(
    save_block_lines: Save, tmp_path: Path
) -> None:
    texts = ["nn In", "I", "nnn"]
    found = read_samples([save_block_lines(tmp_path, "a", texts, prefix="images/")])

    class Truth:
        shift = 0

        def locate(self, lines: list[np.ndarray]) -> list[LineBoxes]:
            assert len(lines) == 3
            glyphs = [sample.glyphs.copy() for sample in found.samples]
            glyphs[0][0, [0, 2]] += self.shift
            return [
                LineBoxes(boxes, np.ones(len(boxes)), sample.words, np.ones(len(sample.words)))
                for boxes, sample in zip(glyphs, found.samples, strict=True)
            ]

    truth = Truth()
    figures = score(truth, found.samples, load=load_image).figures()
    assert set(figures.values()) == {1.0}
    truth.shift = 10
    assert score(truth, found.samples, load=load_image).figures()["recall"] == 7 / 8
