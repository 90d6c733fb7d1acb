"""`effocr export`: from fonts to a model, as the README's five commands do it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import load_bundle
from effocr.cli.main import main
from effocr.cli.train import prepare_frames
from effocr.pipeline.engines import Localizer
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer
from effocr.pipeline.torch_engines import TorchLocalizer
from effocr.pipeline.windows import window_source
from effocr.recognizer.index import GlyphIndex

FONT = Path(__file__).parents[2] / "english_font_files" / "Besley-Regular.ttf"
FAST = ["--set", "loop.max_steps=3", "--set", "loop.device=cpu", "--set", "loop.warmup=0.1"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic lines in `data`, and short runs on them in `localizer` and `recognizer`."""
    work = tmp_path_factory.mktemp("work")
    (work / "charset.txt").write_text("\n".join("aenortu"))
    drawn = ["--fonts", str(FONT), "--charset", str(work / "charset.txt"), "--count", "60"]
    assert main(["synth", "lines", str(work / "data"), *drawn, "--processes", "1"]) == 0
    batches = {
        "localizer": ["--set", "batch_columns=1024", "--set", "widths=[256]"],
        "recognizer": ["--set", "batch_size=28", "--set", "model.embedding_size=16"],
    }
    for module, settings in batches.items():
        where = ["--data", str(work / "data"), "--out", str(work / module)]
        assert main(["train", module, *where, *FAST, *settings]) == 0
    return work


def test_two_runs_become_a_model_with_nothing_else_named(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model"
    runs = [str(work / "recognizer"), str(work / "localizer")]  # in any order
    assert main(["export", *runs, "--out", str(out), "--language", "en", "--name", "mine"]) == 0
    said = capsys.readouterr().out
    assert "localizer: 3 lines" in said  # every twentieth of 60 was kept aside
    assert said.endswith(f"{out}: 7 characters\n")
    manifest = load_bundle(out).manifest
    assert (manifest.name, manifest.languages, manifest.version) == ("mine", ("en",), "1")
    assert set(manifest.charset) == set("aenortu")
    assert main(["models", "verify", str(out)]) == 0
    line = next((work / "data" / "images").glob("*.png"))
    assert main(["read", "--lines", "--model", str(out), str(line)]) == 0


def test_a_localizer_of_the_root_script_is_exported_wherever_its_images_lie(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines.json"
    lines.write_bytes((work / "data" / "annotations.json").read_bytes())
    files = ["--train_file", str(lines), "--images_dir", str(work / "data")]
    small = ["--num_epochs", "1", "--num-gpus", "0", "widths=[256]", "batch_columns=1024"]
    run = tmp_path / "run"
    command = ["compat", "train-effocr-localizer-d2", "--backend", "native", "--name", str(run)]
    assert main([*command, *files, *small]) == 0
    out = tmp_path / "model"
    assert main(["export", str(run), str(work / "recognizer"), "--out", str(out)]) == 0
    assert "localizer: 3 lines" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["localizer"], "give a run of the recognizer as well"),
        (["localizer", "localizer"], "give one localizer and one recognizer"),
        (["localizer", "data"], "no checkpoint here"),
        (["localizer", "recognizer", "--lines", "data/images"], "expected character-level COCO"),
        (["localizer", "recognizer", "--lines", "empty.json"], "no line is left"),
        (["localizer", "recognizer", "--index-from", "absent"], "absent"),
    ],
)
def test_errors_of_use_leave_nothing_behind(
    work: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(work)
    Path("empty.json").write_text('{"images": [], "annotations": [], "categories": []}')
    assert main(["export", *arguments, "--out", str(tmp_path / "model")]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("effocr: ")
    assert message in error
    assert not (tmp_path / "model").exists()


def test_a_recognizer_that_shares_features_becomes_a_model_that_learns_a_glyph(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    localizer, recognizer = work / "localizer", tmp_path / "recognizer"
    settings = ["--set", "batch_size=28", "--set", "model.embedding_size=16"]
    where = ["--data", str(work / "data"), "--out", str(recognizer)]
    shared = ["--features-of", str(localizer)]
    assert main(["train", "recognizer", *where, *shared, *FAST, *settings]) == 0
    out = tmp_path / "model"
    assert main(["export", str(localizer), str(recognizer), "--out", str(out)]) == 0
    window = load_bundle(out).manifest.window
    assert window is not None
    assert (window.channels, window.columns) == (192, 3)
    assert main(["models", "verify", str(out)]) == 0
    line = next((work / "data" / "images").glob("*.png"))
    assert main(["read", "--lines", "--model", str(out), str(line)]) == 0
    other = tmp_path / "other"
    shutil.copytree(localizer, other)
    assert main(["export", str(other), str(recognizer), "--out", str(tmp_path / "no")]) == 2
    assert "export it with that run" in capsys.readouterr().err
    taught = tmp_path / "taught"
    add = ["index", "add", str(out), "--glyph", "g", "--fonts", str(FONT), "--out", str(taught)]
    assert main(add) == 0
    assert "g" in load_bundle(taught).manifest.charset
    assert main(["mine", str(recognizer)]) == 0
    again = ["train", "recognizer", "--resume", str(recognizer), "--set", "loop.max_steps=4"]
    assert main(again) == 0
    assert "step 4" in capsys.readouterr().out


def test_in_int8_the_index_is_filled_with_the_features_that_are_shipped(
    work: Path, tmp_path: Path
) -> None:
    localizer, recognizer, out = work / "localizer", tmp_path / "recognizer", tmp_path / "model"
    settings = ["--set", "batch_size=28", "--set", "model.embedding_size=16"]
    where = ["--data", str(work / "data"), "--out", str(recognizer)]
    shared = ["--features-of", str(localizer)]
    assert main(["train", "recognizer", *where, *shared, *FAST, *settings]) == 0
    assert main(["export", str(localizer), str(recognizer), "--out", str(out), "--int8"]) == 0

    manifest = load_bundle(out).manifest
    window = manifest.window
    assert window is not None
    frames = prepare_frames([work / "data"], manifest.line, seed=0)
    encoder = OnnxEncoder(out / "recognizer.onnx")

    def strays(network: Localizer) -> float:
        """Largest distance of a row of the index from the nearest glyph as the network sees it."""
        assert window is not None
        source = window_source(frames, network, window)
        seen = encoder.embed(source.batch(np.random.default_rng(0), np.arange(len(source.labels))))
        rows = GlyphIndex.load(out).embeddings
        return float(np.sqrt(np.square(rows[:, None] - seen).sum(axis=2)).min(axis=1).max())

    assert strays(OnnxLocalizer(out / "localizer.onnx")) < 1e-4
    assert strays(TorchLocalizer(localizer)) > 1e-3


def test_features_of_something_else_are_refused(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(work / "data"), "--out", str(tmp_path / "r")]
    shared = ["--features-of", str(work / "recognizer")]
    assert main(["train", "recognizer", *where, *shared]) == 2
    assert "not of a localizer" in capsys.readouterr().err
