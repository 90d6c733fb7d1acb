"""Small models in the original's form, for lines of blocks on a grid of 16 cells.

`I` fills its cell from top to bottom, `n` the lower half, `u` the upper half, a space nothing. The
localizer is a YOLO graph that looks for ink in each cell; the encoder any network with random
weights, as the index holds its embeddings of the same three blocks.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

Grey = npt.NDArray[np.uint8]

CELLS, CELL, HEIGHT = 16, 40, 64
LEFT, RIGHT, TOP = 8, 32, 8  # of a block in its cell
ROWS = {"I": (TOP, 56), "n": (32, 56), "u": (TOP, 32)}
SIZE = 32  # of the squares
NETWORK = "test_resnet"


def draw(text: str) -> Grey:
    """A line [64, 640] uint8."""
    line = np.full((HEIGHT, CELLS * CELL), 255, np.uint8)
    for cell, letter in enumerate(text):
        if letter != " ":
            top, bottom = ROWS[letter]
            line[top:bottom, cell * CELL + LEFT : cell * CELL + RIGHT] = 0
    return line


@pytest.fixture
def block_line() -> Callable[[str], Grey]:
    """Draws a line of blocks."""
    return draw


@pytest.fixture
def lines(tmp_path: Path) -> dict[str, str]:
    """Four line images in two folders, one name twice, and their texts: path -> text."""
    texts = {"a.png": "InI un", "b.JPG": "u", "sub/a.png": "n n", "sub/deep/c.tif": "IIII"}
    for name, text in texts.items():
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw(text)).save(path, **({"quality": 95} if "JPG" in name else {}))
    return {str(tmp_path / "images" / name): text for name, text in texts.items()}


@pytest.fixture
def coco(tmp_path: Path, lines: dict[str, str]) -> Path:
    """A COCO file of these lines with their texts; names are relative to the folder of images."""
    images = [
        {
            "id": number, "file_name": str(Path(path).relative_to(tmp_path / "images")),
            "width": CELLS * CELL, "height": HEIGHT, "text": text,
        }
        for number, (path, text) in enumerate(lines.items())
    ]  # fmt: skip
    content = {"images": images, "annotations": [], "categories": [{"id": 0, "name": "char"}]}
    path = tmp_path / "test.json"
    path.write_text(json.dumps(content))
    return path


def save_localizer(
    path: Path, words: Sequence[tuple[int, int]] = (), *, vertical: bool = False
) -> None:
    """A YOLOv5 graph; `words` are columns where it sees a word in every picture.

    A vertical one is for the same lines turned so that x is y.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    middle, width = (LEFT + RIGHT) / 2, RIGHT - LEFT
    boxes = [[CELL * cell + middle, HEIGHT / 2, width, HEIGHT - 16] for cell in range(CELLS)]
    turn = slice(None, None, -1 if vertical else 1)
    boxes = [[*box[:2][turn], *box[2:][turn]] for box in boxes]
    fixed = [[(x0 + x1) / 2, HEIGHT / 2, x1 - x0, HEIGHT, 0.9, 0, 1] for x0, x1 in words]
    values = {
        "starts": np.array([0, LEFT]), "ends": np.array([1, CELLS * CELL]),
        "axes": np.array([1, 2 if vertical else 3]), "one": np.float32(1),
        "form": np.array([1, CELLS, 1]), "boxes": np.array([boxes], np.float32),
        "classes": np.tile(np.array([0.95, 0.01], np.float32), (1, CELLS, 1)),
        "words": np.array(fixed, np.float32).reshape(1, -1, 7),
    }  # fmt: skip
    nodes = [
        node("Slice", ["images", "starts", "ends", "axes"], ["red"]),
        node("Sub", ["one", "red"], ["ink"]),
        node(
            "MaxPool",
            ["ink"],
            ["cells"],
            kernel_shape=[HEIGHT, width][turn],
            strides=[HEIGHT, CELL][turn],
        ),
        node("Reshape", ["cells", "form"], ["sure"]),
        node("Concat", ["boxes", "sure", "classes"], ["glyphs"], axis=2),
        node("Concat", ["glyphs", "words"], ["output0"], axis=1),
    ]
    size = [HEIGHT, CELLS * CELL][turn]
    graph = helper.make_graph(
        nodes,
        "cells",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, *size])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"names": "{0: 'char', 1: 'word'}"})
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


