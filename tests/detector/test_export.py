"""From a run to a folder that is read without torch."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.data.detection_forms import read_detection
from effocr.detector.bundle import GRAPH, MANIFEST
from effocr.detector.config import DetectorTraining, Look
from effocr.detector.onnx import OnnxDetector
from effocr.detector.pages import load_pages
from effocr.detector.train import train_detector
from effocr.errors import BundleError, ParityError, UsageError
from effocr.export.detector import export_detector, prove_detector_parity
from effocr.pipeline.images import load_image
from effocr.pipeline.network_lines import NetworkLines


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory,
    labelled: Path,
    small_training: Callable[..., DetectorTraining],
) -> Path:
    folder = tmp_path_factory.mktemp("run")
    pages, _ = load_pages(read_detection(labelled).pages, line_px=20, memory_mb=10, load=load_image)
    config = small_training(max_steps=60, validate_every=60, save_every=60)
    train_detector(pages, pages, config, run=folder)
    return folder


def test_the_export_finds_the_lines_without_torch(
    run: Path, labelled: Path, tmp_path: Path
) -> None:
    pages, _ = load_pages(read_detection(labelled).pages, line_px=20, memory_mb=10, load=load_image)
    manifest, parity = export_detector(run, tmp_path / "model", pages=pages)
    assert parity.changed == 0
    assert parity.regions >= 6
    assert parity.difference < 1e-4
    assert manifest.metrics["hmean"] > 0.9
    script = (
        "import sys; from effocr.detector.onnx import OnnxDetector; "
        "from effocr.pipeline.images import load_image; "
        "found = OnnxDetector(sys.argv[1]).detect(load_image(sys.argv[2])); "
        "print(len(found), 'torch' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "model"), str(labelled / "page.png")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["6", "False"]


def test_int8_is_written_if_it_agrees(run: Path, labelled: Path, tmp_path: Path) -> None:
    pages, _ = load_pages(read_detection(labelled).pages, line_px=20, memory_mb=10, load=load_image)
    _, parity = export_detector(run, tmp_path / "model", pages=pages, int8=True)
    assert parity.agreement is not None
    assert parity.agreement >= 0.98
    assert len(OnnxDetector(tmp_path / "model").detect(pages[0].grey())) == 6
    lines = NetworkLines(tmp_path / "model").detect(pages[0].grey())
    assert len(lines) == 6
    for line in lines:
        assert line.score > 0.4
        assert line.polygon[1, 0] > line.polygon[0, 0] + 100  # the upper edge comes first
        assert line.polygon[2, 1] > line.polygon[1, 1]


def test_another_network_is_not_taken_for_the_trained_one() -> None:
    def one(page: np.ndarray) -> np.ndarray:
        return np.zeros((2, 16, 16), np.float32)

    def other(page: np.ndarray) -> np.ndarray:
        maps = np.zeros((2, 16, 16), np.float32)
        maps[0, 4:8, 2:14] = 1
        maps[1] = 20
        return maps

    page = np.full((32, 32), 255, np.uint8)
    prove_detector_parity(other, other, [page], Look()).check()
    with pytest.raises(ParityError, match="differs from the trained one"):
        prove_detector_parity(one, other, [page], Look()).check()


def test_damaged_folders_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        OnnxDetector(tmp_path / "nowhere")
    folder = tmp_path / "model"
    export_detector(run, folder, details={"description": "blocks"})
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["description"] == "blocks"
    (folder / MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(BundleError, match="name: Field required"):
        OnnxDetector(folder)
    wrong = {**manifest, "look": {**manifest["look"], "map_stride": 4}}
    (folder / MANIFEST).write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(BundleError, match="expected 1 or 2 maps of 8 x 8"):
        OnnxDetector(folder)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / GRAPH).write_bytes((folder / GRAPH).read_bytes() + b"\0")
    with pytest.raises(BundleError, match="was changed"):
        OnnxDetector(folder)
