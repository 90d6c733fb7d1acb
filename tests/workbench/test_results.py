"""The original's output files, written while reading."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import read_coco
from effocr.document import Block, Document, Glyph, Line, Page, Word
from effocr.workbench.results import JsonEntries, ResultsFolder


def document(path: Path, text: str) -> Document:
    letters = [letter for letter in text if letter != " "]
    glyphs = tuple(
        Glyph(letter, (10.0 * i, 0.0, 10.0 * i + 8, 20.0), 0.9, ((letter, 0.8), ("x", 0.1)))
        for i, letter in enumerate(letters)
    )
    words, first = [], 0
    for word in text.split():
        last = first + len(word)
        words.append(Word(word, (10.0 * first, 0.0, 10.0 * last - 2, 20.0), (first, last)))
        first = last
    line = Line(text, (0, 0, 1, 1), (), 0.9, tuple(words), glyphs)
    return Document(str(path), (Page(1, 200, 20, (Block((line,)),)),))


def image(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((20, 200), 255, np.uint8)).save(path)
    return path


def test_fact_8_results_are_there_when_reading_breaks_off(tmp_path: Path) -> None:
    first = image(tmp_path / "a.png")
    with pytest.raises(KeyboardInterrupt), ResultsFolder(tmp_path / "out") as results:
        results.add(str(first), document(first, "ab c"))
        text = (tmp_path / "out/inference_results.json").read_text("ascii")
        assert json.loads(text) == {str(first): "ab c"}  # before it is closed
        raise KeyboardInterrupt
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text("ascii"))
    assert [entry["text"] for entry in coco["annotations"]] == ["a", "b", "c", "ab", "c"]
    assert not list((tmp_path / "out").glob(".*"))


def test_defect_31_the_coco_file_holds_glyphs_and_words_of_every_language(tmp_path: Path) -> None:
    first, second = image(tmp_path / "a.png"), image(tmp_path / "b.png")
    with ResultsFolder(tmp_path / "out", description="x") as results:
        results.add(str(first), document(first, "ab c"))
        results.add(str(second), document(second, "漢"))
    coco = json.loads((tmp_path / "out/inference_coco.json").read_text("ascii"))
    assert coco["categories"] == [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}]
    assert [entry["id"] for entry in coco["annotations"]] == list(range(7))
    assert [entry["image_id"] for entry in coco["annotations"]] == [0, 0, 0, 0, 0, 1, 1]
    glyph, word = coco["annotations"][0], coco["annotations"][3]
    assert glyph["bbox"] == [0, 0, 8, 20]
    assert glyph["segmentation"] == [[0, 0, 8, 0, 8, 20, 0, 20]]
    assert (glyph["category_id"], glyph["score"]) == (0, 0.9)
    assert glyph["candidates"] == [["a", 0.8], ["x", 0.1]]
    assert (word["category_id"], word["text"], word["bbox"]) == (1, "ab", [0, 0, 18, 20])
    assert [entry["file_name"] for entry in coco["images"]] == ["a.png", "b.png"]


def test_what_is_written_is_read_again_as_training_data(tmp_path: Path) -> None:
    first = image(tmp_path / "a.png")
    with ResultsFolder(tmp_path / "out") as results:
        results.add(str(first), document(first, "ab c"))
    (tmp_path / "out/images/annotations.json").write_bytes(
        (tmp_path / "out/inference_coco.json").read_bytes()
    )
    (line,) = read_coco(tmp_path / "out/images").lines
    assert (line.text, line.glyphs) == ("ab c", ("a", "b", "c"))


def test_defect_38_equal_names_from_two_folders_do_not_overwrite_each_other(tmp_path: Path) -> None:
    paths = [image(tmp_path / part / "line.png") for part in ("a", "b", "c")]
    paths.append(image(tmp_path / "d" / "Line.png"))
    with ResultsFolder(tmp_path / "out") as results:
        for path in paths:
            results.add(str(path), document(path, path.parent.name))
    names = sorted(path.name for path in (tmp_path / "out/images").iterdir())
    assert names == ["Line_4.png", "line.png", "line_2.png", "line_3.png"]
    texts = json.loads((tmp_path / "out/inference_results.json").read_text())
    assert texts == {str(path): path.parent.name for path in paths}


def test_an_image_in_its_place_already_stays(tmp_path: Path) -> None:
    path = image(tmp_path / "out/images/line.png")
    before = path.read_bytes()
    with ResultsFolder(tmp_path / "out") as results:
        results.add(str(path), document(path, "a"))
    assert path.read_bytes() == before


def test_failures_are_kept_and_vanish_with_the_next_run(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path / "out") as results:
        results.fail("a.png", "no such file")
        results.fail("b.png", "the file is empty")
    errors = json.loads((tmp_path / "out/inference_errors.json").read_text())
    assert errors == {"a.png": "no such file", "b.png": "the file is empty"}
    with ResultsFolder(tmp_path / "out"):
        pass
    assert not (tmp_path / "out/inference_errors.json").exists()
    assert json.loads((tmp_path / "out/inference_results.json").read_text()) == {}


def test_a_path_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    first = image(tmp_path / "a.png")
    with ResultsFolder(tmp_path / "out") as results:
        results.add(str(first), document(first, "a"))
        results.add(str(first), document(first, "a"))
    text = (tmp_path / "out/inference_results.json").read_text()
    assert text.count("a.png") == 1
    assert len(list((tmp_path / "out/images").iterdir())) == 1


def test_the_file_is_byte_for_byte_what_json_writes_with_an_indent_of_two(tmp_path: Path) -> None:
    entries = {"a": 'q"\n', "ü": "漢字", "c": ""}
    file = JsonEntries(tmp_path / "x.json")
    for name, value in entries.items():
        file.add(name, value)
    file.close()
    assert (tmp_path / "x.json").read_text("ascii") == json.dumps(entries, indent=2)
