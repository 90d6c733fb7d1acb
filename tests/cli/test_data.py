"""`effocr data`."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from effocr.cli.data import app
from effocr.data.coco import read_coco
from effocr.data.glyph_folders import read_glyph_folders
from effocr.errors import EffOCRError

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run() -> Run:
    """Run a command: exit status, stdout, stderr; our own errors have status 2 as in main."""

    def call(*arguments: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, EffOCRError):
            return 2, result.stdout, str(result.exception)
        if result.exception and not isinstance(result.exception, SystemExit | typer.Exit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """Four lines of two documents, `ab` each; the text of the last one disagrees."""
    images, annotations = [], []
    for number, name in enumerate(("x_1", "x_2", "y_1", "y_2"), 1):
        Image.fromarray(np.full((20, 40), 200, np.uint8)).save(tmp_path / f"{name}.png")
        text = "abc" if name == "y_2" else "ab"
        images.append(
            {"id": number, "file_name": f"{name}.png", "width": 40, "height": 20, "text": text}
        )
        for place in (0, 1):
            annotations.append({"id": 2 * number + place, "image_id": number,
                                "category_id": place, "bbox": [20 * place, 2, 10, 15]})  # fmt: skip
    path = tmp_path / "set.json"
    categories = [{"id": 0, "name": "a"}, {"id": 1, "name": "b"}]
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories}),
        encoding="utf-8",
    )
    return path


def test_check_prints_every_problem_and_counts_and_exits_1(run: Run, coco: Path) -> None:
    status, out, _ = run("check", coco)
    first, last = out.splitlines()
    assert status == 1
    assert "image 4 (y_2.png): 2 boxes say 2 characters, the text has 3" in first
    assert last == f"{coco}: coco, 4 lines, 8 boxes, 2 distinct: 1 problem"


def test_check_of_sound_data_exits_0(run: Run, coco: Path, tmp_path: Path) -> None:
    run("subset", coco, tmp_path / "good.json", "--match", "^x")
    status, out, _ = run("check", tmp_path / "good.json", "--json")
    assert status == 0
    report = json.loads(out)[str(tmp_path / "good.json")]
    assert report == {
        "form": "coco",
        "counts": {"lines": 2, "boxes": 4, "word boxes": 2, "distinct": 2},
        "problems": [],
    }


def test_crop_writes_glyph_folders(run: Run, coco: Path, tmp_path: Path) -> None:
    status, out, _ = run("crop", coco, tmp_path / "glyphs")
    assert (status, out) == (0, f"{tmp_path / 'glyphs'}: 8 glyphs\n")
    found = read_glyph_folders(tmp_path / "glyphs")
    assert sorted(image.glyph for image in found.images) == ["a"] * 4 + ["b"] * 4
    assert found.images[0].path.name == "x_1_000.png"
    assert run("crop", coco, tmp_path / "glyphs")[0] == 2


def test_convert_goes_between_the_forms(run: Run, coco: Path, tmp_path: Path) -> None:
    assert run("convert", coco, tmp_path / "pairs", "--to", "pairs")[0] == 0
    assert (tmp_path / "pairs" / "x_1.gt.txt").read_text(encoding="utf-8") == "ab\n"
    assert run("convert", tmp_path / "pairs", tmp_path / "again", "--to", "coco")[0] == 0
    assert len(read_coco(tmp_path / "again").lines) == 4
    assert run("convert", coco, tmp_path / "glyphs", "--to", "glyphs")[0] == 0
    status, _, error = run("convert", tmp_path / "pairs", tmp_path / "no", "--to", "glyphs")
    assert status == 2
    assert "crop" in error


def test_split_writes_parts_by_document(run: Run, coco: Path, tmp_path: Path) -> None:
    arguments = ("split", coco, tmp_path / "parts", "--shares", "train=1,test=1")
    status, out, _ = run(*arguments)
    assert status == 0
    names = [
        {line.path.name[0] for line in read_coco(tmp_path / "parts" / f"{part}.json").lines}
        for part in ("train", "test")
    ]
    assert sorted(map(sorted, names)) == [["x"], ["y"]]
    assert "documents: x" in out
    assert run(*arguments)[0] == 2
    assert run(*arguments, "--force", "--by", "^(.)_", "--seed", 3)[0] == 0


def test_split_by_line_must_be_asked_for_twice(run: Run, coco: Path, tmp_path: Path) -> None:
    arguments = ("split", coco, tmp_path / "parts", "--by", "line", "--shares", "a=3,b=1")
    status, _, error = run(*arguments)
    assert status == 2
    assert "several parts" in error
    assert run(*arguments, "--documents-may-straddle")[0] == 0
    assert len(read_coco(tmp_path / "parts" / "a.json").lines) == 3


@pytest.mark.parametrize("shares", ["", "a", "a=x", "a=1,a=1", "../a=1", "a=1,b=-1"])
def test_bad_shares_are_errors_of_use(run: Run, coco: Path, tmp_path: Path, shares: str) -> None:
    assert run("split", coco, tmp_path / "parts", "--shares", shares)[0] == 2


def test_combine_puts_sets_together(run: Run, coco: Path, tmp_path: Path) -> None:
    run("subset", coco, tmp_path / "x.json", "--match", "^x")
    run("subset", coco, tmp_path / "y.json", "--match", "^y", "--count", 1)
    status, _, _ = run(
        "combine", tmp_path / "x.json", tmp_path / "y.json", "-o", tmp_path / "z.json"
    )
    assert status == 0
    assert len(read_coco(tmp_path / "z.json").lines) == 3


def test_what_is_left_out_is_named_and_the_status_is_1(
    run: Run, coco: Path, tmp_path: Path
) -> None:
    (tmp_path / "x_1.png").unlink()
    status, out, error = run("convert", coco, tmp_path / "pairs", "--to", "pairs")
    assert status == 1
    assert out == f"{tmp_path / 'pairs'}: 3 items as pairs\n"
    assert "image 1 (x_1.png): left out: the image is missing" in error


def test_a_missing_path_is_an_error_of_use(run: Run, tmp_path: Path) -> None:
    status, _, error = run("check", tmp_path / "missing")
    assert status == 2
    assert "missing" in error


def test_check_with_ink_finds_boxes_on_bare_paper(run: Run, coco: Path) -> None:
    status, out, _ = run("check", coco, "--ink")
    assert status == 1
    assert out.count("no ink in box 0, 1 (from 0)") == 4


def test_coco_becomes_the_originals_folders_and_a_packed_file(
    run: Run, coco: Path, tmp_path: Path
) -> None:
    status, out, err = run("convert", coco, tmp_path / "set", "--to", "effocr")
    assert status == 0, err
    assert "8 crops of 4 lines" in out
    assert (tmp_path / "set" / "97" / "PAIRED_x_1_2_0x61_0.png").is_file()
    packed = tmp_path / "set.glyphs.sqlite"
    assert run("convert", coco, packed, "--to", "packed")[0] == 0
    for path in (tmp_path / "set", packed):
        status, out, _ = run("check", path)
        assert status == 0
        assert "8 images, 2 distinct: no problem" in out
    assert run("convert", packed, tmp_path / "plain", "--to", "glyphs")[0] == 0
    assert len(read_glyph_folders(tmp_path / "plain").images) == 8
    assert run("convert", packed, tmp_path / "plain", "--to", "glyphs")[0] == 2


def test_parts_of_a_split_are_compared(run: Run, coco: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    shares = "a=0.5,b=0.5"
    run("split", coco, parts, "--shares", shares)
    status, out, _ = run("check", parts / "a.json", parts / "b.json", "--leaks")
    assert status == 1  # all four images are the same grey
    assert "the same file as" in out
    status, _, err = run("check", parts / "a.json", "--leaks")
    assert status == 2
    assert "compares two or more data sets" in err
    status, out, _ = run("check", parts / "a.json", parts / "b.json", "--leaks", "--json")
    assert status == 1
    assert all("the same file as" in leak["reason"] for leak in json.loads(out))
    status, _, err = run("check", parts / "a.json", parts / "b.json", "--leaks", "--ink")
    assert status == 2
    assert "--ink and --leaks are two checks" in err


def test_documents_are_converted(run: Run, tmp_path: Path) -> None:
    from effocr.document import Block, Document, Line, Page
    from effocr.formats.files import read_documents
    from effocr.formats.jsonl import document_to_jsonl
    from effocr.geometry import box_polygon

    box = (1.0, 2.0, 30.0, 12.0)
    line = Line("to be", box, box_polygon(box), 1.0, (), ())
    source = tmp_path / "read.jsonl"
    pages = [Document(f"{name}.png", (Page(1, 40, 20, (Block((line,)),)),)) for name in "ab"]
    source.write_text("".join(map(document_to_jsonl, pages)))
    status, out, _ = run("convert", source, tmp_path / "alto", "--to", "alto")
    assert (status, out) == (0, f"{tmp_path / 'alto'}: 2 pages as alto\n")
    one = tmp_path / "one.hocr"
    assert run("convert", tmp_path / "alto" / "b.alto.xml", one, "--to", "hocr")[0] == 0
    assert read_documents(one)[0].text == "to be"
    status, _, err = run("convert", one, one, "--to", "hocr")
    assert (status, "--force" in err) == (2, True)
    status, _, err = run("convert", one, tmp_path / "x.pdf", "--to", "pdf")
    assert (status, "the image b.png: cannot be opened" in err) == (2, True)
    assert f"; put it into {tmp_path}" in err
    Image.new("L", (40, 20)).save(tmp_path / "b.png")
    assert run("convert", one, tmp_path / "x.pdf", "--to", "pdf")[0] == 0
    status, _, err = run("convert", one, tmp_path / "x", "--to", "glyphs")
    assert (status, "a document becomes one of" in err) == (2, True)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """A folder with a picture of one word and its labels."""
    folder = tmp_path / "truth"
    folder.mkdir()
    Image.new("L", (60, 30), 255).save(folder / "a.png")
    corners = [[1, 1], [50, 1], [50, 20], [1, 20]]
    entry = json.dumps([{"transcription": "word", "points": corners}])
    (folder / "labels.txt").write_text(f"a.png\t{entry}\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("out", "form", "written"),
    [
        ("set", "labels", "set/labels.txt"),
        ("new.txt", "labels", "new.txt"),
        ("set", "icdar", "set/gt_a.txt"),
        ("set.jsonl", "hiertext", "set.jsonl"),
        ("set.json", "coco-text", "set.json"),
    ],
)
def test_detection_truth_is_written_so_that_it_is_known_again(
    run: Run, truth: Path, tmp_path: Path, out: str, form: str, written: str
) -> None:
    status, _, err = run("convert", truth, tmp_path / out, "--to", form)
    assert (status, (tmp_path / written).is_file()) == (0, True), err
    named = () if form in ("labels", "coco-text") else ("--images", truth)
    status, told, _ = run("check", tmp_path / out, *named)
    assert f"{form}, 1 images, 1 regions" in told
    assert status == 0


@pytest.mark.parametrize("form", ["hiertext", "coco-text"])
def test_a_file_of_detection_truth_wants_a_name_that_tells_its_form(
    run: Run, truth: Path, tmp_path: Path, form: str
) -> None:
    status, _, err = run("convert", truth, tmp_path / "set", "--to", form)
    assert (status, "call it set.json" in err) == (2, True)
    assert not (tmp_path / "set").exists()


def test_commands_for_lines_say_so_of_detection_truth(
    run: Run, truth: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for command in (
        ("split", truth, out),
        ("subset", truth, out),
        ("combine", truth, "-o", out),
        ("check", "--leaks", truth, truth),
    ):
        status, _, err = run(*command)
        assert "is detection truth (labels); this needs lines or glyphs" in err
        assert status == 2
    status, _, err = run("crop", truth, out)
    assert (status, "is of the form labels; glyphs are cut out of" in err) == (2, True)
    assert not out.exists()


def test_options_that_say_nothing_of_the_data_are_refused(
    run: Run, coco: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for option, value in (("--images", tmp_path), ("--max-images", 3), ("--dpi", 300)):
        status, _, err = run("convert", coco, out, "--to", "pairs", option, value)
        assert (status, f"{option} is for" in err, out.exists()) == (2, True, False)
    status, _, err = run("check", coco, "--images", tmp_path)
    assert (status, "--images is for detection truth" in err) == (2, True)


def test_a_split_whose_last_part_is_there_writes_none(run: Run, coco: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "val.json").write_text("mine", "utf-8")
    status, _, err = run("split", coco, tmp_path / "parts", "--shares", "train=1,val=1")
    assert (status, "val.json is there already" in err) == (2, True)
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["val.json"]


def test_documents_of_which_one_is_there_are_not_written(run: Run, tmp_path: Path) -> None:
    from effocr.document import Document, Page
    from effocr.formats.jsonl import document_to_jsonl

    source, out = tmp_path / "read.jsonl", tmp_path / "out"
    pages = [Document(f"{name}.png", (Page(1, 40, 20, ()),)) for name in "ab"]
    source.write_text("".join(map(document_to_jsonl, pages)), "utf-8")
    out.mkdir()
    (out / "b.alto.xml").write_text("mine", "utf-8")
    status, _, err = run("convert", source, out, "--to", "alto")
    assert (status, "b.alto.xml is there already" in err) == (2, True)
    assert [path.name for path in out.iterdir()] == ["b.alto.xml"]
    status, _, err = run("convert", out, tmp_path / "x", "--to", "text")
    assert (status, "is a folder; a document that becomes text" in err) == (2, True)


def test_a_subset_that_nothing_matches_says_so(run: Run, coco: Path, tmp_path: Path) -> None:
    status, _, err = run("subset", coco, tmp_path / "out", "--match", "zzz")
    assert (status, err) == (2, "0 of 4 items match")


def test_what_the_search_for_leaks_does_not_compare_is_named(run: Run, tmp_path: Path) -> None:
    for part in ("one", "two"):
        (tmp_path / part).mkdir()
        (tmp_path / part / f"{part}.gt.txt").write_text("no image", "utf-8")
        Image.new("L", (60, 30), 255).save(tmp_path / part / "bare.png")
    command = ("check", "--leaks", tmp_path / "one", tmp_path / "two")
    _, _, err = run(*command)
    assert err.count("bare.png: left out: there is no text") == 2
    for seed, part in enumerate(("one", "two")):
        noise = np.random.default_rng(seed).integers(0, 256, (30, 60), np.uint8)
        Image.fromarray(noise).save(tmp_path / part / f"{part}.jpg")
    whole = (tmp_path / "two" / "two.jpg").read_bytes()
    (tmp_path / "two" / "two.jpg").write_bytes(whole[:-800])
    status, out, err = run(*command)
    assert (status, out) == (1, "2 parts: no leaks; 1 not compared\n")
    assert "two.jpg: not compared: damaged" in err
