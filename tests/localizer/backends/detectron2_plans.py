"""What the tests of Detectron2 share."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from effocr.localizer.backends.detectron2_config import Detectron2Training
from effocr.localizer.backends.detectron2_recipe import Plan

needs_detectron2 = pytest.mark.skipif(
    find_spec("detectron2") is None,
    reason="Detectron2 is not installed; it is built from its public repository",
)
YAML = "COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml"
LAZY = "COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.py"


def plan(config: str, run: Path, **more: object) -> Plan:
    """Two classes, 100 images, on a CPU; `more` are settings of the training."""
    wanted = Detectron2Training.model_validate({"config": config, **more})
    return Plan(wanted, classes=2, images=100, device="cpu", run=run)
