"""TensorBoard and Weights & Biases, each with the real package, read back from disk."""

import importlib.util
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from effocr.errors import MissingDependencyError, TrainingError
from effocr.training.log import RunLog, read_log

ORIGINAL_NAMES = {
    "loss": "train/loss",
    "accuracy": "val/accuracy",
    "test_accuracy": "test/accuracy",
}


def imported(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tracked = imported("tracked")


@pytest.fixture
def wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The real package, with a home of its own and nothing in the environment."""
    package = pytest.importorskip("wandb")
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WANDB_SILENT", "true")
    for name in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    yield package
    package.teardown()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Who wanted to go out: everything that obeys proxies arrives here."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                callers.append(address)
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.getsockname()[1]}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield callers
        server.shutdown(socket.SHUT_RDWR)


def test_wandb_offline_holds_the_originals_project_and_keys_and_sends_nothing(
    tmp_path: Path, wandb: ModuleType, proxy: list[object]
) -> None:
    with RunLog(
        tmp_path / "my_run",
        trackers=("wandb",),
        project="effocr_recog_v2",
        names=ORIGINAL_NAMES,
        settings={"lr": 0.002, "m": 4},
    ) as log:
        log({"step": 1, "loss": 0.5})
        log({"step": 2, "loss": 0.25, "learning_rate": 0.1})
        log({"step": 2, "accuracy": 0.75})
        log({"step": 2, "test_accuracy": 0.7})
    wandb.teardown()  # its own process writes a little later
    (file,) = tracked.wandb_runs(tmp_path / "my_run")
    assert tracked.wandb_rows(file) == [
        {"_step": 1, "train/loss": 0.5},
        {
            "_step": 2,
            "train/loss": 0.25,
            "learning_rate": 0.1,
            "val/accuracy": 0.75,
            "test/accuracy": 0.7,
        },
    ]
    project, name, settings = tracked.wandb_project(file)
    assert (project, name, settings["lr"], settings["m"]) == ("effocr_recog_v2", "my_run", 0.002, 4)
    assert tracked.wandb_exit(file) == 0
    assert file.parent.name.startswith("offline-run-")
    assert [row["step"] for row in read_log(tmp_path / "my_run" / "log.jsonl")] == [1, 2, 2, 2]
    assert proxy == []


def test_after_a_kill_wandb_gets_a_whole_run_with_every_step_once(
    tmp_path: Path, wandb: ModuleType
) -> None:
    before = RunLog(tmp_path, trackers=("wandb",), names=ORIGINAL_NAMES)
    for step in (1, 2, 3):
        before({"step": step, "loss": 1 / step})
    before.close(failed=True)
    with RunLog(tmp_path, trackers=("wandb",), names=ORIGINAL_NAMES) as after:
        after.rewind(2)  # the last checkpoint
        after({"step": 3, "loss": 9.0})
    wandb.teardown()
    killed, whole = sorted(
        tracked.wandb_runs(tmp_path), key=lambda file: tracked.wandb_exit(file) == 0
    )
    assert [row["_step"] for row in tracked.wandb_rows(killed)] == [1, 2, 3]
    assert tracked.wandb_exit(killed) == 1
    rows = [(row["_step"], row["train/loss"]) for row in tracked.wandb_rows(whole)]
    assert rows == [(1, 1.0), (2, 0.5), (3, 9.0)]


def test_the_users_wandb_variables_count_more_than_ours(
    tmp_path: Path, wandb: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    monkeypatch.setenv("WANDB_NAME", "tuesday")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    with RunLog(tmp_path / "run", trackers=("wandb",), project="effocr_recog_v2") as log:
        log({"step": 1, "loss": 0.5})
    wandb.teardown()
    assert not tracked.wandb_runs(tmp_path / "run")
    (file,) = tracked.wandb_runs(tmp_path / "elsewhere")
    assert tracked.wandb_project(file)[:2] == ("mine", "tuesday")


@pytest.mark.parametrize(("variable", "mode"), [(None, "offline"), ("", "offline"), ("online", "")])
def test_defect_28_wandb_is_offline_unless_its_variable_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None, mode: str
) -> None:
    asked: list[object] = []

    def init(**options: object) -> SimpleNamespace:
        asked.append(options.get("mode", ""))  # absent: W&B reads its own variable
        return SimpleNamespace(log=lambda row, step: asked.append((row["loss"], step)))

    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init, Error=RuntimeError))
    monkeypatch.delenv("WANDB_MODE", raising=False)
    if variable is not None:
        monkeypatch.setenv("WANDB_MODE", variable)
    RunLog(tmp_path, trackers=("wandb",))({"step": 3, "loss": 0.5})
    assert asked == [mode, (0.5, 3)]


@pytest.mark.usefixtures("wandb")
def test_a_wandb_that_does_not_start_is_our_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "upside-down")
    with pytest.raises(
        TrainingError, match=r"Weights & Biases does not start: .*upside-down.*; unset WANDB_MODE"
    ):
        RunLog(tmp_path, trackers=("wandb",))({"step": 1, "loss": 0.5})


def test_tensorboard_hides_what_a_resumed_run_does_again(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    before = RunLog(tmp_path, trackers=("tensorboard",), names={"loss": "train/loss"})
    for step in (1, 2, 3):
        before({"step": step, "loss": 2.0**-step, "accuracy": 0.5})
    after = RunLog(tmp_path, trackers=("tensorboard",), names={"loss": "train/loss"})
    after.rewind(2)  # `before` was killed: it is still open
    after({"step": 3, "loss": 4.0})
    after({"step": 4, "loss": 8.0})
    after.close()
    assert tracked.tensorboard_rows(tmp_path) == {
        "train/loss": [(1, 0.5), (2, 0.25), (3, 4.0), (4, 8.0)],
        "accuracy": [(1, 0.5), (2, 0.5)],
    }
    before.close()


def test_a_later_process_adds_its_figures_to_the_run(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    with RunLog(tmp_path, trackers=("tensorboard",)) as log:
        log({"step": 7, "loss": 0.5})
    with RunLog(tmp_path, trackers=("tensorboard",)) as log:
        log({"step": 7, "test_accuracy": 0.25})
    found = tracked.tensorboard_rows(tmp_path)
    assert found == {"loss": [(7, 0.5)], "test_accuracy": [(7, 0.25)]}
    assert [row["step"] for row in read_log(tmp_path / "log.jsonl")] == [7, 7]


def test_a_row_before_the_first_step_stays(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    with RunLog(tmp_path, trackers=("tensorboard",)) as log:
        log({"step": 0, "accuracy": 0.25})  # measured before training
        log.rewind(0)
        log({"step": 1, "accuracy": 0.5})
    assert tracked.tensorboard_rows(tmp_path) == {"accuracy": [(0, 0.25), (1, 0.5)]}


@pytest.mark.parametrize("name", ["wandb", "tensorboard"])
def test_a_tracker_that_is_not_installed_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module = {"wandb": "wandb", "tensorboard": "torch.utils.tensorboard.writer"}[name]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"effocr\[{name}\]"):
        RunLog(tmp_path, trackers=(name,))  # type: ignore[arg-type]


def test_no_tracker_is_imported_that_nobody_asked_for(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom effocr.training.log import RunLog\n"
        f"RunLog(Path({str(tmp_path)!r}))({{'step': 1, 'loss': 0.5}})\n"
        "sys.exit(any(name in sys.modules for name in ('wandb', 'tensorboard', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
