"""`tools/toonnx.py` of OpenOCR: a trained DBNet as ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from effocr.cli.compat.openocr_config import open_values, openocr_flags
from effocr.cli.compat.openocr_settings import OUTPUT, settings_of_openocr

__all__ = ["run"]

_FILE: Final = Path("export_det", "det_model.onnx")  # in Global.output_dir


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    values = open_values(
        openocr_flags(
            "openocr_toonnx.py",
            "Export a DBNet to export_det/det_model.onnx in Global.output_dir, in the form of "
            "OpenOCR: pages in colour, normalised, float32.",
        ).parse_args(argv)
    )

    from effocr.cli.compat.openocr_pages import tell_unused
    from effocr.cli.compat.openocr_weights import load_trained
    from effocr.export.seed_detectors import export_openocr

    settings = settings_of_openocr(values)
    model, _ = load_trained(values, settings)
    folder = values.take("Global.export_dir")
    tell_unused(values)
    output = Path(str(values.take("Global.output_dir", OUTPUT)))
    path = output / _FILE if folder is None else Path(str(folder)) / _FILE.name
    print(export_openocr(model, path, settings.look).as_text())
    print(f"finish export model to {path}")
    return 0
