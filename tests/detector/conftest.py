"""A page of blocks in lines, and settings of a run that takes seconds."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from effocr.detector.config import DetectorTraining

LINE_PX = 20


@pytest.fixture(scope="session")
def block_page() -> tuple[np.ndarray, list[list[list[int]]]]:
    """[256, 320] uint8 with six lines of blocks, 20 pixels high, and their corners."""
    page = np.full((256, 320), 255, np.uint8)
    corners = []
    for number in range(6):
        top, left, right = 16 + 38 * number, 24, 200 + 16 * number
        for x in range(left, right - 8, 14):
            page[top : top + LINE_PX, x : x + 8] = 0
        end = x + 8
        bottom = top + LINE_PX
        corners.append([[left, top], [end, top], [end, bottom], [left, bottom]])
    return page, corners


@pytest.fixture(scope="session")
def labelled(
    tmp_path_factory: pytest.TempPathFactory,
    block_page: tuple[np.ndarray, list[list[list[int]]]],
) -> Path:
    """A folder with that page and its labels.txt."""
    folder = tmp_path_factory.mktemp("pages")
    page, corners = block_page
    cv2.imwrite(str(folder / "page.png"), page)
    entries = [{"transcription": "text", "points": points} for points in corners]
    (folder / "labels.txt").write_text(f"page.png\t{json.dumps(entries)}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_training() -> Callable[..., DetectorTraining]:
    """Settings of a small run; keywords go to the loop."""

    def settings(**loop: object) -> DetectorTraining:
        return DetectorTraining.model_validate(
            {
                "model": {
                    "backbone": "plain", "channels": (8, 16, 16, 16), "layers": (0, 1, 0, 0),
                    "neck_channels": 16,
                },
                "look": {"sized_by": "page"},
                "crop": {
                    "sizes": (128,), "smallest": 0.9, "largest": 1.1, "skew_deg": 0.5,
                    "turned": 0.0, "inverted": 0.0,
                },
                "batch_pixels": 4 * 128 * 128,
                "loop": {
                    "max_steps": 4, "device": "cpu", "best": "hmean", "validate_every": 2,
                    "save_every": 2, "log_every": 2, "warmup": 0.1, "learning_rate": 1e-2, **loop,
                },
            }
        )  # fmt: skip

    return settings
