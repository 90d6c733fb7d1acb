"""A model made by hand, for tests that read lines without a trained one.

Its script is made of solid blocks, 12 frame pixels wide: `I` fills the line from the top of the
ascenders down, `n` the lower half, `u` the upper half. Its localizer is a matched filter for blocks
of that width and its encoder a coarse view of the crop, so it truly reads such lines.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from effocr.bundle import EMBEDDED, Manifest, load_bundle, write_bundle

Grey = npt.NDArray[np.uint8]

BLOCK_PX, LETTER_GAP_PX, WORD_GAP_PX, BAND_PX = 12, 8, 48, 26
ROWS = {"I": (0, 26), "n": (13, 26), "u": (0, 13)}  # of the band
HEIGHT, BASELINE, X_HEIGHT = 40, 28, 13
BAND_TOP = 8  # of the frame: the band's middle lies half an x-height above the baseline
CELL = 4  # the encoder sees cells of 4 x 4 pixels


def block_line(text: str, *, scale: int = 1, margin: int = 6) -> Grey:
    """Draw a line of blocks, black on white.

    Args:
        text: of the characters I, n, u and spaces.
        scale: pixels per frame pixel.
        margin: around the line, in frame pixels.

    Returns:
        [height, width] uint8.
    """
    strips = [np.full((BAND_PX, margin), 255, np.uint8)]
    for letter in text:
        width = WORD_GAP_PX - LETTER_GAP_PX if letter == " " else BLOCK_PX + LETTER_GAP_PX
        strip = np.full((BAND_PX, width), 255, np.uint8)
        if letter != " ":
            first, last = ROWS[letter]
            strip[first:last, :BLOCK_PX] = 0
        strips.append(strip)
    line = np.pad(np.hstack(strips), margin, constant_values=255)
    return np.kron(line, np.ones((scale, scale), np.uint8))


@pytest.fixture
def draw_line() -> Callable[..., Grey]:
    """The function that draws a line which `tiny_model` can read."""
    return block_line


@pytest.fixture
def save_block_lines() -> Callable[..., Path]:
    """Writes FOLDER/NAME.json and FOLDER/images/: block lines with boxes of glyphs and words."""

    def save(
        folder: Path,
        name: str,
        texts: Sequence[str],
        *,
        categories: object = ({"id": 0, "name": "char"}, {"id": 1, "name": "word"}),
        ids: tuple[int, int] = (0, 1),
        prefix: str = "",
    ) -> Path:
        images, annotations = [], []
        (folder / "images").mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(texts, 1):
            grey = block_line(text)
            file = f"{name}_{number}.png"
            Image.fromarray(grey).save(folder / "images" / file)
            size = {"width": grey.shape[1], "height": grey.shape[0]}
            images.append({"id": number, "file_name": prefix + file, "text": text, **size})
            for kind, box in _block_boxes(text):
                entry = {"image_id": number, "category_id": ids[kind], "bbox": box}
                annotations.append({"id": len(annotations) + 1, **entry})
        content = {"images": images, "annotations": annotations, "categories": list(categories)}
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return save


def _block_boxes(text: str, margin: int = 6) -> Iterator[tuple[int, list[int]]]:
    """0 and the box of each glyph, 1 and that of each word of `block_line`, x y width height."""
    left = 2 * margin  # the picture's own margin and the one around it
    for word in text.split(" "):
        start = left
        for letter in word:
            first, last = ROWS[letter]
            yield 0, [left, margin + first, BLOCK_PX, last - first]
            left += BLOCK_PX + LETTER_GAP_PX
        yield 1, [start, margin, left - LETTER_GAP_PX - start, BAND_PX]
        left += WORD_GAP_PX - LETTER_GAP_PX


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a model that reads lines of blocks."""
    from effocr.recognizer.index import GlyphIndex

    parts = tmp_path_factory.mktemp("parts")
    _save_localizer(parts / "localizer.onnx")
    _save_encoder(parts / "recognizer.onnx")
    crops = np.stack([_crop(letter) for letter in ROWS])
    cells = crops.reshape(len(crops), HEIGHT // CELL, CELL, 32 // CELL, CELL).mean(axis=(2, 4))
    index = GlyphIndex.create(cells[0].size)
    index.add(cells.reshape(len(crops), -1), list(ROWS))
    index.save(parts)
    manifest = Manifest(
        name="blocks",
        version="1",
        charset=tuple(ROWS),
        licence="CC0-1.0",
        embedding_size=index.dim,
        peak_threshold=0.5,
        unknown_similarity=0.5,
    )
    names = ("localizer.onnx", "recognizer.onnx", "index.faiss", "labels.json")
    folder = tmp_path_factory.mktemp("models") / "blocks"
    return write_bundle(folder, manifest, {name: parts / name for name in names}).folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """$EFFOCR_HOME/models, empty."""
    monkeypatch.setenv("EFFOCR_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models"


@pytest.fixture
def good(tiny_model: Path, tmp_path: Path) -> Path:
    """A model that knows I, n and u."""
    return Path(shutil.copytree(tiny_model, tmp_path / "good"))


@pytest.fixture
def poor(good: Path, tmp_path: Path) -> Path:
    """One made of it that has forgotten u."""
    from effocr.export.update import write_with_index
    from effocr.recognizer.index import GlyphIndex

    index = GlyphIndex.load(good)
    index.remove("u")
    return write_with_index(load_bundle(good), index, out=tmp_path / "poor").folder


@pytest.fixture
def gate(tmp_path: Path, draw_line: Callable[..., Grey]) -> Path:
    """Line pairs of I, n and u."""
    folder = tmp_path / "gate"
    folder.mkdir()
    for number, text in enumerate(("Inu nI", "uu nI", "nuIu")):
        Image.fromarray(draw_line(text)).save(folder / f"a_{number}.png")
        (folder / f"a_{number}.gt.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def english_model() -> Path:
    """Folder of the embedded English model."""
    return EMBEDDED / "en"


def _crop(letter: str) -> npt.NDArray[np.float32]:
    """Ink [40, 32] of a block in the middle of its crop, 0 to 1."""
    first, last = ROWS[letter]
    crop = np.zeros((HEIGHT, 32), np.float32)
    crop[BAND_TOP + first : BAND_TOP + last, 10 : 10 + BLOCK_PX] = 1
    return crop


def _save_localizer(path: Path) -> None:
    """Columns of ink -> centre by a matched filter; gap where no ink is near; constant sizes."""
    from onnx import helper

    node = helper.make_node
    weights = np.array([1, 2, 3, 4, 3, 2, 1], np.float32).reshape(1, 1, 1, 7) / 15
    constants = {
        "LEFT": BLOCK_PX / 2,
        "RIGHT": BLOCK_PX / 2,
        "TOP": BAND_TOP,
        "BOTTOM": BAND_TOP + BAND_PX,
        "BASELINE": BASELINE,
        "X_HEIGHT": X_HEIGHT,
    }
    nodes = [
        *_ink_nodes("lines"),
        node("MaxPool", ["ink"], ["columns"], kernel_shape=[HEIGHT, 2], strides=[HEIGHT, 2]),
        node("Conv", ["columns", "filter"], ["CENTRE"], kernel_shape=[1, 7], pads=[0, 3, 0, 3]),
        node("MaxPool", ["columns"], ["near"], kernel_shape=[1, 7], pads=[0, 3, 0, 3]),
        node("Sub", ["one", "near"], ["GAP"]),
        node("Mul", ["columns", "zero"], ["nothing"]),
        *(node("Add", ["nothing", f"{name} value"], [name]) for name in constants),
        node(
            "Concat",
            ["CENTRE", "LEFT", "RIGHT", "TOP", "BOTTOM", "GAP", "BASELINE", "X_HEIGHT"],
            ["all"],
            axis=1,
        ),
        node("Squeeze", ["all", "second"], ["maps"]),
    ]
    values = {f"{name} value": np.float32(value) for name, value in constants.items()}
    _save(path, nodes, ("lines", "maps"), {"filter": weights, "second": np.array([2]), **values})


def _save_encoder(path: Path) -> None:
    """Mean ink of cells, brought to unit length."""
    from onnx import helper

    node = helper.make_node
    nodes = [
        *_ink_nodes("crops"),
        node("AveragePool", ["ink"], ["cells"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        node("Flatten", ["cells"], ["flat"]),
        node("LpNormalization", ["flat"], ["embeddings"], axis=1, p=2),
    ]
    _save(path, nodes, ("crops", "embeddings"), {})


def _ink_nodes(name: str) -> list[object]:
    """Nodes from uint8 [n, height, width] to ink [n, 1, height, width], 0 to 1."""
    from onnx import TensorProto, helper

    return [
        helper.make_node("Cast", [name], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["numbers", "first"], ["grey"]),
        helper.make_node("Div", ["grey", "white"], ["light"]),
        helper.make_node("Sub", ["one", "light"], ["ink"]),
    ]


def _save(
    path: Path, nodes: list[object], names: tuple[str, str], constants: dict[str, npt.ArrayLike]
) -> None:
    """Write a graph from one uint8 input to one float output."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    values = {
        "one": np.float32(1),
        "zero": np.float32(0),
        "white": np.float32(255),
        "first": np.array([1]),
        **constants,
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(names[0], TensorProto.UINT8, ["n", HEIGHT, "w"])],
        [helper.make_tensor_value_info(names[1], TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))


GLYPH_SET_LINES = {"train": ("a_1", "b"), "val": ("a_1_2",), "test": ("c",)}


@pytest.fixture
def draw_glyph_set(tmp_path: Path) -> Callable[..., Path]:
    """A function that draws a recognizer's data set, with the annotation files of its splits.

    `set/<code point>/` holds three renders a character (one of NotoSerif-Regular) and a crop of
    each of four lines, `train.json`, `val.json` and `test.json` list the lines.
    """
    from PIL import Image, ImageDraw, ImageFont

    def square(glyph: str, size: int, *, worn: bool, seed: int) -> Image.Image:
        image = Image.new("L", (40, 40), 255)
        font = ImageFont.load_default(size)
        ImageDraw.Draw(image).text((20, 28), glyph, fill=0, font=font, anchor="ms")
        pixels = np.asarray(image)
        if worn:
            noise = np.random.default_rng(seed).normal(0, 6, pixels.shape)
            pixels = np.clip(pixels * 0.8 + 25 + noise, 0, 255).astype(np.uint8)
        columns = np.flatnonzero((np.asarray(image) < 128).any(axis=0))
        return Image.fromarray(pixels[4:36, columns[0] : columns[-1] + 2])

    def draw(glyphs: str = "aoItm.", *, fonts: Sequence[str] = ("NotoSerif-Regular", "A", "B"),
             lines: Sequence[str] = ("a_1", "b", "a_1_2", "c")) -> Path:  # fmt: skip
        number = 0
        for glyph in glyphs:
            folder = tmp_path / "set" / str(ord(glyph))
            folder.mkdir(parents=True, exist_ok=True)
            for worn, names in ((False, fonts), (True, lines)):
                for place, name in enumerate(names):
                    number += 1
                    code = f"0x{ord(glyph):x}"
                    file = f"PAIRED_{name}_{number}_{code}_{number}" if worn else (
                        f"{code}_{number}_{name}")  # fmt: skip
                    image = square(glyph, 22 + 3 * place, worn=worn, seed=number)
                    image.save(folder / f"{file}.png")
        for split, stems in GLYPH_SET_LINES.items():
            images = [{"id": i, "file_name": f"{stem}.png"} for i, stem in enumerate(stems)]
            content = {"images": images, "annotations": [], "categories": []}
            (tmp_path / f"{split}.json").write_text(json.dumps(content))
        return tmp_path / "set"

    return draw
