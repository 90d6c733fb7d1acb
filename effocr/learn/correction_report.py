"""The report of a training on correction samples: `training_report_{YYYYmmdd_HHMMSS}.json`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from effocr.atomic import write_text
from effocr.data.corrections import stamp_of
from effocr.errors import DataFormatError
from effocr.validation import first_problem

__all__ = ["HistorySummary", "TrainingReport", "read_report", "write_report"]

# not a number has no place in JSON: a training that gets there stops with an error
_FORM = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class HistorySummary(BaseModel):
    """One number an epoch."""

    model_config = _FORM

    train_loss: tuple[float, ...] = ()
    val_loss: tuple[float, ...] = Field((), description="empty without validation samples")
    val_accuracy: tuple[float, ...] = Field((), description="share read exactly, 0 to 1")


class TrainingReport(BaseModel):
    """What a training came to. None is what was not measured; 0.0 is a figure."""

    model_config = _FORM

    status: str = Field("success", min_length=1)
    timestamp: datetime = Field(description="of the report, in its file name, too")
    samples_used: int = Field(ge=0)
    train_samples: int = Field(ge=0)
    val_samples: int = Field(ge=0, description="never learnt from")
    epochs: int = Field(ge=0, description="completed")
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    device: str = Field(description="cpu, cuda ...")
    vocab_size: int = Field(ge=0)
    final_train_loss: float
    final_val_loss: float | None = None
    final_val_accuracy: float | None = Field(None, ge=0, le=1, description="share read exactly")
    best_val_accuracy: float | None = Field(None, ge=0, le=1)
    model_path: str
    history_summary: HistorySummary = HistorySummary()

    @property
    def file_name(self) -> str:
        """training_report_20250111_153045.json, by the timestamp."""
        return f"training_report_{stamp_of(self.timestamp)}.json"


def write_report(report: TrainingReport, folder: Path | str) -> Path:
    """Write a report into a folder under its own name.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(folder) / report.file_name
    write_text(path, report.model_dump_json(indent=2) + "\n")
    return path


def read_report(path: Path | str) -> TrainingReport:
    """Read a report.

    Raises:
        DataFormatError: it is missing or no report.
    """
    try:
        return TrainingReport.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise DataFormatError(f"{path}: {first_problem(error)}; not a training report") from error
