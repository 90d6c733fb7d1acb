"""The made-up text of a recipe."""

from pathlib import Path

import numpy as np

from effocr.charset import Charset
from effocr.learn.recipe import Recipe, read_recipe
from effocr.learn.texts import TEXT, with_text, with_word_lists
from effocr.synth.content import content_charset
from effocr.synth.text import random_line

ROOT = Path(__file__).parents[2]


def test_a_recipe_with_a_tongue_draws_from_its_text_and_its_charset(tmp_path: Path) -> None:
    recipe = read_recipe(ROOT / "scripts/recipes/grc.yaml")
    written = with_text(recipe, tmp_path / "work")
    content = written.synthesis.content
    assert content.texts == (tmp_path / "work" / TEXT,)
    assert [group.file for group in content.groups] == [recipe.charset]
    assert content.real_words == recipe.synthesis.content.real_words
    assert set(content_charset(content) or ()) > set("αάὰᾶἀἁᾳaä1")
    before = content.texts[0].read_bytes()
    with_text(recipe, tmp_path / "work")
    assert content.texts[0].read_bytes() == before


def test_a_recipe_without_one_stays_as_it_is(tmp_path: Path) -> None:
    recipe = Recipe(name="x", charset=Path("c"))
    assert with_text(recipe, tmp_path) is recipe
    assert not list(tmp_path.iterdir())


def test_words_are_drawn_from_the_lists_that_were_fetched(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("zyzzyva\nquagga\n", encoding="utf-8")
    (tmp_path / "one.copyright").write_text("free", encoding="utf-8")
    charset = Charset(tuple("abcdefghijklmnopqrstuvwxyz"))
    text = with_word_lists(Recipe(name="x", charset=Path("c")), tmp_path).synthesis.text
    assert text.word_lists == (tmp_path / "one.txt",)
    rng = np.random.default_rng(0)
    lines = [random_line(rng, charset, lengths=(20, 40), kind="words", mix=text) for _ in range(30)]
    assert {"zyzzyva", "quagga"} <= set(" ".join(lines).split())
