"""Samples of a collection: which are taken, and why the others are not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from effocr.learn.lessons import look_at, read_samples
from effocr.pipeline.onnx_engines import load_engines


def save(folder: Path, name: str, grey: int, text: str) -> None:
    folder.mkdir(exist_ok=True)
    Image.fromarray(np.full((20, 30), grey, np.uint8)).save(folder / f"{name}.png")
    (folder / f"{name}.gt.txt").write_text(text, encoding="utf-8")


def test_lines_keep_their_order_and_copies_are_named(tmp_path: Path) -> None:
    for number, grey in enumerate([5, 3, 9]):
        save(tmp_path / "one", f"line{number}", grey, f"text {number}")
    save(tmp_path / "two", "again", 3, " text  1 ")
    lines, problems = read_samples([tmp_path / "one", tmp_path / "two", tmp_path / "one"])
    assert [line.path.name for line in lines] == ["line0.png", "line1.png", "line2.png"]
    reasons = [str(problem).rpartition(": ")[2] for problem in problems]
    assert sorted(reasons) == [
        "a copy of line0.png", "a copy of line1.png", "a copy of line1.png", "a copy of line2.png",
    ]  # fmt: skip
    assert "again.png" in " ".join(problem.source for problem in problems)


def test_all_readings_of_an_image_that_contradict_each_other_are_left_out(tmp_path: Path) -> None:
    for name, grey, text in (("a", 1, "one"), ("b", 1, "two"), ("c", 1, "two"), ("d", 2, "d")):
        save(tmp_path, name, grey, text)
    lines, problems = read_samples([tmp_path])
    assert [line.text for line in lines] == ["d"]
    assert [Path(problem.source).name for problem in problems] == ["a.png", "b.png", "c.png"]
    assert all("one image with several texts" in problem.reason for problem in problems)


def test_a_text_that_leaves_no_ink_is_empty(tmp_path: Path) -> None:
    save(tmp_path, "a", 1, "\u200b\u00ad")
    save(tmp_path, "b", 2, "b")
    lines, problems = read_samples([tmp_path])
    assert [line.text for line in lines] == ["b"]
    assert "the text is empty" in problems[0].reason


def test_lines_are_found_again_though_others_went(
    tmp_path: Path, tiny_model: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    for name in ("a", "b", "c"):
        Image.fromarray(draw_line(f"Iu nI {'In' * (ord(name) - 96)}")).save(
            tmp_path / f"{name}.png"
        )
        (tmp_path / f"{name}.gt.txt").write_text(f"Iu nI {name}", encoding="utf-8")
    lines, _ = read_samples([tmp_path])
    seen = look_at(lines[1:], load_engines(tiny_model))  # the first one is blank to a new network
    found = seen.among([lines[0], lines[2]])
    assert [line.path.stem for line in found.lines] == ["c"]
    assert [Path(lesson.source).stem for lesson in found.lessons] == ["c"]
