"""Small runs to export: lines drawn with Pillow, both modules trained for a few seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.bundle import CropShape, LineShape
from effocr.charset import Charset
from effocr.data.labelled import LabelledLine
from effocr.localizer.config import LocalizerConfig, LocalizerTraining
from effocr.localizer.train import train_localizer
from effocr.recognizer.config import EncoderConfig, Jitter, RecognizerTraining
from effocr.recognizer.sources import FrameSource, label_frames
from effocr.recognizer.train import train_recognizer
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.training.config import LoopConfig

WORDS = ("bad cab", "a fab cage", "face bag", "decade", "gab ace fed", "cafe dab beg", "facade")
X_HEIGHT, BASELINE, MARGIN = 16, 40, 12


@dataclass(frozen=True)
class Runs:
    """Two runs and what they learnt from."""

    localizer: Path
    recognizer: Path
    lines: tuple[PreparedLine, ...]
    source: FrameSource


def draw_line(text: str, *, thickness: int = 0) -> LabelledLine:
    """A line in Pillow's own font, one box a glyph."""
    font = ImageFont.load_default(30)
    image = Image.new("L", (24 * len(text) + 2 * MARGIN, 60), 255)
    boxes, words, first = [], [], 0
    x = MARGIN
    for letter in text:
        if letter == " ":
            words.append((first, len(boxes)))
            first = len(boxes)
            x += 14
            continue
        alone = Image.new("L", image.size, 255)
        place = {"anchor": "ls", "font": font, "stroke_width": thickness}
        ImageDraw.Draw(alone).text((x, BASELINE), letter, fill=0, **place)
        rows, columns = np.nonzero(np.asarray(alone) < 128)
        boxes.append([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        ImageDraw.Draw(image).text((x, BASELINE), letter, fill=0, **place)
        x = int(boxes[-1][2]) + 3
    words.append((first, len(boxes)))
    return LabelledLine(
        grey=np.asarray(image)[:, : x + MARGIN].copy(),
        text=text,
        glyphs=tuple(text.replace(" ", "")),
        boxes=np.array(boxes, np.float32),
        words=tuple(words),
        baseline=(float(BASELINE), 0.0),
        x_height=float(X_HEIGHT),
        source="drawn",
    )


@pytest.fixture(scope="session")
def drawn_lines() -> Callable[[int], tuple[PreparedLine, ...]]:
    """`drawn_lines(thickness)` draws a few lines."""

    def draw(thickness: int) -> tuple[PreparedLine, ...]:
        drawn = [prepare_line(draw_line(text, thickness=thickness), LineShape()) for text in WORDS]
        return tuple(line for line in drawn if line is not None)

    return draw


@pytest.fixture(scope="session")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
    drawn_lines: Callable[[int], tuple[PreparedLine, ...]],
) -> Runs:
    """A run of each module."""
    folder = tmp_path_factory.mktemp("runs")
    lines = drawn_lines(0) + drawn_lines(1)
    shape, crop = LineShape(), CropShape()
    frames = list(label_frames(lines, shape, np.random.default_rng(0)))
    learnt = FrameSource(frames, line=shape, crop=crop, jitter=Jitter())
    loop = {"device": "cpu", "save_every": 1000, "validate_every": 1000, "log_every": 1000}
    train_recognizer(
        learnt,
        None,
        RecognizerTraining(
            batch_size=28,
            model=EncoderConfig(embedding_size=16),
            loop=LoopConfig.model_validate({**loop, "max_steps": 30}),
        ),
        run=folder / "recognizer",
    )
    train_localizer(
        lines,
        (),
        Charset(tuple("abcdefg")),
        LocalizerTraining(
            model=LocalizerConfig(
                stem_channels=8, middle_channels=16, deep_channels=16, column_channels=24
            ),
            loop=LoopConfig.model_validate({**loop, "max_steps": 120, "learning_rate": 5e-3}),
            batch_columns=1024,
            widths=(256,),
        ),
        run=folder / "localizer",
    )
    plain = FrameSource(frames, line=shape, crop=crop, jitter=None)
    return Runs(folder / "localizer", folder / "recognizer", lines, plain)
