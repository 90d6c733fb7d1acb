"""Lines as Detectron2 wants them: records, a mapper that reads grey pixels, and COCO's figures."""

import contextlib
import io
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from torch import nn

from effocr.localizer.backends.detectron2 import GLYPH, WORD, picture
from effocr.localizer.backends.detectron2_config import DETECTIONS
from effocr.localizer.backends.detectron2_recipe import Recipe
from effocr.localizer.backends.samples import BoxSample

__all__ = ["LineMapper", "coco_figures", "records_of"]

logger = logging.getLogger(__name__)

Load = Callable[[Path], npt.NDArray[np.uint8]]
DATASET: Final = "effocr"  # its name in Detectron2's catalogue while figures are made
NAMES: Final = {GLYPH: "char", WORD: "word"}


def records_of(samples: Sequence[BoxSample], *, classes: int) -> list[dict[str, Any]]:
    """Lines as Detectron2's dataset dicts, classes 0 char and 1 word."""
    from detectron2.structures import BoxMode

    records = []
    for number, sample in enumerate(samples, 1):
        parts = ((GLYPH, sample.glyphs), (WORD, sample.words))[:classes]
        annotations = [
            {"bbox": box, "bbox_mode": BoxMode.XYXY_ABS, "category_id": category, "iscrowd": 0}
            for category, boxes in parts
            for box in boxes.tolist()
        ]
        width, height = sample.size
        records.append(
            {
                "file_name": str(sample.path),
                "image_id": number,
                "width": width,
                "height": height,
                "annotations": annotations,
            }
        )
    return records


class LineMapper:
    """Record -> what the network takes. Pixels are grey in every colour, as in reading."""

    def __init__(self, augmentations: Sequence[Any], *, load: Load, train: bool) -> None:
        """Keep what is done to an image."""
        self.augmentations, self.load, self.train = augmentations, load, train

    def __call__(self, record: dict[str, Any]) -> dict[str, Any]:
        """Read the image and, for training, bring the boxes along."""
        from detectron2.data import detection_utils

        image, moved = picture(self.load(Path(record["file_name"])), self.augmentations)
        mapped = {name: value for name, value in record.items() if name != "annotations"}
        mapped["image"] = image
        if self.train:
            shape = (image.shape[1], image.shape[2])
            boxes = [
                detection_utils.transform_instance_annotations(dict(one), moved, shape)
                for one in record["annotations"]
            ]
            instances = detection_utils.annotations_to_instances(boxes, shape)
            mapped["instances"] = detection_utils.filter_empty_instances(instances)
        return mapped


def coco_figures(
    model: nn.Module, recipe: Recipe, samples: Sequence[BoxSample], *, load: Load, workers: int = 0
) -> dict[str, float]:
    """COCO's figures of a network on lines.

    Args:
        model: on its device.
        recipe: its configuration.
        samples: lines with their boxes; their words count if the network knows words.
        load: reads an image as [height, width] uint8.
        workers: processes that read images.

    Returns:
        bbox/AP, bbox/AP50, ..., bbox/AP-char in percent; 0 where nothing was found. Of several
        processes only the first gets them, the others an empty dict.
    """
    from detectron2.data import DatasetCatalog, MetadataCatalog, build_detection_test_loader
    from detectron2.evaluation import COCOEvaluator, inference_on_dataset
    from detectron2.utils import comm

    classes = recipe.pace().classes
    records = records_of(samples, classes=classes)
    mapper = LineMapper(recipe.augmentations(train=False), load=load, train=False)
    loader = build_detection_test_loader(records, mapper=mapper, num_workers=workers)
    DatasetCatalog.register(DATASET, lambda: records)
    MetadataCatalog.get(DATASET).set(thing_classes=[NAMES[kind] for kind in range(classes)])
    try:
        with (
            tempfile.TemporaryDirectory(prefix="effocr-") as folder,
            contextlib.redirect_stdout(io.StringIO()) as said,
        ):
            evaluator = COCOEvaluator(
                DATASET,
                tasks=("bbox",),
                distributed=comm.get_world_size() > 1,
                output_dir=folder,
                max_dets_per_image=DETECTIONS,
                use_fast_impl=False,
            )
            found = inference_on_dataset(model, loader, evaluator)
    finally:
        DatasetCatalog.remove(DATASET)
        MetadataCatalog.remove(DATASET)
    logger.debug("%s", said.getvalue())
    figures = {f"bbox/{key}": float(value) for key, value in (found or {}).get("bbox", {}).items()}
    return {key: 0.0 if np.isnan(value) else value for key, value in figures.items()}
