"""Train a model from fonts alone, by a recipe: synthetic lines, both networks, index, model folder.

Every stage leaves its run in the work folder, the first one its lines; called again, finished
stages are skipped and a stopped one goes on where it was.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from effocr.atomic import write_text
from effocr.bundle import LOCALIZER
from effocr.charset import Charset, read_charset
from effocr.export.assemble import Assembled, ModelDetails, assemble_model, first_frame
from effocr.export.onnx import export_localizer
from effocr.export.quantize import CALIBRATION_LINES, int8_graph
from effocr.export.sample import (
    choose_gap_threshold,
    choose_threshold,
    locate_frames,
    locate_windows,
)
from effocr.learn.kept_lines import find_lines, keep_lines, lines_key
from effocr.learn.recipe import FontSet, Recipe
from effocr.localizer.train import train_localizer
from effocr.pipeline.onnx_engines import OnnxLocalizer
from effocr.pipeline.threads import thread_count
from effocr.pipeline.torch_engines import TorchLocalizer
from effocr.recognizer.config import Jitter
from effocr.recognizer.sources import FrameSource, GlyphSource
from effocr.recognizer.train import train_recognizer
from effocr.synth.compose import LIGATURES
from effocr.synth.content import Content
from effocr.synth.fonts import FontFile
from effocr.synth.frames import PreparedLine, prepare_line
from effocr.synth.pool import draw_lines
from effocr.synth.text import random_line
from effocr.training.run import begun_run, finished

__all__ = ["train_from_fonts"]

logger = logging.getLogger(__name__)

PLAIN_LINES: Final = 20_000  # of text, to count characters in
SECONDS: Final = "seconds.json"  # in the work folder: how long each stage took
_SECONDS: Final = TypeAdapter(dict[str, float])


def train_from_fonts(
    recipe: Recipe, fonts: FontSet, *, work: Path, out: Path, processes: int | None = None
) -> Assembled:
    """Train both networks and write the model folder.

    Args:
        recipe: what to do.
        fonts: what to draw with.
        work: folder of the runs; kept, so that a stopped training goes on.
        out: model folder.
        processes: that draw lines; None for all cores.

    Raises:
        TrainingError: there is nothing to learn from, or a loss is not finite.
        ParityError: an exported network decides differently.
        KeyboardInterrupt: a training was asked to end; it has saved where it was.
    """
    charset = read_charset(recipe.charset)
    labels = Charset((*charset, *LIGATURES))
    threads = thread_count(processes)
    localizer, recognizer = work / "localizer", work / "recognizer"
    with _timed(work, "lines"):
        lines = _lines(recipe, fonts.training, work / "lines" / "learnt", processes=threads)
        aside = _lines(recipe, fonts.held_out, work / "lines" / "aside", aside=True)
    with _timed(work, "localizer"):
        located = finished(
            train_localizer(
                lines,
                aside,
                labels,
                recipe.localizer,
                run=localizer,
                resume=begun_run(localizer, recipe.localizer),
            )
        )
    with _timed(work, "glyphs"):
        graph = _export_graph(localizer, lines, recipe)
        peak, gap = _thresholds(recipe, graph, aside)
        found = partial(_sources, graph=graph, recipe=recipe, peak_threshold=peak, threads=threads)
        (learnt, reference), (_, queries) = found(lines), found(aside)
    with _timed(work, "recognizer"):
        recognized = finished(
            train_recognizer(
                learnt, queries, recipe.recognizer,
                run=recognizer, reference=reference,
                resume=begun_run(recognizer, recipe.recognizer),
            )
        )  # fmt: skip
    figures = {"localizer_f_score": located.best, "recognizer_accuracy": recognized.best}
    return assemble_model(
        out,
        localizer=localizer,
        recognizer=recognizer,
        source=lambda _: reference,  # its glyphs were found by the graph that is shipped
        lines=aside,
        details=_details(recipe, fonts, lines, figures, work, thresholds=(peak, gap)),
        rng=np.random.default_rng(recipe.seed),
    )


@contextmanager
def _timed(work: Path, stage: str) -> Iterator[None]:
    """Add the time that a stage took to the work folder's seconds.json, also when it is stopped."""
    started = time.monotonic()
    try:
        yield
    finally:
        seconds = _seconds(work)
        seconds[stage] = round(seconds.get(stage, 0.0) + time.monotonic() - started, 1)
        write_text(work / SECONDS, json.dumps(seconds) + "\n")
        logger.info("%s: %.0f s", stage, seconds[stage])


def _seconds(work: Path) -> dict[str, float]:
    """Seconds that each stage has taken, over all calls; a damaged file is begun anew."""
    file = work / SECONDS
    if not file.is_file():
        return {}
    try:
        return _SECONDS.validate_json(file.read_bytes())
    except ValidationError:
        logger.warning("%s: damaged; the time that stages took is counted anew", file)
        return {}


