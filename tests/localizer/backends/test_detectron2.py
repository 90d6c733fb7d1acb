"""Detectron2: configurations of both forms, trainings on CPU, and what a run leaves behind.

Detectron2 is not on the package index. Where it is absent, all but the first tests are skipped.
"""

import json
import os
import pickle
import signal
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from effocr.errors import MissingDependencyError, TrainingError, UsageError  # noqa: E402
from effocr.localizer.backends import detectron2_config  # noqa: E402
from effocr.localizer.backends.detectron2 import Detectron2Localizer, config_in  # noqa: E402
from effocr.localizer.backends.detectron2_config import (  # noqa: E402
    Detectron2Training,
    anchor_sizes,
    find_config,
    option_pairs,
    period,
    steps_of,
)
from effocr.localizer.backends.detectron2_data import coco_figures  # noqa: E402
from effocr.localizer.backends.detectron2_recipe import Plan, open_recipe  # noqa: E402
from effocr.localizer.backends.detectron2_train import train_detectron2  # noqa: E402
from effocr.localizer.backends.detectron2_weights import read_weights  # noqa: E402
from effocr.localizer.backends.load import load_localizer  # noqa: E402
from effocr.localizer.backends.samples import BoxSample, read_samples  # noqa: E402
from effocr.pipeline.images import load_image  # noqa: E402
from effocr.training.checkpoints import save_checkpoint  # noqa: E402
from effocr.training.loop import Outcome  # noqa: E402

needs_detectron2 = pytest.mark.skipif(
    find_spec("detectron2") is None,
    reason="Detectron2 is not installed; it is built from its public repository",
)
# Detectron2 and what it is made of use things that torch, numpy and setuptools call old.
pytestmark = pytest.mark.filterwarnings("ignore")

YAML = "COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml"
TINY_YAML = (
    "MODEL.RESNETS.DEPTH", "18", "MODEL.RESNETS.RES2_OUT_CHANNELS", "64",
    "MODEL.RESNETS.STEM_OUT_CHANNELS", "8", "MODEL.FPN.OUT_CHANNELS", "8",
    "MODEL.ROI_BOX_HEAD.FC_DIM", "16", "DATALOADER.NUM_WORKERS", "0",
    "INPUT.MAX_SIZE_TRAIN", "160", "INPUT.MAX_SIZE_TEST", "160",
    "MODEL.RPN.POST_NMS_TOPK_TRAIN", "30", "MODEL.RPN.POST_NMS_TOPK_TEST", "30",
)  # fmt: skip
LAZY = "COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.py"
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


@pytest.fixture(autouse=True)
def _quiet_import() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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


def plan(config: str, run: Path, **more: object) -> Plan:
    wanted = Detectron2Training.model_validate({"config": config, **more})
    return Plan(wanted, classes=2, images=100, device="cpu", run=run)


# ---- without Detectron2 -----------------------------------------------------------------------


def test_without_detectron2_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(detectron2_config, "find_spec", lambda name: None)
    (tmp_path / "config.yaml").write_text("MODEL: {}")
    for call in (
        lambda: Detectron2Localizer(tmp_path),
        lambda: find_config(YAML),
        lambda: train_detectron2((), (), Detectron2Training(), run=tmp_path, load=load_image),
    ):
        with pytest.raises(MissingDependencyError, match="--no-build-isolation") as error:
            call()
        assert "--backend native" in str(error.value)
        assert "\n" not in str(error.value)


def test_defect_54_no_image_is_left_out_of_the_last_epoch_by_rounding() -> None:
    assert steps_of(10, 3, 4) == 8  # 7.5
    assert steps_of(1, 1, 16) == 1
    assert steps_of(100, 40, 1) == 4000
    assert (period(10, 1), period(400, 2), period(10**6, 8)) == (100, 200, 1000)


