"""`effocr learn --by finetune`: a model and a few lines -> a better model, in minutes."""

import logging
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from effocr.bundle import (
    LOCALIZER,
    LOCALIZER_WEIGHTS,
    MEMORY,
    RECOGNIZER,
    RECOGNIZER_WEIGHTS,
    Bundle,
    load_bundle,
)
from effocr.errors import UsageError
from effocr.export.assemble import INT8_AGREEMENT, REMEMBERED
from effocr.export.quantize import CALIBRATION_LINES
from effocr.export.retrained import export_retrained
from effocr.export.runs import Sources, remember_sources
from effocr.export.sample import collect_sample
from effocr.export.update import NewNetworks, write_with_index
from effocr.learn.finetune.begin import begin, look
from effocr.learn.finetune.blend import blend_networks
from effocr.learn.finetune.gate import compare_known, score_lines_of, why_not
from effocr.learn.finetune.inputs import FinetuneInputs
from effocr.learn.finetune.known import draw_known
from effocr.learn.finetune.report import FinetuneLesson
from effocr.learn.finetune.start import Start, save_networks, weights_of
from effocr.learn.finetune.train import Lines, train_reading_net
from effocr.learn.judge import BeforeAfter, forgetting
from effocr.learn.lessons import index_of, look_at
from effocr.learn.teach import teach
from effocr.pipeline.engines import Engines
from effocr.pipeline.locate import NativeLocator
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer, load_engines
from effocr.pipeline.threads import thread_count
from effocr.recognizer.index import GlyphIndex
from effocr.recognizer.memory import Memory
from effocr.recognizer.pictures import pictures_of
from effocr.training.run import finished

__all__ = ["FinetuneInputs", "FinetuneLesson", "learn_by_finetune"]

logger = logging.getLogger(__name__)


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
    tells whether anything was gained. Lines whose text does not fit their image do neither. The
    rows of the index stay where they are while the networks move around them; at the end the
    collection's rows are made anew, of all lines.

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
    bundle = load_bundle(model)
    weights = weights_of(bundle, inputs.init_from)
    engines = load_engines(model)
    begun = begin(bundle, engines, weights, look(sources, engines, name, inputs), name, inputs)
    clock.tick("aligning")
    known = draw_known(bundle.manifest, inputs.fonts, inputs.config, processes=thread_count(None))
    clock.tick("drawing")
    lessons, start, learns = begun.seen.lessons, begun.start, begun.engines
    kept = lessons.taken(begun.seen.aside).lines
    lines = Lines(begun.real.lines, known.learnt, kept, known.aside, name, lessons.data)
    if inputs.resume is None:
        remember_sources(inputs.run, Sources(tuple(sources), init_from=inputs.init_from))
    outcome = finished(
        train_reading_net(
            start,
            lines,
            learns,
            inputs.config,
            run=inputs.run,
            origin=begun.origin,
            resume=inputs.resume,
        )
    )
    clock.tick("training")
    blend = blend_networks(inputs.run, start, learns, lines, highest=inputs.config.blend)
    clock.tick("blending")
    with tempfile.TemporaryDirectory() as place:
        networks, new = _export(bundle, engines, start, lines, Path(place))
        clock.tick("exporting")
        seen = look_at(lessons.lines, new, lessons.problems)
        memory = Memory.load(networks.files[MEMORY])
        teaching = partial(teach, index_of(new), name=name, memory=memory, options=inputs.options)
        judged = teaching(seen.among(lessons.taken(begun.seen.learnt).lines).lessons)
        taught = teaching(seen.lessons, data=lessons.data)
        clock.tick("learning")
        before = replace(engines, index=forgetting(index_of(engines), name))
        first, second, last = (
            score_lines_of(each, kept)
            for each in (before, learns, replace(new, index=judged.index))
        )
        after = replace(new, index=taught.index)
        compared = compare_known(engines, after, lines.known, inputs.known)
        clock.tick("judging")
        refused, written = why_not(BeforeAfter(first, last), compared), None
        if force or not refused:
            written = write_with_index(
                bundle, taught.index, out=out, data=lessons.data,
                samples=taught.collection.lines, networks=networks,
            )  # fmt: skip
    return FinetuneLesson(
        taught=taught,
        lessons=seen,
        skipped=(*begun.seen.unfit, *begun.real.skipped),
        trained=len(lines.real),
        aside=BeforeAfter(first, last),
        by_index=second,
        known=compared,
        outcome=outcome,
        blend=blend,
        refused=refused,
        written=written,
        stale=_stale(bundle, taught.index, name),
        seconds=clock.seconds,
    )


def _stale(bundle: Bundle, index: GlyphIndex, name: str) -> tuple[str, ...]:
    """Other collections and pictures of a model, which are as its old networks saw them."""
    others = [each.name for each in index.collections if each.name != name]
    pictures = pictures_of(bundle)
    return (*others, *(pictures.labels if pictures is not None else ()))


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
