"""Lines as Detectron2 wants them: records, a mapper that reads grey pixels, and COCO's figures."""

import contextlib
import io
import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from effocr.localizer.backends.detectron2 import GLYPH, WORD
from effocr.localizer.backends.detectron2_config import DETECTIONS
from effocr.localizer.backends.samples import BoxSample

__all__ = ["LineMapper", "coco_figures", "records_of"]

logger = logging.getLogger(__name__)

Load = Callable[[Path], npt.NDArray[np.uint8]]
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
        from detectron2.data import transforms

        self.augment = transforms.AugmentationList(list(augmentations))
        self.load, self.train = load, train

    def __call__(self, record: dict[str, Any]) -> dict[str, Any]:
        """Read the image and, for training, bring the boxes along."""
        from detectron2.data import detection_utils, transforms

        grey = self.load(Path(record["file_name"]))
        seen = transforms.AugInput(np.repeat(grey[..., None], 3, axis=2))
        moved = self.augment(seen)
        pixels = np.ascontiguousarray(seen.image.transpose(2, 0, 1))
        mapped = {name: value for name, value in record.items() if name != "annotations"}
        mapped["image"] = torch.from_numpy(pixels)
        if self.train:
            shape = seen.image.shape[:2]
            boxes = [
                detection_utils.transform_instance_annotations(dict(one), moved, shape)
                for one in record["annotations"]
            ]
            instances = detection_utils.annotations_to_instances(boxes, shape)
            mapped["instances"] = detection_utils.filter_empty_instances(instances)
        return mapped


def coco_figures(
    model: nn.Module,
    augmentations: Sequence[Any],
    samples: Sequence[BoxSample],
    *,
    name: str,
    classes: int,
    load: Load,
    workers: int,
) -> dict[str, float]:
    """COCO's figures of a network on lines.

    Args:
        model: on its device.
        augmentations: of reading.
        samples: lines with their boxes.
        name: of the data set, for Detectron2's catalogue.
        classes: 1 for glyphs, 2 for glyphs and words.
        load: reads an image as [height, width] uint8.
        workers: processes that read images.

    Returns:
        bbox/AP, bbox/AP50, ..., bbox/AP-char in percent; 0 where nothing was found. Of several
        processes only the first gets them, the others an empty dict.
    """
    from detectron2.data import MetadataCatalog, build_detection_test_loader
    from detectron2.evaluation import COCOEvaluator, inference_on_dataset
    from detectron2.utils import comm

    records = records_of(samples, classes=classes)
    loader = build_detection_test_loader(
        records, mapper=LineMapper(augmentations, load=load, train=False), num_workers=workers
    )
    names = [NAMES[number] for number in range(classes)]
    with tempfile.TemporaryDirectory(prefix="effocr-") as folder:
        truth = Path(folder) / "truth.json"
        _write_truth(records, names, truth)
        MetadataCatalog.pop(name, None)
        MetadataCatalog.get(name).set(json_file=str(truth), thing_classes=names)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            evaluator = COCOEvaluator(
                name,
                tasks=("bbox",),
                distributed=comm.get_world_size() > 1,
                max_dets_per_image=DETECTIONS,
                use_fast_impl=False,
            )
            found = inference_on_dataset(model, loader, evaluator)
        MetadataCatalog.pop(name, None)
    logger.debug("%s", said.getvalue())
    figures = {f"bbox/{key}": float(value) for key, value in (found or {}).get("bbox", {}).items()}
    return {key: 0.0 if np.isnan(value) else value for key, value in figures.items()}


def _write_truth(records: Sequence[dict[str, Any]], names: Sequence[str], path: Path) -> None:
    """COCO with contiguous categories and ids from 1; pycocotools takes an id of 0 for none."""
    annotations: list[dict[str, Any]] = []
    for record in records:
        for one in record["annotations"]:
            x0, y0, x1, y1 = one["bbox"]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": record["image_id"],
                    "category_id": one["category_id"],
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "area": (x1 - x0) * (y1 - y0),
                    "iscrowd": 0,
                }
            )
    content = {
        "info": {},
        "images": [
            {
                "id": record["image_id"],
                "file_name": record["file_name"],
                "width": record["width"],
                "height": record["height"],
            }
            for record in records
        ],
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for number, name in enumerate(names)],
    }
    path.write_text(json.dumps(content), "utf-8")
