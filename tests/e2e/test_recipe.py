"""From fonts to text: both modules are trained on a dozen characters and read lines unseen."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.bundle import (
    LOCALIZER_WEIGHTS,
    MEMORY,
    RECOGNIZER_WEIGHTS,
    WindowShape,
    load_bundle,
)
from effocr.charset import Charset, write_charset
from effocr.learn.from_fonts import train_from_fonts
from effocr.learn.recipe import FontSet, Recipe
from effocr.localizer.config import LocalizerTraining
from effocr.metrics.text import Score, score_line
from effocr.pipeline.reader import Reader
from effocr.pipeline.torch_engines import TorchEncoder, TorchLocalizer
from effocr.recognizer.config import EncoderConfig, RecognizerTraining
from effocr.recognizer.memory import Memory
from effocr.synth.fonts import load_fonts
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.text import TextMix
from effocr.training.config import LoopConfig

ROOT = Path(__file__).parents[2]
LETTERS = Charset(tuple("aehimnorstu."))


def small_recipe(folder: Path, *, shared: bool) -> Recipe:
    write_charset(LETTERS, folder / "letters.txt")
    loop = {"bf16": False, "device": "cpu", "ema_decay": 0.98, "warmup": 0.1, "log_every": 20}
    text = TextMix(words=1, random=1, word_lists=(), prose=0)
    return Recipe(
        name="small",
        charset=folder / "letters.txt",
        lines=500,
        validation_lines=24,
        synthesis=LineOptions(
            length=(4, 16), text=text, ligatures=0, small_caps=0, italic_words=0, strong_skew=0
        ),
        localizer=LocalizerTraining(
            loop=LoopConfig(max_steps=160, best="f_score", validate_every=160, **loop),
            widths=(256,),
            batch_columns=2048,
        ),
        recognizer=RecognizerTraining(
            model=EncoderConfig(window=WindowShape(channels=192) if shared else None),
            loop=LoopConfig(max_steps=120, validate_every=120, **loop),
            batch_size=96,
        ),
        int8=shared,
        rows_per_label=6,
    )


@pytest.mark.slow
@pytest.mark.parametrize("shared", [False, True], ids=["crops", "features in int8"])
def test_two_modules_trained_on_a_dozen_characters_read_unseen_lines(
    tmp_path: Path, shared: bool
) -> None:
    recipe = small_recipe(tmp_path, shared=shared)
    fonts = load_fonts(
        [
            ROOT / "english_font_files" / f"{name}.ttf"
            for name in ("Vollkorn-Regular", "Besley-Regular")
        ],
        charset=LETTERS,
    ).fonts
    model = tmp_path / "model"
    assembled = train_from_fonts(
        recipe, FontSet(fonts, fonts), work=tmp_path / "runs", out=model, processes=1
    )
    assert assembled.parity.as_text()
    manifest = load_bundle(model).manifest
    assert set(manifest.charset) == set(LETTERS)
    assert (manifest.window is not None) == shared
    assert set(Memory.load(model / MEMORY).labels) <= {*LETTERS, ""}
    assert TorchLocalizer(model / LOCALIZER_WEIGHTS).config.model == recipe.localizer.model
    assert TorchEncoder(model / RECOGNIZER_WEIGHTS).config == recipe.recognizer.model
    assert {font.name for font in manifest.fonts} == {font.family for font in fonts}
    maker, rng = LineMaker(fonts, LETTERS, recipe.synthesis), np.random.default_rng(99)
    lines = [maker.line(rng) for _ in range(20)]
    for number, line in enumerate(lines):
        cv2.imwrite(str(tmp_path / f"{number}.png"), line.grey)
    reader = Reader(model, threads=1)
    read = [reader.read(tmp_path / f"{number}.png").text for number in range(len(lines))]
    pairs = zip(lines, read, strict=True)
    score = sum((score_line(line.text, text) for line, text in pairs), start=Score())
    assert score.cer < 0.25, read
