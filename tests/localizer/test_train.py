"""Batches of the localizer, and what a run leaves behind."""

from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.bundle import LineShape
from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.errors import TrainingError
from effocr.localizer import arrays
from effocr.localizer.config import LocalizerConfig, LocalizerTraining
from effocr.localizer.train import (
    LineBatches,
    Validation,
    draw_training_frame,
    frame_truth,
    train_localizer,
)
from effocr.pipeline.torch_engines import TorchLocalizer
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.training.checkpoints import load_checkpoint, save_checkpoint
from effocr.training.config import LoopConfig, load_config

SHAPE = LineShape()
SMALL = LocalizerConfig(stem_channels=4, middle_channels=8, deep_channels=8, column_channels=8)


def block_line(text: str) -> PreparedLine:
    """A line of solid blocks, all of x-height: 26 pixels wide, 20 high, every 36 pixels."""
    letters = text.replace(" ", "")
    grey = np.full((80, 40 + 36 * len(text)), 255, np.uint8)
    boxes, words, first = [], [], 0
    for place, letter in enumerate(text):
        if letter == " ":
            words.append((first, len(boxes)))
            first = len(boxes)
            continue
        left = 20 + 36 * place
        grey[30:56, left : left + 26] = 0
        boxes.append([left, 30, left + 26, 56])
    words.append((first, len(boxes)))
    line = LabelledLine(
        grey=grey,
        text=text,
        glyphs=tuple(letters),
        boxes=np.array(boxes, np.float32),
        words=tuple(words),
        baseline=(56.0, 0.0),
        x_height=26.0,
        source="drawn",
    )
    prepared = prepare_line(line, SHAPE)
    assert prepared is not None
    return prepared


def config(**loop: object) -> LocalizerTraining:
    values = {
        "max_steps": 4, "device": "cpu", "best": "f_score", "validate_every": 2, "save_every": 2,
        "warmup": 0.1, **loop,
    }  # fmt: skip
    return LocalizerTraining(
        model=SMALL,
        loop=LoopConfig.model_validate(values),
        batch_columns=1024,
        widths=(128, 256),
    )


LINES = (block_line("nun un"), block_line("no"), block_line("nunnu unon noun"))
LETTERS = Charset(tuple("nou"))


