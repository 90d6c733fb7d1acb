"""`scripts/viz_effocr_recognizer.py`: the nearest neighbours of glyphs as pictures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.inference import show_warnings
from effocr.errors import DataFormatError, ImageError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from effocr.workbench.dataset import RecognizerData

__all__ = ["run"]

VIZ: Final = "viz"
REF_DIR: Final = Path("ref_dir")
SEED: Final = 111


@dataclass(frozen=True, slots=True)
class _Query:
    """A glyph image to look up, and its character where it is known."""

    path: Path
    truth: str | None
    pixels: npt.NDArray[np.uint8]


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    from effocr.cli.progress import Progress
    from effocr.recognizer.squares import to_square
    from effocr.workbench.dataset import open_dataset
    from effocr.workbench.neighbours import (
        Gallery,
        draw_neighbours,
        label_font,
        nearest,
        picture_name,
    )
    from effocr.workbench.networks import Network, choose_device
    from effocr.workbench.torch_models import open_square_recognizer

    show_warnings()
    network = Network(args.auto_model_timm, args.auto_model_hf, args.N_classes, args.imsize)
    recognizer, size_px = open_square_recognizer(args.run_name, network, choose_device(args.device))
    root = args.ref_dir_path or (REF_DIR if REF_DIR.is_dir() else None)
    data = None if root is None else open_dataset(root)
    gallery = Gallery(data, recognizer.encoder, size_px, recognizer.index.embeddings)
    font = None if args.local_font is None else label_font(args.local_font, 15)
    folder = args.run_name / VIZ
    folder.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    known = right = drawn = 0
    progress = Progress(args.N_to_ocr or 0, "glyphs")
    for number, query in enumerate(_queries(args, data, failed)):
        square = to_square(query.pixels, size_px)
        (near,) = nearest(recognizer.index, recognizer.encoder.embed(square[None]), args.k_nn)
        hit = None if query.truth is None else near[0].label == query.truth
        picture = draw_neighbours(square, near, gallery, truth=query.truth, font=font)
        labels = [one.label for one in near]
        picture.save(folder / picture_name(number, query.path.stem, right=hit, labels=labels))
        drawn, known, right = drawn + 1, known + (hit is not None), right + bool(hit)
        progress.advance()
    progress.clear()
    print(f"{folder}: {drawn} pictures; nearest neighbour right for {right} of {known}")
    return 1 if failed else 0


def _flags() -> Flags:
    flags = Flags("viz_effocr_recognizer.py", description="Draw the nearest neighbours of glyphs.")
    flag = flags.flag
    flag("--run_name", type=Path, required=True, help="Run folder; pictures go to viz/ in it.")
    flag(
        "--ref_dir_path", type=Path,
        help=f"Recognizer data set: queries and their neighbours. Default: {REF_DIR} if there.",
    )  # fmt: skip
    flag("--anno_path", type=Path, help="COCO file: look up only crops of its lines.")
    flag("--ad_hoc", metavar="IMAGE,IMAGE", help="Look up these images instead.")
    flag("--query_text", action="store_true", help="--ad_hoc is a file with a path on each line.")
    flag("--N_to_ocr", type=int, help="So many crops at random; default: all.")
    flag("--k_nn", type=int, default=10, help="Neighbours of each.")
    flag("--auto_model_hf", help="Local folder of the Hugging Face model.")
    flag("--auto_model_timm", help="Name of the timm network; default: as it was trained.")
    flag("--N_classes", type=int, help="It is a classifier; default: as it was trained.")
    flag("--imsize", type=int, help="Side of the squares; default: as it was trained.")
    flag("--device", default="auto", help="auto, cpu, cuda, ...")
    flag("--local_font", type=Path, help="Font to write characters with; needed for none.")
    flag("--lang", default="jp", help="Taken for compatibility; any language is drawn.")
    flag("--diff_sizes", action="store_true", deprecated="crops are always scaled to squares")
    return flags


def _queries(
    args: argparse.Namespace, data: RecognizerData | None, failed: list[str]
) -> Iterator[_Query]:
    """The glyphs to look up; images that cannot be read are reported.

    Raises:
        UsageError: there are none.
    """
    import numpy as np

    from effocr.pipeline.images import load_image
    from effocr.workbench.dataset import Sample

    if args.k_nn < 1:
        raise UsageError(f"--k_nn {args.k_nn}: at least 1 neighbour is drawn")
    if args.N_to_ocr is not None and args.N_to_ocr < 1:
        raise UsageError(f"--N_to_ocr {args.N_to_ocr}: at least 1 crop is looked up")
    samples: list[tuple[Path | Sample, str | None]]
    if args.ad_hoc:
        samples = [(path, _glyph_of(path)) for path in _ad_hoc(args)]
    elif data is None:
        raise UsageError("say what to look up: --ref_dir_path DATA, or --ad_hoc IMAGE,IMAGE")
    else:
        found = data.split(args.anno_path).train if args.anno_path else data.samples
        samples = [(one, one.glyph) for one in found if one.kind == "paired"]
    if not samples:
        place = args.ad_hoc or args.anno_path or args.ref_dir_path or REF_DIR
        raise UsageError(f"{place}: no crops to look up")
    order = np.random.default_rng(SEED).permutation(len(samples)).tolist()
    for place in order[: args.N_to_ocr] if args.N_to_ocr else range(len(samples)):
        sample, truth = samples[place]
        try:
            if data is not None and isinstance(sample, Sample):
                yield _Query(Path(str(sample.place)), truth, data.load(sample))
            elif isinstance(sample, Path):
                yield _Query(sample, truth, load_image(sample))
        except ImageError as error:
            name = "" if isinstance(sample, Sample) else f"{sample}: "
            failed.append(f"{name}{error}")
            print(f"effocr: {name}{error}", file=sys.stderr)


def _ad_hoc(args: argparse.Namespace) -> list[Path]:
    """Paths that --ad_hoc names, itself or in a file.

    Raises:
        DataFormatError: the file cannot be read.
    """
    if not args.query_text:
        return [Path(name) for name in args.ad_hoc.split(",") if name]
    try:
        lines = Path(args.ad_hoc).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(f"{args.ad_hoc}: not a text file of paths ({error})") from error
    return [Path(line.strip()) for line in lines if line.strip()]


def _glyph_of(path: Path) -> str | None:
    """The character of an image in a glyph folder; None for any other."""
    from effocr.charset import folder_to_glyph, normalise

    try:
        return normalise(folder_to_glyph(path.resolve().parent.name))
    except DataFormatError:
        return None
