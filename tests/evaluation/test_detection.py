"""Pages of truth and of predictions are put together and scored by all definitions."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from effocr.data.detection import DetectionPage, Region
from effocr.data.detection_forms import DetectionReading
from effocr.document import Block, Document, Glyph, Line, Page, Word
from effocr.errors import DataFormatError, ImageError, UsageError
from effocr.evaluation.detection import (
    detect_pages,
    pair_pages,
    score_detection,
    score_spotting,
)
from effocr.evaluation.detection_input import read_lexicon, read_predictions
from effocr.formats.jsonl import document_to_jsonl
from effocr.metrics.spotting import Lexicon


def box(x: float, width: float = 10) -> np.ndarray:
    return np.array([(x, 0), (x + width, 0), (x + width, 10), (x, 10)], np.float32)


def test_all_figures_of_a_page() -> None:
    truth = DetectionPage(
        Path("a.jpg"),
        (Region(box(0), "exit"), Region(box(20), "sale"), Region(box(40), "", ignore=True)),
    )
    # IoU 0.8, nothing near the second, one inside what does not count
    found = (Region(box(0, 8), "EXIT"), Region(box(41, 8)), Region(box(90)))
    row = score_detection([(truth, found)]).as_json()
    assert {key: row[key] for key in ("images", "regions", "found")} == {
        "images": 1, "regions": 2, "found": 2
    }  # fmt: skip
    assert (row["precision"], row["recall"], row["hmean"]) == (50.0, 50.0, 50.0)
    assert (row["panoptic"]["tightness"], row["panoptic"]["pq"]) == (80.0, 40.0)
    assert row["panoptic_e2e"]["pq"] == 0.0  # case counts there
    # ocrs counts what does not count elsewhere, too: two of three found boxes match (0.8, 0.8)
    assert row["ocrs"]["precision"] == row["ocrs"]["recall"] == pytest.approx(66.667)


def test_lines_are_scored_by_their_words() -> None:
    truth = DetectionPage(Path("a.jpg"), (Region(box(0, 100), "a b", parts=(box(0), box(90))),))
    whole = (Region(box(0, 100)),)
    # union of the words 20 of 100 columns
    assert score_detection([(truth, whole)]).panoptic.matched == 0
    assert score_detection([(truth, whole)]).icdar.matched == 1
    parted = (Region(box(0, 100), parts=(box(0), box(90))),)
    assert score_detection([(truth, parted)]).as_json()["panoptic"]["pq"] == 100.0


def test_spotting_with_and_without_a_lexicon() -> None:
    truth = DetectionPage(Path("img_1.jpg"), (Region(box(0), "exit"), Region(box(20), "A1")))
    found = (Region(box(0), "exlt"), Region(box(20), "a1"))
    row = score_spotting([(truth, found)]).as_json()
    assert row["detection"]["hmean"] == 100.0
    assert (row["word_spotting"]["words"], row["word_spotting"]["hmean"]) == (1, 0.0)
    assert (row["e2e"]["words"], row["e2e"]["hmean"]) == (2, 50.0)
    helped = score_spotting([(truth, found)], Lexicon(by_image={"img_1": ("exit", "A1")}))
    assert helped.as_json()["e2e"]["hmean"] == 100.0
    assert score_spotting([(truth, (Region(box(0)),))], tasks=("e2e",)).tasks["e2e"].matched == 0


def test_pages_are_matched_by_name_and_what_does_not_match_is_told() -> None:
    truth = [DetectionPage(Path(f"images/{name}.png"), ()) for name in "abc"]
    found = [
        DetectionPage(Path("b.jpg"), (Region(box(0), score=0.4), Region(box(20)))),
        DetectionPage(Path("z.jpg"), (), source="file:3"),
        DetectionPage(Path("a.jpg"), (Region(box(0), score=0.6),)),
    ]
    pairs, problems = pair_pages(truth, found, least_score=0.5)
    assert [len(regions) for _, regions in pairs] == [1, 1, 0]
    assert [str(one) for one in problems] == [
        "images/c.png: no prediction for it: counts as nothing found",
        "file:3: left out: the truth has no such image",
    ]


def test_equal_names_in_two_folders_are_told_apart() -> None:
    truth = [DetectionPage(Path(f"{folder}/a.png"), ()) for folder in ("x", "y")]
    found = [DetectionPage(Path("root/y/a.png"), (Region(box(0)),))]
    pairs, problems = pair_pages(truth, found)
    assert [len(regions) for _, regions in pairs] == [0, 1]
    assert len(problems) == 1


def test_as_many_folders_count_as_tell_images_apart() -> None:
    truth = [DetectionPage(Path(f"{folder}/x/a.png"), ()) for folder in ("p", "q")]
    found = [
        DetectionPage(Path("root/q/x/a.png"), (Region(box(0)),)),
        DetectionPage(Path("root/p/x/a.png"), (Region(box(0)), Region(box(20)))),
    ]
    pairs, problems = pair_pages(truth, found)
    assert [len(regions) for _, regions in pairs] == [2, 1]
    assert problems == ()


def test_second_predictions_for_an_image_are_told_and_the_first_count() -> None:
    truth = [DetectionPage(Path("t/a.png"), ()), DetectionPage(Path("t/a.jpg"), ())]
    found = [
        DetectionPage(Path("a.png"), (Region(box(0)),), source="file:1"),
        DetectionPage(Path("other/a.png"), (), source="file:2"),
    ]
    pairs, problems = pair_pages(truth, found)
    assert [len(regions) for _, regions in pairs] == [1, 0]
    assert [str(one) for one in problems] == [
        "t/a.jpg: no prediction for it: counts as nothing found",
        "file:2: left out: a has predictions already",
    ]


def test_a_detector_is_any_function_and_bad_images_are_named() -> None:
    def load(path: Path) -> np.ndarray:
        if path.name == "bad.png":
            raise ImageError("bad.png: broken")
        return np.zeros((10, 20), np.uint8)

    def detect(image: np.ndarray) -> Iterable[tuple[np.ndarray, float]]:
        yield box(0, image.shape[1]), 0.75

    pages = [DetectionPage(Path(name), ()) for name in ("a.png", "bad.png")]
    found = detect_pages(pages, detect, load=load)
    (region,) = found.pages[0].regions
    assert (region.score, region.polygon.max()) == (0.75, 20.0)
    assert [one.source for one in found.problems] == ["bad.png"]


def test_what_effocr_read_is_a_prediction(tmp_path: Path) -> None:
    def glyph(text: str, x: float, sure: float) -> Glyph:
        return Glyph(text, (x, 0, x + 5, 10), sure, ())

    glyphs = (glyph("a", 0, 0.5), glyph("b", 5, 0.75), glyph("c", 20, 1.0))
    words = (Word("ab", (0, 0, 10, 10), (0, 2)), Word("c", (20, 0, 25, 10), (2, 3)))
    outline = ((0.0, 0.0), (25.0, 0.0), (25.0, 10.0), (0.0, 10.0))
    line = Line("ab c", (0, 0, 25, 10), outline, 0.75, words, glyphs)
    page = Page(1, 30, 10, (Block((line,)),))
    file = tmp_path / "read.jsonl"
    file.write_text(document_to_jsonl(Document("scans/a.png", (page,))), "utf-8")
    (found,) = read_predictions(file).pages
    assert [(one.text, one.score) for one in found.regions] == [("ab", 0.625), ("c", 1.0)]
    assert found.regions[1].polygon[:, 0].tolist() == [20, 25, 25, 20]
    (found,) = read_predictions(file, None, DetectionReading(level="line")).pages
    assert [(one.text, one.score) for one in found.regions] == [("ab c", 0.75)]
    assert (found.image.name, found.size) == ("a.png", (30, 10))
    with pytest.raises(UsageError, match="no paragraphs"):
        read_predictions(file, "jsonl", DetectionReading(level="paragraph"))


def test_lines_of_jsonl_without_an_outline_and_pages_that_come_twice_are_named(
    tmp_path: Path,
) -> None:
    outlines = (((0.0, 0.0), (9.0, 0.0)), ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0)))
    lines = tuple(Line("a", (0, 0, 9, 9), outline, 0.5, (), ()) for outline in outlines)
    document = Document("a.png", (Page(1, 30, 10, (Block(lines),)),))
    file = tmp_path / "read.jsonl"
    file.write_text(2 * document_to_jsonl(document), "utf-8")
    found = read_predictions(file, None, DetectionReading(level="line", need_images=False))
    assert [len(page.regions) for page in found.pages] == [1]
    told = [str(one) for one in found.problems]
    assert told[0].startswith(f"{file} (a.png), line 1: left out: 2 corners")
    assert told[-1] == f"{file} (a.png): left out: a.png was there before"


def test_predictions_of_hiertext_in_jsonl_are_not_taken_for_ours(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    word = {"vertices": box(0).tolist(), "text": "a"}
    entry = {"image_id": "a", "paragraphs": [{"lines": [{"text": "a", "words": [word]}]}]}
    file.write_text(json.dumps({"annotations": [entry]}), "utf-8")
    (page,) = read_predictions(file).pages
    assert page.regions[0].text == "a"


def test_lexicons_of_all_images_and_of_each(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("\ufeffexit\n\nsale\n", "utf-8")
    assert read_lexicon(tmp_path / "words.txt").words == ("exit", "sale")
    folder = tmp_path / "strong"
    folder.mkdir()
    with pytest.raises(DataFormatError, match="no word in it"):
        read_lexicon(folder)
    (folder / "voc_img_7.txt").write_text("exit\n", "utf-8")
    (folder / "readme.txt").write_text("other\n", "utf-8")
    assert read_lexicon(folder).by_image == {"img_7": ("exit",)}
