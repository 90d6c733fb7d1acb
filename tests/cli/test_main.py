"""The command as a whole."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import effocr
from effocr.cli.main import main


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"effocr {effocr.__version__}\n"


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "read" in capsys.readouterr().out
    assert main(["read", "--help"]) == 0
    assert "--whitelist" in capsys.readouterr().out


def test_an_unknown_command_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "nothing" in capsys.readouterr().err


def test_a_missing_model_is_one_line_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFFOCR_HOME", "/nowhere")
    assert main(["models", "verify", "klingon"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("effocr: no model named 'klingon'")
    assert err.count("\n") == 1


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "effocr", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("effocr ")


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = (
        "import sys; import effocr.cli.main\n"
        "print([n for n in ('numpy', 'cv2', 'faiss', 'onnxruntime', 'pydantic', 'torch', 'PIL') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_full_disk_and_a_folder_in_the_way_are_one_line_on_stderr(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    fonts = Path(__file__).parents[2] / "english_font_files" / "VT323-Regular.ttf"
    (tmp_path / "charset.txt").write_text("n\no\n")
    drawn = ["--fonts", str(fonts), "--charset", str(tmp_path / "charset.txt"), "--count", "1"]
    out = tmp_path / "file" / "below"
    assert main(["synth", "lines", str(out), *drawn, "--processes", "1"]) == 2
    err = capsys.readouterr().err
    assert err.endswith("Not a directory\n")
    assert err.startswith(f"effocr: {tmp_path}")
    Image.fromarray(np.full((40, 200), 255, np.uint8)).save(tmp_path / "line.png")
    read = ["read", "--lines", "--model", str(tiny_model), str(tmp_path / "line.png")]
    assert main([*read, "-o", "/dev/full", "--force"]) == 2
    assert capsys.readouterr().err == "effocr: No space left on device\n"


def test_a_command_that_needs_the_training_extra_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("effocr.cli.main.app", missing)
    assert main(["export", "a", "b", "--out", str(tmp_path / "m")]) == 2
    assert capsys.readouterr().err == (
        "effocr: this command needs torch: pip install 'effocr[train]'\n"
    )
