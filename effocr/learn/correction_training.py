"""Train the sequence reader on correction samples, and leave models and a report."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from effocr.ctc.batches import LineBatches
from effocr.ctc.config import CtcTraining
from effocr.ctc.start import Start
from effocr.ctc.train import CtcData, checkpoint_settings, train_ctc
from effocr.data.corrections import stamp_of
from effocr.file_names import free_path
from effocr.learn.correction_lines import CorrectionTraining, run_settings
from effocr.learn.correction_models import (
    BEST_MODEL,
    CHECKPOINT_EVERY,
    LATEST_MODEL,
    checkpoint_name,
    history_of,
    place_model,
    write_model,
)
from effocr.learn.correction_report import HistorySummary, TrainingReport, write_report
from effocr.learn.version_store import locked
from effocr.training.checkpoints import BEST, LAST
from effocr.training.log import read_log

__all__ = ["Epoch", "Trained", "train_on_corrections"]

_LOG: Final = "log.jsonl"


@dataclass(frozen=True)
class Epoch:
    """Figures of an epoch; None: nothing to measure on."""

    number: int
    train_loss: float
    val_loss: float | None
    val_accuracy: float | None


@dataclass(frozen=True)
class Trained:
    """What a training left.

    Attributes:
        report: its figures.
        path: of the report.
        parameters: of the network.
        interrupted: by Ctrl+C; the report and the models are those of the epochs so far.
    """

    report: TrainingReport
    path: Path
    parameters: int
    interrupted: bool


def train_on_corrections(
    data: CtcData,
    options: CorrectionTraining,
    models: Path,
    *,
    start: Start | None = None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> Trained | None:
    """Train, and leave models and report in a folder; see `effocr.learn.correction_models`.

    Best and latest model take the place of earlier ones when the training has ended; a kill before
    leaves those as they are.

    Args:
        data: of `effocr.learn.correction_lines.divide`.
        options: how.
        models: folder; made if it is missing.
        start: weights to start from; None: at random.
        on_epoch: called after each epoch.

    Returns:
        None where Ctrl+C came before the end of the first epoch: nothing is changed.

    Raises:
        UsageError: another training writes there.
        TrainingError: the loss is not finite, `start` is of another network, or the disk is full.
        OSError: the folder cannot be written.
    """
    if start is not None:
        start = replace(start, optimizer=None)  # weights only
    steps = len(LineBatches(data.lines, run_settings(options)))
    loop = {"validate_every": steps, "save_every": steps, "log_every": steps}
    config = run_settings(options, loop, start)
    with locked(models, "training"), _new_run(models) as run:
        watch = _Watch(data, config, models, run / _LOG, on_epoch)
        outcome = train_ctc(data, config, run=run, start=start, watcher=watch)
        rows = read_log(run / _LOG)
        history = history_of(rows)
        trained = None
        if epochs := len(history.train_loss):
            best = outcome.best_step // steps or epochs  # 0: nothing to measure on
            place_model(run / LAST, models / LATEST_MODEL, history)
            place_model(run / BEST, models / BEST_MODEL, history_of(rows, best))
            report = _report(data, options, history, models, watch.device, outcome.interrupted)
            path = write_report(report, models)
            trained = Trained(report, path, watch.parameters, outcome.interrupted)
        for name in (BEST, LAST):  # they stand under their other names
            (run / name).unlink(missing_ok=True)
    return trained


class _Watch:
    """Looks on after every epoch: tells the figures and writes the checkpoints."""

    def __init__(
        self,
        data: CtcData,
        config: CtcTraining,
        models: Path,
        log: Path,
        on_epoch: Callable[[Epoch], None],
    ) -> None:
        self.settings = checkpoint_settings(config, data.alphabet)
        self.models, self.log, self.on_epoch = models, log, on_epoch
        self.device, self.parameters = "cpu", 0

    def __call__(self, model: Any, optimizer: Any, figures: Mapping[str, float]) -> None:
        """An epoch is done; the log has its loss already, but not yet the validation."""
        history = history_of([*read_log(self.log), figures])
        self.device = next(model.parameters()).device.type
        self.parameters = sum(each.numel() for each in model.parameters())
        number = len(history.train_loss)
        self.on_epoch(
            Epoch(number, history.train_loss[-1], figures.get("val_loss"), figures.get("exact"))
        )
        if number % CHECKPOINT_EVERY == 0:
            state = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "settings": self.settings,
            }
            write_model(state, self.models / checkpoint_name(number), history)


@contextmanager
def _new_run(models: Path) -> Iterator[Path]:
    """Folder for the log of a run, which is not there yet; the caller has the lock."""
    run = free_path(models, f"run_{stamp_of(datetime.now())}")
    run.mkdir()
    try:
        yield run
    finally:
        if not any(run.iterdir()):  # an error came first
            run.rmdir()


def _report(
    data: CtcData,
    options: CorrectionTraining,
    history: HistorySummary,
    models: Path,
    device: str,
    interrupted: bool,
) -> TrainingReport:
    accuracy = history.val_accuracy
    return TrainingReport(
        status="interrupted" if interrupted else "success",
        timestamp=datetime.now(),
        samples_used=len(data.lines) + len(data.validation),
        train_samples=len(data.lines),
        val_samples=len(data.validation),
        epochs=len(history.train_loss),
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        device=device,
        vocab_size=len(data.alphabet.characters),
        final_train_loss=history.train_loss[-1],
        final_val_loss=history.val_loss[-1] if history.val_loss else None,
        final_val_accuracy=accuracy[-1] if accuracy else None,
        best_val_accuracy=max(accuracy, default=None),
        model_path=str(models / LATEST_MODEL),
        history_summary=history,
    )
