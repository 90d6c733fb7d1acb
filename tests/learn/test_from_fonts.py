"""A stopped training goes on with the lines that it drew; tests/e2e trains to the end."""

from pathlib import Path

import numpy as np
import pytest

from effocr.charset import Charset, write_charset
from effocr.learn import from_fonts
from effocr.learn.recipe import FontSet, Recipe
from effocr.synth.fonts import load_fonts
from effocr.training.loop import Outcome

FONT = Path(__file__).parents[2] / "english_font_files" / "Besley-Regular.ttf"
LETTERS = Charset(tuple("aehimnorstu."))


def test_lines_are_drawn_once_and_anew_when_the_recipe_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_charset(LETTERS, tmp_path / "letters.txt")
    recipe = Recipe(name="x", charset=tmp_path / "letters.txt", lines=8, validation_lines=3)
    fonts = load_fonts([FONT], charset=LETTERS).fonts
    draw, drawn = from_fonts.draw_lines, list[int]()

    def counting(*given, **options):  # type: ignore[no-untyped-def]
        drawn.append(given[2])
        return draw(*given, **options)

    monkeypatch.setattr(from_fonts, "draw_lines", counting)
    first, again = (from_fonts._lines(recipe, fonts, tmp_path / "learnt") for _ in range(2))
    assert drawn == [8]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.prepared.grey, other.prepared.grey)
        assert one.truth.text == other.truth.text
    from_fonts._lines(recipe, fonts, tmp_path / "aside", aside=True)
    from_fonts._lines(recipe.model_copy(update={"seed": 5}), fonts, tmp_path / "learnt")
    assert drawn == [8, 3, 8]


def test_times_of_stages_add_up_and_a_damaged_file_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "seconds.json"
    file.write_text('{"lines": 5.0, "localizer": 2.0}', encoding="utf-8")
    with from_fonts._timed(tmp_path, "lines"):
        pass
    seconds = from_fonts._seconds(tmp_path)
    assert 5 <= seconds["lines"] < 6
    assert seconds["localizer"] == 2
    assert list(tmp_path.iterdir()) == [file]
    for damaged in ('{"lines": 5', "[]", '{"lines": "x"}'):
        file.write_text(damaged, encoding="utf-8")
        with from_fonts._timed(tmp_path, "glyphs"):
            pass
        assert list(from_fonts._seconds(tmp_path)) == ["glyphs"]


@pytest.mark.parametrize("stopped", ["localizer", "recognizer"])
def test_nothing_is_built_on_a_training_that_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    write_charset(LETTERS, tmp_path / "letters.txt")
    recipe = Recipe(name="x", charset=tmp_path / "letters.txt", lines=2, validation_lines=2)
    fonts = load_fonts([FONT], charset=LETTERS).fonts
    done = []

    def stage(name: str, result: object) -> None:
        def run(*given: object, **options: object) -> object:
            done.append(name)
            return result

        monkeypatch.setattr(from_fonts, name, run)

    stage("_lines", [])
    stage("train_localizer", Outcome(step=1, interrupted=stopped == "localizer"))
    stage("_export_graph", tmp_path / "localizer.onnx")
    stage("_thresholds", (0.5, 0.5))
    stage("_sources", (None, None))
    stage("train_recognizer", Outcome(step=1, interrupted=stopped == "recognizer"))
    stage("assemble_model", None)
    out = tmp_path / "model"
    with pytest.raises(KeyboardInterrupt):
        from_fonts.train_from_fonts(
            recipe, FontSet(fonts, fonts), work=tmp_path / "work", out=out, processes=1
        )
    assert done[-1] == f"train_{stopped}"
    assert f'"{stopped}"' in (tmp_path / "work" / "seconds.json").read_text("utf-8")
