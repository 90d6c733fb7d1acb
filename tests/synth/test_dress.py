"""Runs set as a script has them; faces are only names here."""

from dataclasses import dataclass

import numpy as np
import pytest

from effocr.synth.compose import Run
from effocr.synth.dress import Dress, dress
from effocr.synth.script import ScriptOptions


@dataclass(frozen=True)
class Name:
    """Stands for a face."""

    name: str

    def slanted(self, slant: float) -> "Name":
        return Name(f"{self.name} leaning {slant > 0}")


FIRST, SECOND = Name("first"), Name("second")
GREEK, LATIN = frozenset("αβγδ"), frozenset("abcI12")


def set_in(text: str, options: ScriptOptions, *, upright: bool = True, seed: int = 1) -> list[Run]:
    clothes = Dress(GREEK | {"1", "ϐ"}, upright, (SECOND, LATIN))  # type: ignore[arg-type]
    runs = [Run(text, FIRST)]  # type: ignore[arg-type]
    return dress(runs, clothes, options, np.random.default_rng(seed))


def faces(runs: list[Run]) -> list[tuple[str, str]]:
    return [(run.text, run.face.name) for run in runs]  # type: ignore[attr-defined]


def test_nothing_happens_by_default_and_no_number_is_drawn() -> None:
    rng = np.random.default_rng(1)
    runs = [Run("αβ ab", FIRST)]  # type: ignore[arg-type]
    clothes = Dress(GREEK, upright=True)
    assert dress(runs, clothes, ScriptOptions(), rng) == runs
    assert rng.random() == np.random.default_rng(1).random()


def test_words_that_the_first_font_lacks_are_in_the_second_whole() -> None:
    options = ScriptOptions(second_kind="book")
    runs = set_in("αβ 1a γδ 1 ab12", options)
    assert faces(runs) == [
        ("αβ ", "first"), ("1a ", "second"), ("γδ 1 ", "first"), ("ab12", "second"),
    ]  # fmt: skip
    assert "".join(run.text for run in runs) == "αβ 1a γδ 1 ab12"


def test_a_word_of_both_scripts_is_set_glyph_by_glyph() -> None:
    assert faces(set_in("αaβ", ScriptOptions(second_kind="book"))) == [
        ("α", "first"), ("a", "second"), ("β", "first"),
    ]  # fmt: skip


def test_latin_words_go_to_the_second_font_though_the_first_has_them() -> None:
    clothes = Dress(GREEK | LATIN, upright=True, second=(SECOND, LATIN))  # type: ignore[arg-type]
    runs = [Run("αβ ab 12", FIRST)]  # type: ignore[arg-type]
    options = ScriptOptions(second_kind="book", second_latin=1)
    dressed = dress(runs, clothes, options, np.random.default_rng(1))
    assert faces(dressed) == [("αβ ", "first"), ("ab ", "second"), ("12", "first")]


def test_upright_type_leans_and_italics_do_not() -> None:
    options = ScriptOptions(slanted=1)
    assert faces(set_in("αβ", options)) == [("αβ", "first leaning True")]
    assert faces(set_in("αβ", options, upright=False)) == [("αβ", "first")]


def test_other_forms_are_drawn_in_about_half_of_the_lines_if_the_font_has_them() -> None:
    options = ScriptOptions(alternates={"β": "ϐ", "δ": "no"})
    drawn = [set_in("αβ", options, seed=seed)[0].drawn_as for seed in range(200)]
    assert {tuple(forms.items()) for forms in drawn} == {(), (("β", "ϐ"),)}
    assert 60 < sum(map(bool, drawn)) < 140


def test_letterspaced_words_stand_in_a_row_and_keep_the_text() -> None:
    options = ScriptOptions(spaced_words=1)
    for seed in range(30):
        runs = set_in("αα ββ γγ δδ", options, seed=seed)
        spaced = [run for run in runs if run.tracking]
        assert len(spaced) == 1
        assert 1 <= len(spaced[0].text.split()) <= 3
        assert "".join(run.text for run in runs) == "αα ββ γγ δδ"


@pytest.mark.parametrize("share", [0, 1])
def test_pairs_are_tight_in_the_share_of_lines(share: int) -> None:
    options = ScriptOptions(tight_pairs=("αβ",), tight_lines=share)
    assert set_in("αβ", options)[0].tight == (frozenset({"αβ"}) if share else frozenset())
