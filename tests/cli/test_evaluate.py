"""`effocr evaluate` on lines of blocks that the model made by hand can read."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from effocr.cli.main import main
from effocr.data.coco import write_coco
from effocr.data.records import LineImage
from effocr.pipeline.reader import Reader


@pytest.fixture
def lines(tmp_path: Path, draw_line: Callable) -> Path:
    """Three lines: one right, one whose text differs in case, one whose text has a letter more."""
    folder = tmp_path / "blocks"
    folder.mkdir()
    for name, drawn, text in (("a", "Inu nI", "Inu nI"), ("b", "nnu", "NNU"), ("c", "uI", "uIn")):
        Image.fromarray(draw_line(drawn)).save(folder / f"{name}.png")
        (folder / f"{name}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return folder


def test_lines_gives_rates_with_and_without_case(
    lines: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "metrics.yaml"
    options = ["--model", str(tiny_model), "--json", "--metrics-out", str(out)]
    assert main(["evaluate", "lines", str(lines), *options]) == 0
    report = json.loads(capsys.readouterr().out)
    row = report["blocks"]["effocr"]
    assert row["lines"] == 3
    assert row["cer"] == pytest.approx(100 * 4 / 12, abs=1e-3)
    assert row["cer_ci"] == pytest.approx(100 * 1 / 12, abs=1e-3)
    assert row["wer"] == 50.0
    assert row["exact"] == pytest.approx(100 / 3, abs=1e-3)
    assert yaml.safe_load(out.read_text(encoding="utf-8")) == report


def test_an_unreadable_image_is_named_and_the_status_is_1(
    lines: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (lines / "a.png").write_bytes(b"no image")
    assert main(["evaluate", "lines", str(lines), "--model", str(tiny_model), "--ignore-case"]) == 1
    printed = capsys.readouterr()
    assert str(lines / "a.png") in printed.err
    assert "CER %, case ignored" in printed.out
    assert f"{100 * 7 / 12:.2f}" in printed.out


def test_the_originals_figures_stand_beside_ours(
    lines: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (lines / "c.gt.txt").write_text("uIn    \n", encoding="utf-8")
    arguments = ["evaluate", "lines", str(lines), "--model", str(tiny_model), "--original"]
    assert main([*arguments, "--confusions", "2", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["blocks"]["effocr"]
    assert row["original"]["corrected_cer"] == pytest.approx(100 * 4 / 12, abs=1e-3)
    assert row["original"]["accuracy"] == pytest.approx(100 / 3, abs=1e-3)
    assert row["confusions"] == [
        {"reference": "N", "read": "n", "times": 2},
        {"reference": "U", "read": "u", "times": 1},
    ]
    assert main([*arguments, "--ignore-case", "--confusions", "5"]) == 0
    printed = capsys.readouterr().out
    assert "CER % (original)" in printed
    assert "blocks  n          ∅" in printed


def test_the_worst_lines_become_a_page(
    lines: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "lines", str(lines), "--model", str(tiny_model)]
    assert main([*arguments, "--report", str(tmp_path / "out"), "--worst", "1"]) == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert "<del>NNU</del>" in page
    assert str(tmp_path / "out" / "report.html") in capsys.readouterr().out


def test_a_folder_without_lines_is_an_error_of_use(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "lines", str(tmp_path), "--model", str(tiny_model)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.fixture
def coco(tmp_path: Path, draw_line: Callable, tiny_model: Path) -> Path:
    """Two lines with the boxes that the model finds; on the second, one is moved away."""
    folder = tmp_path / "chars"
    folder.mkdir()
    known = []
    for name, text in (("a", "Inu nI"), ("b", "nnu")):
        path = folder / f"{name}.png"
        Image.fromarray(draw_line(text)).save(path)
        glyphs = Reader(tiny_model).read(path).lines[0].glyphs
        boxes = np.array([glyph.box for glyph in glyphs], np.float32)
        if name == "b":
            boxes[0, [0, 2]] += 10
        known.append(LineImage(path, text, boxes, tuple(text.replace(" ", ""))))
    write_coco(known, folder / "annotations.json")
    return folder


def test_localizer_counts_matching_boxes(
    coco: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "localizer", str(coco), "--model", str(tiny_model), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["chars"]
    assert (row["lines"], row["boxes"], row["found"]) == (2, 8, 8)
    assert row["precision"] == row["recall"] == row["f"] == 87.5
    assert row["right_number"] == 100.0
    assert main(["evaluate", "localizer", str(coco), "--model", str(tiny_model)]) == 0
    assert "87.5" in capsys.readouterr().out


def test_glyphs_are_named_by_their_true_boxes(
    coco: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "glyphs", str(coco), "--model", str(tiny_model), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["chars"]
    assert (row["lines"], row["glyphs"], row["uncovered"]) == (2, 8, 0.0)
    assert row["accuracy"] >= 87.5  # the box that was moved away may be wrong
    file = str(coco / "annotations.json")
    assert main(["evaluate", "glyphs", file, "--model", str(tiny_model)]) == 0
    assert "chars" in capsys.readouterr().out
