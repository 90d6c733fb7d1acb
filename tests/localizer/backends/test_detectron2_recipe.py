"""Configurations of both forms, on the real Detectron2.

It is not on the package index. Where it is absent, these tests are skipped.
"""

import json
from pathlib import Path

import pytest
import torch

from effocr.errors import UsageError
from effocr.localizer.backends.detectron2_config import find_config
from effocr.localizer.backends.detectron2_recipe import open_recipe
from tests.localizer.backends.detectron2_plans import LAZY, YAML, needs_detectron2, plan

# Detectron2 and what it is made of use things that torch, numpy and setuptools call old.
pytestmark = [needs_detectron2, pytest.mark.filterwarnings("ignore")]


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
