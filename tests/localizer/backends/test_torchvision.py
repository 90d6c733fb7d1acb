"""The torchvision localizer: its picture of a line, its batches, and what a run leaves behind."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError
from effocr.localizer.backends.load import load_localizer
from effocr.localizer.backends.samples import BoxSamples, read_samples
from effocr.localizer.backends.score import score
from effocr.localizer.backends.torchvision import TorchvisionLocalizer
from effocr.localizer.backends.torchvision_config import TorchvisionTraining
from effocr.localizer.backends.torchvision_model import (
    TorchvisionConfig,
    build_detector,
    canvas_of,
    on_canvas,
    scale_of,
)
from effocr.localizer.backends.torchvision_train import (
    BoxBatches,
    train_torchvision,
)
from effocr.pipeline.images import load_image
from effocr.training.checkpoints import load_checkpoint
from effocr.training.config import LoopConfig

TEXTS = ("nn In", "uIn", "In", "nuI nn", "I")
SMALL = TorchvisionConfig(
    backbone="mobilenet_v3_small",
    pyramid_channels=8,
    head_channels=16,
    proposals=30,
    judged=32,
    short_side_px=40,
)


@pytest.fixture
def samples(save_block_lines: Callable[..., Path], tmp_path: Path) -> BoxSamples:
    return read_samples([save_block_lines(tmp_path, "a", TEXTS, prefix="images/")])


def config(**loop: object) -> TorchvisionTraining:
    values = {
        "max_steps": 2, "device": "cpu", "best": "f_score", "validate_every": 2, "save_every": 1,
        "schedule": "constant", "warmup": 0.0, **loop,
    }  # fmt: skip
    return TorchvisionTraining(model=SMALL, loop=LoopConfig.model_validate(values), batch_size=2)


def test_an_epoch_has_every_line_once_and_a_batch_belongs_to_its_step(samples: BoxSamples) -> None:
    batches = BoxBatches(samples.samples, config(), words=True, load=load_image)
    again = BoxBatches(samples.samples, config(), words=True, load=load_image)
    for epoch in (0, 1):
        seen = np.concatenate([batches._batches(epoch)[step] for step in range(len(batches))])
        assert sorted(seen.tolist()) == list(range(len(TEXTS)))
    for step in (7, 0, 4):  # whatever was asked for before
        one, two = batches[step], again[step]
        assert torch.equal(one["lines"], two["lines"])
        assert all(torch.equal(a, b) for a, b in zip(one["boxes"], two["boxes"], strict=True))
    assert not torch.equal(batches[0]["lines"], batches[len(batches)]["lines"])


def test_boxes_of_a_batch_lie_on_the_ink_of_its_canvas(samples: BoxSamples) -> None:
    batches = BoxBatches(samples.samples, config(), words=False, load=load_image)
    for step in range(len(batches)):
        batch = batches[step]
        for line, boxes, labels in zip(
            batch["lines"].numpy(), batch["boxes"], batch["labels"], strict=True
        ):
            assert set(labels.tolist()) == {1}
            for x0, y0, x1, y1 in boxes.round().int().tolist():
                assert line[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1].max() < 130
            left, right = boxes[:, 0].min().floor() - 2, boxes[:, 2].max().ceil() + 2
            assert line[:, : int(left)].min(initial=255) > 150
            assert line[:, int(right) :].min(initial=255) > 150


@pytest.mark.parametrize("shape", [(30, 700), (700, 30), (61, 60), (5, 4000), (1, 1), (900, 800)])
def test_any_shape_of_line_fits_its_canvas(shape: tuple[int, int]) -> None:
    scale = scale_of(shape, SMALL)
    canvas = canvas_of(shape, scale)
    assert canvas[0] % 16 == canvas[1] % 16 == 0
    assert all(round(side * scale) <= room for side, room in zip(shape, canvas, strict=True))
    picture = on_canvas(np.zeros(shape, np.uint8), scale, canvas)
    assert picture[0, 0] == 0
    assert picture.shape == canvas


@pytest.mark.parametrize("backbone", ["resnet18", "mobilenet_v3_large"])
def test_every_backbone_gives_maps_of_strides_4_8_16(backbone: str) -> None:
    model = build_detector(SMALL.model_copy(update={"backbone": backbone}), classes=2)
    maps = model.backbone.eval()(torch.zeros(1, 3, 64, 128))
    assert [tuple(one.shape[2:]) for one in maps.values()] == [(16, 32), (8, 16), (4, 8), (2, 4)]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums in one order: several threads divide a batch otherwise than a line, and of boxes that
    overlap as much as is allowed, an untrained network then keeps one or the other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_a_run_leaves_a_localizer_whatever_the_order_and_size_of_the_lines(
    samples: BoxSamples, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    outcome = train_torchvision(samples, samples.samples[:1], config(), run=run, load=load_image)
    assert outcome.step == 2
    assert {"best.pt", "last.pt", "config.yaml", "log.jsonl"} <= {p.name for p in run.iterdir()}
    localizer = load_localizer("torchvision", run, score_threshold=0.0, iou_threshold=0.5)
    lines = [load_image(sample.path) for sample in samples.samples]
    lines += [lines[0].T.copy(), np.full((1, 1), 255, np.uint8)]
    found = localizer.locate(lines)
    alone = [localizer.locate([line])[0] for line in reversed(lines)]
    for line, boxes, other in zip(lines, found, reversed(alone), strict=True):
        assert np.allclose(boxes.glyphs, other.glyphs, atol=1e-2)
        assert (boxes.glyphs >= 0).all()
        assert (boxes.glyphs[:, 2:] <= line.shape[::-1]).all()
    assert localizer.locate([]) == []
    strict = TorchvisionLocalizer(run, 1.0, 0.5).locate(lines)
    assert not any(len(boxes.glyphs) for boxes in strict)


def test_a_resumed_run_equals_one_that_was_not_stopped(samples: BoxSamples, tmp_path: Path) -> None:
    aside = samples.samples[:1]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train_torchvision(samples, aside, config(max_steps=3), run=whole, load=load_image)
    train_torchvision(samples, aside, config(max_steps=1), run=parts, load=load_image)
    longer = config(max_steps=3)
    train_torchvision(samples, aside, longer, run=parts, load=load_image, resume=parts)
    one, two = load_checkpoint(whole)["model"], load_checkpoint(parts)["model"]
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_without_words_there_is_one_class_and_weights_for_two_still_serve(
    samples: BoxSamples, tmp_path: Path
) -> None:
    train_torchvision(samples, (), config(), run=tmp_path / "two", load=load_image)
    bare = tuple(replace(sample, words=sample.words[:0]) for sample in samples.samples)
    one = tmp_path / "one"
    start = tmp_path / "two"
    train_torchvision(BoxSamples(bare), (), config(), run=one, load=load_image, init_from=start)
    weights = load_checkpoint(one)["model"]
    assert weights["roi_heads.box_predictor.cls_score.weight"].shape[0] == 2
    assert not len(TorchvisionLocalizer(one, 0.0).locate([load_image(bare[0].path)])[0].words)


def test_weights_of_another_network_and_no_lines_are_refused(
    samples: BoxSamples, tmp_path: Path
) -> None:
    train_torchvision(samples, (), config(), run=tmp_path / "a", load=load_image)
    other = config().model_copy(update={"model": SMALL.model_copy(update={"head_channels": 8})})
    with pytest.raises(TrainingError, match="another model"):
        train_torchvision(
            samples, (), other, run=tmp_path / "b", load=load_image, init_from=tmp_path / "a"
        )
    with pytest.raises(TrainingError, match="no lines"):
        train_torchvision(BoxSamples(()), (), config(), run=tmp_path / "c", load=load_image)


def test_local_weights_of_the_backbone_are_taken(samples: BoxSamples, tmp_path: Path) -> None:
    from torchvision import models

    network = models.mobilenet_v3_small(weights=None)
    torch.save(network.state_dict(), tmp_path / "net.pth")
    wanted = SMALL.model_copy(update={"backbone_weights": tmp_path / "net.pth"})
    model = build_detector(wanted, classes=1)
    assert torch.equal(model.backbone.body["0"][0].weight, network.features[0][0].weight)
    run = tmp_path / "run"
    train_torchvision(
        samples, (), config().model_copy(update={"model": wanted}), run=run, load=load_image
    )
    (tmp_path / "net.pth").unlink()
    TorchvisionLocalizer(run)  # the run has all that it needs


@pytest.mark.slow
def test_blocks_are_found_after_a_short_training(
    save_block_lines: Callable[..., Path], tmp_path: Path
) -> None:
    texts = ("nnunInI nuIInnun InunIunI unInu", "uInuuIInunI unIInIIn uIInIuu nIn",
             "nuInunI InInunu InuIu nnIn", "IInunn IInuuuI unIunInI InuInuI")  # fmt: skip
    samples = read_samples([save_block_lines(tmp_path, "a", texts, prefix="images/")])
    model = TorchvisionConfig(
        pyramid_channels=32, head_channels=64, proposals=200, judged=256, short_side_px=40
    )
    training = config(max_steps=60, learning_rate=1e-3).model_copy(update={"model": model})
    train_torchvision(samples, (), training, run=tmp_path / "run", load=load_image)
    found = score(TorchvisionLocalizer(tmp_path / "run"), samples.samples, load=load_image)
    assert found.figures()["f_score"] > 0.25
