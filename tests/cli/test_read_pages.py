"""`effocr read` without --lines: pages."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.pipeline.classical_lines import ClassicalLines
from effocr.pipeline.network_lines import OpenedDetector

Draw = Callable[..., np.ndarray]


@pytest.fixture
def scan(tmp_path: Path, draw_line: Draw) -> Path:
    """A page of two lines of blocks, and a TIFF of it and a blank page beside it."""
    lines = [draw_line(text, scale=2) for text in ("InunInInuInIunn", "nuInIuInInunInI")]
    page = np.full((500, 900), 255, np.uint8)
    for y0, line in zip((100, 200), lines, strict=True):
        page[y0 : y0 + line.shape[0], 80 : 80 + line.shape[1]] = line
    path = tmp_path / "scans" / "page.png"
    path.parent.mkdir()
    Image.fromarray(page).save(path)
    blank = Image.new("L", (900, 500), 255)
    Image.fromarray(page).save(path.with_name("two.tif"), save_all=True, append_images=[blank])
    return path


def test_a_page_is_read_in_lines(
    scan: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(scan), "--model", str(tiny_model)]) == 0
    assert capsys.readouterr().out == "InunInInuInIunn\nnuInIuInInunInI\n"


def test_pages_of_a_tiff_are_chosen_and_drawn(
    scan: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, pictures = scan.with_name("two.tif"), tmp_path / "drawn"
    options = ["--model", str(tiny_model), "--format", "jsonl", "--draw", str(pictures)]
    assert main(["read", str(book), *options]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(record["page"], len(record["lines"])) for record in records] == [(1, 2), (2, 0)]
    assert sorted(path.name for path in pictures.iterdir()) == [
        "two-1.boxes.png",
        "two-2.boxes.png",
    ]
    assert main(["read", str(book), *options[:4], "--pages", "2"]) == 0
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert record["page"] == 2


@pytest.mark.parametrize("command", [["read"], ["evaluate", "pages"]])
def test_a_named_detector_is_opened_for_as_many_threads_as_read(
    scan: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    opened = []

    def noted(path: str, *, callers: int = 1) -> OpenedDetector:
        opened.append((path, callers))
        return OpenedDetector(ClassicalLines(), "line")

    monkeypatch.setattr("effocr.pipeline.network_lines.open_detector", noted)
    where = scan.parent if "evaluate" in command else scan
    main([*command, str(where), "--model", str(tiny_model), "--threads", "3", "--detector", "x"])
    assert opened == [("x", 3)]


def test_images_of_one_page_are_read_beside_chosen_pages(
    scan: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["read", str(scan), str(scan.with_name("two.tif")), "--model", str(tiny_model)]
    assert main([*command, "--pages", "2", "--format", "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [(Path(each["path"]).name, each["page"], len(each["lines"])) for each in records]
    assert found == [("page.png", 1, 2), ("two.tif", 2, 0)]
    assert main([*command, "--pages", "3"]) == 1
    assert "two.tif: has 2 pages, none of those asked for" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "alto"])
def test_a_file_in_the_place_of_the_folder_is_refused_before_anything_is_read(
    scan: Path, tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    out = tmp_path / "taken" / "page.txt"
    broken = scan.with_name("broken.png")
    broken.write_bytes(b"nothing that could be read")
    command = ["read", str(broken), "--model", str(tiny_model), "--format", form, "-o", str(out)]
    assert main(command) == 2
    message = capsys.readouterr().err
    assert "taken: cannot be written" in message
    assert "there already" not in message
    assert "broken.png" not in message


def test_a_bad_pdf_is_reported_and_the_rest_is_read(
    scan: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan.with_name("two.tif").unlink()
    scan.with_name("a.pdf").write_bytes(b"%PDF-1.7")
    assert main(["read", str(scan.parent), "--model", str(tiny_model)]) == 1
    done = capsys.readouterr()
    assert done.out.startswith("InunIn")
    assert "a.pdf: a broken PDF, or one without pages" in done.err


def test_options_of_pages_do_not_go_with_lines(
    scan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "--lines", str(scan), "--dpi", "200"]) == 2
    assert "leave --lines out" in capsys.readouterr().err


def test_a_set_of_pages_is_evaluated(
    scan: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "a head\nInunInInuInI-\nunn nuInIuInInunInI\n"
    scan.with_name("page.gt.txt").write_text(text, "utf-8")
    command = ["evaluate", "pages", str(scan.parent), "--model", str(tiny_model), "--json"]
    assert main(command) == 0
    done = capsys.readouterr()
    assert "two.tif: no two.gt.txt beside it" in done.err
    (row,) = json.loads(done.out).values()
    assert (row["pages"], row["lines"]) == (1, 2)
    # Wanted is "a head InunInInuInI- unn nuInIuInInunInI", read "InunInInuInIunn nuInI...".
    assert row["cer"] == pytest.approx(100 * 9 / 40, abs=0.01)
    assert row["seconds_page"] > 0
