"""`effocr train ctc` and what follows: from line pairs to a run, to a folder, to figures."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from effocr.cli.main import main
from effocr.ctc.alphabet import OCRS
from effocr.ctc.config import CrnnConfig
from effocr.ctc.model import Crnn
from effocr.training.checkpoints import load_checkpoint, save_tensors

SETTINGS = [
    "loop.max_steps=2", "loop.validate_every=2", "loop.save_every=1", "loop.device=cpu",
    "loop.warmup=0", "loop.schedule=constant", "model.hidden=8", "model.layers=1", "batch_size=4",
    "widths=[256]",
]  # fmt: skip
FAST = [part for setting in SETTINGS for part in ("--set", setting)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    folder = tmp_path / "pairs"
    folder.mkdir()
    font = ImageFont.load_default(30)
    for number, text in enumerate(("ab ba", "bab", "aab b")):
        image = Image.new("L", (round(font.getlength(text)) + 20, 48), 255)
        ImageDraw.Draw(image).text((10, 36), text, fill=0, font=font, anchor="ls")
        image.save(folder / f"{number}.png")
        (folder / f"{number}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(pairs: Path, tmp_path: Path) -> Path:
    run = tmp_path / "run"
    assert main(["train", "ctc", "--data", str(pairs), "--out", str(run), *FAST]) == 0
    return run


def test_a_run_goes_on_and_another_starts_from_it(
    pairs: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "ctc", "--resume", str(run), "--set", "loop.max_steps=3"]) == 0
    assert capsys.readouterr().out.startswith(f"{run}: step 3, best ")
    assert load_checkpoint(run)["step"] == 3
    other = tmp_path / "other"
    start = ["--init-from", str(run), "--out", str(other)]
    assert main(["train", "ctc", "--data", str(pairs), *start, *FAST]) == 0
    assert load_checkpoint(other)["settings"]["alphabet"] == [" ", "a", "b"]


def test_of_a_checkpoint_of_ocrs_the_weights_are_taken_and_not_the_state_of_its_optimizer(
    pairs: Path, tmp_path: Path
) -> None:
    model = Crnn(CrnnConfig(hidden=8, layers=1), classes=OCRS.classes)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.zeros(1, 1, 64, 64)).sum().backward()
    optimizer.step()  # its moments have the 97 rows of ocrs, the new network has 4
    state = {
        "epoch": 1, "model_state": model.state_dict(), "optimizer_state": optimizer.state_dict(),
    }  # fmt: skip
    save_tensors(state, tmp_path / "text-rec-checkpoint.pt")
    start = ["--init-from", str(tmp_path / "text-rec-checkpoint.pt")]
    run = tmp_path / "run"
    assert main(["train", "ctc", "--data", str(pairs), "--out", str(run), *start, *FAST]) == 0
    assert load_checkpoint(run)["optimizer"]["state"][0]["step"] == 2  # its own steps alone


def test_it_learns_from_lines_drawn_for_it_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters.txt").write_text("\n".join("aehinorstux."), encoding="utf-8")
    drawn = [
        "synthetic.count=4", f"synthetic.fonts=[{ROOT / 'tests' / 'fonts'}]",
        f"synthetic.charset={tmp_path / 'letters.txt'}", "synthetic.options.length=[4,8]",
        "widths=[2048]",
    ]  # fmt: skip
    sets = [part for setting in drawn for part in ("--set", setting)]
    assert main(["train", "ctc", "--out", str(tmp_path / "run"), *FAST, *sets]) == 0
    assert "step 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "RUN"], "--data PATH"),
        (["--data", "PAIRS"], "--out RUN"),
        (["--data", "PAIRS", "--out", "RUN", "--init-from", "ABSENT"], "no checkpoint here"),
        (["--resume", "ABSENT"], "no checkpoint here"),
        (["--resume", "ABSENT", "--init-from", "ABSENT"], "leave out --init-from"),
        (["--data", "PAIRS", "--out", "RUN", "--set", "widths=[100,50]"], "must rise"),
    ],
)
def test_errors_of_use_say_what_to_do_and_train_nothing(
    pairs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    places = {
        "PAIRS": str(pairs), "RUN": str(tmp_path / "r"), "ABSENT": str(tmp_path / "absent"),
    }  # fmt: skip
    assert main(["train", "ctc", *(places.get(a, a) for a in arguments)]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "r" / "last.pt").exists()


def test_a_run_is_exported_and_measured_beside_the_retrieval_reader(
    pairs: Path, run: Path, tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reader"
    assert main(["export", str(run), "--out", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "ctc: 11 lines" in printed
    assert printed.endswith(f"{folder}: 3 characters\n")
    options = ["--model", str(tiny_model), "--threads", "1", "--json"]
    assert main(["evaluate", "lines", str(pairs), *options, "--ctc", str(folder)]) == 0
    rows = json.loads(capsys.readouterr().out)["pairs"]
    assert rows.keys() == {"effocr", "ctc"}
    assert rows["ctc"]["lines"] == 3
    assert "reader, greedy" in rows["ctc"]["configuration"]
    peers = ["--against", f"ctc={folder}", "--least-lines", "6"]
    assert main(["bench", "lines", str(pairs), *options, *peers]) == 0
    rows = json.loads(capsys.readouterr().out)["pairs"]
    assert rows["ctc"]["lines_read"] == 6


def test_reading_asks_the_second_reader(
    pairs: Path, run: Path, tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reader"
    assert main(["export", str(run), "--out", str(folder)]) == 0
    capsys.readouterr()
    command = ["read", "--lines", str(pairs), "--model", str(tiny_model), "--format", "jsonl"]
    assert main([*command, "--second-opinion", str(folder)]) == 0
    pages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    words = [word for page in pages for line in page["lines"] for word in line["words"]]
    assert words
    assert all("second" in word for word in words)  # the one reads blocks, the other letters
    assert main([*command, "--second-opinion", str(tmp_path / "absent")]) == 2
    assert "no such folder" in capsys.readouterr().err
