"""`effocr learn --by finetune`: a model and a few lines -> a better model, in minutes."""

import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from effocr.bundle import (
    LOCALIZER,
    LOCALIZER_WEIGHTS,
    MEMORY,
    RECOGNIZER,
    RECOGNIZER_WEIGHTS,
    Bundle,
    load_bundle,
)
from effocr.data.records import LineImage
from effocr.errors import UsageError
from effocr.evaluation.sets import NamedSet
from effocr.export.assemble import INT8_AGREEMENT, REMEMBERED
from effocr.export.quantize import CALIBRATION_LINES
from effocr.export.retrained import export_retrained
from effocr.export.sample import collect_sample
from effocr.export.update import NewNetworks, write_with_index
from effocr.learn.by_index import memory_of
from effocr.learn.finetune.blend import MOST_FORGOTTEN, blend_networks
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.finetune.known import draw_known
from effocr.learn.finetune.lines import real_lines
from effocr.learn.finetune.report import FinetuneLesson
from effocr.learn.finetune.train import Lines, Start, save_networks, train_reading_net
from effocr.learn.judge import BeforeAfter, divide, score_read
from effocr.learn.lessons import Lessons, index_of, look_at, read_samples
from effocr.learn.teach import TeachOptions, teach
from effocr.metrics.text import Score
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer, load_engines
from effocr.pipeline.threads import thread_count
from effocr.recognizer.memory import Memory

__all__ = ["FinetuneInputs", "FinetuneLesson", "learn_by_finetune"]

logger = logging.getLogger(__name__)

LEAST_LINES: Final = 10
ASIDE_PARTS: Final = 5  # one of them is kept aside
MOST_LOST: Final = 0.001  # CER of known sets, as a fraction
SYNTHETIC: Final = "synthetic"  # name of the drawn lines among the known sets


@dataclass(frozen=True, slots=True)
class FinetuneInputs:
    """What is given besides model and lines.

    Attributes:
        document_of: name of a line's file -> its document; documents are kept aside whole.
        options: of aligning and of the rows.
        fonts: folders of fonts that lines of known type are drawn with.
        config: of the training.
        run: folder of the training; kept.
        resume: run to go on with exactly, of the same model and lines.
        init_from: model folder, or run, whose weights to start from instead of the model's.
        known: line pairs of what the model reads well already; none may become worse.
    """

    document_of: Callable[[str], str]
    options: TeachOptions
    fonts: tuple[Path, ...]
    config: FinetuneTraining
    run: Path
    resume: Path | None = None
    init_from: Path | None = None
    known: tuple[NamedSet, ...] = ()


def learn_by_finetune(
    model: str | Path,
    sources: Sequence[Path],
    *,
    out: Path,
    name: str,
    inputs: FinetuneInputs,
    force: bool = False,
) -> FinetuneLesson:
    """Teach both networks of a model the type of a collection, then its index.

    The lines are aligned by the model as it is. Four fifths of them, by document, train localizer
    and encoder together, in turn with lines drawn from fonts; the rest chooses the best weights and
    tells whether anything was gained. The rows of the index stay where they are while the networks
    move around them; at the end the collection's rows are made anew, of all lines.

    Args:
        model: name or folder, left to right, with weights to start from.
        sources: line pairs, character-level COCO or correction samples.
        out: folder of the new model, which must not exist.
        name: of the collection.
        inputs: the rest.
        force: write the model even where it is not better.

    Raises:
        UsageError: `out` exists, the samples are no lines or too few, or the model can't be
            fine-tuned.
        TrainingError: nothing could be learnt, or the loss is not finite.
        KeyboardInterrupt: the training was stopped; it can be resumed.
        EffOCRError: model, fonts or samples cannot be read.
    """
    if out.exists():
        raise UsageError(f"{out}: exists already; give a new folder")
    clock = _Clock()
    bundle, engines = load_bundle(model), load_engines(model)
    weights = _weights(bundle, inputs.init_from)
    lessons, learnt, aside = _look(sources, engines, inputs)
    teaching = partial(teach, name=name, options=inputs.options)
    begun = lessons.taken(learnt)
    by_index = teaching(index_of(engines), begun.lessons, memory=memory_of(bundle))
    real = real_lines(begun.lines, begun.lessons, by_index.aligned, bundle.manifest.line)
    clock.tick("aligning")
    known = draw_known(bundle.manifest, inputs.fonts, inputs.config, processes=thread_count(None))
    clock.tick("drawing")
    start = Start.of(*weights, by_index.index.rows_of(name)[1])
    learns = replace(engines, index=by_index.index)
    kept = lessons.taken(aside).lines
    lines = Lines(real.lines, known.learnt, kept, known.aside, name, lessons.data)
    outcome = train_reading_net(
        start, lines, learns, inputs.config, run=inputs.run, resume=inputs.resume
    )
    if outcome.interrupted:
        raise KeyboardInterrupt
    clock.tick("training")
    blend = blend_networks(inputs.run, start, learns, lines, highest=inputs.config.blend)
    clock.tick("blending")
    with tempfile.TemporaryDirectory() as place:
        networks, new = _export(bundle, engines, start, lines, Path(place))
        clock.tick("exporting")
        seen = look_at(lessons.lines, new, lessons.problems)
        memory = Memory.load(networks.files[MEMORY])
        judged = teaching(index_of(new), seen.taken(learnt).lessons, memory=memory)
        taught = teaching(index_of(new), seen.lessons, memory=memory, data=lessons.data)
        clock.tick("learning")
        first, second, last = (
            _score(each, kept) for each in (engines, learns, replace(new, index=judged.index))
        )
        compared = _compare_known(engines, replace(new, index=taught.index), lines, inputs.known)
        clock.tick("judging")
        refused, written = _why_not(BeforeAfter(first, last), compared), None
        if force or not refused:
            written = write_with_index(
                bundle, taught.index, out=out, data=lessons.data,
                samples=taught.collection.lines, networks=networks,
            )  # fmt: skip
    return FinetuneLesson(
        taught=taught,
        lessons=seen,
        skipped=real.skipped,
        trained=len(real.lines),
        aside=BeforeAfter(first, last),
        by_index=second,
        known=compared,
        outcome=outcome,
        blend=blend,
        refused=refused,
        written=written,
        seconds=clock.seconds,
    )


