"""`effocr train`: from a data set to a run, and on from there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.cli.main import main
from effocr.training.checkpoints import load_checkpoint

FAST = [
    "--set", "loop.max_steps=4", "--set", "loop.validate_every=2", "--set", "loop.device=cpu",
    "--set", "loop.save_every=2", "--set", "batch_size=12",
]  # fmt: skip


@pytest.fixture
def glyph_folders(tmp_path: Path) -> Path:
    """Eight slices of frames for each of four characters."""
    for glyph in "abo,":
        folder = tmp_path / "glyphs" / str(ord(glyph))
        folder.mkdir(parents=True)
        for size in range(20, 28):
            image = Image.new("L", (32, 40), 255)
            font = ImageFont.load_default(size)
            ImageDraw.Draw(image).text((16, 28), glyph, fill=0, font=font, anchor="ms")
            image.save(folder / f"{size}.png")
    return tmp_path / "glyphs"


def test_the_recognizer_learns_from_glyph_folders_and_resumes(
    glyph_folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    command = ["train", "recognizer"]
    assert main([*command, "--data", str(glyph_folders), "--out", str(run), *FAST]) == 0
    assert capsys.readouterr().out.startswith(f"{run}: step 4, best ")
    names = {path.name for path in run.iterdir()}
    assert names == {
        "best.pt", "last.pt", "config.yaml", "sources.yaml", "log.jsonl", "log.csv",
    }  # fmt: skip
    assert main([*command, "--resume", str(run), "--set", "loop.max_steps=6"]) == 0
    assert load_checkpoint(run)["step"] == 6
    other = ["--out", str(tmp_path / "other"), "--init-from", str(run), *FAST]
    assert main([*command, "--data", str(glyph_folders), *other]) == 0
    assert load_checkpoint(tmp_path / "other")["step"] == 4


def test_the_recognizer_learns_the_same_from_a_packed_file(
    glyph_folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "set.glyphs.sqlite"
    assert main(["data", "convert", str(glyph_folders), str(packed), "--to", "packed"]) == 0
    logs = []
    for data in (glyph_folders, packed):
        run = tmp_path / f"run-{data.name}"
        assert main(["train", "recognizer", "--data", str(data), "--out", str(run), *FAST]) == 0
        logs.append(capsys.readouterr().out.splitlines()[-1].partition(": ")[2])
    assert logs[0] == logs[1]
    assert "step 4, best" in logs[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "GLYPHS"], "--out RUN"),
        (["--out", "RUN"], "--data PATH"),
        (["--data", "GLYPHS", "--out", "RUN", "--set", "batch_sise=3"], "batch_sise"),
        (["--data", "GLYPHS", "--out", "RUN", "--set", "model.timm_name=none"], "no network"),
        (["--data", "ABSENT", "--out", "RUN"], "no such folder"),
        (["--resume", "ABSENT", "--data", "GLYPHS"], "ABSENT"),
    ],
)
def test_errors_of_use_say_what_to_do(
    glyph_folders: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    places = {
        "GLYPHS": str(glyph_folders),
        "RUN": str(tmp_path / "r"),
        "ABSENT": str(tmp_path / "ABSENT"),
    }
    assert main(["train", "recognizer", *(places.get(a, a) for a in arguments)]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("effocr: ")
    assert message in error


def test_a_folder_that_holds_a_run_is_not_overwritten(
    glyph_folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "last.pt").write_bytes(b"precious")
    assert (
        main(["train", "recognizer", "--data", str(glyph_folders), "--out", str(tmp_path / "run")])
        == 2
    )
    assert "--resume" in capsys.readouterr().err
    assert (tmp_path / "run" / "last.pt").read_bytes() == b"precious"


def test_glyph_folders_are_no_lines_for_the_localizer(
    glyph_folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "localizer", "--data", str(glyph_folders), "--out", str(tmp_path / "run")]
    assert main(command) == 2
    assert "character-level COCO" in capsys.readouterr().err


def test_the_localizer_is_trained_with_another_backend_and_resumes(
    save_block_lines: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = save_block_lines(tmp_path / "data", "a", ["nn In", "uIn", "In"], prefix="images/")
    run = tmp_path / "run"
    small = [
        "loop.max_steps=1", "loop.device=cpu", "loop.warmup=0", "loop.schedule=constant",
        "model.backbone=mobilenet_v3_small", "model.pyramid_channels=8", "model.head_channels=8",
        "model.short_side_px=32", "batch_size=1",
    ]  # fmt: skip
    sets = [part for value in small for part in ("--set", value)]
    command = ["train", "localizer", "--backend", "torchvision"]
    assert main([*command, "--data", str(data), "--out", str(run), *sets]) == 0
    assert capsys.readouterr().out.startswith(f"{run}: step 1, best ")
    assert main([*command, "--resume", str(run), "--set", "loop.max_steps=2"]) == 0
    assert load_checkpoint(run)["step"] == 2
    (run / "last.pt").write_bytes(b"cut off")
    assert main([*command, "--resume", str(run), "--set", "loop.max_steps=3"]) == 2
    assert "best.pt may be whole: go on from there" in capsys.readouterr().err
    assert main([*command, "--resume", str(run / "best.pt"), "--set", "loop.max_steps=3"]) == 0
    assert load_checkpoint(run)["step"] == 3


@pytest.mark.parametrize("module", ["localizer", "recognizer"])
def test_a_run_that_goes_on_starts_from_no_other_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], module: str
) -> None:
    command = ["train", module, "--resume", str(tmp_path), "--init-from", str(tmp_path)]
    assert main(command) == 2
    assert "leave out --init-from" in capsys.readouterr().err
