"""Labels of OpenOCR and raw ICDAR files: what is read, what is refused, and round trips."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.data.detection import DetectionPage, Region, beyond_edges
from effocr.data.icdar import read_icdar, read_labels, write_icdar, write_labels
from effocr.errors import DataFormatError

SQUARE = [[10, 2], [40, 2], [40, 20], [10, 20]]


@pytest.fixture
def images(tmp_path: Path, draw_image: Callable[..., Path]) -> Path:
    """img_1.jpg to img_3.jpg, 100 x 30 pixels."""
    for number in (1, 2, 3):
        draw_image(tmp_path / f"img_{number}.jpg")
    return tmp_path


def reasons(found: tuple) -> list[str]:
    return [str(one) for one in found]


def test_labels_keep_texts_marks_and_more_than_four_corners(images: Path) -> None:
    regions = [
        {"transcription": "1,2, \u00e9", "points": SQUARE, "illegibility": False},
        {"transcription": "###", "points": SQUARE},
        {"transcription": "*", "points": SQUARE},
        {"points": [*SQUARE, [5, 11]], "score": 0.5},
    ]
    file = images / "test.txt"
    file.write_text(f"\ufeffimg_1.jpg\t{json.dumps(regions)}\nimg_2.jpg\t[]\n\n", "utf-8")
    found = read_labels(file)
    assert found.problems == ()
    first, second = found.pages
    assert (first.image, first.size, second.regions) == (images / "img_1.jpg", (100, 30), ())
    assert [one.text for one in first.regions] == ["1,2, é", "", "", None]
    assert [one.ignore for one in first.regions] == [False, True, True, False]
    assert first.regions[0].polygon.tolist() == SQUARE
    assert (len(first.regions[3].polygon), first.regions[3].score) == (5, 0.5)


def test_each_bad_line_region_and_image_is_named_with_its_place_and_the_rest_go_on(
    images: Path,
) -> None:
    bow_tie = [[10, 2], [40, 20], [40, 2], [10, 20]]
    regions = [
        {"transcription": "ok", "points": SQUARE},
        {"transcription": "two", "points": SQUARE[:2]},
        {"transcription": "cross", "points": bow_tie},
        {"transcription": "flat", "points": [[0, 0], [9, 0], [5, 0]]},
        {"transcription": "out", "points": [[200, 2], [240, 2], [240, 20], [200, 20]]},
        {"transcription": "nan", "points": [*SQUARE, [float("nan"), 1]]},
        {"transcription": "ragged", "points": [[1, 2], [3]]},
        {"transcription": 7, "points": SQUARE},
        {"transcription": "none"},
        {"transcription": "huge", "points": [*SQUARE, [10**400, 1]]},
        {"transcription": "large", "points": [*SQUARE, [1e300, 1]]},
        {"transcription": "unsure", "points": SQUARE, "score": float("nan")},
        {"transcription": "\ud83d", "points": SQUARE},
        {"transcription": "edge", "points": [[-9, 2], [40, 2], [40, 20], [-9, 20]]},
    ]
    lines = [
        f"img_1.jpg\t{json.dumps(regions)}".encode(),
        b"img_2.jpg [no tab]",
        b"img_2.jpg\t[{broken",
        b'img_2.jpg\t{"points": []}',
        b"img_2.jpg\t" + b"[" * 100_000,
        b"x" * 300 + b".jpg\t[]",
        b"missing.jpg\t[]",
        b"img_3.jpg\t[\xff]",
        b"img_1.jpg\t[]",
        b"img_2.jpg\t[]",
    ]
    (images / "labels.txt").write_bytes(b"\n".join(lines))
    found = read_labels(images)
    file = images / "labels.txt"
    assert [page.image.name for page in found.pages] == ["img_1.jpg", "img_2.jpg"]
    assert [one.text for one in found.pages[0].regions] == ["ok", "edge"]
    told = reasons(found.problems)
    wanted = [
        (":1, region 2", "2 corners"),
        (":1, region 3", "crosses itself"),
        (":1, region 4", "no area"),
        (":1, region 5", "beyond the image of 100 x 30"),
        (":1, region 6", "not a finite number"),
        (":1, region 7", "not pairs"),
        (":1, region 8", "transcription is 7"),
        (":1, region 9", 'no "points"'),
        (":1, region 10", "not pairs"),
        (":1, region 11", "not a finite number"),
        (":1, region 12", "score is nan"),
        (":1, region 13", "half a character"),
        (":2:", "no tab"),
        (":3:", "no JSON"),
        (":4:", "a JSON list"),
        (":5:", "no JSON"),
        (":6:", "too long"),
        (":7:", "missing.jpg: the image is missing"),
        (":8:", "not UTF-8"),
        (":9:", "was there before"),
    ]
    for place, reason in wanted:
        assert any(one.startswith(f"{file}{place}") and reason in one for one in told), place
    assert len(told) == len(wanted)
    (edge,) = beyond_edges(found.pages)
    assert "reaches 9 pixels beyond" in str(edge)


def test_predictions_need_no_images_and_a_list_of_names_is_several_pages(tmp_path: Path) -> None:
    file = tmp_path / "det_results.txt"
    file.write_text('["a.jpg", "b.jpg"]\t[{"points": [[0, 0], [9, 0], [9, 9]]}]\n', "utf-8")
    found = read_labels(file, need_images=False)
    assert [(page.image.name, page.size) for page in found.pages] == [
        ("a.jpg", None),
        ("b.jpg", None),
    ]
    with pytest.raises(DataFormatError, match=r"none\.txt: No such file"):
        read_labels(tmp_path / "none.txt")


def test_labels_come_back_as_they_were_written(images: Path) -> None:
    polygon = np.array([(1.25, 2), (40, 2), (40, 20)], np.float32)
    regions = (
        Region(polygon, "ſo, é\t", score=0.5),
        Region(polygon, "", ignore=True),
        Region(polygon),
    )
    write_labels([DetectionPage(images / "img_1.jpg", regions)], images / "sub" / "labels.txt")
    (page,) = read_labels(images / "sub" / "labels.txt").pages
    assert page.image.resolve() == (images / "img_1.jpg").resolve()
    for before, after in zip(regions, page.regions, strict=True):
        assert (before.text, before.ignore, before.score) == (after.text, after.ignore, after.score)
        assert np.array_equal(before.polygon, after.polygon)


@pytest.mark.parametrize("name", ["[1].jpg", "[1]", " a.jpg", "a\tb.jpg", "a, b.jpg", "é.jpg"])
def test_any_name_of_an_image_comes_back(tmp_path: Path, name: str) -> None:
    write_labels([DetectionPage(tmp_path / name, ())], tmp_path / "labels.txt")
    (page,) = read_labels(tmp_path, need_images=False).pages
    assert page.image == tmp_path / name


def test_labels_say_which_texts_they_take_for_marks(images: Path) -> None:
    star = Region(np.array(SQUARE, np.float32), "*")
    page = DetectionPage(images / "img_1.jpg", (star, Region(star.polygon, "a")))
    (lost,) = write_labels([page], images / "labels.txt")
    assert str(lost) == f"{page.image}: the text '*' of 1 regions says here: don't care"


def test_an_asterisk_in_a_raw_file_is_a_word(images: Path) -> None:
    (images / "gt_img_1.txt").write_text("10,2,40,2,40,20,10,20,*\n", "utf-8")
    (region,) = read_icdar(images).pages[0].regions
    assert (region.text, region.ignore) == ("*", False)


def test_raw_files_are_ordered_by_any_number_in_their_names(tmp_path: Path) -> None:
    for name in ("gt_10.txt", "gt_2.txt", "gt_1²2.txt"):
        (tmp_path / name).write_text("", "utf-8")
    pages = read_icdar(tmp_path, need_images=False).pages
    assert [page.image.stem for page in pages] == ["1²2", "2", "10"]


def test_raw_files_keep_commas_and_mend_the_byte_order_mark(images: Path) -> None:
    (images / "gt_img_1.txt").write_bytes(
        b"\xef\xbb\xbf10,2,40,2,40,20,10,20,1,234,56\r\n10,2,40,2,40,20,10,20,###\r\n"
        b"10,2,40,20,40,2,10,20,bow tie\r\n"
    )
    (images / "gt_img_2.txt").write_text("10,2,40,2,40,20,10,x,no\n1,2,3\n", "utf-8")
    (images / "gt_img_9.txt").write_text("10,2,40,2,40,20,10,20,there\n", "utf-8")
    found = read_icdar(images)
    assert [page.image.name for page in found.pages] == ["img_1.jpg", "img_2.jpg"]
    assert [(one.text, one.ignore) for one in found.pages[0].regions] == [
        ("1,234,56", False),
        ("", True),
    ]
    told = reasons(found.problems)
    assert "gt_img_1.txt:3: left out: its outline crosses itself" in told.pop(2)
    assert "gt_img_2.txt:1: left out: 7 coordinates, expected 8 before the text" in told[0]
    assert "gt_img_2.txt:2: left out: 3 coordinates, expected 8" in told[1]
    assert "img_9.jpg: the image is missing" in told[2]


def test_polygons_of_more_corners_are_read_when_asked_for_and_suspected_when_not(
    images: Path,
) -> None:
    row = "10,2,40,2,45,11,40,20,10,20,word\n"
    (images / "gt_img_1.txt").write_text(row * 3, "utf-8")
    (page,) = read_icdar(images, corners=None).pages
    assert [(len(one.polygon), one.text) for one in page.regions] == [(5, "word")] * 3
    found = read_icdar(images)
    assert "every text begins with two numbers" in str(found.problems[0])
    assert found.pages[0].regions[0].text == "10,20,word"


def test_raw_files_come_back_and_say_what_they_cannot_hold(images: Path) -> None:
    polygon = np.array(SQUARE, np.float32)
    page = DetectionPage(
        images / "img_1.jpg",
        (Region(polygon, "a, b"), Region(polygon, "two\nlines"), Region(polygon, "x", ignore=True)),
    )
    again = DetectionPage(images / "other" / "img_1.jpg", ())
    lost = write_icdar([page, again], images / "gt")
    assert len(lost) == 2
    assert ["line feeds" in str(lost[0]), "another image's" in str(lost[1])] == [True, True]
    (back,) = read_icdar(images / "gt", images=images).pages
    assert [(one.text, one.ignore) for one in back.regions] == [
        ("a, b", False),
        ("two lines", False),
        ("", True),
    ]
    triangle = DetectionPage(page.image, (Region(polygon[:3], "a"), Region(polygon, "b")))
    (lost,) = write_icdar([triangle], images / "other")
    assert str(lost).endswith("1 polygons have not 4 corners; read them with `--corners any`")
    (back,) = read_icdar(images / "other", images=images, corners=None).pages
    assert [(len(one.polygon), one.text) for one in back.regions] == [(3, "a"), (4, "b")]
    (images / "empty").mkdir()
    with pytest.raises(DataFormatError, match="no gt_NAME"):
        read_icdar(images / "empty")
