"""The methods that `few_lines.py` compares: each learns from some lines and reads the others."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np

from effocr.bundle import MEMORY, load_bundle
from effocr.cli.learn import document_rule
from effocr.data.records import LineImage
from effocr.evaluation.sets import read_line_sets
from effocr.learn.judge import score_read
from effocr.learn.lessons import index_of, look_at
from effocr.learn.teach import TeachOptions, teach
from effocr.metrics.text import score_lines
from effocr.pipeline.engines import Engines
from effocr.pipeline.onnx_engines import load_engines
from effocr.recognizer.memory import Memory

Method = Literal["index", "finetune", "ctc"]
CTC_STEPS = 150


class Cell(TypedDict):
    """What one measurement gave; rates in percent."""

    lines: int
    cer: float
    seconds: float
    rows: int
    rss_mb: float
    known: dict[str, float]


@dataclass(frozen=True)
class Task:
    """One cell: learn from so many lines of a set, drawn by the seed."""

    method: Method
    folder: Path
    lines: int
    seed: int


@dataclass(frozen=True)
class Tools:
    """What all cells share."""

    model: str
    known: tuple[Path, ...]
    documents: str
    fonts: tuple[Path, ...]
    ctc: Path | None


Reads = Callable[[Sequence[LineImage]], float]
"""Lines -> character error rate in percent."""


def measure(task: Task, tools: Tools) -> Cell:
    """Learn, and read the other documents and what was known before."""
    (lines,) = read_line_sets([task.folder])
    document_of = document_rule(tools.documents)
    rng = np.random.default_rng(task.seed)
    documents = rng.permutation(sorted({document_of(line.path.stem) for line in lines.lines}))
    learnt_from = set(documents[: len(documents) // 2].tolist())
    pool = [line for line in lines.lines if document_of(line.path.stem) in learnt_from]
    others = [line for line in lines.lines if document_of(line.path.stem) not in learnt_from]
    chosen = [pool[place] for place in rng.permutation(len(pool))[: task.lines].tolist()]
    learn = {"index": by_index, "finetune": by_finetune, "ctc": by_ctc}[task.method]
    reads, seconds, rows = learn(chosen, task, tools)
    known = read_line_sets(list(tools.known)) if tools.known else []
    return {
        "lines": len(chosen),
        "cer": reads(others),
        "seconds": seconds,
        "rows": rows,
        "rss_mb": 0.0,
        "known": {each.name: reads(each.lines) for each in known},
    }


def by_index(chosen: Sequence[LineImage], task: Task, tools: Tools) -> tuple[Reads, float, int]:
    """`effocr learn --by index`, from lines in memory to the index."""
    engines = load_engines(tools.model)
    if not chosen:
        return reader(engines), 0.0, 0
    bundle = load_bundle(tools.model)
    memory = Memory.load(bundle.path(MEMORY)) if MEMORY in bundle.manifest.files else None
    started = time.monotonic()
    lessons = look_at(chosen, engines).lessons
    taught = teach(index_of(engines), lessons, name=task.folder.name, memory=memory)
    seconds = time.monotonic() - started
    return reader(replace(engines, index=taught.index)), seconds, taught.rows


def by_finetune(chosen: Sequence[LineImage], task: Task, tools: Tools) -> tuple[Reads, float, int]:
    """`effocr learn --by finetune`, all of it; what it refuses is read all the same."""
    from effocr.learn.by_finetune import FinetuneInputs, learn_by_finetune
    from effocr.learn.finetune.config import FinetuneTraining

    if not chosen:
        return by_index(chosen, task, tools)
    with tempfile.TemporaryDirectory() as place:
        samples = linked(chosen, Path(place) / "samples")
        inputs = FinetuneInputs(
            document_of=document_rule(tools.documents),
            options=TeachOptions(),
            fonts=tools.fonts,
            config=FinetuneTraining(),
            run=Path(place) / "run",
        )
        out = Path(place) / "model"
        started = time.monotonic()
        lesson = learn_by_finetune(
            tools.model, [samples], out=out, name=task.folder.name, inputs=inputs, force=True
        )
        seconds = time.monotonic() - started
        return reader(load_engines(out)), seconds, lesson.taught.rows


def by_ctc(chosen: Sequence[LineImage], task: Task, tools: Tools) -> tuple[Reads, float, int]:
    """`effocr train ctc --init-from`, the sequence reader on the same lines."""
    from effocr.ctc.config import CtcTraining
    from effocr.ctc.gather import gather_data
    from effocr.ctc.start import load_start
    from effocr.ctc.train import train_ctc
    from effocr.export.ctc import export_ctc
    from effocr.pipeline.ctc_engine import CtcReader
    from effocr.pipeline.images import load_image

    if tools.ctc is None:
        raise SystemExit("--by ctc needs --ctc RUN, a run of `effocr train ctc`")
    with tempfile.TemporaryDirectory() as place:
        run, started = tools.ctc, time.monotonic()
        if chosen:
            samples, run = linked(chosen, Path(place) / "samples"), Path(place) / "run"
            plain = CtcTraining()
            steps = {"max_steps": CTC_STEPS, "validate_every": CTC_STEPS, "bf16": True}
            config = plain.model_copy(
                update={"loop": plain.loop.model_copy(update=steps), "batch_size": 8}
            )
            start = replace(load_start(tools.ctc), optimizer=None)
            data, _ = gather_data([samples], [], config, load=load_image)
            train_ctc(data, config, run=run, start=start)
        seconds = time.monotonic() - started if chosen else 0.0
        export_ctc(run, Path(place) / "reader")
        ctc = CtcReader(Path(place) / "reader")

    def reads(lines: Sequence[LineImage]) -> float:
        found = [getattr(each, "text", "") for each in ctc.read_many([x.path for x in lines])]
        return 100 * score_lines(zip([line.text for line in lines], found, strict=True)).cer

    return reads, seconds, 0


def linked(lines: Sequence[LineImage], folder: Path) -> Path:
    """Line pairs of some lines, as a folder of links."""
    folder.mkdir()
    for line in lines:
        (folder / line.path.name).symlink_to(line.path.resolve())
        (folder / f"{line.path.stem}.gt.txt").write_text(line.text + "\n", encoding="utf-8")
    return folder


def reader(engines: Engines) -> Reads:
    """Character error rate of engines."""

    def reads(lines: Sequence[LineImage]) -> float:
        score = score_read(engines, [line.path for line in lines], [line.text for line in lines])
        return 100 * score.cer

    return reads
