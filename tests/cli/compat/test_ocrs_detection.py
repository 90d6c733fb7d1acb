"""`effocr compat ocrs-train-detection` and `ocrs-eval-detection`: commands and files of ocrs."""

import gzip
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from effocr.cli.compat import ocrs_train_detection as door
from effocr.cli.main import main
from effocr.detector.unet import Unet
from effocr.onnx_session import open_session
from effocr.training.loop import Outcome

TRAIN = ["compat", "ocrs-train-detection", "hiertext"]
FIGURES = "{'precision': '"


def write_split(folder: Path, split: str, *, images: int) -> None:
    """Pages of three words; the last one of `train` is damaged, another one missing."""
    (folder / "gt").mkdir(parents=True, exist_ok=True)
    (folder / split).mkdir()
    entries = []
    for number in range(images):
        page = np.full((400, 300), 255, np.uint8)
        words = []
        for row in range(3):
            top, right = 40 + 100 * row, 140 + 40 * number
            page[top : top + 40, 30:right] = 0
            words.append(
                {
                    "vertices": [[30, top], [right, top], [right, top + 40], [30, top + 40]],
                    "text": "word" if row else "", "legible": bool(row), "handwritten": False,
                    "vertical": row == 2,
                }
            )  # fmt: skip
        cv2.imwrite(str(folder / split / f"{number}.jpg"), page)
        line = {**words[0], "words": words}
        paragraph = {"vertices": [[0, 0], [1, 0], [1, 1]], "legible": True, "lines": [line]}
        size = {"image_width": 300, "image_height": 400}
        entries.append({"image_id": str(number), **size, "paragraphs": [paragraph]})
    if split == "train":
        whole = (folder / split / f"{images - 1}.jpg").read_bytes()
        (folder / split / f"{images - 1}.jpg").write_bytes(whole[:900])
        entries.append({**entries[0], "image_id": "absent"})
    with gzip.open(folder / "gt" / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
        json.dump({"info": {}, "annotations": entries}, file)


@pytest.fixture
def hiertext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "hiertext"
    write_split(folder, "train", images=2)
    write_split(folder, "validation", images=1)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    # the network at a sixteenth of the size: what is asked here does not depend on it
    monkeypatch.setattr("effocr.detector.word_masks.PAGE_SIZE", (128, 96))
    return folder


def train(folder: Path, *flags: str) -> int:
    return main([*TRAIN, str(folder), "--batch-size", "1", *flags])


def write_checkpoint(path: Path, epoch: int = 7) -> Unet:
    """A checkpoint as ocrs itself writes it."""
    model = Unet().eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    state = {"epoch": epoch, "model_state": model.state_dict()}
    torch.save({**state, "optimizer_state": optimizer.state_dict()}, path)
    return model


def test_it_trains_goes_on_and_measures(hiertext: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(hiertext, "--max-epochs", "1", "--max-images", "5", "--debug-images") == 0
    printed = capsys.readouterr()
    assert "Training dataset: images 1 in 1 batches" in printed.out
    assert "Epoch 1 train loss " in printed.out
    assert f"Epoch 1 validation metrics: {FIGURES}" in printed.out
    assert "absent.jpg: the image is missing" in printed.err
    assert "1.jpg: left out: " in printed.err  # truncated, found before the training begins
    state = torch.load("text-detection-checkpoint.pt", weights_only=True)
    assert state.keys() == {"epoch", "model_state", "optimizer_state"}
    assert state["epoch"] == 1
    assert cv2.imread("test-sample_pred_mask_0.png", 0).shape == (128, 96)
    assert cv2.imread("train-sample_mask_0.png", 0).max() == 255

    on = ["--checkpoint", "text-detection-checkpoint.pt"]
    assert train(hiertext, *on, "--max-epochs", "2", "--no-augment") == 0
    printed = capsys.readouterr()
    assert "Epoch 2 train loss" in printed.out  # the finished epoch is not repeated
    assert "Epoch 3 train loss" in printed.out  # --max-epochs counts those of this command
    assert Path("text-detection-run-2/best.pt").is_file()

    assert train(hiertext, *on, "--validate-only") == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-2].startswith("Validation loss ")
    assert printed[-1].startswith(f"Validation metrics: {FIGURES}")
    assert not Path("text-detection-run-3").exists()


def test_a_checkpoint_of_ocrs_is_exported_without_any_data(
    hiertext: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("effocr.export.seed_detectors.PAGE_SIZE", (128, 96))
    model = write_checkpoint(Path("ocrs.pt"))
    flags = ["--checkpoint", "ocrs.pt", "--export", "text-detection.onnx"]
    assert main([*TRAIN, "nowhere", *flags]) == 0
    assert "masks differ from the trained network's by" in capsys.readouterr().out
    session = open_session(Path("text-detection.onnx"))
    given, found = session.get_inputs()[0], session.get_outputs()[0]
    assert (given.name, given.shape[1:], found.name) == ("image", [1, 128, 96], "mask")
    pages = torch.rand(3, 1, 128, 96) - 0.5
    with torch.no_grad():
        expected = model(pages).numpy()
    np.testing.assert_allclose(session.run(None, {"image": pages.numpy()})[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--export", "x.onnx"], "need --checkpoint"),
        (["--validate-only"], "need --checkpoint"),
        (["--checkpoint", "absent.pt"], "absent.pt: no such checkpoint"),
        (["--checkpoint", "absent.pt", "--validate-only"], "absent.pt: no such checkpoint"),
        (["--checkpoint", "absent.pt", "--export", "x.onnx"], "absent.pt: no such checkpoint"),
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


def test_other_weights_and_pickles_are_refused(
    hiertext: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"epoch": 1, "model_state": {}, "optimizer_state": {}}, "empty.pt")
    torch.save({"epoch": 1}, "other.pt")
    Path("code.pt").write_bytes(pickle.dumps({"model_state": print}, protocol=2))
    for name in ("empty.pt", "other.pt", "code.pt"):
        assert train(hiertext, "--checkpoint", name) == 2
    told = capsys.readouterr().err
    assert "empty.pt: these weights are of another model" in told
    assert "other.pt: no checkpoint of text detection, it has no model_state" in told
    assert "code.pt: not a readable checkpoint" in told


def test_ddi_is_refused_because_it_is_made_of_pickles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compat", "ocrs-train-detection", "ddi", "folder"]) == 2
    assert "pickles" in capsys.readouterr().err


def test_wandb_watches_only_where_its_key_is_set(
    hiertext: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = door._flags().parse_args(["hiertext", str(hiertext)])
    assert door._settings(args).loop.trackers == ()
    monkeypatch.setenv("WANDB_API_KEY", "x")
    loop = door._settings(args).loop
    assert (loop.trackers, loop.project) == (("wandb",), "text-detection")
    assert (loop.schedule, loop.learning_rate, loop.clip_norm) == ("constant", 1e-3, None)


def test_the_best_weights_are_those_of_the_lowest_loss_on_validation() -> None:
    loop = door._settings(door._flags().parse_args(["hiertext", "folder"])).loop
    assert (loop.best, loop.best_is) == ("val_loss", "lowest")


def test_a_stopped_training_names_the_checkpoint_that_goes_on(
    hiertext: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = Outcome(step=0, interrupted=True)
    monkeypatch.setattr("effocr.detector.unet_train.train_unet", lambda *a, **options: stopped)
    write_checkpoint(Path("text-detection-checkpoint.pt"))  # of an earlier run
    assert train(hiertext) == 130
    assert capsys.readouterr().out.splitlines()[-1] == "stopped in the first epoch"
    write_checkpoint(Path("ocrs.pt"))
    assert train(hiertext, "--checkpoint", "ocrs.pt") == 130
    assert capsys.readouterr().out.splitlines()[-1] == "stopped; go on with --checkpoint ocrs.pt"
    stopped.step = 1  # an epoch is one step here
    assert train(hiertext, "--checkpoint", "ocrs.pt") == 130
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == "stopped; go on with --checkpoint text-detection-checkpoint.pt"


def test_one_image_is_drawn_in_four_pictures(
    hiertext: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_checkpoint(Path("ocrs.pt"))
    image = hiertext / "validation" / "0.jpg"
    command = ["compat", "ocrs-eval-detection", "ocrs.pt", str(image), "drawn/out"]
    assert main(command) == 0
    assert "Predicted text in " in capsys.readouterr().err
    sizes = {
        name: cv2.imread(f"drawn/out-{name}.png").shape[:2]
        for name in ("input", "text-regions", "text-probs", "text-words")
    }
    assert sizes == {
        "input": (128, 96), "text-regions": (400, 300), "text-probs": (128, 96),
        "text-words": (400, 300),
    }  # fmt: skip
    assert main([*command[:2], "absent.pt", str(image), "out"]) == 2
    assert main([*command[:3], "absent.png", "out"]) == 2
    told = capsys.readouterr().err
    assert "absent.pt: no such checkpoint" in told
    assert "absent.png" in told