def _lines(
    recipe: Recipe,
    fonts: Sequence[FontFile],
    place: Path,
    *,
    aside: bool = False,
    processes: int = 1,
) -> list[PreparedLine]:
    """The lines to learn from, or those kept aside: drawn once, then kept at `place`."""
    charset, options = read_charset(recipe.charset), recipe.synthesis
    shape = recipe.localizer.model.line
    count = recipe.validation_lines if aside else recipe.lines
    seed = recipe.seed + int(aside)
    key = lines_key(fonts, charset, count, seed=seed, options=options, shape=shape)
    kept = find_lines(place, key)
    if kept is not None:
        logger.info("%s: %d lines, drawn before", place, len(kept))
        return kept
    drawn = draw_lines(fonts, charset, count, seed=seed, options=options, processes=processes)
    lines = [line for each in drawn if (line := prepare_line(each, shape)) is not None]
    keep_lines(place, key, lines)
    return find_lines(place, key) or lines  # read as the next run reads them


def _export_graph(localizer: Path, lines: Sequence[PreparedLine], recipe: Recipe) -> Path:
    """The localizer's run as the graph that is shipped, in its folder."""
    shape = recipe.localizer.model.line
    graph = localizer / LOCALIZER
    export_localizer(TorchLocalizer(localizer).module, graph, height=shape.height)
    if not recipe.int8:
        return graph
    frames = [first_frame(line, shape) for line in lines[:CALIBRATION_LINES]]
    return int8_graph(localizer, graph, frames)


def _thresholds(recipe: Recipe, graph: Path, aside: Sequence[PreparedLine]) -> tuple[float, float]:
    """Of glyphs and of word gaps: the recipe's, or the best on the lines kept aside."""
    shape, localizer = recipe.localizer.model.line, OnnxLocalizer(graph)
    peak, gap = recipe.peak_threshold, recipe.gap_threshold
    if peak is None:
        peak = choose_threshold(aside, localizer, shape)
    if gap is None:
        gap = choose_gap_threshold(aside, localizer, shape, peak)
    logger.info("least score of a glyph: %.2f; threshold of a word gap: %.2f", peak, gap)
    return peak, gap


def _sources(
    lines: Sequence[PreparedLine],
    *,
    graph: Path,
    recipe: Recipe,
    peak_threshold: float,
    threads: int,
) -> tuple[GlyphSource, GlyphSource]:
    """The glyphs that the localizer finds: to learn from, and as reading sees them.

    Lines with words of several sizes are left out: there s of one size looks like S of another.
    """
    model = recipe.recognizer.model
    usable = [line for line in lines if not line.truth.mixed][: recipe.recognizer_lines]
    localizer = OnnxLocalizer(graph)
    if model.window is not None:
        windows = locate_windows(
            usable, localizer, model.line, model.window,
            peak_threshold=peak_threshold, threads=threads,
        )  # fmt: skip
        return windows, windows
    frames = list(
        locate_frames(usable, localizer, model.line, peak_threshold=peak_threshold, threads=threads)
    )

    def source(jitter: Jitter | None) -> FrameSource:
        return FrameSource(frames, line=model.line, crop=model.crop, jitter=jitter)

    return source(recipe.recognizer.jitter), source(None)


def _frequencies(recipe: Recipe, lines: Sequence[PreparedLine]) -> Counter[str]:
    """How often characters occur in text as people write it, without what is written at random.

    Where nothing else is written, as they occur in the lines.
    """
    made_up = {"random": 0, "mutated": 0, "accented": 0, "footnotes": 0}
    synthesis = recipe.synthesis
    mix = synthesis.text.model_copy(update=made_up)
    labels = list(dict.fromkeys(glyph for line in lines for glyph in line.truth.glyphs))
    if synthesis.content != Content() or not any(mix.model_dump(exclude={"word_lists"}).values()):
        return Counter(glyph for line in lines for glyph in line.truth.glyphs)
    charset, rng = read_charset(recipe.charset), np.random.default_rng(recipe.seed)
    text = "\n".join(
        random_line(rng, charset, lengths=synthesis.length, mix=mix) for _ in range(PLAIN_LINES)
    )
    return Counter({label: text.count(label) for label in labels})


def _details(
    recipe: Recipe,
    fonts: FontSet,
    lines: Sequence[PreparedLine],
    figures: Mapping[str, float | None],
    work: Path,
    *,
    thresholds: tuple[float, float],
) -> ModelDetails:
    return ModelDetails(
        name=recipe.name,
        version=recipe.version,
        languages=recipe.languages,
        licence=recipe.licence,
        description=recipe.description,
        fonts=fonts.credits(),
        recipe={
            "seed": recipe.seed,
            "lines": len(lines),
            "glyphs": sum(len(line.truth.glyphs) for line in lines),
            "fonts": len(fonts.training),
            "localizer_steps": recipe.localizer.loop.max_steps,
            "recognizer_steps": recipe.recognizer.loop.max_steps,
            "minutes": round(sum(_seconds(work).values()) / 60, 1),
            "cores": thread_count(None),
        },
        metrics={name: round(value, 4) for name, value in figures.items() if value is not None},
        peak_threshold=thresholds[0],
        gap_threshold=thresholds[1],
        rows_per_label=recipe.rows_per_label,
        int8=recipe.int8,
        frequencies=_frequencies(recipe, lines),
    )
