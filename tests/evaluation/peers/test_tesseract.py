"""Tesseract as a peer: with a stand-in that behaves like it, and the real one where installed."""

import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.evaluation.peers.run import LinesRun, Missing
from effocr.evaluation.peers.tesseract import read_lines

# Writes the stem of each image, a form feed between pages; stops at the first that it cannot open.
STAND_IN = """#!{python}
import os, pathlib, sys
if sys.argv[1] == "--version":
    sys.exit(print("tesseract 9.9"))
names, out, *rest = sys.argv[1:]
assert os.environ["OMP_THREAD_LIMIT"] == "1" and rest == ["--psm", "7", "-l", rest[3]]
if rest[3] == "xyz":
    sys.exit("no such language")
pages, status = [], 0
for name in pathlib.Path(names).read_text().split():
    if "bad" in name:
        status = 1
        break
    pages.append("" if "empty" in name else pathlib.Path(name).stem + "\\n")
with open(pathlib.Path(names).parent / "runs", "a") as log:
    log.write("x")
pathlib.Path(out + ".txt").write_text("\\f".join(pages))
sys.exit(status)
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> str:
    program = tmp_path / "tesseract"
    program.write_text(STAND_IN.replace("{python}", sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_every_image_gets_its_own_text_in_order(stand_in: str) -> None:
    paths = [Path(f"{n}.png") for n in range(7)]
    run = read_lines(paths, turns=3, processes=2, program=stand_in)
    assert isinstance(run, LinesRun)
    assert [text.strip() for text in run.texts if text] == [str(n) for n in range(7)]
    assert run.turns == 3
    assert run.failures == {}
    assert "tesseract 9.9" in run.configuration
    assert "2 single-threaded" in run.configuration


def test_reading_goes_on_behind_images_that_cannot_be_opened(stand_in: str) -> None:
    names = ["bad0", "a", "empty1", "bad1", "bad2", "b", "empty2"]
    run = read_lines([Path(f"{name}.png") for name in names], processes=1, program=stand_in)
    assert isinstance(run, LinesRun)
    assert [text if text is None else text.strip() for text in run.texts] == [
        None, "a", "", None, None, "b", "",
    ]  # fmt: skip
    assert [Path(path).stem for path in run.failures] == ["bad0", "bad1", "bad2"]


def test_more_processes_than_images_are_not_started(stand_in: str) -> None:
    run = read_lines([Path("only.png")], processes=8, program=stand_in)
    assert isinstance(run, LinesRun)
    assert "1 single-threaded" in run.configuration


def test_a_missing_program_or_language_is_reported_not_raised(stand_in: str) -> None:
    missing = read_lines([Path("a.png")], program="no_such_tesseract")
    assert isinstance(missing, Missing)
    assert "not installed" in missing.reason
    missing = read_lines([Path("a.png")], program=stand_in, language="xyz")
    assert isinstance(missing, Missing)
    assert "no such language" in missing.reason


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed here")
def test_the_real_tesseract_reads_a_drawn_line(tmp_path: Path) -> None:
    image = Image.new("L", (500, 70), 255)
    ImageDraw.Draw(image).text((20, 10), "Hello world", font=ImageFont.load_default(40), fill=0)
    image.save(tmp_path / "line.png")
    (tmp_path / "text.png").write_text("not an image", encoding="utf-8")
    paths = [tmp_path / "text.png", tmp_path / "line.png"]
    run = read_lines(paths, turns=2, processes=2)
    assert isinstance(run, LinesRun)
    assert run.texts[0] is None
    assert (run.texts[1] or "").strip() == "Hello world"
