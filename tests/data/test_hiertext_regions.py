"""HierText as words, lines and paragraphs."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.data.detection import DetectionPage, Region
from effocr.data.hiertext_regions import read_hiertext_regions, write_hiertext
from effocr.errors import DataFormatError


def box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def word(corners: Any, text: str = "w", legible: bool = True) -> dict[str, Any]:
    return {"vertices": corners, "text": text, "legible": legible}


def line(words: list[Any], text: str = "line", legible: bool = True) -> dict[str, Any]:
    return {"vertices": box(0, 0, 90, 10), "text": text, "legible": legible, "words": words}


@pytest.fixture
def hiertext(tmp_path: Path, draw_image: Callable[..., Path]) -> Path:
    """Image a with a legible and an illegible paragraph, b missing, c with broken words."""
    paragraphs = [
        {
            "vertices": box(0, 0, 95, 12),
            "legible": True,
            "lines": [
                line(
                    [word(box(1, 1, 20, 9), "one"), word(box(30, 1, 50, 9), "", False)],
                    "one",
                    False,
                ),
                line([], "empty"),
            ],
        },
        {
            "vertices": box(0, 15, 90, 28),
            "legible": False,
            "lines": [line([word(box(1, 16, 9, 20))])],
        },
    ]
    broken = [
        {
            "vertices": box(0, 0, 90, 10),
            "legible": True,
            "lines": [
                line([word([[1, 1], [2, 2]]), word(box(1, 1, 5, 5)), {"text": "no outline"}])
            ],
        }
    ]
    size = {"image_width": 100, "image_height": 30}
    entries = [
        {"image_id": "a", **size, "paragraphs": paragraphs},
        {"image_id": "b", **size, "paragraphs": []},
        {"image_id": "c", **size, "paragraphs": broken},
        {"image_id": "../d", **size, "paragraphs": []},
        {"image_id": "a2", "paragraphs": None},
    ]
    file = tmp_path / "gt" / "train.jsonl.gz"
    file.parent.mkdir()
    file.write_bytes(gzip.compress(json.dumps({"annotations": entries}).encode()))
    for name in ("a", "c"):
        draw_image(tmp_path / "train" / f"{name}.jpg")
    return tmp_path


def test_words_of_the_compressed_file_and_what_is_wrong_with_others(hiertext: Path) -> None:
    found = read_hiertext_regions(hiertext)  # the folder has one split
    assert [page.image.name for page in found.pages] == ["a.jpg", "c.jpg"]
    assert [(one.text, one.ignore) for one in found.pages[0].regions] == [
        ("one", False),
        ("", True),
        ("w", False),
    ]
    told = [str(one) for one in found.problems]
    assert "b.jpg: the image is missing" in told[0]
    assert "image 3 (c), paragraph 1, line 1, word 1: left out: 2 corners" in told[1]
    assert "word 3: left out: it has neither" in told[2]
    assert "image 4: left out: not of HierText" in told[3]
    assert "image 5: left out: not of HierText" in told[4]


def test_lines_and_paragraphs_consist_of_their_words(hiertext: Path) -> None:
    lines = read_hiertext_regions(hiertext, level="line").pages[0].regions
    assert [(one.text, one.ignore, len(one.parts)) for one in lines] == [
        ("one", True, 2),  # one word is not legible
        ("empty", False, 0),  # the outline stands for it
        ("line", False, 1),
    ]
    paragraphs = read_hiertext_regions(hiertext, level="paragraph").pages[0].regions
    assert [(one.text, one.ignore, len(one.parts)) for one in paragraphs] == [
        (None, False, 2),
        (None, True, 0),  # not legible: its own outline
    ]


def test_what_is_legible_counts_whatever_its_text(tmp_path: Path) -> None:
    words = [word(box(0, 0, 9, 9), "*"), word(box(20, 0, 29, 9), "")]
    entry = {
        "image_id": "a",
        "paragraphs": [{"vertices": box(0, 0, 30, 9), "legible": True, "lines": [line(words)]}],
    }
    file = tmp_path / "truth.jsonl"
    file.write_text(json.dumps({"annotations": [entry]}), "utf-8")
    (page,) = read_hiertext_regions(file, need_images=False).pages
    assert [(one.text, one.ignore) for one in page.regions] == [("*", False), ("", False)]


def test_an_image_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    entries = [{"image_id": name, "paragraphs": []} for name in "aba"]
    file.write_text(json.dumps({"annotations": entries}), "utf-8")
    found = read_hiertext_regions(file, need_images=False)
    assert [page.image.stem for page in found.pages] == ["a", "b"]
    (told,) = found.problems
    assert str(told).startswith(f"{file}, image 3 (a): left out: ")


def test_max_images_counts_those_that_can_be_used(hiertext: Path) -> None:
    file = hiertext / "gt" / "train.jsonl.gz"
    assert len(read_hiertext_regions(file, max_images=1).pages) == 1
    found = read_hiertext_regions(file, max_images=2)
    assert [page.image.name for page in found.pages] == ["a.jpg", "c.jpg"]


def test_predictions_have_outlines_on_words_only(tmp_path: Path) -> None:
    words = [
        {"vertices": box(0, 0, 10, 9), "text": "a"},
        {"vertices": box(20, 1, 30, 12), "text": "b"},
    ]
    entry = {"image_id": "a", "paragraphs": [{"lines": [{"text": "a b", "words": words}]}]}
    nothing = {"image_id": "b", "paragraphs": [{"lines": [{"text": "", "words": []}]}]}
    file = tmp_path / "predictions.jsonl"
    file.write_text(json.dumps({"annotations": [entry, nothing]}), "utf-8")
    found = read_hiertext_regions(file, level="line", need_images=False)
    (region,) = found.pages[0].regions
    assert (region.text, len(region.parts)) == ("a b", 2)
    assert region.polygon.tolist() == box(0, 0, 30, 12)
    assert "neither an outline nor words" in str(found.problems[0])


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
def test_regions_come_back(tmp_path: Path, name: str) -> None:
    outline, part = np.array(box(0, 0, 50, 9), np.float32), np.array(box(0, 0, 20, 9), np.float32)
    regions = (Region(outline, "a b", parts=(part, part + 25)), Region(outline, "", ignore=True))
    page = DetectionPage(tmp_path / "a.jpg", regions, (60, 10))
    write_hiertext([page], tmp_path / name)
    first = (tmp_path / name).read_bytes()
    write_hiertext([page], tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    (back,) = read_hiertext_regions(tmp_path / name, level="line", need_images=False).pages
    assert back.size == (60, 10)
    assert [(one.text, one.ignore, len(one.parts)) for one in back.regions] == [
        ("a b", False, 2),
        ("", True, 1),
    ]
    assert np.array_equal(back.regions[0].parts[1], part + 25)


def test_a_folder_of_several_splits_wants_a_name(hiertext: Path) -> None:
    (hiertext / "gt" / "test.jsonl.gz").write_bytes(b"")
    with pytest.raises(DataFormatError, match=r"train\.jsonl\.gz, test\.jsonl\.gz are in its gt"):
        read_hiertext_regions(hiertext)
    with pytest.raises(DataFormatError, match="not a readable"):
        read_hiertext_regions(hiertext / "gt" / "test.jsonl.gz")


def test_images_that_are_no_jpeg_are_found_and_a_second_one_of_a_name_is_left_out(
    tmp_path: Path, draw_image: Callable[..., Path]
) -> None:
    word = Region(np.array(box(0, 0, 50, 9), np.float32), "a")
    pages = [
        DetectionPage(draw_image(tmp_path / folder / "a.png"), (word,), (60, 10))
        for folder in ("one", "two")
    ]
    (lost,) = write_hiertext(pages, tmp_path / "truth.jsonl")
    assert str(lost) == f"{pages[1].image}: left out: image_id a is another image's"
    (back,) = read_hiertext_regions(tmp_path / "truth.jsonl", images=tmp_path / "one").pages
    assert back.image == pages[0].image
