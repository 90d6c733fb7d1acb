"""coco_combine, coco_split and coco_subset with the original's flags."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.cli.compat import coco_combine, coco_split, coco_subset
from effocr.errors import DataFormatError, UsageError

MakeSet = Callable[..., Path]


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """Write NAME.json and images a.png, b.png ... of one grey, a char and a word box on each."""

    def make(
        name: str, *, count: int = 2, grey: int = 9, ids: tuple[int, int] = (0, 1), folder: str = ""
    ) -> Path:
        root = tmp_path / (folder or name)
        root.mkdir(exist_ok=True)
        images, boxes = [], []
        for number in range(count):
            file = f"{chr(97 + number % 26)}{number // 26 or ''}.png"
            if not (root / file).exists():
                Image.fromarray(np.full((9, 9 + number), grey, np.uint8)).save(root / file)
            images.append({"id": number, "file_name": file, "text": "x", "extra": name})
            for kind in (0, 1):
                entry = {"id": len(boxes), "image_id": number, "bbox": [1, 2, 3, 4]}
                boxes.append({**entry, "category_id": ids[kind], "kind": kind})
        categories = [{"id": ids[0], "name": "char"}, {"id": ids[1], "name": "word"}]
        content = {"images": images, "annotations": boxes, "categories": categories}
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(content))
        return path

    return make


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def combine(tmp_path: Path, one: Path, other: Path, *, folders: tuple[str, str] = ("", "")) -> int:
    return coco_combine.run([
        "--json1", str(one), "--imdir1", str(tmp_path / (folders[0] or one.stem)),
        "--json2", str(other), "--imdir2", str(tmp_path / (folders[1] or other.stem)),
        "--outjsonname", "both.json", "--outdir", str(tmp_path / "out"),
    ])  # fmt: skip


def test_fact_4_categories_are_joined_by_name(make_set: MakeSet, tmp_path: Path) -> None:
    assert combine(tmp_path, make_set("one"), make_set("two", ids=(1, 0), grey=50)) == 0
    both = load(tmp_path / "out" / "both.json")
    assert both["categories"] == [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}]
    assert [box["category_id"] for box in both["annotations"]] == [0, 1, 0, 1, 0, 1, 0, 1]
    assert all(box["category_id"] == box["kind"] for box in both["annotations"])


def test_fact_4_a_new_category_gets_a_free_id(make_set: MakeSet, tmp_path: Path) -> None:
    one, two = make_set("one"), make_set("two", grey=50)
    content = load(two)
    content["categories"] = [{"id": 0, "name": "glyph"}, {"id": 1, "name": "word"}]
    two.write_text(json.dumps(content))
    combine(tmp_path, one, two)
    both = load(tmp_path / "out" / "both.json")
    names = {entry["id"]: entry["name"] for entry in both["categories"]}
    assert sorted(names.values()) == ["char", "glyph", "word"]
    found = [names[box["category_id"]] for box in both["annotations"]]
    assert found == ["char", "word"] * 2 + ["glyph", "word"] * 2


def test_defect_50_equal_names_in_both_folders_are_both_kept(
    make_set: MakeSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    combine(tmp_path, make_set("one", grey=9), make_set("two", grey=50))
    both = load(tmp_path / "out" / "both.json")
    names = [image["file_name"] for image in both["images"]]
    assert names == ["a.png", "b.png", "a-2.png", "b-2.png"]
    with Image.open(tmp_path / "out" / "images" / "a-2.png") as image:
        assert image.getpixel((0, 0)) == 50
    assert "now a-2.png" in capsys.readouterr().err
    assert [image["id"] for image in both["images"]] == [1, 2, 3, 4]
    assert sorted({box["image_id"] for box in both["annotations"]}) == [1, 2, 3, 4]
    assert len({box["id"] for box in both["annotations"]}) == 8


def test_defect_50_the_same_folder_twice_lists_each_picture_once(
    make_set: MakeSet, tmp_path: Path
) -> None:
    one, two = make_set("one"), make_set("two", count=3, folder="one")
    combine(tmp_path, one, two, folders=("one", "one"))
    both = load(tmp_path / "out" / "both.json")
    assert [image["file_name"] for image in both["images"]] == ["a.png", "b.png", "c.png"]
    assert len(both["annotations"]) == 6


def test_what_combine_leaves_out_is_named(
    make_set: MakeSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = make_set("one"), make_set("two", grey=50)
    (tmp_path / "two" / "b.png").unlink()
    content = load(two)
    content["annotations"][0]["category_id"] = 77
    content["annotations"][1]["image_id"] = 78
    two.write_text(json.dumps(content))
    combine(tmp_path, one, two)
    told = capsys.readouterr().err
    assert "(b.png): left out: it is not in" in told
    assert "there is no category 77" in told
    assert "its image is not listed" in told
    assert len(load(tmp_path / "out" / "both.json")["annotations"]) == 4


def test_combine_refuses_to_write_into_its_input(make_set: MakeSet, tmp_path: Path) -> None:
    one, two = make_set("one"), make_set("two")
    flags = ["--json1", str(one), "--imdir1", str(tmp_path / "one"), "--json2", str(two),
             "--imdir2", str(tmp_path / "two"), "--outjsonname", "one.json"]  # fmt: skip
    before = one.read_bytes()
    with pytest.raises(UsageError, match="is the input"):
        coco_combine.run([*flags, "--outdir", str(tmp_path)])
    assert one.read_bytes() == before


@pytest.mark.parametrize(("name", "parts"), [
    ("all", ("train70", "val15", "test15")),
    ("lines_all_v2", ("lines_train70_v2", "lines_val15_v2", "lines_test15_v2")),
    ("data", ("data_train70", "data_val15", "data_test15")),
])  # fmt: skip
def test_fact_3_split_leaves_its_input_and_writes_three_files(
    make_set: MakeSet, tmp_path: Path, name: str, parts: tuple[str, ...]
) -> None:
    path = make_set(name, count=20)
    before = path.read_bytes()
    assert coco_split.run(["--coco-json", str(path), "--tvt-split", "0.7,0.15,0.15"]) == 0
    assert path.read_bytes() == before
    contents = [load(tmp_path / f"{part}.json") for part in parts]
    assert [len(content["images"]) for content in contents] == [14, 3, 3]
    assert [len(content["annotations"]) for content in contents] == [28, 6, 6]
    files = [image["file_name"] for content in contents for image in content["images"]]
    assert len(files) == len(set(files)) == 20


def test_defect_50_percentages_are_rounded_not_cut_off(make_set: MakeSet, tmp_path: Path) -> None:
    coco_split.run(["--coco_json", str(make_set("all")), "--tvt_split", "0.42,0.29,0.29"])
    assert {path.name for path in tmp_path.glob("*.json")} == {
        "all.json", "train42.json", "val29.json", "test29.json",
    }  # fmt: skip


def test_defect_50_split_and_subset_repeat_with_a_seed(make_set: MakeSet, tmp_path: Path) -> None:
    path = make_set("all", count=30)
    found = set()
    for seed in ("1", "1", "2"):
        coco_subset.run(["--input_coco_json", str(path), "--n", "9", "--seed", seed])
        coco_split.run(["--coco_json", str(path), "--tvt_split", "0.5,0.3,0.2", "--seed", seed])
        files = ("all_subset9.json", "train50.json", "val30.json", "test20.json")
        found.add(tuple((tmp_path / file).read_text() for file in files))
    assert len(found) == 2


@pytest.mark.parametrize(
    "shares", ["0.7,0.15", "0.7,0.2,0.2", "0.7,0.2,x", "1.2,-0.1,-0.1", "nan,0,0"]
)
def test_defect_50_shares_that_do_not_make_one_are_refused(make_set: MakeSet, shares: str) -> None:
    with pytest.raises(UsageError, match=r"sum must be 1|expected three shares"):
        coco_split.run(["--coco_json", str(make_set("all")), "--tvt_split", shares])


def test_a_subset_larger_than_the_whole_is_refused(make_set: MakeSet) -> None:
    with pytest.raises(UsageError, match="2 images; cannot take 3"):
        coco_subset.run(["--input_coco_json", str(make_set("all")), "--n", "3"])


def test_a_file_that_is_no_coco_is_refused(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text("[1]")
    with pytest.raises(DataFormatError, match="expected a COCO object"):
        coco_subset.run(["--input_coco_json", str(tmp_path / "all.json"), "--n", "1"])


def test_what_is_written_loads_in_pycocotools(make_set: MakeSet, tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    path = make_set("all", count=10)
    coco_split.run(["--coco_json", str(path), "--tvt_split", "0.6,0.2,0.2"])
    coco_subset.run(["--input_coco_json", str(path), "--n", "3"])
    combine(tmp_path, path, make_set("two", grey=50))
    for file in (
        tmp_path / "train60.json",
        tmp_path / "all_subset3.json",
        tmp_path / "out/both.json",
    ):
        with contextlib.redirect_stdout(io.StringIO()):
            read = coco.COCO(str(file))
            box = {"image_id": read.getImgIds()[0], "category_id": 0, "bbox": [1, 2, 3, 4]}
            found = read.loadRes([{**box, "score": 1.0}])
        assert len(found.getAnnIds()) == 1
        assert read.anns[read.getAnnIds()[0]]["area"] == 12
    assert "pycocotools" in sys.modules


BAD_ENTRIES = [
    ("images", 1),
    ("annotations", "x"),
    ("annotations", {"id": 1, "image_id": [0], "category_id": 0, "bbox": [1, 2, 3, 4]}),
    ("annotations", {"id": 1, "image_id": 0, "category_id": 0, "bbox": [1, 2]}),
    ("annotations", {"id": 1, "image_id": 0, "category_id": 0, "bbox": [1, 2, "x", 4]}),
    ("categories", 3),
]


@pytest.mark.parametrize(("kind", "entry"), BAD_ENTRIES)
def test_an_entry_that_is_not_in_form_is_named(
    make_set: MakeSet, tmp_path: Path, kind: str, entry: object
) -> None:
    good, bad = make_set("one", count=4), make_set("two", grey=50)
    content = load(bad)
    place = len(content[kind])
    content[kind].append(entry)
    bad.write_text(json.dumps(content))
    named = rf"two.json: {kind}\[{place}\] is not in form"
    with pytest.raises(DataFormatError, match=named):
        combine(tmp_path, good, bad)
    with pytest.raises(DataFormatError, match=named):
        coco_split.run(["--coco_json", str(bad), "--tvt_split", "0.5,0.25,0.25"])
    with pytest.raises(DataFormatError, match=named):
        coco_subset.run(["--input_coco_json", str(bad), "--n", "1"])


def test_boxes_of_an_image_id_that_is_there_twice_stay_with_the_first(
    make_set: MakeSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = make_set("one"), make_set("two", grey=50)
    content = load(two)
    content["images"][1]["id"] = 0
    two.write_text(json.dumps(content))
    combine(tmp_path, one, two)
    both = load(tmp_path / "out" / "both.json")
    assert [image["file_name"] for image in both["images"]] == ["a.png", "b.png", "a-2.png"]
    assert [box["image_id"] for box in both["annotations"]] == [1, 1, 2, 2, 3, 3]
    assert "image 0 (b.png): left out: the image id is there twice" in capsys.readouterr().err
