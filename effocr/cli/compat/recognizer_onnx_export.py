"""`scripts/recognizer_onnx_export.py`: a trained recognizer as an ONNX file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from effocr.cli.compat.flags import Flags

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = Flags("recognizer_onnx_export.py", description="Export a recognizer to ONNX.")
    flag = flags.flag
    flag("--torch-model", type=Path, required=True, help="enc_best.pth, or a run folder.")
    flag("--onnx_path", type=Path, help="Default: enc_best.onnx beside the weights.")
    flag("--auto_model_hf", help="Local folder of the Hugging Face model.")
    flag("--auto_model_timm", help="Name of the timm network; default: as it was trained.")
    flag("--N_classes", type=int, help="It is a classifier; default: as it was trained.")
    flag("--imsize", type=int, help="Side of the squares; default: as it was trained.")
    flag("--ref_dir_path", type=Path, help="Recognizer data set: compare on its crops. Not needed.")
    flag("--anno_path", type=Path, help="COCO file: only crops of its lines.")
    flag("--batch-size", type=int, default=64, help="Crops to compare on.")
    flag("--quiet", action="store_true", help="Say nothing.")
    flag("--lang", default="en", help="Taken for compatibility; any language is exported.")
    flag("--query_text", action="store_true", deprecated="it has no effect on an export")
    args = flags.parse_args(argv)

    from effocr.errors import UsageError
    from effocr.workbench.export import export_recognizer
    from effocr.workbench.networks import Network

    if args.batch_size < 1:
        raise UsageError(f"--batch-size {args.batch_size}: at least 1 crop is compared")
    report = export_recognizer(
        args.torch_model,
        Network(args.auto_model_timm, args.auto_model_hf, args.N_classes, args.imsize),
        out=args.onnx_path,
        squares=_crops(args.ref_dir_path, args.anno_path) if args.ref_dir_path else (),
        count=args.batch_size,
    )
    if not args.quiet:
        print(report.as_text())
    return 0


def _crops(root: Path, lines: Path | None) -> Iterator[npt.NDArray[np.uint8]]:
    """Crops of a data set, of some lines only where they are given."""
    from effocr.workbench.dataset import open_dataset

    data = open_dataset(root)
    samples = data.samples if lines is None else data.split(lines).train
    yield from map(data.load, samples)
