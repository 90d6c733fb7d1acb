"""Detectron2 trainings on CPU, and what a run leaves behind.

Detectron2 is not on the package index. Where it is absent, these tests are skipped.
"""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.errors import TrainingError, UsageError
from effocr.localizer.backends.detectron2 import Detectron2Localizer
from effocr.localizer.backends.detectron2_config import Detectron2Training, find_config
from effocr.localizer.backends.detectron2_data import coco_figures
from effocr.localizer.backends.detectron2_recipe import open_recipe
from effocr.localizer.backends.detectron2_train import train_detectron2
from effocr.localizer.backends.detectron2_weights import read_weights
from effocr.localizer.backends.load import load_localizer
from effocr.localizer.backends.samples import BoxSample, read_samples
from effocr.pipeline.images import load_image
from effocr.training.checkpoints import save_checkpoint
from effocr.training.loop import Outcome
from tests.localizer.backends.detectron2_plans import LAZY, YAML, needs_detectron2, plan

# Detectron2 and what it is made of use things that torch, numpy and setuptools call old.
pytestmark = [needs_detectron2, pytest.mark.filterwarnings("ignore")]

TINY_YAML = (
    "MODEL.RESNETS.DEPTH", "18", "MODEL.RESNETS.RES2_OUT_CHANNELS", "64",
    "MODEL.RESNETS.STEM_OUT_CHANNELS", "8", "MODEL.FPN.OUT_CHANNELS", "8",
    "MODEL.ROI_BOX_HEAD.FC_DIM", "16", "DATALOADER.NUM_WORKERS", "0",
    "INPUT.MAX_SIZE_TRAIN", "160", "INPUT.MAX_SIZE_TEST", "160",
    "MODEL.RPN.POST_NMS_TOPK_TRAIN", "30", "MODEL.RPN.POST_NMS_TOPK_TEST", "30",
)  # fmt: skip
TINY_LAZY = """
from detectron2.config import LazyConfig
_cfg = LazyConfig.load(LAZY)
model, train, optimizer = _cfg.model, _cfg.train, _cfg.optimizer
lr_multiplier, dataloader = _cfg.lr_multiplier, _cfg.dataloader
model.backbone.bottom_up.stages.pop("stride_in_1x1")
model.backbone.bottom_up.stages.depth = 18
model.backbone.out_channels = model.proposal_generator.head.in_channels = 8
model.proposal_generator.post_nms_topk = [30, 30]
model.roi_heads.box_head.input_shape.channels = 8
model.roi_heads.box_head.fc_dims = [16, 16]
model.roi_heads.box_predictor.input_shape.channels = 16
for _loader in (dataloader.train, dataloader.test):
    _loader.num_workers = 0
    _loader.mapper.augmentations[0].max_size = 160
"""


@pytest.fixture
def tiny_lazy(tmp_path: Path) -> str:
    """A LazyConfig of a small network."""
    path = tmp_path / "tiny.py"
    path.write_text(TINY_LAZY.replace("LAZY", repr(str(find_config(LAZY)))))
    return str(path)


@pytest.fixture
def samples(save_block_lines: Callable[..., Path], tmp_path: Path) -> tuple[BoxSample, ...]:
    texts = ("nn In", "uIn", "In", "nuI nn")
    return read_samples([save_block_lines(tmp_path, "a", texts, prefix="images/")]).samples


@pytest.fixture
def train(samples: tuple[BoxSample, ...]) -> Callable[..., Outcome]:
    """Trains on three lines, the fourth is kept aside."""

    def go(run: Path, wanted: Detectron2Training, **more: object) -> Outcome:
        return train_detectron2(
            samples[:3], samples[3:], wanted, run=run, **{"load": load_image, **more}
        )

    return go


def settings(config: str = YAML, **more: object) -> Detectron2Training:
    lazy = config.endswith(".py")
    options = ("train.max_iter=2",) if lazy else (*TINY_YAML, "SOLVER.MAX_ITER", "2")
    values = {"config": config, "gpus": 0, "options": options, "log_every": 1, **more}
    return Detectron2Training.model_validate(values)


