"""`tools/infer_det.py` of OpenOCR: find the words of images by its configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.openocr_config import open_values, openocr_flags
from effocr.cli.compat.openocr_settings import settings_of_openocr

if TYPE_CHECKING:
    import numpy as np

__all__ = ["run"]

_FOLDER: Final = Path("det_results")
_RESULTS: Final = "det_results.txt"
_DRAWN: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff"})  # in colour
_COLOUR: Final = (0, 255, 255)  # yellow, in the order of OpenCV


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    values = open_values(
        openocr_flags(
            "openocr_infer_det.py",
            "Find the words of Global.infer_img, an image or a folder, and write them to "
            "det_results/det_results.txt.",
        ).parse_args(argv)
    )

    from effocr.atomic import write_text
    from effocr.cli.compat.openocr_networks import chosen_network
    from effocr.cli.compat.openocr_pages import tell_unused
    from effocr.cli.inputs import list_inputs
    from effocr.cli.train import load_named
    from effocr.detector.page import find_regions
    from effocr.errors import ImageError, UsageError

    source = values.take("Global.infer_img")
    if source is None:
        raise UsageError("name an image or a folder with --o Global.infer_img=PATH")
    settings = settings_of_openocr(values)
    network = chosen_network(values, settings)
    inputs = list_inputs([str(source)], recursive=False)
    tell_unused(values)
    lines, failed = [], 0
    _FOLDER.mkdir(exist_ok=True)
    for one in inputs:
        try:
            if one.error is not None:
                raise ImageError(f"{one.path}: {one.error}")
            page = load_named(Path(one.path))
        except ImageError as error:
            print(error, file=sys.stderr)
            failed += 1
            continue
        polygons = find_regions(page, network, settings.look).polygons
        entries = [{"points": polygon.round().astype(int).tolist()} for polygon in polygons]
        lines.append(f"{one.path}\t{json.dumps(entries)}\n")
        print(f"infer_img: {one.path}: {len(entries)} regions")
        if values.take("Global.is_visualize", False):
            _draw(page, polygons, _FOLDER / _name_of_drawing(Path(one.path)))
    write_text(_FOLDER / _RESULTS, "".join(lines))
    print(_FOLDER / _RESULTS)
    return 1 if failed else 0


def _name_of_drawing(image: Path) -> str:
    """As the image is called, as in OpenOCR; with .png after it if that cannot be, or is it."""
    own = image.suffix.lower() in _DRAWN and image.resolve().parent != _FOLDER.resolve()
    return image.name if own else f"{image.name}.png"


def _draw(page: np.ndarray, polygons: Sequence[np.ndarray], path: Path) -> None:
    """Write the image with the outlines of the regions."""
    import cv2
    import numpy as np

    picture = np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8)
    outlines = [np.round(polygon).astype(np.int32) for polygon in polygons]
    cv2.polylines(picture, outlines, isClosed=True, color=_COLOUR, thickness=2)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
