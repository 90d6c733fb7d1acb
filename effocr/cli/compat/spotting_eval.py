"""`eval.py` of a text spotter: word spotting and end-to-end, into metrics.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.spotting_files import open_spotter_of, paths, read_pages

if TYPE_CHECKING:
    from effocr.data.detection import DetectionPage
    from effocr.evaluation.detection import PagePair
    from effocr.evaluation.seed_metrics import Metric

__all__ = ["run"]

MEASURED: Final = (768, 1280)  # height and width of the image that complexity is told for


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    args = _flags().parse_args(argv)

    from effocr.cli.evaluate_spotting import spotted_pairs, spotting_table
    from effocr.evaluation.detection import score_spotting
    from effocr.evaluation.detection_input import read_lexicon
    from effocr.evaluation.seed_metrics import spotting_metrics, write_seed_metrics

    weights: Path = args.load_weights
    lexicon = None if args.lexicon is None else read_lexicon(args.lexicon)
    spotter = open_spotter_of(weights, args.reader)
    pages = read_pages(paths(args.test_ann_files), paths(args.test_data_roots))
    pairs = spotted_pairs(pages, spotter, args.min_confidence, None)
    row = score_spotting(pairs, lexicon).as_json()
    print(spotting_table(row))
    named = None if args.lexicon is None else args.lexicon.stem
    metrics = [*_of_network(weights), *spotting_metrics(row, named)]
    files = [weights.with_suffix(".xml")] if weights.suffix in (".bin", ".xml") else []
    write_seed_metrics(
        args.save_metrics_to, metrics, [weights.with_suffix(".bin") if files else weights, *files]
    )
    if args.save_output_to:
        _save(pairs, Path(args.save_output_to))
    return 0


def _flags() -> Flags:
    flags = Flags(
        "spotting_eval.py",
        description="Measure a text spotter by the rules of ICDAR 2015. Letters and figures are "
        "read, case is ignored.",
    )
    flag = flags.flag
    flag(
        "--load-weights", type=Path, required=True, metavar="FILE",
        help="Checkpoint, .onnx, or the .xml or .bin of OpenVINO's form.",
    )  # fmt: skip
    flag("--test-ann-files", required=True, help="COCO with text; several, separated by commas.")
    flag("--test-data-roots", required=True, help="Folder of the images of each.")
    flag(
        "--save-metrics-to", type=Path, required=True, metavar="YAML",
        help="metrics.yaml; one that is there is completed.",
    )  # fmt: skip
    flag("--save-output-to", default="", metavar="DIR", help="Pictures of what was read.")
    flag("--reader", default="en", metavar="MODEL", help="Model that reads the words (en).")
    flag("--lexicon", type=Path, metavar="FILE", help="Words, one a line; or voc_IMAGE.txt files.")
    flag("--min-confidence", type=float, metavar="X", help="Leave out words of less confidence.")
    return flags


def _of_network(weights: Path) -> list[Metric]:
    """Complexity and size of a detector; of exported ones nothing is told."""
    if weights.suffix in (".onnx", ".xml", ".bin"):
        return []
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from effocr.detector.train import load_detector
    from effocr.evaluation.seed_metrics import Metric

    model, _ = load_detector(weights)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model(torch.full((1, *MEASURED), 255, dtype=torch.uint8))
    size = sum(parameter.numel() for parameter in model.parameters())
    return [
        Metric("complexity", "Complexity", "GFLOPs", counter.get_total_flops() / 1e9),
        Metric("size", "Size", "Mp", size / 1e6),
    ]


def _save(pairs: Sequence[PagePair], folder: Path) -> None:
    """Pictures with the words drawn, and all words as labels; equal names get a number."""
    import numpy as np
    from PIL import Image

    from effocr.data.detection import DetectionPage
    from effocr.data.icdar import write_labels
    from effocr.errors import ImageError
    from effocr.pipeline.draw_words import draw_words
    from effocr.pipeline.images import load_image
    from effocr.pipeline.spotter import SpottedWord
    from effocr.workbench.results import Names

    folder.mkdir(parents=True, exist_ok=True)
    pages: list[DetectionPage] = []
    names = Names()
    for page, regions in pairs:
        pages.append(DetectionPage(page.image, regions, page.size))
        try:
            grey = load_image(page.image)
        except ImageError:  # told already
            continue
        words = [SpottedWord(one.polygon, one.text or "", one.score or 0.0, 1.0) for one in regions]
        picture = draw_words(np.repeat(grey[:, :, None], 3, axis=2), words)
        Image.fromarray(picture).save(folder / names.take(page.image, ".png"))
    write_labels(pages, folder / "labels.txt")