@pytest.mark.parametrize(
    ("config", "option"),
    [
        (YAML, ["SOLVER.LR_SCHEDULER_NAME", "foo"]),
        (YAML, ["SOLVER.MAX_ITER", "0"]),
        (YAML, ["MODEL.RESNETS.DEPTH", "19"]),
        ("lazy", ["optimizer.lrr=3"]),
        ("lazy", ["lr_multiplier.foo=3"]),
        ("lazy", ["dataloader.train.mapper.augmentations.0.foo=3"]),
        ("lazy", ["train.max_iter=ten"]),
        ("lazy", ["train.max_iter=0"]),
        ("lazy", ["model=1"]),
    ],
)
def test_values_that_do_not_fit_are_our_error(
    config: str,
    option: list[str],
    train: Callable[..., Outcome],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    config = YAML if config == YAML else request.getfixturevalue("tiny_lazy")
    tiny = TINY_YAML if config == YAML else ()
    with pytest.raises(UsageError):
        train(tmp_path / "run", settings(config, options=(*tiny, *option)))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["yaml", "lazy"])
def test_a_training_leaves_the_best_weights_which_find_boxes(
    form: str,
    samples: tuple[BoxSample, ...],
    train: Callable[..., Outcome],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = YAML if form == "yaml" else request.getfixturevalue("tiny_lazy")
    run = tmp_path / "run"
    outcome = train(run, settings(config))
    assert (outcome.step, outcome.interrupted) == (2, False)
    assert "not downloaded" in caplog.text
    names = {path.name for path in run.iterdir()}
    assert {
        "model_best.pth", "model_0000001.pth", "last_checkpoint", "config.yaml",
        "omega_config.json", "log.jsonl", "log.csv", "outcome.json",
    } <= names  # fmt: skip
    localizer = load_localizer("detectron2", run, score_threshold=0.0, iou_threshold=0.5)
    line = load_image(samples[2].path)
    (found,) = localizer.locate([line])
    assert len(found.glyphs) + len(found.words)
    assert (found.glyphs[:, 2:] <= line.shape[::-1]).all()
    opened = Detectron2Localizer(run)
    figures = coco_figures(opened.model, opened.recipe, samples[3:], load=load_image)
    assert {"bbox/AP", "bbox/AP50", "bbox/AP-char", "bbox/AP-word"} <= set(figures)
    assert figures["bbox/AP"] == pytest.approx(outcome.best)


def test_cocos_figures_are_full_where_every_box_is_found(
    samples: tuple[BoxSample, ...], tmp_path: Path
) -> None:
    from detectron2.structures import Boxes, Instances

    recipe = open_recipe(find_config(YAML))
    recipe.prepare(plan(YAML, tmp_path))

    class Truth(torch.nn.Module):
        def forward(self, records: list[dict[str, object]]) -> list[dict[str, object]]:
            (sample,) = (s for s in samples if str(s.path) == records[0]["file_name"])
            found = Instances((sample.size[1], sample.size[0]))
            found.pred_boxes = Boxes(torch.from_numpy(np.vstack([sample.glyphs, sample.words])))
            found.scores = torch.ones(len(found.pred_boxes))
            kinds = [0] * len(sample.glyphs) + [1] * len(sample.words)
            found.pred_classes = torch.tensor(kinds)
            return [{"instances": found}]

    for _ in range(2):  # twice in one process
        figures = coco_figures(Truth(), recipe, samples, load=load_image)
        assert figures["bbox/AP"] == figures["bbox/AP-char"] == pytest.approx(100)


@pytest.mark.slow
def test_a_stopped_training_goes_on_and_keeps_its_best(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(run, settings())
    state = torch.load(run / "model_0000001.pth", weights_only=True)
    state["outcome"]["best"] = 101.0  # nothing can be better
    save_checkpoint({k: v for k, v in state.items() if k != "format"}, run / "model_0000001.pth")
    best = (run / "model_best.pth").read_bytes()
    longer = settings(options=("SOLVER.MAX_ITER", "4"))  # the rest comes from the run
    outcome = train(run, longer, resume=True)
    assert (outcome.step, outcome.best, outcome.best_step) == (4, 101.0, 2)
    assert (run / "model_best.pth").read_bytes() == best
    rows = [json.loads(row) for row in (run / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "total_loss" in row] == [1, 2, 3, 4]


@pytest.mark.slow
def test_ctrl_c_ends_the_step_and_the_training_goes_on_to_its_end(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    def stop(path: Path) -> np.ndarray:
        os.kill(os.getpid(), signal.SIGINT)
        return load_image(path)

    run, wanted = tmp_path / "run", settings()
    outcome = train(run, wanted, load=stop)
    assert (outcome.step, outcome.interrupted) == (1, True)
    outcome = train(run, wanted, resume=True)
    assert (outcome.step, outcome.interrupted) == (2, False)


@pytest.mark.slow
def test_nothing_is_measured_before_the_end_where_the_period_is_0(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    once = settings(options=(*TINY_YAML, "SOLVER.MAX_ITER", "2", "TEST.EVAL_PERIOD", "0"))
    assert train(tmp_path / "run", once).best_step == 2


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    for run, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tmp_path / run, settings(seed=seed))
    one, two, other = (read_weights(tmp_path / run / "model_best.pth")[0] for run in "abc")
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_resume_without_a_run_starts_one(train: Callable[..., Outcome], tmp_path: Path) -> None:
    assert train(tmp_path / "run", settings(), resume=True).step == 2


@pytest.mark.slow
def test_local_weights_are_the_start_and_others_are_refused(
    train: Callable[..., Outcome], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    train(tmp_path / "a", settings())
    start = tmp_path / "a" / "model_best.pth"
    caplog.clear()
    train(tmp_path / "b", settings(init_checkpoint=start, learning_rate=1e-12))
    assert "start anew" not in caplog.text
    one, two = (read_weights(tmp_path / run / "model_best.pth")[0] for run in "ab")
    name = "roi_heads.box_predictor.cls_score.weight"
    assert torch.allclose(one[name], two[name], atol=1e-6)
    torch.save({"model": {"nothing": torch.zeros(1)}}, tmp_path / "other.pth")
    for path, message in (
        (tmp_path / "other.pth", "another network"),
        (tmp_path / "no", "no such"),
    ):
        with pytest.raises((TrainingError, UsageError), match=message):
            train(tmp_path / "c", settings(init_checkpoint=path))


@pytest.mark.slow
def test_without_words_and_without_validation_lines_the_last_weights_are_the_best(
    samples: tuple[BoxSample, ...], tmp_path: Path
) -> None:
    outcome = train_detectron2(samples, (), settings(words=False), run=tmp_path, load=load_image)
    assert outcome.best is None
    weights, _ = read_weights(tmp_path / "model_best.pth")
    assert weights["roi_heads.box_predictor.cls_score.weight"].shape[0] == 2  # and the background
    opened = Detectron2Localizer(tmp_path)
    figures = coco_figures(opened.model, opened.recipe, samples, load=load_image)
    assert "bbox/AP-word" not in figures  # words that it does not look for do not count


def test_a_loss_that_is_not_finite_is_our_error_alone(
    train: Callable[..., Outcome], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wild = settings(learning_rate=1e30, options=(*TINY_YAML, "SOLVER.WARMUP_ITERS", "0"))
    with pytest.raises(TrainingError, match="lower learning rate"):
        train(tmp_path, wild)
    assert "Exception during training" not in caplog.text


def test_no_lines_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no lines"):
        train_detectron2((), (), settings(), run=tmp_path, load=load_image)
