"""The detector's recipe: pages are drawn once, in parts, and a stopped run goes on."""

from pathlib import Path

import pytest

from effocr.detector.onnx import OnnxDetector
from effocr.errors import UsageError
from effocr.learn import detector_from_fonts
from effocr.learn.detector_from_fonts import (
    draw_parts,
    read_detector_recipe,
    train_detector_from_fonts,
)
from effocr.learn.recipe import FontSet
from effocr.synth.fonts import load_fonts
from effocr.training.config import save_config

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "scripts" / "recipes" / "detector.yaml"
SMALL = [
    "pages=3", "validation_pages=1", "int8=false", "synthesis.width=[300,400]",
    "synthesis.longest=500", "detector.model.channels=[4,4,4,4]", "detector.crop.sizes=[64]",
    "detector.batch_pixels=8192", "detector.loop.max_steps=2", "detector.loop.validate_every=2",
    "detector.loop.warmup=0.1", "detector.loop.bf16=false", "detector.loop.device=cpu",
]  # fmt: skip


def fonts() -> FontSet:
    found = load_fonts(ROOT / "tests" / "fonts").fonts
    return FontSet(found, found)


def test_pages_are_drawn_in_parts_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector_from_fonts, "PART", 2)
    recipe = read_detector_recipe(RECIPE, overrides=SMALL)
    first, last = draw_parts(recipe, fonts().training, tmp_path, 3)
    names = [len((part / "labels.txt").read_text("utf-8").splitlines()) for part in (first, last)]
    assert names == [2, 1]
    stamp = (first / "labels.txt").stat().st_mtime_ns
    (last / "labels.txt").unlink()
    last.rename(tmp_path / ".0001.part")  # as a stop leaves it
    assert draw_parts(recipe, fonts().training, tmp_path, 3) == [first, last]
    assert (first / "labels.txt").stat().st_mtime_ns == stamp
    assert (last / "labels.txt").is_file()


def test_pages_of_another_recipe_are_refused(tmp_path: Path) -> None:
    recipe, drawn_with = read_detector_recipe(RECIPE, overrides=SMALL), fonts().training
    (part,) = draw_parts(recipe, drawn_with, tmp_path, 1)
    seeded = read_detector_recipe(RECIPE, overrides=[*SMALL, "seed=5"])
    letters = tmp_path / "letters.txt"
    letters.write_text("a\nb\n", "utf-8")
    for name, other, with_fonts, count in (
        ("seed", seeded, drawn_with, 1),
        ("charset", recipe.model_copy(update={"charset": letters}), drawn_with, 1),
        ("fonts", recipe, drawn_with[1:], 1),
        ("pages", recipe, drawn_with, 2),
    ):
        with pytest.raises(UsageError, match=f"holds pages of another recipe: {name}; remove it"):
            draw_parts(other, with_fonts, tmp_path, count)
    assert draw_parts(recipe, drawn_with, tmp_path, 1) == [part]


def test_a_recipe_becomes_a_model_folder(tmp_path: Path) -> None:
    recipe = read_detector_recipe(RECIPE, overrides=SMALL)
    work, out = tmp_path / "work", tmp_path / "model"
    manifest, parity = train_detector_from_fonts(recipe, fonts(), work=work, out=out, processes=1)
    assert parity.pages == 4
    assert manifest.fonts
    chosen = {"binary_threshold", "box_threshold"}
    found, given = OnnxDetector(out).look, recipe.detector.look
    assert found == manifest.look
    assert found.model_dump(exclude=chosen) == given.model_dump(exclude=chosen)


def test_a_run_of_other_settings_is_refused_before_a_page_is_drawn(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    save_config(read_detector_recipe(RECIPE, overrides=SMALL).detector, run / "config.yaml")
    (run / "last.pt").touch()
    other = read_detector_recipe(RECIPE, overrides=[*SMALL, "detector.batch_pixels=4096"])
    with pytest.raises(UsageError, match="begun with another batch_pixels"):
        train_detector_from_fonts(other, fonts(), work=tmp_path, out=tmp_path / "out", processes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
