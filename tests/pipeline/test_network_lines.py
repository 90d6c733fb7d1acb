"""The page detector in the folder of a model is used, or else the embedded one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image, ImageDraw, ImageFont

from effocr.detector.bundle import GRAPH, MANIFEST, DetectorManifest, write_manifest
from effocr.detector.config import Look
from effocr.errors import BundleError
from effocr.pipeline.network_lines import NetworkLines, detector_of
from effocr.pipeline.pages import PageReader
from effocr.versions import file_sha256

FONTS = Path(__file__).parents[2] / "english_font_files"
TEXT = "InunInInuInIunnIuI"


@pytest.fixture
def with_detector(tiny_model: Path, tmp_path: Path) -> Path:
    """The model with a network beside it for which text is what is dark at a quarter of the size.

    Blocks of a line are 8 pixels apart, so that they flow together there; it looks at whole pages.
    """
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    nodes = [
        helper.make_node("Cast", ["pages"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["numbers", "axis"], ["planes"]),
        helper.make_node(
            "AveragePool", ["planes"], ["means"], kernel_shape=[5, 41], pads=[2, 20, 2, 20],
            strides=[2, 2],
        ),
        helper.make_node("Div", ["means", "white"], ["light"]),
        helper.make_node("Sub", ["one", "light"], ["dark"]),
        helper.make_node("Mul", ["dark", "two"], ["maps"]),
    ]  # fmt: skip
    numbers = [helper.make_tensor("axis", TensorProto.INT64, [1], [1])] + [
        helper.make_tensor(name, TensorProto.FLOAT, [], [value])
        for name, value in (("white", 255.0), ("one", 1.0), ("two", 2.0))
    ]
    pages = helper.make_tensor_value_info("pages", TensorProto.UINT8, [1, "h", "w"])
    maps = helper.make_tensor_value_info("maps", TensorProto.FLOAT, [1, 1, "y", "x"])
    graph = helper.make_graph(nodes, "dark", [pages], [maps], numbers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / GRAPH)
    look = Look(sized_by="page", map_stride=2)
    manifest = DetectorManifest(name="dark", look=look, sha256=file_sha256(folder / GRAPH))
    write_manifest(folder, manifest)
    return folder


def test_the_detector_of_a_model_finds_its_lines(
    with_detector: Path, draw_line: Callable[..., np.ndarray]
) -> None:
    line = draw_line(TEXT, scale=1)
    page = np.full((400, 640), 255, np.uint8)
    page[100 : 100 + line.shape[0], 80 : 80 + line.shape[1]] = line
    reader = PageReader(with_detector, threads=1)
    (found,) = reader.read_page(page).lines
    assert len(found.text) > len(TEXT) / 2


def test_a_damaged_detector_is_refused(with_detector: Path) -> None:
    (with_detector / MANIFEST).unlink()
    with pytest.raises(BundleError, match="export it again"):
        PageReader(with_detector, threads=1)


def test_a_model_without_a_detector_reads_pages_with_the_embedded_one(
    english_model: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "mine"
    shutil.copytree(english_model, copy)
    opened = detector_of(copy)
    assert opened is not None
    assert isinstance(opened.lines, NetworkLines)
    image = Image.new("L", (1000, 560), 255)
    font = ImageFont.truetype(FONTS / "LibreCaslonText-Regular.ttf", 34)
    lines = [
        "The embedded detector finds",
        "every line on a short page",
        "of plain and clean print.",
    ]
    for number, text in enumerate(lines):
        ImageDraw.Draw(image).text((90, 120 + 90 * number), text, fill=0, font=font)
    assert [line.text for line in PageReader(copy, threads=1).read_page(image).lines] == lines


def test_words_of_a_detector_of_words_are_read_as_the_line_that_they_make(
    with_detector: Path, draw_line: Callable[..., np.ndarray], tmp_path: Path
) -> None:
    page = np.full((400, 640), 255, np.uint8)
    for top in (100, 250):
        for left, text in ((40, "InunI"), (240, "nInuu")):
            word = draw_line(text, scale=1)
            page[top : top + word.shape[0], left : left + word.shape[1]] = word
    sha256 = file_sha256(with_detector / GRAPH)
    texts = []
    for level in ("line", "word"):
        look = Look.model_validate({"sized_by": "page", "map_stride": 2, "level": level})
        write_manifest(with_detector, DetectorManifest(name="dark", look=look, sha256=sha256))
        reader = PageReader(with_detector, threads=1)
        texts.append([line.text for line in reader.read_page(page).lines])
    assert len(texts[0]) == 4
    assert len(texts[1]) == 2
