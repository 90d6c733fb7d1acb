"""Vertical Japanese: both modules are trained on some tens of characters and read columns unseen.

The fonts are those of Debian's packages fonts-ipafont-mincho, fonts-ipafont-gothic and
fonts-noto-cjk. They are not part of this repository; without them the tests here are skipped.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from effocr.bundle import LineShape, load_bundle
from effocr.charset import Charset, write_charset
from effocr.document import Line
from effocr.geometry import iou_matrix
from effocr.learn.from_fonts import train_from_fonts
from effocr.learn.recipe import FontSet, Recipe
from effocr.localizer.config import LocalizerConfig, LocalizerTraining
from effocr.metrics.text import Score, score_line
from effocr.pipeline.reader import Reader
from effocr.recognizer.config import EncoderConfig, RecognizerTraining
from effocr.synth.fonts import FontFile, load_fonts
from effocr.synth.lines import LineMaker, LineOptions
from effocr.synth.text import TextMix
from effocr.training.config import LoopConfig

Grey = npt.NDArray[np.uint8]

CHARACTERS = Charset(tuple("あいうきくけこしっのゅり、。ー「」日本国大中三川東語"))
FONTS = (
    "ipafont-mincho/ipam.ttf",
    "fonts-ipafont-mincho/ipam.ttf",
    "ipafont-gothic/ipag.ttf",
    "fonts-ipafont-gothic/ipag.ttf",
)
GOOD_CER = 0.15


def japanese_fonts() -> tuple[FontFile, ...]:
    roots = [Path("/usr/share/fonts/opentype"), Path("/usr/share/fonts/truetype")]
    files = [root / name for root in roots for name in FONTS if (root / name).is_file()]
    if not files:
        pytest.skip("no Japanese font: apt-get install fonts-ipafont-mincho fonts-ipafont-gothic")
    return load_fonts(files, charset=CHARACTERS).fonts


def small_recipe(folder: Path) -> Recipe:
    write_charset(CHARACTERS, folder / "characters.txt")
    loop = {"bf16": False, "device": "cpu", "ema_decay": 0.98, "warmup": 0.1, "log_every": 20}
    shape = LineShape(direction="ttb")
    return Recipe(
        name="columns",
        languages=("ja",),
        charset=folder / "characters.txt",
        lines=400,
        validation_lines=24,
        synthesis=LineOptions(
            direction="ttb",
            spaces=False,
            length=(4, 12),
            text=TextMix(words=0, random=1, word_lists=(), prose=0),
            strong_skew=0,
        ),
        localizer=LocalizerTraining(
            model=LocalizerConfig(line=shape),
            loop=LoopConfig(max_steps=160, best="f_score", validate_every=160, **loop),
            widths=(320,),
            batch_columns=2560,
        ),
        recognizer=RecognizerTraining(
            model=EncoderConfig(line=shape),
            loop=LoopConfig(max_steps=140, validate_every=140, **loop),
            batch_size=104,
        ),
        rows_per_label=8,
    )


def side_by_side(columns: list[Grey]) -> tuple[Grey, list[tuple[int, int]]]:
    """A page of columns, the first at the right, and the left upper corner of each."""
    height = max(column.shape[0] for column in columns) + 20
    page = np.full((height, 20 + sum(column.shape[1] + 30 for column in columns)), 255, np.uint8)
    corners, x = [], page.shape[1]
    for column in columns:
        x -= column.shape[1] + 25
        page[10 : 10 + column.shape[0], x : x + column.shape[1]] = column
        corners.append((x, 10))
    return page, corners


def boxes_of(read: Line) -> npt.NDArray[np.float64]:
    return np.array([glyph.box for glyph in read.glyphs]).reshape(-1, 4)


@pytest.mark.slow
def test_defect_40_columns_are_learnt_from_fonts_and_read_from_right_to_left(
    tmp_path: Path,
) -> None:
    fonts, recipe = japanese_fonts(), small_recipe(tmp_path)
    model = tmp_path / "model"
    train_from_fonts(recipe, FontSet(fonts, fonts), work=tmp_path / "runs", out=model, processes=1)
    manifest = load_bundle(model).manifest
    assert (manifest.direction, manifest.line.direction) == ("ttb", "ttb")
    clean = recipe.synthesis.model_copy(update={"neighbours": 0.0, "length": (6, 12)})
    maker, rng = LineMaker(fonts, CHARACTERS, clean), np.random.default_rng(99)
    lines = [maker.line(rng) for _ in range(40)]
    reader = Reader(model, threads=1)
    score, overlaps = Score(), []
    for number, line in enumerate(lines):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), line.grey)
        document = reader.read(path)
        score += score_line(line.text, document.text)
        for read in document.lines:
            boxes = boxes_of(read)
            assert (np.diff(boxes[:, 1] + boxes[:, 3]) > 0).all()  # from the top
            assert " " not in read.text
        boxes = np.concatenate([boxes_of(read) for read in document.lines])
        overlaps += iou_matrix(line.boxes, boxes).max(axis=1, initial=0).tolist()
    assert score.cer < GOOD_CER
    assert np.mean(np.array(overlaps) > 0.5) > 0.8

    columns = [line for line in lines if np.median(line.grey) > 240][:3]
    page, corners = side_by_side([line.grey for line in columns])
    document = reader.read(page)
    assert len(document.lines) == len(columns)
    pairs = zip(columns, document.lines, strict=True)
    parts = [score_line(line.text, read.text) for line, read in pairs]
    assert sum(parts, start=Score()).cer < 2 * GOOD_CER
    for line, read, (x, y) in zip(columns, document.lines, corners, strict=True):
        on_page = line.boxes + np.array([x, y, x, y])
        found = iou_matrix(on_page, boxes_of(read)).max(axis=1, initial=0)
        assert np.mean(found > 0.3) > 0.6
