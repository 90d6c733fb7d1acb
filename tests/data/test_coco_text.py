"""COCO with text: several files, two places of the text, bad entries."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.data.coco_text import read_coco_text, write_coco_text
from effocr.data.detection import DetectionPage, Region
from effocr.errors import DataFormatError

OUTLINE = [10, 2, 40, 2, 40, 20, 10, 20]


def save(folder: Path, name: str, annotations: list[dict[str, Any]], **more: Any) -> Path:
    usual = {"category_id": 1, "image_id": 0, "bbox": [10, 2, 30, 18], "segmentation": [OUTLINE]}
    content = {
        "images": [{"id": 0, "file_name": f"{name}.png", "width": 100, "height": 30}],
        "categories": [{"id": 1, "name": "text"}, {"id": 2, "name": "logo"}],
        "annotations": [{**usual, **one} for one in annotations],
        **more,
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content), "utf-8")
    return file


def test_two_files_with_their_folders_become_one_set(
    tmp_path: Path, draw_image: Callable[..., Path]
) -> None:
    draw_image(tmp_path / "one" / "a.png")
    draw_image(tmp_path / "two" / "b.png")
    first = save(
        tmp_path,
        "a",
        [
            {"text": "plain"},
            {"attributes": {"transcription": "given", "legible": 1}, "segmentation": []},
            {"attributes": {"transcription": "", "legible": 0}},
            {"iscrowd": 1, "text": "crowd"},
            {"text": "###"},
        ],
    )
    second = save(tmp_path, "b", [{}])
    found = read_coco_text([first, second], [tmp_path / "one", tmp_path / "two"])
    assert found.problems == ()
    assert [page.image.name for page in found.pages] == ["a.png", "b.png"]
    assert [(one.text, one.ignore) for one in found.pages[0].regions] == [
        ("plain", False),
        ("given", False),
        ("", True),
        ("crowd", True),
        ("", True),
    ]
    box = [[10, 2], [40, 2], [40, 20], [10, 20]]
    assert all(one.polygon.tolist() == box for one in found.pages[0].regions)
    with pytest.raises(DataFormatError, match="2 annotation files and 1 folders"):
        read_coco_text([first, second], [tmp_path])


def test_bad_entries_are_named_and_the_rest_go_on(
    tmp_path: Path, draw_image: Callable[..., Path]
) -> None:
    draw_image(tmp_path / "a.png")
    file = save(
        tmp_path,
        "a",
        [
            {"text": "ok"},
            {"segmentation": [OUTLINE[:4]]},
            {"segmentation": [OUTLINE[:7]]},
            {"segmentation": {"counts": "x", "size": [1, 1]}},
            {"image_id": 5},
            {"category_id": 2},
            {"text": 7},
            {"segmentation": [OUTLINE[:6], OUTLINE]},
            {"segmentation": [], "bbox": [1, 2, None, 4]},
            {"segmentation": [], "bbox": [1, 2, 10**400, 4]},
        ],
    )
    found = read_coco_text([file])
    assert [len(one.polygon) for one in found.pages[0].regions] == [4, 4]
    told = [str(one) for one in found.problems]
    for number, reason in {
        2: "2 corners",
        3: "7 coordinates",
        4: "a mask",
        5: "there is no image 5",
        6: "not 'text'",
        7: "its text is 7",
        8: "2 outlines",
        9: "damaged",
        10: "damaged",
    }.items():
        assert any(f"annotation {number}: " in one and reason in one for one in told), number
    assert len(told) == 9
    nothing = {"images": [], "categories": [], "annotations": 5}
    for content in ("[]", json.dumps(nothing)):
        (tmp_path / "x.json").write_text(content, "utf-8")
        with pytest.raises(DataFormatError, match="COCO with images"):
            read_coco_text([tmp_path / "x.json"])


def test_bad_images_are_named_and_a_second_one_of_an_id_gets_no_regions(tmp_path: Path) -> None:
    size = {"width": 100, "height": 30}
    images = [
        {"id": 0, "file_name": "a.png", **size},
        {"id": 0, "file_name": "b.png", **size},
        {"id": 1, "file_name": "c.png", "width": float("inf"), "height": 30},
    ]
    file = save(tmp_path, "a", [{"text": "ok"}], images=images)
    found = read_coco_text([file], need_images=False)
    assert [page.image.name for page in found.pages] == ["a.png"]
    told = [str(one) for one in found.problems]
    assert told[0] == f"{file}, image 2: left out: the id 0 is there twice; give each image its own"
    assert told[1].startswith(f"{file}, image 3: left out: damaged")


def test_pages_come_back(tmp_path: Path) -> None:
    polygon = np.array([(1, 2), (9, 2), (9, 8), (5, 9.5)], np.float32)
    regions = (Region(polygon, "é", score=0.25), Region(polygon, "", ignore=True))
    page = DetectionPage(tmp_path / "im" / "a.png", regions, (20, 10))
    write_coco_text([page], tmp_path / "out.json")
    content = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert content["images"][0]["file_name"] == "im/a.png"
    assert content["annotations"][0]["bbox"] == [1, 2, 8, 7.5]
    assert [one["iscrowd"] for one in content["annotations"]] == [0, 1]
    (back,) = read_coco_text([tmp_path / "out.json"], need_images=False).pages
    assert back.size == (20, 10)
    for before, after in zip(regions, back.regions, strict=True):
        assert (before.text, before.ignore, before.score) == (after.text, after.ignore, after.score)
        assert np.array_equal(before.polygon, after.polygon)


def test_predictions_that_are_boxes_keep_their_scores(tmp_path: Path) -> None:
    file = save(
        tmp_path, "a", [{"segmentation": [], "score": 0.25}, {"score": 0.5}, {"score": "high"}]
    )
    found = read_coco_text([file], need_images=False)
    assert [one.score for one in found.pages[0].regions] == [0.25, 0.5]
    assert found.pages[0].regions[0].polygon.ravel().tolist() == OUTLINE
    assert [one.reason for one in found.problems] == ["left out: its score is 'high', not a number"]
