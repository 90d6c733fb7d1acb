"""What both inference commands share: their common flags, and reading with what they opened."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from effocr.cli.compat.flags import Flags
from effocr.cli.progress import Progress
from effocr.errors import UsageError

if TYPE_CHECKING:
    from effocr.document import Document
    from effocr.geometry import Direction
    from effocr.language import Language
    from effocr.pipeline.engines import Engines
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.reader import Reader

__all__ = ["add_flags", "direction_of", "infer", "show_warnings"]

TOP_K: Final = 10  # candidates, as many as the original looks up
WORD_LIST: Final = Path("/usr/share/dict/words")
_ALL_READ, _SOME_FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class _Asked:
    """A line image to read, and its truth where it is known."""

    path: str
    truth: str | None = None


@dataclass(slots=True)
class _Outcome:
    """What became of the lines."""

    read: int = 0
    failed: int = 0
    pairs: list[tuple[str, str]] = field(default_factory=list)


class _Drawings:
    """A folder of pictures of what was found."""

    def __init__(self, folder: Path) -> None:
        from effocr.workbench.results import Names

        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._names = folder, Names()

    def add(self, path: str, document: Document) -> None:
        """Draw the boxes of one image, and their text."""
        from effocr.pipeline.draw import draw_document
        from effocr.pipeline.images import load_image

        name = self._names.take(Path(path), ".png")
        draw_document(load_image(path), document).save(self._folder / name)


def add_flags(flags: Flags) -> None:
    """Add the flags that both commands have."""
    flag = flags.flag
    flag("--image_dir", required=True, help="Folder of the line images.")
    flag("--coco_json", type=Path, help="COCO file: its images are read, its texts compared with.")
    flag(
        "--infer_over_img_dir",
        action="store_true",
        help="Read every image in --image_dir and its sub-folders; no COCO file is needed.",
    )
    flag("--recognizer_dir", type=Path, required=True, help="Run folder, or a model folder.")
    flag("--localizer_dir", type=Path, help="Folder of the localizer.")
    flag("--lang", required=True, help="en, jp, or the YAML file of another language.")
    flag("--vertical", action="store_true", help="Lines are columns.")
    flag("--blacklist_chars", default="", help="These characters are never read.")
    flag("--anchor_margin", type=float, help="Fix case and periods by height; 0.1 is usual.")
    flag(
        "--spell_check",
        nargs="?",
        type=Path,
        const=WORD_LIST,
        metavar="WORDS",
        help=f"Correct words that are not in the file WORDS (default {WORD_LIST}) to look-alikes.",
    )
    flag("--no_spaces_eval", action="store_true", help="Compare without spaces.")
    flag("--uncased", action="store_true", help="Compare without case.")
    flag("--norm_edit", action="store_true", help="Show the mean normalised edit distance.")
    flag("--save_output", type=Path, metavar="DIR", help="Write results here.")
    flag("--num_threads", type=int, help="Default: all cores.")


def show_warnings() -> None:
    """Send the library's warnings to standard error."""
    logging.basicConfig(level=logging.WARNING, format="effocr: %(message)s", stream=sys.stderr)


def direction_of(language: Language, *, vertical: bool) -> Direction:
    """Direction of the lines. Japanese lines are columns only where --vertical says so."""
    if vertical:
        return "ttb"
    return "ltr" if language.name == "jp" else language.direction


def infer(
    args: argparse.Namespace,
    engines: Engines,
    *,
    language: Language,
    repeats: int = 0,
    drawings: Path | None = None,
) -> int:
    """Read, keep, compare, print.

    Args:
        args: the flags of `add_flags`.
        engines: what reads.
        language: of the lines.
        repeats: how often to read all lines, each time with its duration; 0: once, without.
        drawings: folder for pictures of what was found.

    Returns:
        The exit status: 1 if a line was not read.

    Raises:
        UsageError: there is nothing to read, or not by this localizer.
    """
    from effocr.pipeline.reader import Reader

    if args.vertical and engines.manifest.direction != "ttb":
        raise UsageError("--vertical: this localizer was trained on lines, not on columns")
    asked = _asked(args, drawings)
    _warn_of_unknown(args.blacklist_chars, engines)
    reader = Reader(
        engines,
        threads=args.num_threads,
        top_k=TOP_K,
        blacklist=args.blacklist_chars,
        corrections=_corrections(args),
    )
    started = time.perf_counter()
    outcome = _read_and_keep(args, reader, asked, drawings)
    if repeats:
        _print_time(1, repeats, time.perf_counter() - started, len(asked))
    for number in range(2, repeats + 1):
        started = time.perf_counter()
        for _ in reader.read_many(each.path for each in asked):
            pass
        _print_time(number, repeats, time.perf_counter() - started, len(asked))
    if outcome.pairs:
        _print_scores(args, outcome.pairs, language)
    if outcome.failed:
        print(f"effocr: {outcome.failed} of {len(asked)} lines were not read", file=sys.stderr)
    return _SOME_FAILED if outcome.failed else _ALL_READ


