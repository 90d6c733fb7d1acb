"""`train_effocr_localizer_d2.py`: the original's flags, for Detectron2 and the other backends."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from effocr.cli.main import main
from effocr.export.runs import sources_of
from effocr.localizer.backends import detectron2_config
from effocr.training.log import read_log
from tests.localizer.backends.detectron2_plans import needs_detectron2

COMMAND = ["compat", "train-effocr-localizer-d2"]
TEXTS = ("nn In", "uIn", "In nu", "nuI nn")
NATIVE = [
    "model.stem_channels=4", "model.middle_channels=8", "model.deep_channels=8",
    "model.column_channels=8", "widths=[128,256]", "batch_columns=512",
]  # fmt: skip
TORCHVISION = [
    "model.backbone", "mobilenet_v3_small", "model.pyramid_channels", "8",
    "model.head_channels", "16", "model.short_side_px", "40", "batch_size=2",
    "model.proposals", "30", "model.judged", "32",
]  # fmt: skip
DETECTRON2 = [
    "MODEL.RESNETS.DEPTH", "18", "MODEL.RESNETS.RES2_OUT_CHANNELS", "64",
    "MODEL.FPN.OUT_CHANNELS", "8", "MODEL.ROI_BOX_HEAD.FC_DIM", "16",
    "DATALOADER.NUM_WORKERS", "0", "INPUT.MAX_SIZE_TRAIN", "160", "INPUT.MAX_SIZE_TEST", "160",
    "MODEL.RPN.POST_NMS_TOPK_TRAIN", "30", "MODEL.RPN.POST_NMS_TOPK_TEST", "30",
]  # fmt: skip


JUDGED = ["--dataset_root", "ROOT", "--images_dir", "images", "--test_file", "test.json"]


@pytest.fixture
def data(save_block_lines: Callable[..., Path], tmp_path: Path) -> list[str]:
    """The README's flags for three small sets in one folder."""
    root = tmp_path / "root"
    for name, texts in (("train", TEXTS), ("val", TEXTS[:1]), ("test", TEXTS[1:3])):
        save_block_lines(root, name, texts)
    return [
        "--dataset_root", str(root), "--dataset_name", "mine", "--images_dir", "images",
        "--train_file", "train.json", "--val_file", "val.json", "--test_file", "test.json",
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def figures_of(line: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\S+) (\d+\.\d+)", line)}


@pytest.mark.parametrize(("backend", "options"), [("native", NATIVE), ("torchvision", TORCHVISION)])
def test_the_readmes_command_trains_judges_and_goes_on_without_detectron2(
    backend: str,
    options: list[str],
    data: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ["--name", "run", "--backend", backend, "--num-gpus", "0", *data]
    train = [*flags, "--num_epochs", "2", "--lr", "1e-4"]
    assert main([*COMMAND, *train, *options]) == 0
    trained, judged = capsys.readouterr().out.splitlines()
    steps = int(re.findall(r"step (\d+)", trained)[0])
    assert trained.startswith("run: step ")
    assert judged.startswith("test.json: precision ")
    assert {"precision", "recall", "f_score", "right_number"} <= set(figures_of(judged))
    assert (tmp_path / "run" / "best_bbox_mAP.onnx").is_file() == (backend == "native")
    rows = read_log(tmp_path / "run" / "log.jsonl")
    assert max(row["learning_rate"] for row in rows if "learning_rate" in row) <= 1e-4
    assert main([*COMMAND, *flags, "--eval-only"]) == 0
    assert capsys.readouterr().out.splitlines() == [judged]
    assert main([*COMMAND, *train, *options]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*COMMAND, *flags, "--num_epochs", "3", "--resume"]) == 0
    assert f"step {steps * 3 // 2}" in capsys.readouterr().out


def test_a_run_says_what_it_learnt_from_and_where_the_images_are(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--name", "run", "--backend", "native", "--num-gpus", "0", *data]
    assert main([*COMMAND, *flags, "--num_epochs", "1", *NATIVE]) == 0
    root, run = tmp_path / "root", tmp_path / "run"
    found = sources_of(run)
    assert found.data == (root / "train.json",)
    assert found.validation == (root / "val.json",)
    assert found.images == root / "images"
    steps = ["--set", "loop.epochs=2"]
    assert main(["train", "localizer", "--resume", str(run), *steps]) == 0  # finds the images
    told = capsys.readouterr()
    assert "left out" not in told.err
    assert "step " in told.out
    assert sources_of(run) == found


def test_a_file_that_is_not_there_is_told_before_the_training(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--name", "run", "--backend", "native", *data, "--test_file", "none.json", *NATIVE]
    assert main([*COMMAND, *flags]) == 2
    assert "none.json: no such file" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_the_folder_of_another_backends_run_is_left_alone(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "last_checkpoint").write_text("model_0000001.pth")
    for flags in (["--resume"], []):
        assert main([*COMMAND, "--name", "run", "--backend", "native", *data, *flags]) == 2
        assert "--resume --backend detectron2" in capsys.readouterr().err.splitlines()[-1]
    out = ["--data", str(tmp_path / "root" / "train.json"), "--out", str(tmp_path / "run")]
    assert main(["train", "localizer", *out]) == 2
    assert "holds a run" in capsys.readouterr().err


@pytest.mark.parametrize(("backend", "options"), [("native", NATIVE), ("torchvision", TORCHVISION)])
def test_a_single_line_is_learnt_from(
    backend: str, options: list[str], data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    place, alone = data[:6], ["--train_file", "val.json"]
    flags = ["--name", "run", "--backend", backend, "--num-gpus", "0", *place, *alone]
    assert main([*COMMAND, *flags, "--num_epochs", "1", *options]) == 0
    assert capsys.readouterr().out.startswith("run: step ")


def test_a_native_batch_is_so_many_lines_of_the_greatest_width(
    data: list[str], tmp_path: Path
) -> None:
    options = [option for option in NATIVE if not option.startswith("batch_columns")]
    flags = ["--name", "run", "--backend", "native", "--num_gpus", "0", *data]
    assert main([*COMMAND, *flags, "--num_epochs", "1", "--batch_size", "3", *options]) == 0
    assert "batch_columns: 768" in (tmp_path / "run" / "config.yaml").read_text()


def test_defect_7_bad_lines_are_named_and_do_not_stop_the_training(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    (root / "images" / "train_1.png").unlink()
    content = json.loads((root / "train.json").read_text())
    content["images"][1]["text"] = "longer than its boxes"
    content["categories"] = []
    (root / "train.json").write_text(json.dumps(content))
    flags = ["--name", "run", "--output_dir", "out", "--backend", "torchvision", *data]
    assert main([*COMMAND, *flags, "--num_epochs", "1", *TORCHVISION]) == 0
    told = capsys.readouterr().err
    for part in ("train_1.png): left out: the image is missing", "3 boxes, but the text has",
                 "the categories have no names"):  # fmt: skip
        assert part in told
    assert (tmp_path / "out" / "best.pt").is_file()


def test_defect_55_without_detectron2_one_line_says_what_to_do(
    data: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(detectron2_config, "find_spec", lambda name: None)
    assert main([*COMMAND, "--name", "run", "--config", "a.yaml", *data]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "FORCE_CUDA=0 pip install --no-build-isolation ." in line
    assert "--backend native" in line


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "--name"),
        (["--name", "run", "--backend", "native"], "--train_file"),
        (["--name", "run", "--backend", "native", "--eval-only"], "--test_file"),
        (["--name", "run", "--backend", "native", "--train_file", "no.json"], "no.json"),
        (["--name", "run", "--backend", "torchvision", "--eval-only", *JUDGED], "run"),
        (["--name", "run", "--backend", "torchvision", "batch_size"], "without a value"),
        (["--name", "run", "--backend", "yolo"], "yolo"),
        (["--name", "run", "--backend", "native", "a=1", "--eval-only"], "flags stand before"),
    ],
)
def test_errors_of_use_say_what_to_do(
    flags: list[str], message: str, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [flag.replace("ROOT", data[1]) for flag in flags]
    assert main([*COMMAND, *flags]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Detectron2 uses what torch and setuptools call old
@needs_detectron2
def test_detectron2_trains_judges_and_goes_on_with_the_originals_flags(
    data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", "COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml"]
    flags = ["--name", "run", "--output_dir", "out", "--num-gpus", "0", *data]
    train = [*flags, *config, "--num_epochs", "1", "--batch_size", "3", "--lr", "1e-3"]
    assert main([*COMMAND, *train, "--alt_augs", *DETECTRON2]) == 0
    trained, judged = capsys.readouterr().out.splitlines()
    assert trained.startswith("out: step 2, best ")  # four lines, three at once: two steps
    assert {"bbox/AP", "bbox/AP50", "bbox/AP-char", "f_score"} <= set(figures_of(judged))
    assert {"model_best.pth", "config.yaml", "omega_config.json"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert main([*COMMAND, *flags, "--eval-only"]) == 0
    assert capsys.readouterr().out.splitlines() == [judged]
    weights = ["MODEL.WEIGHTS", str(tmp_path / "out" / "model_0000001.pth")]
    assert main([*COMMAND, *flags, "--eval-only", *weights]) == 0
    assert capsys.readouterr().out.splitlines() == [judged]  # of the same step
    for wrong, message in ((["MODEL.WEIGHTS", "no.pth"], "no.pth"), (["NO.SUCH", "1"], "NO.SUCH")):
        assert main([*COMMAND, *flags, "--eval-only", *wrong]) == 2
        assert message in capsys.readouterr().err.splitlines()[-1]
    elsewhere = ["--name", "other", *data, "--num-gpus", "0", *config, "--eval-only"]
    weights = ["--init_ckpt", str(tmp_path / "out" / "model_best.pth")]
    assert main([*COMMAND, *elsewhere, *weights, *DETECTRON2]) == 0
    assert set(figures_of(capsys.readouterr().out)) == set(figures_of(judged))
    assert main([*COMMAND, *train]) == 2
    more = ["--num_epochs", "2", "--batch_size", "3", "--resume"]
    assert main([*COMMAND, *flags, *more]) == 0
    assert "step 3, best" in capsys.readouterr().out
