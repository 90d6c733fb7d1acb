"""From a few lines to a network that knows them, to a folder, to text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from effocr.ctc.config import CrnnConfig, CtcTraining
from effocr.ctc.lexicon import WordList, WordRules
from effocr.ctc.train import CtcData, train_ctc
from effocr.export.ctc import export_ctc
from effocr.pipeline.ctc_engine import CtcDecoding, CtcReader

pytestmark = pytest.mark.slow

Settings = Callable[..., CtcTraining]


@pytest.fixture(scope="module")
def exported(
    small_data: CtcData, small_training: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A reader that has learnt the lines by heart."""
    folder = tmp_path_factory.mktemp("ctc")
    config = small_training(max_steps=150, validate_every=50, log_every=50).model_copy(
        update={"model": CrnnConfig(hidden=64, layers=1), "widths": (256,)}
    )
    train_ctc(small_data, config, run=folder / "run")
    manifest, parity = export_ctc(folder / "run", folder / "reader")
    assert manifest.metrics["cer"] <= 0.04
    assert parity.changed == 0
    assert parity.columns > 500
    return folder / "reader"


def test_lines_are_read_back_by_onnx(exported: Path, small_data: CtcData) -> None:
    reader = CtcReader(exported)
    lines = [line.line for line in small_data.lines]
    texts = reader.read([line.grey for line in lines])
    right = sum(text.text == line.text for text, line in zip(texts, lines, strict=True))
    assert right >= 5
    assert {path.name for path in exported.iterdir()} == {"ctc.onnx", "ctc.json"}


def test_characters_have_confidence_and_places(exported: Path, small_data: CtcData) -> None:
    reader = CtcReader(exported)
    line = small_data.lines[0].line
    (small,) = reader.read([line.grey])
    assert small.text == line.text == "ab ba"
    places = [character.x for character in small.characters]
    assert places == sorted(places)
    assert all(0 <= left < right <= line.width + 4 for left, right in places)
    assert min(character.confidence for character in small.characters) == small.confidence > 0.3
    (large,) = reader.read([np.kron(line.grey, np.ones((2, 2), np.uint8))])
    doubled = [2 * left for left, _ in places]
    assert [each.x[0] for each in large.characters] == pytest.approx(doubled, abs=24)


def test_a_beam_reads_at_least_what_greedy_does(exported: Path, small_data: CtcData) -> None:
    reader = CtcReader(exported, decoding=CtcDecoding(beam=8))
    texts = [text.text for text in reader.read([line.line.grey for line in small_data.lines])]
    right = sum(text == line.line.text for text, line in zip(texts, small_data.lines, strict=True))
    assert right >= 5


def test_a_list_of_words_changes_words_and_their_characters(
    exported: Path, small_data: CtcData
) -> None:
    words = WordList(frozenset({"abc", "bac"}))
    strict = CtcDecoding(words=words, rules=WordRules(most_loss=0.0))
    closed = CtcDecoding(words=words, rules=WordRules(closed=True))
    line = small_data.lines[0].line
    (kept,) = CtcReader(exported, decoding=strict).read([line.grey])
    (changed,) = CtcReader(exported, decoding=closed).read([line.grey])
    assert kept.text == "ab ba"
    assert set(changed.text.split()) <= {"abc", "bac"}
    assert "".join(character.text for character in changed.characters) == changed.text