def test_anchors_are_those_of_the_original() -> None:
    sizes = [[8, 32, 128], [16, 64, 256], [32, 128, 512], [64, 256, 1024], [128, 512, 2048]]
    assert anchor_sizes([4, 8, 16, 32, 64]) == sizes


def test_options_are_read_in_either_spelling() -> None:
    given = ["--", "SOLVER.BASE_LR", "0.1", "train.max_iter=3"]
    assert option_pairs(given) == [("SOLVER.BASE_LR", "0.1"), ("train.max_iter", "3")]
    with pytest.raises(UsageError, match=r"SEED.*without a value"):
        option_pairs(["SEED"])
    with pytest.raises(UsageError, match=r"--eval-only: flags stand before"):
        option_pairs(["SEED", "1", "--eval-only"])


def test_options_may_be_numbers_as_yaml_reads_them() -> None:
    assert Detectron2Training(options=["SEED", 3, 0.5, True]).options == (  # type: ignore[list-item]
        "SEED", "3", "0.5", "True",
    )  # fmt: skip


def test_defect_55_a_yaml_of_any_name_is_the_config_of_a_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no config"):
        config_in(tmp_path)
    (tmp_path / "lazy.py").write_text("")
    assert config_in(tmp_path).name == "lazy.py"
    (tmp_path / "mine.yml").write_text("")
    assert config_in(tmp_path / "model_best.pth").name == "mine.yml"
    (tmp_path / "other.yaml").write_text("")
    with pytest.raises(UsageError, match=r"several configs \(mine.yml, other.yaml\)"):
        config_in(tmp_path)
    (tmp_path / "config.yaml").write_text("")
    assert config_in(tmp_path).name == "config.yaml"


def test_weights_that_run_code_are_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "was_here",)

    for name in ("evil.pkl", "evil.pth"):
        with (tmp_path / name).open("wb") as file:
            pickle.dump({"model": Evil()}, file)
        with pytest.raises(TrainingError, match=name):
            read_weights(tmp_path / name)
    assert not (tmp_path / "was_here").exists()


def test_weights_of_the_model_zoos_kind_are_read(tmp_path: Path) -> None:
    content = {"model": {"w": np.ones((2, 3), np.float32)}, "__author__": "somebody"}
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(content, protocol))
        weights, author = read_weights(tmp_path / "a.pkl")
        assert (author, weights["w"].shape) == ("somebody", (2, 3))
    (tmp_path / "b.pkl").write_bytes(b"not a pickle")
    for name, message in (("b.pkl", "refused"), ("c.pth", "no such file")):
        with pytest.raises((TrainingError, UsageError), match=message):
            read_weights(tmp_path / name)


# ---- configurations ---------------------------------------------------------------------------


@needs_detectron2
@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        YAML,
        "COCO-Detection/retinanet_R_50_FPN_1x.yaml",
        "Misc/cascade_mask_rcnn_R_50_FPN_1x.yaml",
        LAZY,
        "common/models/cascade_rcnn.py",
        "COCO-Detection/retinanet_R_50_FPN_1x.py",
    ],
)
def test_any_config_gets_two_classes_and_the_originals_anchors_and_no_flip(
    config: str, tmp_path: Path
) -> None:
    recipe = open_recipe(find_config(config))
    recipe.prepare(plan(config, tmp_path))
    recipe.save(tmp_path)
    saved = open_recipe(tmp_path / "config.yaml")  # with safe values only
    model = saved.model()
    generator = getattr(model, "proposal_generator", model)
    cells = [len(cell) for cell in generator.anchor_generator.cell_anchors]
    assert cells == [9] * 5
    largest = [float((c[:, 2] - c[:, 0]).max()) for c in generator.anchor_generator.cell_anchors]
    first = 4 if hasattr(model, "proposal_generator") else 8
    assert largest == pytest.approx([32 * first * 2**k * 2**0.5 for k in range(5)], rel=1e-3)
    heads = getattr(model, "roi_heads", model)
    assert heads.num_classes == 2
    assert not getattr(heads, "mask_on", False)
    for train in (True, False):
        assert "Flip" not in str(saved.augmentations(train=train))
    assert "RandomFlip" not in (tmp_path / "config.yaml").read_text()
    assert saved.pace().classes == 2
    assert isinstance(json.loads((tmp_path / "omega_config.json").read_text()), dict)


