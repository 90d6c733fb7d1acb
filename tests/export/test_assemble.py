"""Two runs become a model that reads."""

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import load_bundle
from effocr.errors import ParityError, TrainingError, UsageError
from effocr.export.assemble import ModelDetails, assemble_model
from effocr.export.runs import runs_by_kind
from effocr.pipeline.reader import Reader

pytestmark = pytest.mark.slow  # both modules are trained, once for all tests of this folder


def assemble(runs, out: Path, **changes: object):  # type: ignore[no-untyped-def]
    given = {
        "localizer": runs.localizer,
        "recognizer": runs.recognizer,
        "source": lambda _: runs.source,
        "lines": runs.lines,
        "details": ModelDetails(name="tiny", rows_per_label=3),
        "rng": np.random.default_rng(0),
        **changes,
    }
    return assemble_model(out, **given)


def test_the_model_of_two_short_runs_reads_lines_like_those_it_learnt(runs, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written = assemble(runs, tmp_path / "tiny")
    bundle = load_bundle(tmp_path / "tiny")
    assert bundle.manifest == written.bundle.manifest
    assert bundle.manifest.charset == tuple("abcdefg")
    reader = Reader(tmp_path / "tiny", threads=1)
    texts = [reader.read(line.truth.grey).text.replace(" ", "") for line in runs.lines]
    truths = [line.truth.text.replace(" ", "") for line in runs.lines]
    right = sum(
        a == b
        for text, truth in zip(texts, truths, strict=True)
        for a, b in zip(text, truth, strict=False)
    )
    assert right > 0.7 * sum(map(len, truths))


def test_without_lines_confidence_keeps_its_default_weights(runs, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    manifest = assemble(runs, tmp_path / "m", lines=()).bundle.manifest
    assert manifest.calibration.similarity == 8.0
    assert manifest.unknown_similarity == 0


def test_nothing_is_written_when_parity_fails(runs, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("effocr.export.parity.MOST_DRIFT_PX", -1.0)
    with pytest.raises(ParityError):
        assemble(runs, tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_runs_are_told_apart_by_what_they_hold(runs) -> None:  # type: ignore[no-untyped-def]
    expected = (runs.localizer, runs.recognizer)
    assert runs_by_kind([runs.recognizer, runs.localizer]) == expected
    with pytest.raises(UsageError, match="a run of the localizer as well"):
        runs_by_kind([runs.recognizer])
    with pytest.raises(UsageError, match="a run of a recognizer"):
        runs_by_kind([runs.recognizer, runs.recognizer])
    with pytest.raises(TrainingError, match="not of a localizer"):
        assemble_model(
            Path("never"),
            localizer=runs.recognizer,
            recognizer=runs.recognizer,
            source=lambda _: runs.source,
            lines=(),
            details=ModelDetails(name="x"),
            rng=np.random.default_rng(0),
        )
