"""`export.py` of a text spotter: its detector as ONNX and in OpenVINO's form."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.spotting_files import paths, read_pages

__all__ = ["run"]

MODEL: Final = "model"  # stem of what is written


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    import numpy as np

    from effocr.cli.export_openvino import tell_detector_ir
    from effocr.detector.bundle import GRAPH, write_manifest
    from effocr.errors import UsageError
    from effocr.export.detector import drawn_pages, export_detector

    if not args.load_weights.is_file():
        raise UsageError(f"{args.load_weights}: no such checkpoint")
    openvino, colours = _wanted(args)
    pages = _pages(args)
    out: Path = args.save_model_to
    with tempfile.TemporaryDirectory() as folder:
        manifest, parity = export_detector(
            args.load_weights, Path(folder), pages=pages, name=args.name
        )
        print(parity.as_text())
        out.mkdir(parents=True, exist_ok=True)
        graph = out / f"{MODEL}.onnx"
        graph.write_bytes((Path(folder) / GRAPH).read_bytes())
    for stale in (f"{MODEL}.xml", f"{MODEL}.bin"):  # of weights that were exported before
        (out / stale).unlink(missing_ok=True)
    write_manifest(out, manifest, f"{MODEL}.json")
    if openvino:
        compared: list[np.ndarray[Any, Any]] = [page.grey() for page in pages] or drawn_pages()
        tell_detector_ir(graph, compared, colours)
    print(f"{out}: {', '.join(sorted(file.name for file in out.glob(f'{MODEL}.*')))}")
    return 0


def _flags() -> Flags:
    flags = Flags(
        "spotting_export.py",
        description="Write the detector of a text spotter as model.onnx and model.json and, in "
        "OpenVINO's form, model.xml and model.bin. Pixels go in as they are, 0 to 255; the "
        "normalisation is inside.",
    )
    flag = flags.flag
    flag("--load-weights", type=Path, required=True, metavar="PTH", help="Checkpoint.")
    flag("--save-model-to", type=Path, required=True, metavar="DIR", help="Folder to write.")
    flag("--onnx", action="store_true", help="ONNX; it is always written.")
    flag("--openvino", action="store_true", help="OpenVINO's form as well.")
    flag(
        "--openvino-input-format", choices=["BGR", "RGB", "GREY"],
        help="Planes of the image that OpenVINO's form takes; default: that of template.yaml, BGR.",
    )  # fmt: skip
    flag("--openvino-mo-args", deprecated="OpenVINO reads ONNX itself; nothing is passed on")
    flag("--test-ann-files", default="", help="COCO with text to compare and set thresholds on.")
    flag("--test-data-roots", default="", help="Folder of the images of each.")
    flag("--name", default=MODEL, help="Of the model.")
    return flags


def _wanted(args: argparse.Namespace) -> tuple[bool, Any]:
    """Whether OpenVINO's form is written, and for which planes; flags before template.yaml.

    Raises:
        MissingDependencyError: it was asked for, and OpenVINO is not installed.
    """
    from effocr.errors import MissingDependencyError
    from effocr.learn.templates import TEMPLATE, OutputFormat, load_template
    from effocr.pipeline.openvino_engines import require_openvino

    path = Path(TEMPLATE)
    formats = load_template(path).output_format if path.is_file() else OutputFormat()
    openvino = args.openvino or (not args.onnx and formats.openvino.default)
    if openvino:
        try:
            require_openvino()
        except MissingDependencyError as error:
            if args.openvino:
                raise
            print(f"only ONNX is written: {error}", file=sys.stderr)
            openvino = False
    return openvino, args.openvino_input_format or formats.openvino.input_format


def _pages(args: argparse.Namespace) -> Any:
    """Pages to compare on; none where no data set is named."""
    if not args.test_ann_files:
        return ()
    from effocr.cli.train_detector import prepare_pages
    from effocr.detector.train import load_detector

    settings = load_detector(args.load_weights)[1]
    pages = read_pages(paths(args.test_ann_files), paths(args.test_data_roots))
    return prepare_pages(pages[: settings.validation_pages], settings)
