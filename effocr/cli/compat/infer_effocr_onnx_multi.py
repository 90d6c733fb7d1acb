"""`infer_effocr_onnx_multi.py`: read text lines with ONNX models on several threads, without torch.

One pool of threads takes lines from file to text, so results do not depend on their number and come
in the order of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.inference import add_flags, direction_of, infer, show_warnings

if TYPE_CHECKING:
    from effocr.localizer.backends.boxes import Backend

__all__ = ["run"]

_BACKENDS: Final[dict[str, Backend]] = {
    "yolo": "yolo",
    "detectron2": "detectron2-onnx",
    "detectron2-onnx": "detectron2-onnx",
    "mmdetection": "mmdetection",
    "native": "native",
}


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = Flags("infer_effocr_onnx_multi.py", description="Read text lines with ONNX models.")
    add_flags(flags)
    flags.flag(
        "--backend",
        "--localier_backend",
        "--localizer_backend",
        choices=tuple(_BACKENDS),
        default="yolo",
        help="What the localizer was made with; a model folder needs none.",
    )
    flags.flag("--localizer_iou_thresh", type=float, default=0.01)
    flags.flag(
        "--localizer_conf_thresh",
        type=float,
        default=0.35,
        help="Least score of a box; a model folder has its own.",
    )
    flags.flag(
        "--localizer_input_shape",
        type=int,
        nargs=2,
        metavar=("HEIGHT", "WIDTH"),
        help="For graphs that take any size, pixels.",
    )
    flags.flag("--n_repeats", type=int, default=1, help="Read so often; each time is printed.")
    flags.flag(
        "--output_localizer_results", type=Path, metavar="DIR", help="Draw what was found here."
    )
    args = flags.parse_args(argv)

    from effocr.language import load_language
    from effocr.workbench.models import LocalizerChoice, open_onnx

    show_warnings()
    language = load_language(args.lang)
    shape = args.localizer_input_shape
    choice = LocalizerChoice(
        folder=args.localizer_dir,
        backend=_BACKENDS[args.backend],
        score_threshold=args.localizer_conf_thresh,
        word_threshold=None,
        iou_threshold=args.localizer_iou_thresh,
        input_shape=None if shape is None else (shape[0], shape[1]),
        direction=direction_of(language, vertical=args.vertical),
        spaces=language.spaces,
    )
    engines = open_onnx(args.recognizer_dir, choice)
    return infer(
        args,
        engines,
        language=language,
        repeats=max(args.n_repeats, 1),
        drawings=args.output_localizer_results,
    )
