"""`effocr mine` and `effocr train recognizer --hard-negatives`."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from effocr.cli.main import main
from effocr.data.hard_negatives import read_hard_negatives
from effocr.training.checkpoints import load_checkpoint

FAST = [
    "--set", "loop.max_steps=4", "--set", "loop.device=cpu", "--set", "batch_size=16",
    "--set", "model.embedding_size=16",
]  # fmt: skip


@pytest.fixture
def run(draw_glyph_set: Callable[..., Path], tmp_path: Path) -> Path:
    """A run of two passes."""
    data = ["--data", str(draw_glyph_set())]
    command = ["train", "recognizer", *data, "--out", str(tmp_path / "run"), *FAST]
    assert main([*command, "--hard-negatives", "auto"]) == 0
    return tmp_path / "run"


def test_two_passes_are_one_command(run: Path) -> None:
    sets = read_hard_negatives(run / "hns.txt")
    assert [one[0] for one in sets] == sorted("aoItm.")
    config = yaml.safe_load((run / "config.yaml").read_text())
    assert config["hard_negatives"] == str(run / "hns.txt")
    assert load_checkpoint(run / "first-pass" / "best.pt")["settings"]["config"][
        "hard_negatives"
    ] is None  # fmt: skip
    assert load_checkpoint(run)["step"] == 4


def test_a_run_can_be_mined_again(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", str(run), "-k", "3", "--out", str(run / "three.txt")]) == 0
    assert f"{run / 'three.txt'}: 6 sets of look-alikes" in capsys.readouterr().out
    assert {len(one) for one in read_hard_negatives(run / "three.txt")} == {3}
    (run / "sources.yaml").unlink()
    assert main(["mine", str(run)]) == 2
    assert "name glyphs with --data" in capsys.readouterr().err


def test_a_file_of_sets_is_used_and_what_is_unknown_reported(
    draw_glyph_set: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sets.txt").write_text("aoж\nIt\n", "utf-8")
    data = ["--data", str(draw_glyph_set()), "--out", str(tmp_path / "run")]
    sets = ["--hard-negatives", str(tmp_path / "sets.txt")]
    assert main(["train", "recognizer", *data, *sets, *FAST]) == 0
    assert "'ж': left out of 1 sets" in caplog.text