def _asked(args: argparse.Namespace, drawings: Path | None) -> list[_Asked]:
    """The lines to read, in order.

    Raises:
        UsageError: there are none, or it is not said which.
    """
    if args.infer_over_img_dir:
        own = [folder for folder in (_images_of(args.save_output), drawings) if folder]
        asked = [_Asked(path) for path in _images_in(args.image_dir, own)]
        truths = _from_coco(args) if args.coco_json else []
        known = {each.path: each.truth for each in truths}
        asked = [_Asked(each.path, known.get(each.path)) for each in asked]
    elif args.coco_json:
        asked = _from_coco(args)
    else:
        raise UsageError("say what to read: --coco_json FILE, or --infer_over_img_dir")
    if not asked:
        raise UsageError(f"{args.coco_json or args.image_dir}: no images to read")
    return asked


def _from_coco(args: argparse.Namespace) -> list[_Asked]:
    """The images of the COCO file."""
    from effocr.data.coco_entries import load_coco

    coco = load_coco(args.coco_json, args.image_dir)
    for problem in coco.problems:
        if "image" in problem.source.rpartition(": ")[2]:
            print(f"effocr: {problem}", file=sys.stderr)
    asked = []
    for image in coco.images:
        path = os.path.join(args.image_dir, image.file_name)  # noqa: PTH118 - kept as it was given
        usual = Path(path).is_file()
        asked.append(_Asked(path if usual else str(coco.image_path(image)), image.text))
    return asked


def _images_of(output: Path | None) -> Path | None:
    """Where an output folder keeps its copies."""
    from effocr.workbench.results import IMAGES

    return None if output is None else output / IMAGES


def _images_in(folder: str, own: Sequence[Path]) -> list[str]:
    """Paths of the images in a folder and below, by name, but not of those that we write there."""
    from effocr.cli.inputs import list_inputs
    from effocr.data.records import is_image

    root = Path(folder).resolve()
    left_out = [path.resolve() for path in own if path.resolve() != root]
    return [
        found.path
        for found in list_inputs([folder], recursive=True)
        if is_image(Path(found.path))
        and not any(Path(found.path).resolve().is_relative_to(path) for path in left_out)
    ]


def _corrections(args: argparse.Namespace) -> Corrections:
    from effocr.pipeline.postprocess.corrections import Corrections
    from effocr.pipeline.postprocess.lexicon import read_lexicon

    lexicon = None if args.spell_check is None else read_lexicon(args.spell_check)
    return Corrections(anchor_margin=args.anchor_margin, lexicon=lexicon)


def _warn_of_unknown(blacklist: str, engines: Engines) -> None:
    from effocr.charset import graphemes

    known = frozenset(engines.manifest.charset)
    unknown = [char for char in dict.fromkeys(graphemes(blacklist)) if char not in known]
    if unknown:
        told = " ".join(unknown)
        print(f"effocr: --blacklist_chars: the model knows no {told} anyway", file=sys.stderr)


def _read_and_keep(
    args: argparse.Namespace, reader: Reader, asked: Sequence[_Asked], drawings: Path | None
) -> _Outcome:
    """Read all lines; what is done is kept whatever happens later."""
    from effocr.pipeline.reader import ReadFailure
    from effocr.workbench.results import ResultsFolder

    outcome, progress = _Outcome(), Progress(len(asked), "lines")
    with ExitStack() as stack:
        kept = stack.enter_context(ResultsFolder(args.save_output)) if args.save_output else None
        drawn = _Drawings(drawings) if drawings else None
        stack.callback(progress.clear)
        stack.callback(_say_if_stopped, outcome, len(asked))
        results = stack.enter_context(closing(reader.read_many(each.path for each in asked)))
        for each, result in zip(asked, results, strict=True):
            progress.advance()
            if isinstance(result, ReadFailure):
                outcome.failed += 1
                progress.clear()
                print(f"effocr: {each.path}: {result.reason}", file=sys.stderr)
                if kept:
                    kept.fail(each.path, result.reason)
            else:
                outcome.read += 1
                if kept:
                    kept.add(each.path, result)
                if drawn:
                    drawn.add(each.path, result)
                if not kept and not args.coco_json:
                    print(f"{each.path}\t{result.text}")
            if each.truth is not None:
                text = "" if isinstance(result, ReadFailure) else result.text
                outcome.pairs.append((each.truth, text))
    return outcome


def _say_if_stopped(outcome: _Outcome, total: int) -> None:
    if outcome.read + outcome.failed < total:
        print(f"effocr: stopped; {outcome.read} of {total} lines were read", file=sys.stderr)


def _print_time(number: int, repeats: int, seconds: float, lines: int) -> None:
    times = f"repeat {number} of {repeats} | " if repeats > 1 else ""
    print(
        f"{times}Total time: {seconds:.2f}s | Average time per image: {seconds / lines:.4f}s | "
        f"{lines / seconds:.1f} lines/s"
    )


def _print_scores(
    args: argparse.Namespace, pairs: Iterable[tuple[str, str]], language: Language
) -> None:
    """The original's metric line and the corrected one."""
    from effocr.metrics.original import Cleaning, score_texts

    cleaning = Cleaning(
        spaces=not args.no_spaces_eval, uncased=args.uncased, normalisation=language.normalisation
    )
    print(score_texts(pairs, cleaning).as_text(norm_edit=args.norm_edit))
