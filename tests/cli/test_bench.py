"""`effocr bench` with peers that are not there, and with a stand-in for one."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from effocr.cli.main import main
from effocr.evaluation.peers import tesseract
from effocr.evaluation.peers.run import LinesRun


@pytest.fixture
def lines(tmp_path: Path, draw_line: Callable) -> Path:
    folder = tmp_path / "blocks"
    folder.mkdir()
    for name, text in (("a", "Inu nI"), ("b", "nnu")):
        Image.fromarray(draw_line(text)).save(folder / f"{name}.png")
        (folder / f"{name}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return folder


def test_a_set_is_repeated_and_a_missing_peer_reported(
    lines: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", str(tiny_model), "--least-lines", "9", "--threads", "1", "--json"]
    peers = ["--against", "rapidocr=no_such_python"]
    assert main(["bench", "lines", str(lines), *options, *peers]) == 0
    rows = json.loads(capsys.readouterr().out)["blocks"]
    assert (rows["effocr"]["lines"], rows["effocr"]["lines_read"]) == (2, 10)
    assert rows["effocr"]["cer"] == 0.0
    assert rows["effocr"]["lines_s"] > 0
    assert "no_such_python" in rows["rapidocr"]["missing"]


def test_engines_stand_side_by_side(
    lines: Path,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read(paths: Sequence[Path], *, turns: int, processes: int | None) -> LinesRun:
        assert (len(paths), turns, processes) == (2, 1, None)
        return LinesRun(("Inu nI", "nnX"), turns, 0.1, 0.2, 70.0, "a stand-in")

    monkeypatch.setattr(tesseract, "read_lines", read)
    options = ["--model", str(tiny_model), "--least-lines", "1", "--against", "tesseract"]
    assert main(["bench", "lines", str(lines), *options]) == 0
    printed = capsys.readouterr().out
    assert "tesseract: a stand-in" in printed
    assert "11.11" in printed


@pytest.mark.parametrize("peer", ["abbyy", "tesseract=/usr/bin/tesseract"])
def test_an_unknown_peer_is_an_error_before_anything_is_read(
    lines: Path, peer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "lines", str(lines), "--against", peer]) == 2
    assert "known are tesseract, rapidocr" in capsys.readouterr().err
