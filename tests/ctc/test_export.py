"""Exports are proven, and refused where they read otherwise."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.ctc.config import CtcTraining
from effocr.ctc.train import CtcData, train_ctc
from effocr.errors import ParityError
from effocr.export import ctc as export
from effocr.export.ctc import export_ctc
from effocr.onnx_session import open_session

Settings = Callable[..., CtcTraining]


def test_the_graph_has_the_names_and_free_axes_of_ocrs(rough: Path) -> None:
    session = open_session(rough / "ctc.onnx")
    (given,), (found,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.shape) == ("line_image", ["batch", 1, 64, "width"])
    assert (found.name, found.shape) == ("chars", ["out_seq", "batch", 5])
    for count, width in [(1, 64), (5, 300)]:
        lines = np.zeros((count, 1, 64, width), np.float32)
        (chars,) = session.run(["chars"], {"line_image": lines})
        assert chars.shape == (width // 4 + 1, count, 5)


def test_real_lines_are_compared_too(
    small_data: CtcData, small_training: Settings, tmp_path: Path
) -> None:
    train_ctc(small_data, small_training(max_steps=2), run=tmp_path / "run")
    greys = [line.line.grey for line in small_data.lines]
    manifest, parity = export_ctc(
        tmp_path / "run", tmp_path / "reader", lines=greys, name="n", details={"version": "7"}
    )
    assert parity.lines == 6 + 8
    assert (parity.changed, manifest.name, manifest.version) == (0, "n", "7")
    assert "14 lines" in parity.as_text()


def test_an_export_that_reads_otherwise_is_refused_and_leaves_nothing(
    small_data: CtcData, small_training: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_ctc(small_data, small_training(max_steps=2), run=tmp_path / "run")
    right = export.OnnxCtc.log_probs
    monkeypatch.setattr(
        export.OnnxCtc, "log_probs", lambda self, lines: right(self, lines)[:, :, ::-1]
    )
    with pytest.raises(ParityError, match="differs from the trained one"):
        export_ctc(tmp_path / "run", tmp_path / "reader")
    assert list((tmp_path / "reader").iterdir()) == []
