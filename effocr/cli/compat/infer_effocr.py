"""`infer_effocr.py`: read text lines with PyTorch models."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from effocr.cli.compat.flags import Flags
from effocr.cli.compat.inference import add_flags, direction_of, infer, show_warnings

if TYPE_CHECKING:
    import torch

    from effocr.language import Language
    from effocr.recognizer.config import EncoderConfig
    from effocr.recognizer.sources import GlyphSource
    from effocr.workbench.recognizers import Recognizer

__all__ = ["run"]

_BACKENDS = ("native", "torchvision", "detectron2")


def run(argv: Sequence[str]) -> int:
    """Run the command."""
    flags = Flags("infer_effocr.py", description="Read text lines with PyTorch models.")
    add_flags(flags)
    flags.flag("--backend", choices=_BACKENDS, help="Of the localizer; default: its files tell.")
    flags.flag("--device", default="auto", help="auto, cpu, cuda, cuda:1, ...; without a GPU: cpu.")
    flags.flag(
        "--rcnn_score_thr",
        type=float,
        default=0.3,
        help="Least score of a glyph; a model folder has its own.",
    )
    flags.flag("--rcnn_score_thr_word", type=float, default=0.3, help="Least score of a word.")
    flags.flag("--N_classes", type=int, help="It is a classifier; default: as it was trained.")
    flags.flag("--auto_model_hf", help="Local folder of the Hugging Face model.")
    flags.flag("--auto_model_timm", help="Name of the timm network; default: as it was trained.")
    flags.flag("--imsize", type=int, help="Side of the squares; default: as it was trained.")
    flags.flag(
        "--ad_hoc_index_root_dir", type=Path, help="Recognizer data set to make the index of."
    )
    args = flags.parse_args(argv)

    import torch

    from effocr.language import load_language
    from effocr.workbench.models import LocalizerChoice, combine
    from effocr.workbench.networks import choose_device
    from effocr.workbench.torch_models import open_locator

    show_warnings()
    language = load_language(args.lang)
    direction = direction_of(language, vertical=args.vertical)
    device = choose_device(args.device)
    torch.set_num_threads(1)  # the reader's threads are the threads
    recognizer = _open_recognizer(args, language, device)
    choice = LocalizerChoice(
        folder=args.localizer_dir,
        backend=args.backend,
        score_threshold=args.rcnn_score_thr,
        word_threshold=args.rcnn_score_thr_word,
        iou_threshold=0.5,
        input_shape=None,
        direction=direction,
        spaces=language.spaces,
    )
    alone = args.localizer_dir is None and recognizer.locator is not None
    locator = recognizer.locator if alone else open_locator(choice, device)
    return infer(args, combine(recognizer, locator), language=language)


def _open_recognizer(
    args: argparse.Namespace, language: Language, device: torch.device
) -> Recognizer:
    """The recognizer, its index from its folder or made on the spot."""
    from effocr.workbench.networks import Network
    from effocr.workbench.torch_models import is_native_run, open_native, open_recognizer

    folder, root = args.recognizer_dir, args.ad_hoc_index_root_dir
    if is_native_run(folder):
        return open_native(folder, device, partial(_glyphs, folder, root))
    network = Network(args.auto_model_timm, args.auto_model_hf, args.N_classes, args.imsize)
    ad_hoc = None if root is None else (root, language)
    return open_recognizer(folder, network, device, ad_hoc=ad_hoc)


def _glyphs(run: Path, root: Path | None, model: EncoderConfig) -> GlyphSource:
    """Glyphs for the index of a native run: of a data set, or what it learnt from.

    Raises:
        UsageError: the run does not say what it learnt from.
    """
    from effocr.cli.train import prepare_source
    from effocr.errors import UsageError
    from effocr.export.runs import data_of

    paths = data_of(run) if root is None else [root]
    if not paths:
        raise UsageError(
            f"{run}: says not what it learnt from; name glyphs for its index with "
            "--ad_hoc_index_root_dir, or give a model folder of `effocr export`"
        )
    return prepare_source(paths, model, seed=0)
