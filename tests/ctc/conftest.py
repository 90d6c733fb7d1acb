"""A few lines that a small network can learn by heart in seconds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.ctc.alphabet import alphabet_of
from effocr.ctc.config import CrnnConfig, CtcTraining, LineJitter
from effocr.ctc.lines import PlainLine, spell_lines
from effocr.ctc.train import CtcData, train_ctc
from effocr.export.ctc import export_ctc
from effocr.training.config import LoopConfig

Grey = np.ndarray
TEXTS = ("ab ba", "bca", "cab ac", "aab", "c cab", "bb acb")


def draw_text(text: str) -> Grey:
    """A line of Pillow's own font: [48, width] uint8, wide enough to be padded to 256 pixels.

    A network that knows these lines by heart knows their padding, too; the reader pads lines to
    multiples of 128.
    """
    font = ImageFont.load_default(32)
    image = Image.new("L", (max(104, round(font.getlength(text)) + 24), 48), 255)
    ImageDraw.Draw(image).text((12, 38), text, fill=0, font=font, anchor="ls")
    return np.asarray(image)


@pytest.fixture(scope="session")
def small_training() -> Callable[..., CtcTraining]:
    """Settings of a run that takes seconds; keywords go to the loop."""

    def settings(**loop: object) -> CtcTraining:
        values = {
            "max_steps": 4, "device": "cpu", "best": "cer", "best_is": "lowest", "warmup": 0.1,
            "validate_every": 2, "save_every": 2, "log_every": 2, "learning_rate": 3e-3,
            "clip_norm": 4.0, **loop,
        }  # fmt: skip
        return CtcTraining(
            model=CrnnConfig(hidden=32, layers=1),
            loop=LoopConfig.model_validate(values),
            batch_size=6,
            widths=(128, 192, 256),
            jitter=LineJitter(share=0.0),
        )

    return settings


@pytest.fixture(scope="session")
def small_data(small_training: Callable[..., CtcTraining]) -> CtcData:
    lines = [PlainLine.of(draw_text(text), text, text) for text in TEXTS]
    alphabet = alphabet_of(TEXTS)
    fit, skipped = spell_lines(lines, alphabet, small_training())
    assert not skipped
    return CtcData(fit, fit, alphabet)


@pytest.fixture(scope="session")
def rough(
    small_data: CtcData,
    small_training: Callable[..., CtcTraining],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """An exported reader after two steps."""
    folder = tmp_path_factory.mktemp("rough")
    train_ctc(small_data, small_training(max_steps=2), run=folder / "run")
    export_ctc(folder / "run", folder / "reader")
    return folder / "reader"


@pytest.fixture
def line_folder(tmp_path: Path) -> Path:
    """Line pairs of these texts."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        Image.fromarray(draw_text(text)).save(folder / f"{number}.png")
        (folder / f"{number}.gt.txt").write_text(text + "\n", encoding="utf-8")
    return folder
