"""A run of the detector: what it learns, what it leaves behind, and that it goes on exactly."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from effocr.data.detection_forms import read_detection
from effocr.detector.batches import CropBatches
from effocr.detector.config import DetectorTraining
from effocr.detector.model import Detector
from effocr.detector.page import find_regions
from effocr.detector.pages import LearntPage, load_pages
from effocr.detector.train import load_detector, torch_network, train_detector
from effocr.errors import TrainingError, UsageError
from effocr.pipeline.images import load_image
from effocr.training.checkpoints import load_checkpoint, save_checkpoint

Settings = Callable[..., DetectorTraining]


@pytest.fixture(scope="module")
def pages(labelled: Path) -> list[LearntPage]:
    truths = read_detection(labelled).pages
    return load_pages(truths, line_px=20, memory_mb=10, load=load_image)[0]


def test_a_batch_belongs_to_its_step(pages: list[LearntPage], small_training: Settings) -> None:
    batches, again = (CropBatches(pages, small_training()) for _ in range(2))
    for name, values in batches[3].items():
        assert torch.equal(values, again[3][name]), name
    assert not torch.equal(batches[3]["pages"], batches[4]["pages"])
    assert batches[3]["pages"].shape == (4, 128, 128)
    assert batches[3]["kernel"].shape == (4, 64, 64)


def test_kernels_of_a_batch_lie_on_ink(pages: list[LearntPage], small_training: Settings) -> None:
    plain = small_training().model_copy(
        update={
            "crop": small_training().crop.model_copy(
                update={"faded": 0.0, "shaded": 0.0, "noisy": 0.0, "blurred": 0.0}
            )
        }
    )
    for step in range(4):
        batch = CropBatches(pages, plain)[step]
        ink = 1 - torch.nn.functional.avg_pool2d(batch["pages"].float().unsqueeze(1) / 255, 2)[:, 0]
        kernel = batch["kernel"] > 0
        assert ink[kernel].mean() > 0.45  # blocks of 8 pixels every 14
        assert ink[(batch["counted"] > 0) & ~kernel].mean() < 0.25


def test_no_pages_are_an_error(small_training: Settings) -> None:
    with pytest.raises(TrainingError, match="no pages to learn from"):
        CropBatches([], small_training())


def test_a_small_network_learns_the_lines_of_a_page(
    pages: list[LearntPage], small_training: Settings, tmp_path: Path
) -> None:
    config = small_training(max_steps=60, validate_every=60, save_every=60)
    outcome = train_detector(pages, pages, config, run=tmp_path)
    assert outcome.best is not None
    assert outcome.best > 0.9
    model, training = load_detector(tmp_path)
    found = find_regions(pages[0].grey(), torch_network(model, 20.0), training.look)
    heights = [np.ptp(polygon[:, 1]) for polygon in found.polygons]
    assert len(heights) == 6
    assert np.median(heights) == pytest.approx(20, abs=4)


def test_a_run_that_goes_on_equals_one_that_was_not_stopped(
    pages: list[LearntPage], small_training: Settings, tmp_path: Path
) -> None:
    loop = {"ema_decay": 0.9, "schedule": "constant", "warmup": 0.0}
    long, short = (small_training(max_steps=steps, **loop) for steps in (4, 2))
    train_detector(pages, pages, long, run=tmp_path / "whole")
    train_detector(pages, pages, short, run=tmp_path / "parts")
    outcome = train_detector(pages, pages, long, run=tmp_path / "parts", resume=tmp_path / "parts")
    assert outcome.step == 4
    whole, parts = (load_checkpoint(tmp_path / name) for name in ("whole", "parts"))
    for kind in ("model", "ema"):
        for name, weights in whole[kind].items():
            assert torch.equal(weights, parts[kind][name]), name


def test_weights_can_be_started_from_and_wrong_ones_are_refused(
    pages: list[LearntPage], small_training: Settings, tmp_path: Path
) -> None:
    train_detector(pages, (), small_training(max_steps=2), run=tmp_path / "first")
    train_detector(
        pages,
        (),
        small_training(max_steps=2),
        run=tmp_path / "second",
        init_from=tmp_path / "first",
    )
    with pytest.raises(UsageError, match="no checkpoint here"):
        train_detector(
            pages, (), small_training(max_steps=2), run=tmp_path / "third",
            init_from=tmp_path / "nowhere",
        )  # fmt: skip
    save_checkpoint({"settings": {"kind": "localizer"}}, tmp_path / "best.pt")
    with pytest.raises(TrainingError, match="not of a detector"):
        load_detector(tmp_path / "best.pt")


def test_a_network_of_timm_and_repvit_give_maps(small_training: Settings) -> None:
    page = np.full((64, 96), 255, np.uint8)
    for changes, shape in (
        ({"backbone": "mobilenetv4_conv_small_050"}, (2, 32, 48)),
        ({"backbone": "repvit", "squeeze": True, "map_stride": 1, "thickness": False}, (1, 64, 96)),
    ):
        model = Detector(small_training().model.model_copy(update=changes)).eval()
        assert torch_network(model, 20.0)(page).shape == shape
    with pytest.raises(UsageError, match="timm has no network 'nothing'"):
        Detector(small_training().model.model_copy(update={"backbone": "nothing"}))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("crop", {"sizes": (0,)}),
        ("crop", {"sizes": (-64,)}),
        ("crop", {"largest": float("inf")}),
        ("model", {"channels": (0, 8, 8, 8)}),
        ("model", {"layers": (-1, 0, 0, 0)}),
    ],
)
def test_settings_that_cannot_be_trained_with_are_refused(
    setting: str, value: dict[str, object]
) -> None:
    with pytest.raises(ValidationError, match=f"{setting}.{next(iter(value))}"):
        DetectorTraining.model_validate({setting: value})


def test_local_weights_of_timm_are_taken_over(
    pages: list[LearntPage], small_training: Settings, tmp_path: Path
) -> None:
    import timm

    name = "mobilenetv4_conv_small_050"
    whole = timm.create_model(name, pretrained=False)
    torch.save(whole.state_dict(), tmp_path / "weights.pt")
    config = small_training().model.model_copy(
        update={"backbone": name, "weights": tmp_path / "weights.pt"}
    )
    own = Detector(config).backbone.state_dict()
    first = next(iter(own))
    assert torch.allclose(own[first], whole.state_dict()["conv_stem.weight"].sum(1, keepdim=True))
    training = small_training(max_steps=1, warmup=0.0).model_copy(update={"model": config})
    train_detector(pages, (), training, run=tmp_path / "run")
    (tmp_path / "weights.pt").unlink()  # what a run began with is in its checkpoint
    more = small_training(max_steps=2, warmup=0.0).model_copy(update={"model": config})
    resumed = train_detector(pages, (), more, run=tmp_path / "run", resume=tmp_path / "run")
    assert resumed.step == 2
    torch.save({"conv_stem.weight": torch.zeros(1)}, tmp_path / "weights.pt")
    with pytest.raises(TrainingError, match="lacks"):
        Detector(config)