@needs_detectron2
@pytest.mark.parametrize("config", [YAML, LAZY])
def test_defect_54_alt_augs_draw_sizes_and_mirror_nothing(config: str, tmp_path: Path) -> None:
    recipe = open_recipe(find_config(config))
    recipe.prepare(plan(config, tmp_path, alt_augmentations=True))
    (one,) = recipe.augmentations(train=True)
    assert type(one).__name__ == "ResizeShortestEdge"
    assert (min(one.short_edge_length), max(one.short_edge_length), one.max_size) == (
        480,
        800,
        1333,
    )


@needs_detectron2
@pytest.mark.parametrize("config", [YAML, LAZY])
def test_steps_rate_and_schedule_fit_the_training_and_options_win(
    config: str, tmp_path: Path
) -> None:
    recipe = open_recipe(find_config(config))
    recipe.prepare(plan(config, tmp_path, epochs=3, batch_size=8))
    assert recipe.pace().steps == 38
    model = torch.nn.Linear(2, 2)
    optimizer = recipe.optimizer(model)
    base = optimizer.param_groups[0].get("initial_lr", optimizer.param_groups[0]["lr"])
    assert base == pytest.approx(0.01)  # 0.02 is for 16 images
    scheduler = recipe.scheduler(optimizer)
    rates = []
    for _ in range(38):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert max(rates) == pytest.approx(0.01)
    assert rates[-1] < 0.002  # the config's decay takes place within these steps
    option = ["optimizer.lr=0.5"] if config.endswith(".py") else ["SOLVER.BASE_LR", "0.5"]
    wanted = plan(config, tmp_path, learning_rate=0.25)
    recipe.prepare(wanted)
    assert recipe.optimizer(model).param_groups[0]["lr"] == 0.25
    recipe.prepare(plan(config, tmp_path, learning_rate=0.25, options=option))
    assert recipe.optimizer(model).param_groups[0]["lr"] == 0.5


@needs_detectron2
def test_a_lazyconfig_of_ones_own_is_run_and_completed(tmp_path: Path) -> None:
    own = find_config("common/models/mask_rcnn_fpn.py")
    (tmp_path / "mine.py").write_text(
        "from detectron2.config import LazyConfig\n"
        f"model = LazyConfig.load({str(own)!r}, 'model')\n"
        "train = dict(max_iter=5, seed=3)\n"
    )
    recipe = open_recipe(tmp_path / "mine.py")
    pace = recipe.pace()
    assert (pace.steps, pace.seed, pace.weights) == (5, 3, "")
    recipe.prepare(plan("mine", tmp_path))
    assert type(recipe.optimizer(torch.nn.Linear(1, 1))).__name__ == "AdamW"


@needs_detectron2
@pytest.mark.parametrize(
    "text",
    [
        "model: {_target_: os.system, command: 'touch PLACE'}",
        "model: {_target_: detectron2.data.build.pickle.loads}",
        "model: {_target_: detectron2.data.build.load_proposals_into_dataset}",
        "model: {_target_: {_target_: os.system}}",
        "model: {a: [{_target_: detectron2.config.LazyConfig.load}]}",
        "model: !!python/object/apply:os.system ['touch PLACE']",
        "MODEL: !!python/object/apply:os.system ['touch PLACE']",
        "MODEL: {NO_SUCH_NAME: 1}",
        "- a list",
        "model: {_target_: detectron2.modeling.no_such_thing}",
    ],
)
def test_a_config_that_is_none_or_wants_to_run_something_is_refused(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text.replace("PLACE", str(tmp_path / "was_here")))
    with pytest.raises(UsageError, match=r"config\.yaml"):
        open_recipe(path)
    assert not (tmp_path / "was_here").exists()


