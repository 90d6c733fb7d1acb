"""Detectors as ONNX files in the forms of ocrs and of OpenOCR, proven equal on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from effocr.detector.config import Look
from effocr.detector.model import DeployedDetector
from effocr.detector.page import padded
from effocr.detector.seed_maps import BGR_MEAN, BGR_STD, GREY_OF_BGR, BgrMaps
from effocr.detector.train import torch_network
from effocr.detector.unet import Unet
from effocr.detector.unet_train import as_input
from effocr.detector.word_masks import PAGE_SIZE
from effocr.errors import ParityError
from effocr.export.detector import DetectorParity, drawn_pages, prove_detector_parity
from effocr.export.onnx import export_bgr_detector, export_mask
from effocr.onnx_session import open_session

__all__ = ["BgrDetector", "export_openocr", "export_unet"]

Result = TypeVar("Result")

MOST_DIFFERENCE: Final = 1e-3  # of a probability


class BgrDetector(nn.Module):
    """A detector that takes pages as OpenOCR's does: in colour, normalised, in float."""

    def __init__(self, detector: Any) -> None:
        """Take a detector over.

        Args:
            detector: in eval mode.
        """
        super().__init__()
        self.deployed = DeployedDetector(detector, line_px=1.0)
        for name, values in (("std", BGR_STD), ("mean", BGR_MEAN), ("grey", GREY_OF_BGR)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)

    std: Tensor
    mean: Tensor
    grey: Tensor

    def forward(self, pages: Tensor) -> Tensor:
        """[n, 3, height, width] float32 -> [n, 1, height, width] float32: probability."""
        colours = pages * self.std + self.mean
        grey = (colours * self.grey).sum(dim=1)
        maps: Tensor = self.deployed(grey * 255)
        return maps[:, :1]


def export_openocr(detector: Any, path: Path, look: Look) -> DetectorParity:
    """Write det_model.onnx, if it finds what the network finds.

    Args:
        detector: in eval mode, with maps of the full size.
        path: of the file.
        look: how maps become regions, for the comparison.

    Raises:
        ParityError: it finds other regions; what was in the file's place is kept.
    """

    def prove(draft: Path) -> DetectorParity:
        network = torch_network(detector, look.line_px)
        pages = [padded(page) for page in drawn_pages()]
        parity = prove_detector_parity(lambda page: network(page)[:1], BgrMaps(draft), pages, look)
        parity.check()
        return parity

    return _proven(path, lambda draft: export_bgr_detector(BgrDetector(detector), draft), prove)


@torch.no_grad()
def export_unet(model: Unet, path: Path) -> float:
    """Write the ONNX file of ocrs' network, if it gives the masks that the network gives.

    Returns:
        The largest difference of a probability.

    Raises:
        ParityError: it gives others; what was in the file's place is kept.
    """
    rng = np.random.default_rng(0)
    pages = np.stack([as_input(rng.integers(0, 256, PAGE_SIZE, np.uint8)) for _ in range(2)])
    before = model.eval()(torch.from_numpy(pages)).numpy()

    def prove(draft: Path) -> float:
        after = open_session(draft).run(["mask"], {"image": pages})[0]
        same = after.shape == before.shape
        difference = float(np.abs(after - before).max()) if same else float("inf")
        if not difference <= MOST_DIFFERENCE:
            raise ParityError(f"{path}: not written: the masks differ by up to {difference:.2g}")
        return difference

    return _proven(path, lambda draft: export_mask(model, draft, size=PAGE_SIZE), prove)


def _proven(path: Path, write: Callable[[Path], None], prove: Callable[[Path], Result]) -> Result:
    """Write a draft, prove it and put it in its place; a draft that fails is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        write(draft)
        result = prove(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return result