def _look(
    sources: Sequence[Path], engines: Engines, inputs: FinetuneInputs
) -> tuple[Lessons, list[int], list[int]]:
    """The lines, and the numbers of those to learn from and of those to keep aside.

    Raises:
        UsageError: the samples are no lines, or too few.
    """
    lines, problems = read_samples(sources)
    if len(lines) < LEAST_LINES:
        raise UsageError(
            f"{len(lines)} lines; fine-tuning needs {LEAST_LINES}, --by index learns from fewer"
        )
    lessons = look_at(lines, engines, problems)
    documents = [inputs.document_of(line.path.stem) for line in lessons.lines]
    parts = divide(documents, folds=ASIDE_PARTS)
    aside = set(parts[int(np.argmin([len(part) for part in parts]))])
    numbers = range(len(documents))
    return lessons, [n for n in numbers if n not in aside], sorted(aside)


class _Clock:
    """How long each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def tick(self, stage: str) -> None:
        """A stage is over."""
        now = time.monotonic()
        self.seconds[stage], self._last = now - self._last, now
        logger.info("%s: %.0f s", stage, self.seconds[stage])


def _weights(bundle: Bundle, init_from: Path | None) -> tuple[Path, Path]:
    """Files of the localizer's and of the recognizer's weights to start from.

    Raises:
        UsageError: the model folder has none.
    """
    folder = bundle.folder if init_from is None else init_from
    paths = folder / LOCALIZER_WEIGHTS, folder / RECOGNIZER_WEIGHTS
    for path in paths:
        if not path.is_file():
            raise UsageError(
                f"{path}: missing; fine-tuning starts from the weights that `effocr export` puts "
                "into a model folder: export the model again, or learn with --by index"
            )
    return paths


def _export(
    bundle: Bundle,
    engines: Engines,
    start: Start,
    lines: Lines,
    folder: Path,
) -> tuple[NewNetworks, Engines]:
    """The trained networks as files, and engines that read with them and the old index."""
    manifest = bundle.manifest
    weights = save_networks(start, folder)
    some = [*lines.real, *lines.synthetic[: max(len(lines.real), CALIBRATION_LINES)]]
    parity, agreement = export_retrained(bundle, weights, some, engines.index, folder=folder)
    localizer, encoder = OnnxLocalizer(folder / LOCALIZER), OnnxEncoder(folder / RECOGNIZER)
    sample = collect_sample(
        lines.known, localizer=localizer, encoder=encoder, line=manifest.line,
        cutter=engines.cutter, peak_threshold=manifest.peak_threshold,
    )  # fmt: skip
    sample.as_memory(REMEMBERED).save(folder / MEMORY)
    names = (LOCALIZER, RECOGNIZER, MEMORY, LOCALIZER_WEIGHTS, RECOGNIZER_WEIGHTS)
    metrics = {
        "parity_maps": parity.maps_difference,
        "parity_embeddings": parity.embeddings_difference,
    } | ({} if agreement is None else {INT8_AGREEMENT: agreement})
    networks = NewNetworks({name: folder / name for name in names}, metrics)
    if not isinstance(engines.locator, NativeLocator):
        raise UsageError(f"{bundle.folder}: fine-tuning needs the native localizer")
    locator = replace(engines.locator, localizer=localizer)
    return networks, replace(engines, locator=locator, encoder=encoder)


def _score(engines: Engines, lines: Sequence[LineImage]) -> Score:
    return score_read(engines, [line.path for line in lines], [line.text for line in lines])


def _compare_known(
    before: Engines, after: Engines, lines: Lines, sets: Sequence[NamedSet]
) -> dict[str, BeforeAfter]:
    """What was known, read by the model as it was and as it became."""
    images = [line.prepared.grey for line in lines.known]
    texts = [line.truth.text for line in lines.known]
    found = {SYNTHETIC: BeforeAfter(*(score_read(each, images, texts) for each in (before, after)))}
    for one in sets:
        found[one.name] = BeforeAfter(*(_score(each, one.lines) for each in (before, after)))
    return found


def _why_not(aside: BeforeAfter, known: Mapping[str, BeforeAfter]) -> str:
    """Why a model that was taught is not better; "" where it is."""
    if aside.worse:
        return (
            f"lines kept aside would be read worse: {aside.after.edits} edits instead of "
            f"{aside.before.edits}"
        )
    for name, scores in known.items():
        lost = scores.after.cer - scores.before.cer
        if lost > (MOST_FORGOTTEN if name == SYNTHETIC else MOST_LOST):
            return f"{name} would be read worse: {100 * lost:.2f} points of CER"
    return ""
