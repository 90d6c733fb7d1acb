"""A second reader's text beside what was read."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from effocr import Reader
from effocr.document import Glyph, Line, Word
from effocr.errors import UsageError
from effocr.formats.jsonl import document_to_jsonl, read_jsonl
from effocr.pipeline.second_opinion import compare_words, with_second_opinion


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a b c", "a b c", [None, None, None]),
        ("a b c", "a x c", [None, "x", None]),
        ("don’t „so“", 'don\'t "so"', [None, None]),  # compared as plain ones
        ("a bc d", "a b c d", [None, "b c", None]),
        ("a b c d", "a bc d", [None, "bc", "bc", None]),
        ("a b", "a", [None, ""]),
        ("a b", "a b x", [None, "b x"]),
        ("a b", "x a b", ["x a", None]),
        ("a b", "a x b", ["a x", None]),
        ("a b", "", ["", ""]),
        ("cat", "hat", ["hat"]),
    ],
)
def test_words_are_aligned(first: str, second: str, expected: list[str | None]) -> None:
    assert compare_words(first.split(), second.split()) == expected


def line_of(*words: str, confidence: float = 0.8) -> Line:
    box = (0.0, 0.0, 9.0, 9.0)
    glyphs = tuple(Glyph(c, box, confidence, ((c, 0.9),)) for word in words for c in word)
    places, first = [], 0
    for word in words:
        places.append(Word(word, box, (first, first + len(word))))
        first += len(word)
    return Line(" ".join(words), box, (), confidence, tuple(places), glyphs)


def test_agreement_makes_surer_and_disagreement_is_marked() -> None:
    line = with_second_opinion(line_of("in", "no"), "in so", agreed_odds=4.0)
    assert line.text == "in no"  # the second reader changes no text
    assert [word.second for word in line.words] == [None, "so"]
    sure = [glyph.confidence for glyph in line.glyphs]
    assert sure == pytest.approx([16 / 17, 16 / 17, 0.8, 0.8], abs=1e-4)  # odds of 4 become 16
    assert line.confidence == pytest.approx(sum(sure) / 4, abs=1e-4)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_what_is_certain_stays_so(confidence: float) -> None:
    line = with_second_opinion(line_of("in", confidence=confidence), "in")
    assert [glyph.confidence for glyph in line.glyphs] == [confidence] * 2


def test_a_line_without_words_stays_as_it_is() -> None:
    line = line_of()
    assert with_second_opinion(line, "x") is line


class Stubborn:
    """Reads the same in every line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = 0

    def texts(self, lines: Sequence[np.ndarray]) -> list[str]:
        self.asked += len(lines)
        return [self.text] * len(lines)


def test_the_reader_asks_for_every_line_with_print(
    tiny_model: Path, draw_line: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    second = Stubborn("In nun")
    reader = Reader(tiny_model, threads=1, second=second)
    plain = Reader(tiny_model, threads=1)
    blank = np.full((40, 200), 255, np.uint8)
    read = reader.read(draw_line("In uIn"))
    (line,) = read.lines
    assert [(word.text, word.second) for word in line.words] == [("In", None), ("uIn", "nun")]
    (alone,) = plain.read(draw_line("In uIn")).lines
    assert line.glyphs[0].confidence > alone.glyphs[0].confidence
    assert line.glyphs[2].confidence == alone.glyphs[2].confidence
    assert reader.read(blank).text == ""
    assert second.asked == 1
    file = tmp_path / "read.jsonl"
    file.write_text(document_to_jsonl(read), encoding="utf-8")
    assert read_jsonl(file)[0].lines[0].words == line.words
    assert '"second"' not in document_to_jsonl(plain.read(draw_line("In uIn")))


def test_columns_have_no_second_reader(tiny_model: Path) -> None:
    from dataclasses import replace

    from effocr.pipeline.onnx_engines import load_engines

    engines = load_engines(tiny_model)
    columns = replace(engines, manifest=engines.manifest.model_copy(update={"direction": "ttb"}))
    with pytest.raises(UsageError, match="left to right"):
        Reader(columns, second=Stubborn(""))
