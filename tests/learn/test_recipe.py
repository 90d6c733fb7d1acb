"""Recipes and their fonts; tests/e2e trains by one."""

import logging
from pathlib import Path

import pytest

from effocr.charset import Charset, read_charset
from effocr.errors import TrainingError, UsageError
from effocr.learn.recipe import FontSet, Recipe, load_recipe_fonts, read_recipe
from effocr.synth.compose import LIGATURES
from effocr.synth.fonts import load_fonts

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "english_font_files"


def test_a_recipe_keeps_the_defaults_that_it_does_not_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\ncharset: letters.txt\nlocalizer:\n  loop: {max_steps: 9}\n", "utf-8"
    )
    recipe = read_recipe(path, overrides=["recognizer.loop.bf16=true", "lines=77"])
    assert (recipe.name, recipe.lines, recipe.localizer.loop.max_steps) == ("mine", 77, 9)
    defaults = Recipe(name="mine", charset=Path("letters.txt"))
    assert recipe.recognizer.loop.bf16
    assert recipe.recognizer.loop.learning_rate == defaults.recognizer.loop.learning_rate
    assert recipe.localizer.loop.best == defaults.localizer.loop.best == "f_score"
    assert recipe.synthesis == defaults.synthesis


@pytest.mark.parametrize("text", ["name: x\ncharset: c\nlinse: 3\n", "name: x\n", "- a\n", "a: ["])
def test_recipes_out_of_form_are_errors_of_use(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError):
        read_recipe(tmp_path / "bad.yaml")


def test_a_recognizer_looks_at_as_many_features_as_the_localizer_has(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ncharset: c\nrecognizer: {model: {window: {channels: 7}}}\n")
    with pytest.raises(UsageError, match=r"channels 7 differ.*column_channels 192"):
        read_recipe(path)
    kept = read_recipe(path, overrides=["localizer.model.column_channels=7"])
    assert kept.recognizer.model.window is not None


def test_the_shipped_recipes_are_in_form_and_their_charsets_are_there() -> None:
    recipes = (ROOT / "scripts" / "recipes").glob("*.yaml")
    paths = sorted(path for path in recipes if path.stem != "detector")  # has a form of its own
    assert paths
    for path in paths:
        recipe = read_recipe(path)
        assert recipe.name == path.stem
        assert len(read_charset(ROOT / recipe.charset)) > 100


def test_fonts_cover_the_charset_and_ligatures_and_refusals_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    training = [FONTS / "Vollkorn-Regular.ttf", tmp_path / "broken.ttf"]
    with caplog.at_level(logging.WARNING):
        fonts = load_recipe_fonts(training, [FONTS / "Besley-Regular.ttf"], Charset(("a", "x")))
    assert [font.family for font in (*fonts.training, *fonts.held_out)] == ["Vollkorn", "Besley"]
    assert fonts.training[0].characters <= {"a", "x", *LIGATURES.values()}
    assert "broken.ttf" in caplog.text


def test_both_sets_of_fonts_are_needed(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="both needed"):
        load_recipe_fonts([FONTS / "Besley-Regular.ttf"], [tmp_path], Charset(("a", "x")))


def test_a_family_that_is_learnt_from_is_credited_once() -> None:
    found = load_fonts([ROOT / "tests" / "fonts"]).fonts
    assert len([font for font in found if font.family == "Castoro"]) == 2  # roman and italic
    credits = FontSet(found[:-1], found[-1:]).credits()
    assert [credit.name for credit in credits] == sorted({font.family for font in found[:-1]})
    assert {credit.licence for credit in credits} == {font.licence for font in found[:-1]}


def test_lines_and_both_networks_of_a_recipe_run_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text("name: x\ncharset: c\nsynthesis: {direction: ttb}\n", "utf-8")
    with pytest.raises(UsageError, match="differ: ltr, ttb"):
        read_recipe(path)
    lines = [f"{module}.model.line.direction=ttb" for module in ("localizer", "recognizer")]
    assert read_recipe(path, overrides=lines).recognizer.model.line.direction == "ttb"
