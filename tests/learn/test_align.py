"""Alignment of hypotheses with a transcript, against a search through all paths."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from effocr.geometry import Affine
from effocr.learn import align as module
from effocr.learn.align import align
from effocr.learn.alignment_steps import FAR, MISSING, Steps, steps_of
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.transcript import transcribe

CHARACTERS = ("a", "b", "c", "d", "cd")
SIDE = 10


def seen(
    letters: Sequence[str],
    *,
    scores: Sequence[float] | None = None,
    gaps: Sequence[float] | None = None,
) -> Hypotheses:
    """Hypotheses side by side; the embedding of each letter is a unit vector of its own."""
    count = len(letters)
    x = np.arange(count) * SIDE
    boxes = np.stack((x, np.zeros(count), x + SIDE - 2, np.full(count, 20)), axis=1)
    embeddings = np.zeros((count, len(CHARACTERS) + 1), np.float32)
    for place, letter in enumerate(letters):
        known = CHARACTERS.index(letter) if letter in CHARACTERS else len(CHARACTERS)
        embeddings[place, known] = 1.0
    return Hypotheses(
        boxes.astype(np.float32),
        np.array(scores or [0.9] * count, np.float32),
        np.ones(count, bool),
        np.array(gaps or [1.0] + [0.0] * (count - 1), np.float32),
        embeddings,
        Affine.identity(),
    )


def ranks(embeddings: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    return CHARACTERS, embeddings[:, : len(CHARACTERS)]


def labels(hypotheses: Hypotheses, text: str) -> list[str]:
    return [glyph.label for glyph in align(hypotheses, transcribe(text), ranks).glyphs]


def test_each_glyph_gets_its_character() -> None:
    found = align(seen("abcd"), transcribe("abcd"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["a", "b", "c", "d"]
    assert [glyph.hypothesis for glyph in found.glyphs] == [0, 1, 2, 3]
    assert found.missing == ()
    assert found.cost < 0.2
    assert found.confidence > 0.95
    assert found.glyphs[2].box.tolist() == [20, 0, 28, 20]


def test_a_glyph_unlike_its_character_is_taken_where_all_around_it_fits() -> None:
    found = align(seen(["a", "b", "a", "d"]), transcribe("abcd"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["a", "b", "c", "d"]


def test_a_weak_hypothesis_is_passed_over() -> None:
    assert labels(seen("abxcd", scores=[0.9, 0.9, 0.1, 0.9, 0.9]), "abcd") == ["a", "b", "c", "d"]


def test_a_character_that_was_not_found_is_named() -> None:
    found = align(seen("acd"), transcribe("abcd"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["a", "c", "d"]
    assert found.missing == (1,)
    assert found.confidence < 0.8


def test_one_glyph_for_two_characters_is_a_ligature() -> None:
    found = align(seen(["a", "cd", "b"]), transcribe("acdb"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["a", "cd", "b"]
    assert [glyph.first for glyph in found.glyphs] == [0, 1, 3]


def test_what_is_like_one_of_two_characters_is_no_ligature_of_both() -> None:
    found = align(seen(["a", "d", "b"]), transcribe("acdb"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["a", "d", "b"]


def test_no_ligature_reaches_over_a_space() -> None:
    assert "cd" not in labels(seen(["a", "cd", "b"], gaps=[1, 0, 0]), "ac db")


def test_two_pieces_make_one_glyph_whose_box_holds_both() -> None:
    found = align(seen(["a", "d", "d", "b"]), transcribe("acb"), ranks)
    middle = found.glyphs[1]
    assert (middle.label, middle.whole) == ("c", False)
    assert middle.box.tolist() == [10, 0, 28, 20]


def test_word_gaps_decide_between_look_alikes() -> None:
    gaps = [1.0, 0.0, 1.0, 0.0]
    found = align(seen("aaaa", gaps=gaps), transcribe("a aa"), ranks)
    # The first word has one letter, so its second glyph is what is too many.
    assert [glyph.hypothesis for glyph in found.glyphs][1:] == [2, 3]


def test_an_empty_line_or_text_gives_nothing() -> None:
    nothing = seen("")
    assert align(nothing, transcribe("ab"), ranks).missing == (0, 1)
    assert align(seen("ab"), transcribe(""), ranks).glyphs == ()


def test_a_ligature_of_a_right_to_left_line_is_spelt_as_it_is_read() -> None:
    found = align(seen(["x", "cd"], gaps=[1, 1]), transcribe("\u05d0 cd", "rtl"), ranks)
    assert [glyph.label for glyph in found.glyphs] == ["\u05d0", "cd"]
    assert found.glyphs[1].first == 1


def test_one_glyph_for_one_character_is_a_match() -> None:
    (glyph,) = align(seen("a"), transcribe("a"), ranks).glyphs
    assert (glyph.label, glyph.whole, glyph.unlike) == ("a", True, 0.0)
    assert glyph.confidence > 0.9


def test_an_index_without_characters_aligns_by_places_alone() -> None:
    def nothing(embeddings: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        return (), np.zeros((len(embeddings), 0), np.float32)

    found = align(seen("abc"), transcribe("xyz"), nothing)
    assert [glyph.label for glyph in found.glyphs] == ["x", "y", "z"]
    assert np.isnan([glyph.unlike for glyph in found.glyphs]).all()


def moves_from(steps: Steps, i: int, j: int) -> list[tuple[int, int, int, float, int]]:
    """(move, next i, next j, cost, hypothesis that it ends at) of all that can follow."""
    length = steps.match.shape[1]
    options = [(module.NOTHING, i + 1, j, steps.nothing[i], i)]
    if j < length:
        options.append((module.MATCH, i + 1, j + 1, steps.match[i, j], i))
        options += [
            (module.PIECES, last + 1, j + 1, steps.pieces[last, j], last)
            for last in np.flatnonzero(steps.before == i).tolist()
        ]
    if j + 1 < length:
        options.append((module.LIGATURE, i + 1, j + 2, steps.ligature[i, j + 1], i))
    return [option for option in options if option[3] < FAR]


def paths(steps: Steps) -> Iterator[tuple[float, list[tuple[int, int, int]]]]:
    """Cost and steps (move, hypothesis, character) of every path, by walking through all."""
    count, length = steps.match.shape

    def walk(i: int, j: int, moved: bool) -> Iterator[tuple[float, list[tuple[int, int, int]]]]:
        if i == count and j == length:
            yield 0.0, []
        if j < length and moved:
            for cost, rest in walk(i, j + 1, True):
                yield MISSING + cost, rest
        options = moves_from(steps, i, j) if i < count else []
        for move, next_i, next_j, cost, at in options:
            for rest_cost, rest in walk(next_i, next_j, True):
                yield cost + rest_cost, [(move, at, next_j - 1), *rest]

    yield from walk(0, 0, True)


def test_costs_and_certainties_are_those_of_all_paths() -> None:
    hypotheses = seen(["a", "x", "cd", "b"], scores=[0.9, 0.5, 0.8, 0.7], gaps=[1, 0.3, 0.6, 0.1])
    transcript = transcribe("ab cd")
    steps = steps_of(hypotheses, transcript, ranks)
    every = list(paths(steps))
    found = align(hypotheses, transcript, ranks)
    assert found.cost == pytest.approx(min(cost for cost, _ in every) / 4)
    weights = np.array([np.exp(-module.SHARPNESS * cost) for cost, _ in every])
    sure = module._certainties(steps)
    for move in (module.MATCH, module.LIGATURE, module.PIECES):
        expected = np.zeros_like(steps.match)
        for weight, (_, taken) in zip(weights, every, strict=True):
            for kind, i, j in taken:
                if kind == move:
                    expected[i, j] += weight
        np.testing.assert_allclose(sure[move], expected / weights.sum(), atol=1e-9)
