"""`effocr export --openvino`: networks in OpenVINO's form, with a report of what was compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from effocr.bundle import Bundle
    from effocr.export.openvino import Colours

    Grey = npt.NDArray[np.uint8]

__all__ = ["exported_again", "tell_detector_ir", "tell_model_ir"]

_MOST = 32  # images that are compared


def exported_again(runs: Sequence[Path], out: Path, images: Sequence[Path]) -> bool:
    """Write OpenVINO's form of an exported model or detector, if that is what is given.

    Args:
        runs: what is to be exported.
        out: folder to write; of a detector its ONNX file and manifest come along.
        images: of lines, or of pages, or folders with such, to compare on.

    Returns:
        Whether it was; else there are runs to export.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        UsageError: there is no image.
    """
    from effocr.bundle import MANIFEST, load_bundle
    from effocr.detector.bundle import MANIFEST as DETECTOR
    from effocr.pipeline.openvino_engines import require_openvino

    require_openvino()  # before anything takes time
    folder = runs[0]
    if len(runs) > 1 or not any((folder / name).is_file() for name in (MANIFEST, DETECTOR)):
        return False
    greys = _images(images)
    if (folder / MANIFEST).is_file():
        tell_model_ir(load_bundle(folder), out, greys)
    else:
        from shutil import copyfile

        from effocr.detector.bundle import GRAPH, load_detector_bundle, write_manifest

        bundle = load_detector_bundle(folder)
        if folder.resolve() != out.resolve():
            out.mkdir(parents=True, exist_ok=True)
            copyfile(bundle.graph, out / GRAPH)
            write_manifest(out, bundle.manifest)
        tell_detector_ir(out, greys)
    print(f"{out}: OpenVINO's form of {folder}")
    return True


def tell_model_ir(bundle: Bundle, out: Path, lines: Sequence[Grey]) -> None:
    """Write localizer.xml and recognizer.xml and print what was compared."""
    from effocr.export.openvino import export_model_ir

    for parity in export_model_ir(bundle, out, lines):
        print(parity.as_text())


def tell_detector_ir(path: Path, pages: Sequence[Grey], colours: Colours = "GREY") -> None:
    """Write OpenVINO's form beside the ONNX file of a detector and print what was compared."""
    from effocr.detector.bundle import load_detector_bundle
    from effocr.export.openvino import export_detector_ir

    print(export_detector_ir(load_detector_bundle(path), pages, colours=colours).as_text())


def _images(paths: Sequence[Path]) -> list[Grey]:
    """Some images, evenly chosen; one that cannot be read is told.

    Raises:
        UsageError: there is none.
    """
    import sys

    from effocr.cli.inputs import list_inputs
    from effocr.errors import ImageError, UsageError
    from effocr.pipeline.images import load_image

    inputs = list_inputs([str(path) for path in paths], recursive=True) if paths else []
    greys = []
    for item in inputs[:: -(-len(inputs) // _MOST) or 1]:
        try:
            greys.append(load_image(item.path))
        except ImageError as error:
            print(f"{item.path}: {error}", file=sys.stderr)
    if not greys:
        raise UsageError("nothing to compare OpenVINO on: name images with --lines PATH")
    return greys
