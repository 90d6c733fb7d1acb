"""`effocr learn --by finetune`, from the command line."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from effocr.bundle import load_bundle, load_manifest
from effocr.charset import Charset
from effocr.cli.learn_finetune import FinetuneOptions, finetune_inputs
from effocr.cli.main import main
from effocr.export.runs import Sources, remember_sources
from effocr.learn.finetune.config import FinetuneTraining
from effocr.learn.teach import TeachOptions
from effocr.metrics.text import cer
from effocr.pipeline.reader import Reader
from effocr.synth.fonts import load_fonts
from effocr.synth.options import LineOptions
from effocr.synth.pool import draw_lines
from effocr.synth.text import TextMix
from effocr.training.config import save_config

FONTS = Path(__file__).parents[2] / "english_font_files"
FEW = (
    "--set", "loop.max_steps=4", "--set", "loop.validate_every=2", "--set", "loop.save_every=1",
    "--set", "synthetic_lines=16", "--set", "known_lines=6",
)  # fmt: skip


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve lines of four documents in one typeface."""
    folder = tmp_path_factory.mktemp("pairs")
    letters = Charset(tuple("abcdefghijklmnopqrstuvwxyz.,"))
    fonts = load_fonts([FONTS / "GFSDidot.otf"], charset=tuple(letters)).fonts
    options = LineOptions(plain=True, length=(16, 24), text=TextMix(word_lists=()))
    for number, line in enumerate(draw_lines(fonts, letters, 12, seed=3, options=options)):
        stem = f"book{number // 3}_{number}"
        Image.fromarray(line.grey).save(folder / f"{stem}.png")
        (folder / f"{stem}.gt.txt").write_text(line.text + "\n", encoding="utf-8")
    return folder


