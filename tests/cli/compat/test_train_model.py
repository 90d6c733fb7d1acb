"""`effocr compat train-model`: flags, files and report of the trainer on corrections."""

import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from effocr.cli.compat import train_model
from effocr.cli.main import main
from effocr.ctc.alphabet import Alphabet
from effocr.ctc.bundle import load_ctc
from effocr.ctc.config import CrnnConfig, CtcTraining
from effocr.ctc.model import Crnn
from effocr.ctc.train import checkpoint_settings, load_reader
from effocr.data.correction_writer import write_sample
from effocr.data.corrections import Correction
from effocr.learn.correction_models import find_trained
from effocr.learn.correction_report import TrainingReport, read_report
from effocr.learn.version_store import locked
from effocr.training.checkpoints import save_checkpoint

MOMENT = datetime(2025, 1, 11, 15, 30, 45)
WORDS = ("cab", "bad", "dab", "abc", "add", "bab", "cad", "dad", "baa", "acb", "bcd", "dcb")
SMALL = CrnnConfig(hidden=16, layers=1)
KEYS = {
    "epoch", "model_state_dict", "optimizer_state_dict", "loss", "accuracy", "vocab", "char_to_idx",
    "history", "timestamp",
}  # fmt: skip

Train = Callable[..., int]


def draw(text: str, shade: int = 0) -> np.ndarray:
    """[40, width] uint8; pictures of other shades are other pictures."""
    font = ImageFont.load_default(28)
    image = Image.new("L", (round(font.getlength(text)) + 16, 40), 255)
    ImageDraw.Draw(image).text((8, 31), text, fill=shade, font=font, anchor="ls")
    return np.asarray(image)


def add(folder: Path, word: str, text: str, *, picture: np.ndarray | None = None) -> Path:
    later = timedelta(minutes=len(list(folder.glob("*"))))
    told = {
        "document_id": "d", "page": 0, "word_id": word, "original_text": "x",
        "corrected_text": text, "timestamp": MOMENT + later,
    }  # fmt: skip
    image = draw(text) if picture is None else picture
    return write_sample(folder, image, Correction.model_validate(told))


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Twelve words."""
    folder = tmp_path / "samples"
    for number, word in enumerate(WORDS):
        add(folder, f"w{number}", word)
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A checkpoint of a small network that knows the characters z and a."""
    alphabet = Alphabet((" ", "z", "a"))
    torch.manual_seed(0)
    state = {
        "model": Crnn(SMALL, classes=alphabet.classes).state_dict(), "ema": None, "best": None,
        "settings": checkpoint_settings(CtcTraining(model=SMALL), alphabet),
    }  # fmt: skip
    save_checkpoint(state, tmp_path / "start.pt")
    return tmp_path / "start.pt"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models" / "ocr_weights"


@pytest.fixture
def train(samples: Path, start: Path, models: Path) -> Train:
    """Runs the command from the small network; later flags win."""

    def command(*flags: str) -> int:
        given = ["--samples-dir", str(samples), "--models-dir", str(models), "--device", "cpu"]
        return main(
            [
                "compat",
                "train-model",
                *given,
                "--batch-size",
                "4",
                "--init-from",
                str(start),
                *flags,
            ]
        )

    return command


def report_of(models: Path) -> TrainingReport:
    (path,) = models.glob("training_report_*.json")
    return read_report(path)


def files_of(models: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in models.glob("*.pth")}


