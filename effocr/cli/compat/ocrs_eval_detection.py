"""`python -m ocrs_models.eval_detection`: the words of one image, as pictures."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from effocr.cli.compat.flags import Flags

__all__ = ["run"]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    import cv2
    import numpy as np

    from effocr.cli.compat.ocrs_pictures import find_mask, save_picture
    from effocr.cli.train import load_named
    from effocr.detector.unet_start import load_unet
    from effocr.detector.word_masks import SHRINK_PX, shown, view, word_quads

    model = load_unet(args.model)
    page = load_named(args.image)
    seen = shown(page, view((page.shape[0], page.shape[1]))[0])
    start = time.perf_counter()
    found = find_mask(model, seen)
    print(f"Predicted text in {time.perf_counter() - start:.2f}s", file=sys.stderr)
    text = (found > args.threshold).astype(np.uint8)
    size = (page.shape[1], page.shape[0])
    mask = np.asarray(cv2.resize(text, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    quads = word_quads(mask, grown_px=SHRINK_PX)
    pictures = {
        "input": (seen, None),
        "text-regions": (page * mask, None),
        "text-probs": ((255 * found).round(), None),
        "text-words": (page, quads),
    }
    for name, (pixels, drawn) in pictures.items():
        save_picture(Path(f"{args.out_basename}-{name}.png"), pixels, drawn)
    print(f"{args.image}: {len(quads)} words")
    return 0


def _flags() -> Flags:
    flags = Flags(
        "ocrs_eval_detection.py",
        description="Find the words of one image with a checkpoint of text detection and draw "
        "them, as ocrs does: BASENAME-input.png, -text-regions.png, -text-probs.png and "
        "-text-words.png.",
    )
    flags.add_argument("model", type=Path, help="Checkpoint, such as text-detection-checkpoint.pt.")
    flags.add_argument("image", type=Path, help="Image to look at.")
    flags.add_argument("out_basename", metavar="BASENAME", help="Beginning of the files' names.")
    flags.flag(
        "--threshold",
        type=float,
        default=0.5,
        help="Probability from which on there is text (0.5).",
    )
    return flags
