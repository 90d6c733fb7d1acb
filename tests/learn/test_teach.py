"""Learning a collection from aligned lines."""

from collections.abc import Sequence

import numpy as np
import pytest

from effocr.errors import TrainingError
from effocr.geometry import Affine
from effocr.learn.hypotheses import Hypotheses
from effocr.learn.judge import divide, forgetting, remembered
from effocr.learn.teach import LOWEST, Lesson, TeachOptions, align_all, teach
from effocr.learn.transcript import transcribe
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.memory import Memory

LETTERS = "abcdefgh"
DIM = 24
SIDE = 10


def shape(letter: str, style: int) -> np.ndarray:
    """Embedding of a letter in a typeface: its own direction, and a little of the typeface's."""
    row = np.zeros(DIM, np.float32)
    row[LETTERS.index(letter)] = 1.0
    row[len(LETTERS) + style] = 0.2
    return row / np.linalg.norm(row)


def known() -> GlyphIndex:
    index = GlyphIndex.create(DIM)
    index.add(np.stack([shape(letter, 0) for letter in LETTERS[:6]]), list(LETTERS[:6]))
    return index


def lesson(
    letters: Sequence[str], text: str, style: int, rng: np.random.Generator, name: str = "line"
) -> Lesson:
    count = len(letters)
    x = np.arange(count) * SIDE
    boxes = np.stack((x, np.zeros(count), x + SIDE - 2, np.full(count, 20)), axis=1)
    rows = np.stack([shape(letter, style) for letter in letters])
    rows += 0.02 * rng.standard_normal(rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    gaps = np.zeros(count, np.float32)
    gaps[0] = 1.0
    seen = Hypotheses(
        boxes.astype(np.float32),
        np.full(count, 0.9, np.float32),
        np.ones(count, bool),
        gaps,
        rows,
        Affine.identity(),
    )
    return Lesson(name, seen, transcribe(text))


def collection(rng: np.random.Generator, lines: int = 6) -> list[Lesson]:
    """Lines of another typeface, in which what looks like a is a b, and h is a new character."""
    turned = str.maketrans("ab", "ba")
    texts = ["".join(rng.choice(list(LETTERS), 12)) for _ in range(lines)]
    return [lesson(list(text.translate(turned)), text, 1, rng) for text in texts]


def memory(rng: np.random.Generator, lines: int = 40) -> Memory:
    texts = ["".join(rng.choice(list(LETTERS[:6]), 10)) for _ in range(lines)]
    rows = np.concatenate([lesson(list(t), t, 0, rng).hypotheses.embeddings for t in texts])
    return Memory(rows, tuple("".join(texts)), np.arange(1, lines + 1) * 10)


def read(index: GlyphIndex, lessons: Sequence[Lesson]) -> list[str]:
    rows = np.concatenate([each.hypotheses.embeddings for each in lessons])
    ends = np.cumsum([len(each.hypotheses) for each in lessons]).tolist()
    found = [row[0] for row in index.search(rows, 1, ends).labels]
    return ["".join(found[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def test_a_collection_is_read_by_what_was_learnt_from_other_lines() -> None:
    rng = np.random.default_rng(0)
    lessons = collection(rng, 12)
    taught = teach(known(), lessons[:6], name="other", memory=memory(rng))
    aside = lessons[6:]
    right = [each.transcript.text for each in aside]
    assert read(known(), aside) != right
    assert read(taught.index, aside) == right
    assert taught.collection.lines == 6
    assert "h" in taught.index.characters
    assert "h" not in taught.known_before


def test_what_was_known_is_read_as_before() -> None:
    rng = np.random.default_rng(1)
    kept = memory(rng)
    index = known()
    taught = teach(index, collection(rng), name="other", memory=kept)
    assert taught.collection.threshold > LOWEST
    assert remembered(taught.index, kept) == remembered(index, kept) == 1.0
    assert len(index) == 6  # what was given is untouched
    careless = teach(index, collection(rng), name="other")
    assert careless.collection.threshold == 0.0


def test_rows_that_harm_nothing_count_on_every_line() -> None:
    rng = np.random.default_rng(2)
    text = "abcdefabcdef"
    taught = teach(known(), [lesson(list(text), text, 1, rng)] * 2, name="x", memory=memory(rng))
    assert taught.collection.threshold == LOWEST


def test_lines_with_the_text_of_another_are_named_and_left_out() -> None:
    rng = np.random.default_rng(3)
    lessons = collection(rng, 8)
    wrong = Lesson("wrong.png", lessons[0].hypotheses, transcribe("hgfedcbahgfedc" * 2))
    found = align_all(known(), [*lessons, wrong])
    assert found.left_out == (8,)
    (problem,) = found.unfit([*lessons, wrong])
    assert problem.source == "wrong.png"
    assert "does not fit the image" in problem.reason
    assert len(found.exemplars) == 8 * 12


def test_nothing_is_learnt_where_no_text_fits() -> None:
    rng = np.random.default_rng(4)
    wrong = lesson(list("ab"), "cdefgh" * 4, 0, rng)
    with pytest.raises(TrainingError, match="none of 1 lines"):
        teach(known(), [wrong], name="x")


def test_nothing_is_learnt_where_no_line_bears_out_another() -> None:
    rng = np.random.default_rng(7)
    # Two lines of the same shapes with two texts; neither character is rare.
    lessons = [lesson(["a"] * 6, text, 1, rng) for text in ("bbbbbb", "cccccc")]
    with pytest.raises(TrainingError, match="no line bears out"):
        teach(known(), lessons, name="x", options=TeachOptions(rounds=1, most_cost_at_first=9.0))


def test_an_index_of_collections_only_can_be_taught_and_read() -> None:
    rng = np.random.default_rng(8)
    texts = ["".join(rng.permutation(list(LETTERS))) for _ in range(4)]
    lessons = [lesson(list(text), text, 1, rng) for text in texts]
    taught = teach(GlyphIndex.create(DIM), lessons, name="x", memory=memory(rng))
    assert read(taught.index, lessons) == texts


def test_a_collection_of_the_same_name_is_learnt_anew() -> None:
    rng = np.random.default_rng(5)
    lessons = collection(rng, 8)
    first = teach(known(), lessons[:2], name="x")
    again = teach(first.index, lessons, name="x")
    assert [each.name for each in again.index.collections] == ["x"]
    assert again.collection.lines == 8
    assert again.index.counts("x").total() == again.rows == len(again.index) - len(known())
    assert again.index.without_collection("x").labels == known().labels


def test_lines_are_aligned_by_the_collection_that_they_are_of() -> None:
    rng = np.random.default_rng(7)
    lessons = collection(rng, 8)
    plain = align_all(known(), lessons[6:], TeachOptions(rounds=1))
    taught = teach(known(), lessons[:6], name="other").index
    again = align_all(taught, lessons[6:], TeachOptions(rounds=1))
    for one, other in zip(plain.alignments, again.alignments, strict=True):
        assert other.cost < 0.5 * one.cost


def test_how_sure_glyphs_are_is_told_where_it_is_asked_for() -> None:
    lessons = collection(np.random.default_rng(8), 3)
    sure = align_all(known(), lessons).alignments
    quick = align_all(known(), lessons, certain=False).alignments
    for one, other in zip(sure, quick, strict=True):
        assert one.cost == other.cost
        assert all(0 <= glyph.confidence <= 1 for glyph in one.glyphs)
        assert all(np.isnan(glyph.confidence) for glyph in other.glyphs)
        assert [glyph.label for glyph in one.glyphs] == [glyph.label for glyph in other.glyphs]


def test_rows_are_bounded() -> None:
    rng = np.random.default_rng(6)
    taught = teach(known(), collection(rng, 30), name="x", options=TeachOptions(rows_per_label=4))
    assert max(taught.index.counts("x").values()) <= 4


def test_documents_are_kept_aside_whole() -> None:
    parts = divide(["a", "a", "b", "c", "c", "c", "d", "e"], folds=3)
    assert sorted(number for part in parts for number in part) == list(range(8))
    documents = ["a", "a", "b", "c", "c", "c", "d", "e"]
    for part in parts:
        inside = {documents[number] for number in part}
        assert all(number in part for number, name in enumerate(documents) if name in inside)
    assert [len(part) for part in divide(["a"] * 6, folds=3)] == [2, 2, 2]


def test_a_collection_that_is_learnt_again_is_forgotten_first() -> None:
    index = teach(known(), collection(np.random.default_rng(0)), name="tale").index
    assert len(forgetting(index, "tale")) == len(known())
    assert forgetting(index, "another").collections == index.collections
    rows = np.stack([shape("a", 1)])
    only = GlyphIndex.create(DIM).with_collection(index.collections[0], rows, ["a"])
    assert forgetting(only, "tale") is only
