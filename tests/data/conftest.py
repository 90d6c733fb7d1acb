"""Small data sets drawn for the tests of this folder, and the real ones where there are any."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DrawImage = Callable[..., Path]
SaveCoco = Callable[..., Path]


@pytest.fixture
def draw_image() -> DrawImage:
    """Draw a grey gradient, column x having the value x, so that crops can be told apart."""

    def draw(path: Path, *, width: int = 100, height: int = 30) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = np.arange(width, dtype=np.uint8)
        Image.fromarray(np.tile(columns, (height, 1))).save(path)
        return path

    return draw


@pytest.fixture
def save_coco(tmp_path: Path, draw_image: DrawImage) -> SaveCoco:
    """Write tmp_path/coco/annotations.json: texts of lines and boxes [line, category, bbox, text].

    Line n (from 1) is images/line_n.png, 100 x 30 pixels; more or other entries replace the usual.
    """

    def save(
        texts: Sequence[str | None],
        boxes: Sequence[Sequence[object]],
        *,
        categories: object = ({"id": 7, "name": "word"}, {"id": 3, "name": "char"}),
        **more: list[object],
    ) -> Path:
        folder = tmp_path / "coco"
        images: list[object] = []
        for number, text in enumerate(texts, 1):
            name = f"images/line_{number}.png"
            draw_image(folder / name)
            entry = {"id": number, "file_name": name, "width": 100, "height": 30}
            images.append(entry if text is None else {**entry, "text": text})
        annotations: list[object] = []
        for number, (line, category, bbox, *label) in enumerate(boxes, 1):
            entry = {"id": number, "image_id": line, "category_id": category, "bbox": bbox}
            annotations.append({**entry, "text": label[0]} if label else entry)
        content = {
            "images": images + more.get("images", []),
            "annotations": annotations + more.get("annotations", []),
            "categories": categories,
        }
        path = folder / "annotations.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return save


@pytest.fixture
def real_data() -> Path:
    """The folder of real data, or a skip."""
    folder = os.environ.get("EFFOCR_EVAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("EFFOCR_EVAL_DATA names no folder of real data")
    return Path(folder)
