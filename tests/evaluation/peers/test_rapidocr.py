"""RapidOCR as a peer, with a stand-in package in the place of the real one."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.evaluation.peers.rapidocr import read_lines
from effocr.evaluation.peers.run import LinesRun, Missing

# Reads the grey level of the top left pixel.
STAND_IN = """
class RapidOCR:
    def __init__(self, intra_op_num_threads):
        self.threads = intra_op_num_threads

    def text_rec(self, images):
        return [(f"{image[0, 0, 0]}", 0.9) for image in images], 0.1
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rapidocr_onnxruntime.py").write_text(STAND_IN, encoding="utf-8")
    about = tmp_path / "rapidocr_onnxruntime-7.0.dist-info"
    about.mkdir()
    text = "Metadata-Version: 2.1\nName: rapidocr-onnxruntime\nVersion: 7.0\n"
    (about / "METADATA").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_lines_are_read_in_order_and_bad_images_named(package: Path) -> None:
    paths = []
    for level in (10, 20, 30):
        paths.append(package / f"{level}.png")
        Image.fromarray(np.full((8, 9), level, np.uint8)).save(paths[-1])
    paths.insert(1, package / "none.png")

    run = read_lines(paths, turns=50, threads=2, python=sys.executable)

    assert isinstance(run, LinesRun)
    assert run.texts == ("10", None, "20", "30")
    assert list(run.failures) == [str(paths[1])]
    assert "7.0" in run.configuration
    assert "2 threads" in run.configuration


def test_a_python_without_it_is_reported_not_raised() -> None:
    missing = read_lines([Path("a.png")], python=sys.executable)
    assert isinstance(missing, Missing)
    assert "pip install rapidocr-onnxruntime" in missing.reason
    missing = read_lines([Path("a.png")], python="no_such_python")
    assert isinstance(missing, Missing)
    assert "no_such_python" in missing.reason