def test_files_and_report_are_the_agreed_ones(
    train: Train, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--epochs", "6", "--learning_rate", "0.01") == 0
    printed = capsys.readouterr()
    assert "9 samples to learn from, 3 kept aside" in printed.out
    assert printed.out.count("epoch ") == 6
    assert "epoch 6/6: train loss " in printed.out
    assert files_of(models).keys() == {
        "best_model.pth", "latest_model.pth", "checkpoint_epoch_5.pth"
    }  # fmt: skip

    report = report_of(models)
    assert (report.status, report.samples_used) == ("success", 12)
    assert (report.train_samples, report.val_samples) == (9, 3)
    assert (report.epochs, report.batch_size, report.learning_rate) == (6, 4, 0.01)
    assert (report.device, report.model_path) == ("cpu", str(models / "latest_model.pth"))
    history = report.history_summary
    assert [len(values) for _, values in history] == [6, 6, 6]
    assert report.final_train_loss == history.train_loss[-1] < history.train_loss[0]
    assert report.final_val_loss == history.val_loss[-1]
    assert report.best_val_accuracy == max(history.val_accuracy)

    best = torch.load(models / "best_model.pth", weights_only=True)
    assert best.keys() >= KEYS
    assert best["loss"] == min(history.val_loss)
    assert best["epoch"] == 1 + history.val_loss.index(best["loss"])
    assert best["history"]["val_loss"] == list(history.val_loss)[: best["epoch"]]
    latest = torch.load(models / "latest_model.pth", weights_only=True)
    assert (latest["epoch"], latest["loss"]) == (6, history.val_loss[-1])
    fifth = torch.load(models / "checkpoint_epoch_5.pth", weights_only=True)
    assert (fifth["epoch"], fifth["accuracy"]) == (5, history.val_accuracy[4])
    assert latest["vocab"][:4] == ["<PAD>", " ", "z", "a"]  # what the start knew comes first
    assert latest["char_to_idx"]["<PAD>"] == 0
    assert report.vocab_size == len(latest["vocab"]) - 1 == 6
    classes = latest["model_state_dict"]["output.0.weight"].shape[0]
    assert classes == len(latest["vocab"])
    (run,) = models.glob("run_*")
    assert {path.name for path in run.iterdir()} == {"config.yaml", "log.jsonl", "log.csv"}


def test_the_best_model_is_a_start_and_an_export(
    train: Train, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--epochs", "1") == 0
    model, _, alphabet = load_reader(find_trained(models))
    assert model.gru.hidden_size == SMALL.hidden
    assert train("--epochs", "1", "--init-from", str(models)) == 0  # the folder means its best
    assert load_reader(find_trained(models))[2] == alphabet
    out = tmp_path / "reader"
    assert main(["export", str(models / "best_model.pth"), "--out", str(out)]) == 0
    assert load_ctc(out).alphabet == alphabet
    assert load_ctc(out).manifest.metrics.keys() == {"val_loss"}
    capsys.readouterr()


def test_nothing_is_measured_where_nothing_is_kept_aside(train: Train, models: Path) -> None:
    assert train("--epochs", "1", "--val-ratio", "0") == 0
    report = report_of(models)
    assert (report.train_samples, report.val_samples) == (12, 0)
    assert (report.final_val_loss, report.final_val_accuracy) == (None, None)
    assert report.best_val_accuracy is None
    assert len(report.history_summary.train_loss) == 1
    best = torch.load(models / "best_model.pth", weights_only=True)
    assert (best["epoch"], best["loss"]) == (1, report.final_train_loss)
    assert best["accuracy"] is None


def test_without_a_start_the_network_is_the_whole_one_and_that_is_said(
    samples: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--samples-dir", str(samples), "--models-dir", str(models), "--device", "cpu"]
    assert main(["compat", "train-model", *given, "--epochs", "1"]) == 0
    printed = capsys.readouterr().out
    assert "starting at random" in printed
    weights = load_reader(models / "best_model.pth")[0].parameters()
    assert f"{sum(each.numel() for each in weights):,} parameters" in printed


def test_three_samples_are_too_few(
    train: Train, samples: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted(samples.glob("*.png"))[3:]:
        path.unlink()
        path.with_suffix(".json").unlink()
    assert train() == 1
    error = capsys.readouterr().err
    assert f"Insufficient samples: 3/10 in {samples}; correct 7 more words" in error
    assert not models.exists()


def test_bad_samples_are_named_and_left_out(
    train: Train, samples: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = add(samples, "w20", "abba")
    broken.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    empty = add(samples, "w21", " ", picture=draw("dada"))
    one = add(samples, "w22", "ccc", picture=draw("ccc"))
    other = add(samples, "w23", "ddd", picture=draw("ccc"))
    again = add(samples, "w24", WORDS[0])
    narrow = add(samples, "w25", "abcdabcdabcd", picture=draw("i"))
    assert train("--epochs", "1") == 0
    error = capsys.readouterr().err
    assert f"{broken.with_suffix('.json')}: left out: the picture {broken.name} cannot" in error
    assert f"{empty.with_suffix('.json')}: left out: corrected_text is empty" in error
    assert f"{one}: the same picture is 'ccc' here and 'ddd' in {other.name}" in error
    assert f"{other}: the same picture is 'ddd' here and 'ccc' in {one.name}" in error
    assert f"{again}: left out: the same picture and text as an earlier one" in error
    assert f"{narrow}: left out: its text needs 12 columns" in error
    assert report_of(models).samples_used == 12


def test_what_is_left_out_does_not_count_towards_the_ten(
    train: Train, samples: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted(samples.glob("*.png"))[:3]:
        path.write_bytes(b"broken")
    assert train() == 1
    error = capsys.readouterr().err
    assert error.count("cannot be read") == 3
    assert "Insufficient samples: 9/10" in error
    assert not models.exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--samples-dir", "no/such"], "no/such: no such folder"),
        (["--epochs", "0"], "epochs"),
        (["--batch-size", "0"], "batch_size"),
        (["--learning-rate", "-1"], "learning_rate"),
        (["--learning-rate", "inf"], "learning_rate"),
        (["--val-ratio", "1"], "val_ratio"),
        (["--device", "tpu"], "invalid choice: 'tpu'"),
        (["--init-from", "absent.pt"], "absent.pt: no checkpoint here"),
        (["--init-from", "."], "nothing was trained here"),
    ],
)
def test_errors_of_use_are_one_line_and_write_nothing(
    train: Train, models: Path, flags: list[str], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert train(*flags) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not models.exists()


def test_a_gpu_that_is_not_there_is_said_before_anything_is_read(
    train: Train, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert train("--device", "cuda", "--samples-dir", "no/such") == 2
    assert "--device cuda: torch finds no CUDA GPU" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said_before_the_training(
    train: Train, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models.parent.mkdir()
    models.write_text("a file")
    assert train() == 2
    printed = capsys.readouterr()
    assert str(models) in printed.err
    assert "epoch" not in printed.out


def test_of_two_trainings_in_one_folder_the_second_is_refused(
    train: Train, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with locked(models, "training"):
        assert train() == 2
    assert "another training is under way" in capsys.readouterr().err
    assert files_of(models) == {}


def test_a_training_that_dies_leaves_the_models_of_before(
    train: Train, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("--epochs", "1") == 0
    before = files_of(models)

    def die(_: object) -> str:
        raise RuntimeError("killed")

    monkeypatch.setattr(train_model, "_figures", die)
    with pytest.raises(RuntimeError, match="killed"):
        train("--epochs", "2", "--learning-rate", "0.1")
    assert files_of(models) == before
    monkeypatch.undo()
    assert train("--epochs", "1") == 0  # the lock went with it
    assert files_of(models) != before


def test_ctrl_c_keeps_the_epochs_that_were_finished(
    train: Train, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_model, "_figures", lambda _: str(signal.raise_signal(signal.SIGINT)))
    assert train("--epochs", "9") == 130
    report = report_of(models)
    assert (report.status, report.epochs) == ("interrupted", 1)
    assert torch.load(models / "latest_model.pth", weights_only=True)["epoch"] == 1
