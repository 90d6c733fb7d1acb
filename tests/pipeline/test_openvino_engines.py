"""The localizer on OpenVINO against onnxruntime, and what is said where it cannot run."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import EMBEDDED, LOCALIZER, RECOGNIZER, load_manifest
from effocr.cli.main import main
from effocr.errors import BundleError, MissingDependencyError, UsageError
from effocr.frame import PAPER, prepare, warp
from effocr.pipeline.images import load_image
from effocr.pipeline.onnx_engines import OnnxLocalizer
from effocr.pipeline.openvino_engines import OpenVinoLocalizer
from effocr.pipeline.reader import Reader

ROOT = Path(__file__).parents[2]
MODEL = EMBEDDED / "en"


def lines(width: int) -> np.ndarray:
    """The beginnings of two sample lines in their frames; paper at the end, as lines have it."""
    shape, found = load_manifest(MODEL).line, []
    for path in sorted((ROOT / "docs" / "samples" / "lines").glob("*.png"))[:2]:
        line = prepare(load_image(path), shape)
        assert line is not None
        found.append(warp(line.grey, line.frame, width, shape.height))
    frames = np.stack(found)
    frames[:, :, -32:] = PAPER
    return frames


def test_both_runtimes_see_the_same() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    one, two = OnnxLocalizer(MODEL / LOCALIZER), OpenVinoLocalizer(MODEL / LOCALIZER, 2)
    widths = [160, 256, 224, 160, 288]
    with ThreadPoolExecutor(2) as pool:  # one after the other would not show a shared result
        found = list(pool.map(two.maps, map(lines, widths)))
    for width, maps in zip(widths, found, strict=True):
        expected = one.maps(lines(width))
        assert maps.shape == expected.shape
        assert np.abs(maps[:, 0] - expected[:, 0]).mean() < 0.02
        assert np.corrcoef(maps.ravel(), expected.ravel())[0, 1] > 0.99


def test_lines_are_read_alike(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    command = ["read", "--lines", str(ROOT / "docs" / "samples" / "lines")]
    assert main(command) == 0
    expected = capsys.readouterr().out
    assert main([*command, "--runtime", "openvino"]) == 0
    found = capsys.readouterr().out
    same = sum(a == b for a, b in zip(expected.split(), found.split(), strict=False))
    assert same > 0.9 * len(expected.split())


SIGNAL_AFTER_READING = """
import faulthandler, os, signal, sys
from pathlib import Path
from effocr.pipeline.openvino_engines import OpenVinoNetwork

faulthandler.enable()
signal.signal(signal.SIGINT, lambda *_: print("handled"))
first, second = (OpenVinoNetwork(Path(sys.argv[1])) for _ in range(2))
del first
del second
os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="stacks for signals are given on Linux")
def test_signals_are_handled_after_networks_were_closed() -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    command = [sys.executable, "-c", SIGNAL_AFTER_READING, str(MODEL / LOCALIZER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "handled"), done.stderr


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is an extra")
    with pytest.raises(BundleError, match="not lines to maps"):
        OpenVinoLocalizer(MODEL / RECOGNIZER)
    (tmp_path / "x.onnx").write_bytes(b"no graph")
    with pytest.raises(BundleError, match="cannot open"):
        OpenVinoLocalizer(tmp_path / "x.onnx")
    with pytest.raises(BundleError, match="missing"):
        OpenVinoLocalizer(tmp_path / "absent.onnx")


def test_without_openvino_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingDependencyError, match=r"effocr\[openvino\]"):
        OpenVinoLocalizer(MODEL / LOCALIZER)


def test_an_unknown_runtime_is_an_error_of_use() -> None:
    with pytest.raises(UsageError, match="known are onnxruntime and openvino"):
        Reader("en", runtime="openvin")  # type: ignore[arg-type]
