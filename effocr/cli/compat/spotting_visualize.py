"""`visualize.py` of a text spotter: what it reads in a video, drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.spotting_files import open_spotter_of

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = Flags(
        "spotting_visualize.py",
        description="Draw on a video what a text spotter reads. No window is opened: the result is "
        "a video or a folder of pictures.",
    )
    flag = flags.flag
    flag(
        "--load-weights", type=Path, required=True, metavar="FILE",
        help="Checkpoint, .onnx, or the .xml or .bin of OpenVINO's form.",
    )  # fmt: skip
    flag(
        "--video", required=True, metavar="FILE|DIR|N",
        help="A video, a folder of images, or the number of a camera; Ctrl+C stops it.",
    )  # fmt: skip
    flag("--out", type=Path, default=Path("visualized.avi"), help="FILE.mp4, FILE.avi or a folder.")
    flag("--reader", default="en", metavar="MODEL", help="Model that reads the words (en).")
    flag("--every", type=int, default=1, metavar="N", help="Take every Nth frame.")
    flag("--max-frames", type=int, metavar="N", help="Stop after so many.")
    flag("--force", action="store_true", help="Overwrite what is there.")
    args = flags.parse_args(argv)

    from effocr.cli.demo import draw_video
    from effocr.errors import UsageError

    if args.every < 1 or (args.max_frames is not None and args.max_frames < 1):
        raise UsageError("--every and --max-frames are at least 1")
    spotter = open_spotter_of(args.load_weights, args.reader)
    failed = draw_video(
        args.video, args.out, spotter,
        every=args.every, max_frames=args.max_frames, force=args.force,
    )  # fmt: skip
    return 1 if failed else 0
