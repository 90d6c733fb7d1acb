"""`effocr compat ocrs-train-rec`: the command and files of ocrs."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from effocr.cli.main import main
from effocr.ctc.alphabet import OCRS
from effocr.onnx_session import open_session
from effocr.training.loop import Outcome

COMMAND = ["compat", "ocrs-train-rec", "hiertext"]
TEXTS = ("Hello 1", "née 2", "abc b")


def write_split(folder: Path, split: str, *, images: int) -> None:
    font = ImageFont.load_default(30)
    (folder / "gt").mkdir(parents=True, exist_ok=True)
    (folder / split).mkdir()
    entries = []
    for number in range(images):
        image = Image.new("L", (200, 160), 255)
        lines = []
        for row, text in enumerate(TEXTS):
            left, top, right, bottom = 10, 10 + 50 * row, 10 + round(font.getlength(text)), 0
            bottom = top + 40
            ImageDraw.Draw(image).text((left, bottom - 8), text, fill=0, font=font, anchor="ls")
            corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
            word = {
                "vertices": corners, "text": text, "legible": True, "handwritten": False,
                "vertical": False,
            }  # fmt: skip
            lines.append({**word, "words": [word]})
        image.save(folder / split / f"{number}.jpg")
        paragraph = {"vertices": [[0, 0], [1, 0], [1, 1]], "legible": True, "lines": lines}
        entry = {"image_id": str(number), "image_width": 200, "image_height": 160}
        entries.append({**entry, "paragraphs": [paragraph]})
    entries.append({**entries[0], "image_id": "absent"})
    with gzip.open(folder / "gt" / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
        json.dump({"info": {}, "annotations": entries}, file)


@pytest.fixture
def hiertext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "hiertext"
    write_split(folder, "train", images=3)
    write_split(folder, "validation", images=1)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    return folder


def train(folder: Path, *flags: str) -> int:
    return main([*COMMAND, str(folder), "--batch-size", "4", *flags])


def test_it_trains_goes_on_measures_and_exports(
    hiertext: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(hiertext, "--max-epochs", "1", "--max-images", "2", "--no-augment") == 0
    printed = capsys.readouterr()
    assert "epoch 1: CER" in printed.out
    assert "absent.jpg: left out: the image is missing" in printed.err
    state = torch.load("text-rec-checkpoint.pt", weights_only=True)
    assert state.keys() == {"epoch", "model_state", "optimizer_state", "alphabet"}
    assert state["epoch"] == 1
    assert state["alphabet"] == list(OCRS.characters)
    assert sum(t.numel() for n, t in state["model_state"].items() if "running" not in n) > 2.4e6

    on = ["--checkpoint", "text-rec-checkpoint.pt"]
    assert train(hiertext, *on, "--max-epochs", "2", "--lr", "1e-4") == 0
    printed = capsys.readouterr()
    assert "epoch 2: CER" in printed.out  # the finished epoch is not repeated
    assert "epoch 3: CER" in printed.out  # and --max-epochs counts those of this command
    assert Path("text-rec-run-2/best.pt").is_file()

    assert train(hiertext, *on, "--validate-only") == 0
    assert capsys.readouterr().out.startswith("3 lines: CER ")

    before = Path("text-rec-checkpoint.pt").read_bytes()
    assert train(hiertext, *on, "--export", "text-recognition.onnx") == 0
    assert "text-recognition.onnx: 96 characters" in capsys.readouterr().out
    assert Path("text-rec-checkpoint.pt").read_bytes() == before
    assert open_session(Path("text-recognition.onnx")).get_outputs()[0].name == "chars"
    assert not Path("text-rec-run-3").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--export", "x.onnx"], "need --checkpoint"),
        (["--validate-only"], "need --checkpoint"),
        (["--checkpoint", "absent.pt"], "absent.pt: no checkpoint here"),
        (["--batch-size", "0"], "batch_size"),
        (["--max-epochs", "0"], "epochs"),
    ],
)
def test_errors_of_use_are_one_line_and_train_nothing(
    hiertext: Path, flags: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(hiertext, *flags) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert list(Path().iterdir()) == []


def test_other_data_than_hiertext_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compat", "ocrs-train-rec", "ddi", "folder"]) == 2
    assert "hiertext" in capsys.readouterr().err


def test_wandb_watches_only_where_its_key_is_set(
    hiertext: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effocr.cli.compat import ocrs_train_rec

    args = ocrs_train_rec._flags().parse_args(["hiertext", str(hiertext)])
    assert ocrs_train_rec._settings(args).loop.trackers == ()
    monkeypatch.setenv("WANDB_API_KEY", "x")
    loop = ocrs_train_rec._settings(args).loop
    assert (loop.trackers, loop.project) == (("wandb",), "text-recognition")


def test_without_a_line_to_measure_on_no_run_is_begun(
    hiertext: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(hiertext / "validation")
    assert train(hiertext) == 2
    assert "no line is left to measure on" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_stopped_training_names_the_command_that_goes_on(
    hiertext: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = Outcome(step=3, interrupted=True)
    monkeypatch.setattr("effocr.ctc.train.train_ctc", lambda *given, **options: stopped)
    assert train(hiertext) == 130
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == "stopped; go on with effocr train ctc --resume text-rec-run"