@needs_detectron2
def test_what_is_no_config_is_an_error_of_use(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    for name, message in (("no/such.yaml", "no such config"), (tmp_path / "a.txt", "expected")):
        with pytest.raises(UsageError, match=message):
            find_config(name)
    (tmp_path / "b.py").write_text("model = (")
    with pytest.raises(UsageError, match="not a LazyConfig"):
        open_recipe(tmp_path / "b.py")
    for fault in ("import nothing_here", "model = 1 / 0", "model = int('x')"):
        (tmp_path / "b.py").write_text(fault)
        with pytest.raises(UsageError, match="not a LazyConfig"):
            open_recipe(tmp_path / "b.py")
    (tmp_path / "c.py").write_text("train = dict()")
    with pytest.raises(UsageError, match="without `model`"):
        open_recipe(tmp_path / "c.py")
    recipe = open_recipe(find_config(YAML))
    with pytest.raises(UsageError, match=r"NO\.SUCH"):
        recipe.prepare(plan(YAML, tmp_path, options=["NO.SUCH", "1"]))
    lazy = open_recipe(find_config(LAZY))
    with pytest.raises(UsageError, match="lr"):
        lazy.prepare(plan(LAZY, tmp_path, options=["optimizer.lr=[1"]))


@needs_detectron2
@pytest.mark.parametrize("steps", [1, 2, 3, 8])
def test_milestones_lie_within_few_steps_whoever_sets_them(steps: int, tmp_path: Path) -> None:
    optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=1.0)
    for options in ([], ["SOLVER.MAX_ITER", str(steps)], ["SOLVER.STEPS", f"(1, {steps}, 900)"]):
        recipe = open_recipe(find_config(YAML))
        recipe.prepare(plan(YAML, tmp_path, epochs=steps / 100, options=options))
        assert recipe.pace().steps == steps
        recipe.scheduler(optimizer)
    recipe = open_recipe(find_config(YAML))
    recipe.prepare(plan(YAML, tmp_path, epochs=40, options=["SOLVER.MAX_ITER", "90"]))
    assert recipe.cfg.SOLVER.STEPS == (60, 80)  # type: ignore[attr-defined]


@needs_detectron2
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


# ---- trainings --------------------------------------------------------------------------------


@needs_detectron2
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


@needs_detectron2
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


@needs_detectron2
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


@needs_detectron2
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


@needs_detectron2
@pytest.mark.slow
def test_nothing_is_measured_before_the_end_where_the_period_is_0(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    once = settings(options=(*TINY_YAML, "SOLVER.MAX_ITER", "2", "TEST.EVAL_PERIOD", "0"))
    assert train(tmp_path / "run", once).best_step == 2


@needs_detectron2
@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights(
    train: Callable[..., Outcome], tmp_path: Path
) -> None:
    for run, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tmp_path / run, settings(seed=seed))
    one, two, other = (read_weights(tmp_path / run / "model_best.pth")[0] for run in "abc")
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


@needs_detectron2
@pytest.mark.slow
def test_resume_without_a_run_starts_one(train: Callable[..., Outcome], tmp_path: Path) -> None:
    assert train(tmp_path / "run", settings(), resume=True).step == 2


@needs_detectron2
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


@needs_detectron2
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


@needs_detectron2
def test_a_loss_that_is_not_finite_is_our_error_alone(
    train: Callable[..., Outcome], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wild = settings(learning_rate=1e30, options=(*TINY_YAML, "SOLVER.WARMUP_ITERS", "0"))
    with pytest.raises(TrainingError, match="lower learning rate"):
        train(tmp_path, wild)
    assert "Exception during training" not in caplog.text


@needs_detectron2
def test_no_lines_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no lines"):
        train_detectron2((), (), settings(), run=tmp_path, load=load_image)