def learn(model: Path | str, pairs: Path, out: Path, *more: str, fonts: Path = FONTS) -> list[str]:
    given = ["learn", str(model), str(pairs), "--by", "finetune", "--out", str(out)]
    return [*given, "--fonts", str(fonts), *FEW, *more]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "give --fonts"),
        (("--fonts", "x", "--resume", "r", "--run", "s"), "leave out --run"),
        (("--fonts", "x", "--resume", "r", "--init-from", "s"), "leave out --run"),
        (("--fonts", "x", "--resume", "missing"), "missing: no run to go on with"),
        (("--fonts", "x", "--resume", "."), ".: no run to go on with, it has no last.pt"),
        (("--fonts", "x", "--known", "missing"), "missing: "),
        (("--fonts", "x", "--run", "."), ".: exists already, with no last.pt to go on from"),
        (("--fonts", "x", "--out", "."), ".: exists already; give a new folder"),
        (("--fonts", "missing"), "missing: no such folder of fonts"),
    ],
)
def test_errors_of_use(
    more: Sequence[str], message: str, pairs: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    given = ["learn", "en", str(pairs), "--by", "finetune", "--out", str(tmp_path / "mine")]
    assert main([*given, *more]) == 2
    assert message in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_a_run_that_has_begun_is_not_written_over(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "mine.run"
    run.mkdir()
    (run / "last.pt").touch()
    assert main(learn("en", pairs, tmp_path / "mine")) == 2
    assert f"exists already; go on with --resume {run}" in capsys.readouterr().err


def test_a_run_goes_on_from_the_weights_that_it_began_with(pairs: Path, tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    remember_sources(run, Sources((pairs,), init_from=other))
    (run / "last.pt").touch()
    save_config(FinetuneTraining(blend=0.25), run / "config.yaml")
    for given in (run, run / "last.pt"):
        asked = FinetuneOptions([FONTS], None, None, None, None, resume=given, init_from=None)
        inputs = finetune_inputs(asked, tmp_path / "mine", str, TeachOptions())
        assert (inputs.run, inputs.resume, inputs.init_from) == (run, given, other)
        assert inputs.config.blend == 0.25


def test_what_is_left_out_of_known_lines_is_named(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known"
    shutil.copytree(pairs, known)
    (known / "book0_0.gt.txt").unlink()
    asked = FinetuneOptions([FONTS], [known], None, None, None, resume=None, init_from=None)
    (found,) = finetune_inputs(asked, tmp_path / "mine", str, TeachOptions()).known
    assert len(found.lines) == 11
    assert "book0_0" in capsys.readouterr().err


def test_options_of_finetune_are_refused_by_index(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["learn", "en", str(pairs), "--out", str(tmp_path / "mine"), "--fonts", str(FONTS)]
    assert main(given) == 2
    assert "--fonts is an option of --by finetune" in capsys.readouterr().err


def test_nine_lines_are_too_few(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = tmp_path / "few"
    shutil.copytree(pairs, few)
    for number in (0, 1, 2):
        (few / f"book0_{number}.png").unlink()
    assert main(learn("en", few, tmp_path / "mine")) == 2
    assert "9 lines; fine-tuning needs 10, --by index learns from fewer" in capsys.readouterr().err


def test_a_model_without_weights_says_what_to_do(
    pairs: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(learn(tiny_model, pairs, tmp_path / "mine")) == 2
    problem = capsys.readouterr().err
    assert "localizer.safetensors: missing" in problem
    assert "--by index" in problem


@pytest.mark.slow
def test_the_networks_learn_and_the_model_reads(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    more = ("--known", str(pairs), "--json", "--force", "--name", "didot")
    assert main(learn("en", pairs, out, *more)) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["lines"], report["trained"], report["steps"]) == (12, 9, 4)
    assert set(report["known"]) == {"synthetic", pairs.name}
    assert report["aside"]["lines"] == 3
    assert report["learn_again"] == []
    manifest, before = load_manifest(out), load_bundle("en").manifest
    assert manifest.lineage is not None
    assert (manifest.lineage.method, manifest.lineage.samples) == ("finetune", 12)
    assert manifest.files["localizer.onnx"] != before.files["localizer.onnx"]
    assert manifest.metrics["parity_int8_boxes"] > 0.98
    assert "recognizer_accuracy" not in manifest.metrics  # that of the old networks
    assert (tmp_path / "mine.run" / "last.pt").is_file()
    text = (pairs / "book0_0.gt.txt").read_text("utf-8").strip()
    assert cer(text, Reader(out).read(pairs / "book0_0.png").text) < 0.2
    # Its run is of these lines and of the model that it began with.
    run, others = str(tmp_path / "mine.run"), tmp_path / "others"
    shutil.copytree(pairs, others)
    (others / "book0_0.png").unlink()
    for model, lines, what in (("en", others, "lines"), (out, pairs, "model")):
        assert main(learn(model, lines, tmp_path / "new", "--resume", run)) == 2
        assert f"a run of other {what}" in capsys.readouterr().err
    # From here it goes on: the new weights are there to start from.
    more = ("--init-from", str(out), "--force", "--run", str(tmp_path / "r2"))
    assert main(learn(out, pairs, tmp_path / "again", *more)) == 0
    assert "learn again: 'didot'" in capsys.readouterr().out


@pytest.mark.slow
def test_a_killed_training_leaves_the_model_and_goes_on_to_the_same_end(
    pairs: Path, tmp_path: Path
) -> None:
    # Each in a process of its own: what other tests did to torch changes the last bits of sums.
    whole, killed, run = (tmp_path / name for name in ("whole", "killed", "killed.run"))
    assert begin(learn("en", pairs, whole, "--force")).wait() == 0
    process = begin(learn("en", pairs, killed, "--force"))
    wait_for((run / "last.pt").is_file, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not killed.exists()
    load_bundle("en")
    assert begin([*learn("en", pairs, killed, "--force"), "--resume", str(run)]).wait() == 0
    for name in ("localizer.safetensors", "recognizer.safetensors"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start the program with a command."""
    return subprocess.Popen(
        [sys.executable, "-m", "effocr", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(there: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until something is there, two minutes at most, while the process runs."""
    end = time.monotonic() + 120
    while not there() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.02)
    assert there()
