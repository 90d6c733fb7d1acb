"""Tesseract and RapidOCR as detectors, with stand-ins in the place of the programs."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.evaluation.peers import rapidocr_boxes, tesseract_boxes
from effocr.evaluation.peers.boxes import BoxesRun
from effocr.evaluation.peers.run import Missing

# Ends at an image that is not there, as the real one does; a page of one line of two words else.
TESSERACT = """#!{python}
import os, sys
if sys.argv[1] == "--version":
    print("tesseract 7.0")
    sys.exit()
names, out = sys.argv[1:3]
assert sys.argv[3:] == ["--psm", "3", "-l", "eng", "tsv"], sys.argv
assert os.environ["OMP_THREAD_LIMIT"] == "1"
rows = ["level page_num block_num par_num line_num word_num left top width height conf text"]
status = 0
for page, name in enumerate(open(names).read().split("\\n")[:-1], 1):
    if not os.path.exists(name):
        print("cannot open it", file=sys.stderr)
        status = 1
        break
    left = os.path.getsize(name)
    rows += [
        f"1 {{page}} 0 0 0 0 0 0 90 90 -1 ",
        f"4 {{page}} 1 1 1 0 {{left}} 5 50 10 -1 ",
        f"5 {{page}} 1 1 1 1 {{left}} 5 20 10 96.5 one",
        f'5 {{page}} 1 1 1 2 {{left + 30}} 5 20 10 50 "two',
        f"4 {{page}} 2 1 1 0 1 1 5 5 -1 ",
        f"5 {{page}} 2 1 1 1 1 1 5 5 95 ",
    ]
open(out + ".tsv", "w").write("".join(row.replace(" ", "\\t") + "\\n" for row in rows))
sys.exit(status)
"""

RAPIDOCR = """
class RapidOCR:
    def __init__(self, intra_op_num_threads):
        self.threads = intra_op_num_threads

    def __call__(self, image, use_det, use_cls, use_rec):
        assert (use_det, use_cls, use_rec) == (True, False, False)
        if image[0, 0, 0] == 0:
            return None, None
        x = float(image[0, 0, 0])
        return [[[x, 0], [x + 9, 0], [x + 9, 5], [x, 5]]], [0.1]
"""


@pytest.fixture
def tesseract(tmp_path: Path) -> str:
    program = tmp_path / "tesseract"
    program.write_text(TESSERACT.format(python=sys.executable), "utf-8")
    program.chmod(0o755)
    return str(program)


def test_tesseracts_words_and_lines_and_a_bad_image_in_the_middle(
    tesseract: str, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.img" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_bytes(b"x" * (number + 1))
    paths[2].unlink()
    run = tesseract_boxes.find_boxes(paths, processes=2, program=tesseract)
    assert isinstance(run, BoxesRun)
    assert dict(run.failures) == {str(paths[2]): "cannot open it"}
    assert run.regions[2] is None
    for number in (0, 1, 3, 4):
        regions = run.regions[number] or ()
        assert [(one.text, one.score) for one in regions] == [("one", 0.965), ('"two', 0.5)]
        assert regions[0].polygon.tolist()[:2] == [[number + 1, 5], [number + 21, 5]]
    assert "tesseract 7.0 --psm 3 -l eng, words, 2 single-threaded" in run.configuration
    run = tesseract_boxes.find_boxes(paths[:1], level="line", program=tesseract)
    assert isinstance(run, BoxesRun)
    (line,) = run.regions[0] or ()  # the line without letters is left out
    assert (line.text, line.polygon[1].tolist()) == ('one "two', [51, 5])


def test_rapidocr_finds_boxes_and_names_bad_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rapidocr_onnxruntime.py").write_text(RAPIDOCR, "utf-8")
    about = tmp_path / "rapidocr_onnxruntime-7.0.dist-info"
    about.mkdir()
    metadata = "Metadata-Version: 2.1\nName: rapidocr-onnxruntime\nVersion: 7.0\n"
    (about / "METADATA").write_text(metadata, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    paths = [tmp_path / "20.png", tmp_path / "none.png", tmp_path / "0.png"]
    for level in (20, 0):
        Image.fromarray(np.full((8, 40), level, np.uint8)).save(tmp_path / f"{level}.png")
    run = rapidocr_boxes.find_boxes(paths, threads=2, python=sys.executable)
    assert isinstance(run, BoxesRun)
    assert [None if one is None else len(one) for one in run.regions] == [1, None, 0]
    assert (run.regions[0] or ())[0].polygon.tolist() == [[20, 0], [29, 0], [29, 5], [20, 5]]
    assert list(run.failures) == [str(paths[1])]
    assert "7.0, detection only, 2 threads" in run.configuration


def test_programs_that_are_missing_are_reported_not_raised() -> None:
    missing = tesseract_boxes.find_boxes([Path("a.png")], program="no_such_program")
    assert isinstance(missing, Missing)
    missing = rapidocr_boxes.find_boxes([Path("a.png")], python="no_such_python")
    assert isinstance(missing, Missing)
