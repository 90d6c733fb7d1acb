"""Pictures of what the detection network of ocrs sees and finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.detector.unet_train import MaskBatches

__all__ = ["find_mask", "save_picture", "save_sample"]

Grey = npt.NDArray[np.uint8]
_COLOUR = (0, 0, 255)  # red, in the order of OpenCV


def find_mask(model: Any, seen: Grey) -> npt.NDArray[np.float32]:
    """What the network finds in a page as it sees it: [height, width] float32, 0 to 1."""
    import torch

    from effocr.detector.unet_train import as_input

    device = next(model.parameters()).device
    with torch.no_grad():
        mask = model(torch.from_numpy(as_input(seen)[None]).to(device))[0, 0]
    found: npt.NDArray[np.float32] = mask.float().cpu().numpy()
    return found


def save_sample(name: str, batches: MaskBatches, model: Any) -> None:
    """Draw the first page of a set: NAME_input.png and what ocrs writes besides."""
    page = batches.pages[0]
    seen, mask = batches.pair(page, None)
    found = find_mask(model.eval(), seen)
    save_picture(Path(f"{name}_input.png"), batches.load(page.image))
    save_picture(Path(f"{name}_input_scaled.png"), seen)
    save_picture(Path(f"{name}_pred_mask_0.png"), (255 * found).round())
    save_picture(Path(f"{name}_mask_0.png"), 255 * mask)


def save_picture(
    path: Path, pixels: npt.NDArray[Any], quads: list[npt.NDArray[np.float32]] | None = None
) -> None:
    """Write a PNG, with outlines in red where some are given; its folder is made.

    Args:
        path: of the file.
        pixels: [height, width], 0 to 255.
        quads: [4, 2] each, in pixels.

    Raises:
        UsageError: it cannot be written.
    """
    picture = np.asarray(pixels, np.uint8)
    if quads is not None:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)
        cv2.polylines(picture, [np.round(quad).astype(np.int32) for quad in quads], True, _COLOUR)
    encoded = cv2.imencode(".png", picture)[1]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
