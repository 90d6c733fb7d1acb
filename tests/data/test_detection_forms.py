"""Forms of detection truth are told apart, and each can become each."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from effocr.data.detection import DetectionPage, Region
from effocr.data.detection_forms import (
    FORMS,
    DetectionReading,
    check_detection,
    read_detection,
    recognise_detection,
    write_detection,
)
from effocr.data.form_names import DetectionForm
from effocr.errors import DataFormatError

NAMES = {
    "labels": "labels.txt",
    "icdar": "gt",
    "hiertext": "gt.jsonl.gz",
    "coco-text": "coco.json",
}


@pytest.fixture
def page(tmp_path: Path, draw_image: Callable[..., Path]) -> DetectionPage:
    box = np.array([(10, 2), (40, 2), (40, 20), (10, 20)], np.float32)
    regions = (Region(box, "one, two"), Region(box + 5, "", ignore=True))
    return DetectionPage(draw_image(tmp_path / "a.jpg"), regions, (100, 30))


@pytest.mark.parametrize(("first", "second"), list(permutations(FORMS, 2)))
def test_every_form_is_recognised_and_becomes_every_other(
    page: DetectionPage, tmp_path: Path, first: str, second: str
) -> None:
    pages = [page]
    for form in (first, second):
        out = tmp_path / form / NAMES[form]
        assert write_detection(pages, out, form) == ()
        assert recognise_detection(out) == form
        found = read_detection(out, None, DetectionReading(images=tmp_path))
        assert found.problems == ()
        pages = list(found.pages)
    (back,) = pages
    assert back.image.name == "a.jpg"
    assert [(one.text, one.ignore) for one in back.regions] == [("one, two", False), ("", True)]
    assert np.array_equal(back.regions[1].polygon, page.regions[1].polygon)


@pytest.mark.parametrize("form", FORMS)
def test_names_that_are_no_unicode_come_back(
    page: DetectionPage, tmp_path: Path, form: DetectionForm
) -> None:
    strange = DetectionPage(tmp_path / "a\udcff.jpg", page.regions, page.size)
    out = tmp_path / form / NAMES[form]
    assert write_detection([strange], out, form) == ()
    how = DetectionReading(images=tmp_path, need_images=False)
    (back,) = read_detection(out, form, how).pages
    assert back.image == strange.image


@pytest.mark.parametrize("form", ["hiertext", "coco-text", None])
def test_json_nested_without_end_is_refused(tmp_path: Path, form: DetectionForm | None) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(DataFormatError, match=r"deep\.json: "):
        read_detection(tmp_path / "deep.json", form)


def test_other_data_sets_are_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "gt_line.gt.txt").write_text("text", "utf-8")
    assert recognise_detection(tmp_path) is None
    assert recognise_detection(tmp_path / "gt_line.gt.txt") is None
    character_coco = tmp_path / "annotations.json"
    content = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "char"}]}
    character_coco.write_text(json.dumps(content), "utf-8")
    assert recognise_detection(character_coco) is None
    (tmp_path / "odd.json").write_text('{"annotations": [], "categories": 5}', "utf-8")
    assert recognise_detection(tmp_path / "odd.json") is None
    assert recognise_detection(tmp_path / "none") is None
    with pytest.raises(DataFormatError, match="expected labels"):
        read_detection(character_coco)


def test_a_check_opens_images_and_tells_of_regions_beyond_the_edge(
    page: DetectionPage, tmp_path: Path, draw_image: Callable[..., Path]
) -> None:
    wide = Region(np.array([(90, 2), (120, 2), (120, 20)], np.float32), "x")
    broken = draw_image(tmp_path / "b.jpg")
    broken.write_bytes(broken.read_bytes()[:-30])  # its header is whole
    write_detection(
        [
            DetectionPage(page.image, (*page.regions, wide)),
            DetectionPage(broken, (), (100, 30)),
        ],
        tmp_path / "labels.txt",
        "labels",
    )
    counts, problems = check_detection(tmp_path)
    assert counts == {
        "images": 2, "regions": 3, "don't care": 1, "characters": 9, "distinct": 7
    }  # fmt: skip
    assert ":1, region 3: it reaches 20 pixels" in str(problems[0])
    assert "b.jpg" in str(problems[1])
    assert len(problems) == 2