@pytest.fixture(scope="session")
def yolo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the localizer as an ONNX file."""
    folder = tmp_path_factory.mktemp("localizer")
    save_localizer(folder / "best_bbox_mAP.onnx")
    return folder


@pytest.fixture
def save_yolo() -> Callable[..., None]:
    """Writes such a localizer."""
    return save_localizer


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of the original's: enc_best.pth, ref.index, ref.txt, args_log.json."""
    import torch

    from effocr.recognizer.classic import build_classic
    from effocr.recognizer.squares import cut_squares
    from effocr.workbench.files import write_reference

    folder = tmp_path_factory.mktemp("recognizer") / "run"
    folder.mkdir()
    torch.manual_seed(0)
    encoder = build_classic(timm=NETWORK, hf=None, size_px=SIZE).eval()
    torch.save(
        {f"net.{k}": v for k, v in encoder.net.state_dict().items()}, folder / "enc_best.pth"
    )
    box = np.array([[LEFT, 0, RIGHT, HEIGHT]], np.float32)
    squares = np.concatenate([cut_squares(draw(glyph), box, size_px=SIZE) for glyph in ROWS])
    with torch.no_grad():
        write_reference(folder, encoder(torch.from_numpy(squares)).numpy(), list(ROWS))
    arguments = {"auto_model_timm": NETWORK, "auto_model_hf": None, "imsize": SIZE, "lang": "en"}
    (folder / "args_log.json").write_text(json.dumps(arguments, indent=2))
    return folder


@pytest.fixture(scope="session")
def onnx_run(run: Path) -> Path:
    """The same with `enc_best.onnx` beside."""
    from effocr.cli.main import main

    path = run / "enc_best.onnx"
    if not path.exists():
        arguments = ["--torch-model", str(run / "enc_best.pth"), "--quiet"]
        assert main(["compat", "recognizer-onnx-export", *arguments]) == 0
    return run


def _glyph_set(root: Path) -> Path:
    from effocr.charset import glyph_to_folder
    from effocr.data.sample_names import paired_name, render_name

    for number, glyph in enumerate(ROWS):
        folder = root / glyph_to_folder(glyph)
        folder.mkdir(parents=True)
        crop = Image.fromarray(draw(glyph)[:, LEFT:RIGHT])
        crop.save(folder / render_name(glyph, number, "NotoSerif-Regular"))
        crop.save(folder / render_name(glyph, number + 3, "Other"))
        crop.save(folder / paired_name("line_1", number, glyph, number))
    return root


@pytest.fixture(scope="session")
def glyph_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recognizer's data set of the three blocks: two renders and a crop of each."""
    return _glyph_set(tmp_path_factory.mktemp("glyphs") / "set")


@pytest.fixture
def infer(onnx_run: Path, yolo: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs infer_effocr_onnx_multi.py on the images of the fixture `lines`."""
    from effocr.cli.main import main

    def call(*arguments: object, recognizer: Path = onnx_run, localizer: Path | None = yolo) -> int:
        place = () if localizer is None else ("--localizer_dir", localizer)
        given = [
            "--image_dir", tmp_path / "images", "--recognizer_dir", recognizer, *place,
            "--lang", "en", *arguments,
        ]  # fmt: skip
        return main(["compat", "infer-effocr-onnx-multi", *map(str, given)])

    return call


def results(folder: Path) -> dict[str, str]:
    """The texts that an inference command left in `folder`: path of the image -> text."""
    found: dict[str, str] = json.loads((folder / "inference_results.json").read_text("ascii"))
    return found