def test_a_batch_has_one_width_and_belongs_to_its_step() -> None:
    batches = LineBatches(LINES, LETTERS, config())
    again = LineBatches(LINES, LETTERS, config())
    widths = set()
    for step in range(12):
        batch, other = batches[step], again[step]
        count, height, width = batch["lines"].shape
        widths.add(width)
        assert (height, count * width) == (SHAPE.height, 1024)
        assert batch["centre"].shape == (count, width // arrays.STRIDE)
        for name, values in batch.items():  # gaps that do not matter are nan
            assert torch.equal(values.nan_to_num(-1), other[name].nan_to_num(-1))
    assert widths == {128, 256}
    assert not torch.equal(batches[0]["lines"], batches[len(batches)]["lines"])


def test_boxes_of_a_batch_lie_on_the_ink_of_its_lines() -> None:
    batch = LineBatches(LINES, LETTERS, config())[3]
    at = batch["column"].numpy() * arrays.STRIDE + 1
    for row, x, lengths in zip(
        batch["line"].tolist(), at.tolist(), batch["lengths"].tolist(), strict=True
    ):
        left, right, top, bottom, *_ = lengths
        middle = np.clip([x + (right - left) / 2, (top + bottom) / 2], 0, None).astype(int)
        assert batch["lines"][row][min(middle[1], 39), middle[0]] < 128


def test_a_long_line_is_cut_and_its_words_are_counted_anew() -> None:
    rng = np.random.default_rng(0)
    numbers = {glyph: number for number, glyph in enumerate(LETTERS)}
    cut = 0
    for _ in range(30):
        framed = draw_training_frame(LINES[2], 128, SHAPE, rng)
        truth = frame_truth(framed, LINES[2], numbers)
        assert framed.pixels.shape == (SHAPE.height, 128)
        middles = (truth.boxes[:, 0] + truth.boxes[:, 2]) / 2
        assert ((middles >= 0) & (middles < 128)).all()
        covered = [place for first, last in truth.words for place in range(first, last)]
        assert covered == list(range(len(truth.boxes)))
        cut += len(truth.boxes) < len(LINES[2].truth.glyphs)
    assert cut == 30


def test_no_lines_are_an_error() -> None:
    with pytest.raises(TrainingError, match="no lines"):
        LineBatches((), LETTERS, config())


def test_validation_of_the_truth_itself_is_perfect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maps are replaced by those of the targets: nothing may be lost on the way."""
    from effocr.localizer.targets import LENGTHS, build_targets

    short = LINES[:2]  # the long one does not fit its frame, so its edges are cut
    validation = Validation(short, config())
    framed = {id(each.pixels): frame_truth(each, line, {}) for each, line in
              zip(validation.framed, short, strict=True)}  # fmt: skip

    def perfect(_: object, pixels: np.ndarray) -> np.ndarray:
        columns = pixels.shape[1] // arrays.STRIDE
        targets = build_targets([framed[id(pixels)]], columns)
        maps = np.zeros((arrays.CHANNELS, columns), np.float32)
        maps[arrays.CENTRE], maps[arrays.GAP] = targets.centre[0], np.nan_to_num(targets.gap[0])
        for place, channel in enumerate(LENGTHS):
            maps[channel, targets.column] = targets.lengths[:, place]
        return maps

    monkeypatch.setattr("effocr.localizer.train._maps", perfect)
    monkeypatch.setattr("effocr.localizer.train.DeployedLocalizer", lambda model: model)
    figures = validation(torch.nn.Identity())
    assert figures == {"precision": 1.0, "recall": 1.0, "f_score": 1.0, "gaps_right": 1.0}


def test_a_run_keeps_its_settings_and_goes_on_from_them(tmp_path: Path) -> None:
    outcome = train_localizer(LINES, LINES[:1], LETTERS, config(), run=tmp_path / "run")
    assert outcome.step == 4
    assert load_config(LocalizerTraining, tmp_path / "run" / "config.yaml") == config()
    longer = config(max_steps=6)
    run = tmp_path / "run"
    assert train_localizer(LINES, (), LETTERS, longer, run=run, resume=run).step == 6
    found = TorchLocalizer(run).maps(np.full((2, 40, 64), 255, np.uint8))
    assert found.shape == (2, arrays.CHANNELS + SMALL.column_channels, 32)


def test_a_run_starts_from_weights_even_with_other_characters(tmp_path: Path) -> None:
    train_localizer(LINES, (), LETTERS, config(), run=tmp_path / "one")
    still = config(max_steps=1, learning_rate=1e-12, warmup=0.0, schedule="constant")
    more = Charset(tuple("nouxyz"))
    start = tmp_path / "one"
    train_localizer(LINES, (), more, still, run=tmp_path / "two", init_from=start)
    one, two = (load_checkpoint(tmp_path / run / "best.pt")["model"] for run in ("one", "two"))
    assert torch.allclose(one["maps.weight"], two["maps.weight"], atol=1e-6)
    assert two["characters.weight"].shape[0] == 6


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    train_localizer(LINES, (), LETTERS, config(), run=tmp_path / "one")
    wide = config().model_copy(update={"model": LocalizerConfig()})
    with pytest.raises(TrainingError, match="another model"):
        train_localizer(LINES, (), LETTERS, wide, run=tmp_path / "two", init_from=tmp_path / "one")


def test_the_callers_random_numbers_are_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(2)
    expected = torch.rand(2)
    torch.manual_seed(2)
    train_localizer(LINES, (), LETTERS, config(max_steps=2), run=tmp_path)
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "recognizer"}, "not of a localizer"),
        ({"kind": "localizer"}, "another version"),
        ({"kind": "localizer", "config": {"surprise": 1}}, "another version"),
        ({}, "not of a localizer"),
    ],
)
def test_checkpoints_of_something_else_are_refused(
    tmp_path: Path, settings: dict[str, object], message: str
) -> None:
    save_checkpoint({"settings": settings}, tmp_path / "best.pt")
    with pytest.raises(TrainingError, match=message):
        TorchLocalizer(tmp_path)
