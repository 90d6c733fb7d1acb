"""`scripts/train_detector` ends with a status and one line; tests/learn trains."""

import runpy
from pathlib import Path

import pytest

from effocr.errors import TrainingError
from effocr.learn import detector_from_fonts

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "stopped; the same command goes on where it was"),
        (TrainingError("no pages"), 2, "no pages"),
    ],
)
def test_a_training_that_ends_early_says_so_without_a_traceback(
    error: BaseException,
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*given: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(detector_from_fonts, "train_detector_from_fonts", fail)
    main = runpy.run_path(str(ROOT / "scripts" / "train_detector"))["main"]
    font = str(ROOT / "english_font_files" / "Besley-Regular.ttf")
    places = ["--work", str(tmp_path), "--out", str(tmp_path / "model")]
    assert main(["--fonts", font, "--held-out", font, *places]) == status
    assert capsys.readouterr().err.splitlines()[-1] == f"train_detector: {said}"
