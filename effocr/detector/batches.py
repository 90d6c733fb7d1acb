"""Batches of crops with their maps; the same step gives the same batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from effocr.detector.config import DetectorTraining
from effocr.detector.jitter import crop_page, draw_cut, wear
from effocr.detector.pages import LearntPage
from effocr.detector.targets import Targets, build_targets
from effocr.errors import TrainingError

__all__ = ["CropBatches"]


class CropBatches:
    """Square crops of pages, all of a batch of one size."""

    def __init__(self, pages: Sequence[LearntPage], config: DetectorTraining) -> None:
        """Take the pages over.

        Raises:
            TrainingError: there are none.
        """
        if not pages:
            raise TrainingError("the detector has no pages to learn from")
        self.pages, self.config = pages, config

    def __len__(self) -> int:
        """Steps in which every page is seen about once."""
        return max(1, round(len(self.pages) / self._count(max(self.config.crop.sizes))))

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """The batch of a step: uint8 pages [n, size, size] and the fields of `Targets`."""
        rng = np.random.default_rng((self.config.loop.seed, step))
        size = int(rng.choice(self.config.crop.sizes))
        crops = [self._crop(size, rng) for _ in range(self._count(size))]
        fields = {
            name: torch.from_numpy(np.stack([getattr(targets, name) for _, targets in crops]))
            for name in Targets.__slots__
        }
        return {"pages": torch.from_numpy(np.stack([pixels for pixels, _ in crops])), **fields}

    def _count(self, size: int) -> int:
        return max(1, self.config.batch_pixels // size**2)

    def _crop(self, size: int, rng: np.random.Generator) -> tuple["np.ndarray", Targets]:
        config = self.config
        page = self.pages[int(rng.integers(len(self.pages)))]
        grey = page.grey()
        cut = draw_cut(
            page.polygons,
            (grey.shape[0], grey.shape[1]),
            size=size,
            scale=config.look.line_px / page.line_px,
            config=config.crop,
            rng=rng,
        )
        pixels, regions = crop_page(grey, page.polygons, page.ignored, cut)
        targets = build_targets(regions, (size, size), config.model.map_stride, config.truth)
        return wear(pixels, config.crop, rng), targets
