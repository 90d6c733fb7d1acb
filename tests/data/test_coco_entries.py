"""Entries of COCO files, good and bad."""

from pathlib import Path

import pytest

from effocr.data.coco_entries import load_coco
from effocr.errors import DataFormatError


def test_files_that_are_no_coco_are_refused_with_their_name(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    for content, reason in (
        (b"{", "not a JSON"),
        (b"\xff\xfe", "not a JSON"),
        (b"[]", "COCO object"),
        (b'{"images": [], "annotations": []}', "'categories'"),
        (b'{"images": [], "annotations": {}, "categories": []}', "'annotations'"),
        (b"[" * 100_000, "not a JSON"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataFormatError, match=f"file.json: .*{reason}"):
            load_coco(path)
    with pytest.raises(DataFormatError, match="No such file"):
        load_coco(tmp_path / "missing.json")


def test_bad_entries_are_reported_and_the_others_kept(save_coco) -> None:
    box = [10, 5, 8, 20]
    path = save_coco(
        ["ab"],
        [(1, 3, box), (1, 3, box), (9, 3, box), (1, 99, box), (1, 3, [1, 2, 3]),
         (1, 3, ["x", 2, 3, 4])],
        images=[{"id": 1, "file_name": "again.png"}, {"id": 5}, "nonsense"],
        annotations=[{"id": 1, "image_id": 1, "category_id": 3, "bbox": box}, None],
    )  # fmt: skip
    coco = load_coco(path)
    assert len(coco.images) == 1
    assert len(coco.annotations[1]) == 3
    reasons = "\n".join(map(str, coco.problems))
    for part in ("no image 9", "no category 99", "annotations[4]: left out: bbox", "bbox.0",
                 "annotation 1 of image 1: the id is there twice", "image 1 (again.png): left out",
                 "images[2]: left out: file_name", "images[3]", "annotations[7]"):  # fmt: skip
        assert part in reasons
    assert len(coco.problems) == 9


def test_numbers_that_are_not_finite_are_refused(save_coco) -> None:
    coco = load_coco(save_coco(["a"], [(1, 3, [0, 0, float("nan"), 5])]))
    assert coco.annotations[1] == []
    assert "finite" in str(coco.problems[0])


def test_categories_tell_the_form_by_their_names(save_coco) -> None:
    assert not load_coco(save_coco(["a"], [])).named_glyphs
    assert not load_coco(save_coco(["a"], [], categories=[{"id": 0, "name": "Char"}])).named_glyphs
    glyphs = [{"id": 1, "name": "a"}, {"id": 2, "name": "ch"}]
    assert load_coco(save_coco(["a"], [], categories=glyphs)).named_glyphs


def test_a_third_category_beside_char_is_reported(save_coco) -> None:
    categories = [{"id": 1, "name": "char"}, {"id": 2, "name": "line"}]
    coco = load_coco(save_coco(["a"], [(1, 2, [0, 0, 5, 5])], categories=categories))
    assert coco.annotations[1] == []
    assert "'line'" in str(coco.problems[0])


@pytest.mark.parametrize(
    "categories",
    [[], [{"id": 0}, {"id": 1, "name": ""}], [{"id": 0, "name": "0"}, {"id": 1, "name": "1"}]],
)
def test_categories_without_names_mean_what_their_ids_meant_in_the_original(
    save_coco, categories: list[object]
) -> None:
    boxes = [(1, 0, [0, 0, 5, 5]), (1, 1, [0, 0, 9, 5]), (1, 2, [0, 0, 5, 5])]
    coco = load_coco(save_coco(["a"], boxes, categories=categories))
    assert [coco.is_word(item) for item in coco.annotations[1]] == [False, True]
    assert "have no names" in str(coco.problems[0])
    assert "no category 2" in str(coco.problems[1])


def test_digits_as_categories_are_glyphs(save_coco) -> None:
    categories = [{"id": number, "name": str(number)} for number in range(10)]
    coco = load_coco(save_coco(["1"], [(1, 1, [0, 0, 5, 5])], categories=categories))
    assert coco.named_glyphs
    assert not coco.problems


def test_character_is_another_name_of_char_and_swapped_ids_do_not_matter(save_coco) -> None:
    categories = [{"id": 1, "name": "Character"}, {"id": 0, "name": "words"}]
    boxes = [(1, 0, [0, 0, 9, 5]), (1, 1, [0, 0, 5, 5])]
    coco = load_coco(save_coco(["a"], boxes, categories=categories))
    assert not coco.named_glyphs
    assert [coco.is_word(item) for item in coco.annotations[1]] == [True, False]


def test_image_names_may_begin_with_the_folder_of_the_images(save_coco) -> None:
    path = save_coco(["a"], [])
    coco = load_coco(path, path.parent / "images")  # names are images/line_1.png
    assert coco.image_path(coco.images[0]) == path.parent / "images" / "line_1.png"


def test_categories_without_names_are_taken_by_the_id_that_is_given(save_coco) -> None:
    path = save_coco(["a"], [(1, 4, [1, 2, 3, 4]), (1, 5, [1, 2, 3, 4])], categories=[])
    coco = load_coco(path, char_id=4)
    assert [one.category_id for one in coco.annotations[1]] == [4]
    assert "no category 5" in str(coco.problems[0])


def test_names_go_before_the_id_that_is_given_and_the_difference_is_told(save_coco) -> None:
    path = save_coco(["a"], [(1, 3, [1, 2, 3, 4]), (1, 7, [1, 2, 3, 4])])
    assert load_coco(path, char_id=3).problems == []
    coco = load_coco(path, char_id=7)
    assert [coco.is_word(one) for one in coco.annotations[1]] == [False, True]
    assert "category 7: it is called 'word'; the glyphs are category 3" in str(coco.problems[0])
    assert "no such category; the glyphs are category 3" in str(load_coco(path, char_id=0).problems)


def test_a_category_of_a_strange_name_is_the_glyphs_if_its_id_is_given(save_coco) -> None:
    kinds = [{"id": 0, "name": "symbol"}, {"id": 1, "name": "word"}]
    path = save_coco(["a"], [(1, 0, [1, 2, 3, 4]), (1, 1, [1, 2, 3, 4])], categories=kinds)
    coco = load_coco(path, char_id=0)
    assert not coco.named_glyphs
    assert [coco.is_word(one) for one in coco.annotations[1]] == [False, True]


def test_categories_that_name_glyphs_need_no_id(save_coco) -> None:
    glyphs = [{"id": n, "name": name} for n, name in enumerate("abc", 1)]
    path = save_coco(["a"], [(1, 1, [1, 2, 3, 4])], categories=glyphs)
    coco = load_coco(path, char_id=0)
    assert coco.named_glyphs
    assert coco.problems == []
