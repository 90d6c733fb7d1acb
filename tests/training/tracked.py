"""Reads back what the trackers wrote, with the packages' own formats."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

BLOCK, HEADER = 32768, 7  # of the LevelDB log format, which W&B keeps its runs in


def tensorboard_rows(run: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run / "tensorboard"))
    events.Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def wandb_runs(folder: Path) -> list[Path]:
    return sorted(folder.glob("wandb/*run-*/run-*.wandb"))


def wandb_rows(file: Path) -> list[dict[str, float]]:
    """Figures by key, and `_step`."""
    rows = []
    for record in _wandb_records(file):
        if record.WhichOneof("record_type") == "history":  # type: ignore[attr-defined]
            items = record.history.item  # type: ignore[attr-defined]
            found = {item.nested_key[0]: json.loads(item.value_json) for item in items}
            del found["_timestamp"], found["_runtime"]
            rows.append(found)
    return rows


def wandb_project(file: Path) -> tuple[str, str, dict[str, object]]:
    """Project, name of the run, its settings."""
    (run,) = [r.run for r in _wandb_records(file) if r.WhichOneof("record_type") == "run"]  # type: ignore[attr-defined]
    settings = {item.key: json.loads(item.value_json) for item in run.config.update}
    return run.project, run.display_name, settings


def wandb_exit(file: Path) -> int:
    (end,) = [r.exit for r in _wandb_records(file) if r.WhichOneof("record_type") == "exit"]  # type: ignore[attr-defined]
    return int(end.exit_code)


def _wandb_records(file: Path) -> Iterator[object]:
    from wandb.proto import wandb_internal_pb2 as protocol

    data, place, record = file.read_bytes(), HEADER, b""
    while place + HEADER <= len(data):
        left = BLOCK - place % BLOCK
        if left < HEADER:
            place += left
            continue
        _, length, kind = struct.unpack("<IHB", data[place : place + HEADER])
        record += data[place + HEADER : place + HEADER + length]
        place += HEADER + length
        if kind in (1, 4):  # whole, or the last part
            yield protocol.Record.FromString(record)
            record = b""
