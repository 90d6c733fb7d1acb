"""A live reader follows promotions between requests and survives damaged ones."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from effocr.bundle import load_bundle, models_home
from effocr.document import Document
from effocr.errors import UsageError
from effocr.export.update import write_with_index
from effocr.learn.registry import promote, rollback
from effocr.pipeline.live import LiveReader
from effocr.pipeline.reader import ReadFailure
from effocr.recognizer.index import GlyphIndex

Grey = npt.NDArray[np.uint8]


@pytest.fixture
def poor(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model that does not know u; `blocks` stands for one that does."""
    monkeypatch.setenv("EFFOCR_HOME", str(tmp_path / "home"))
    promote(tiny_model, "blocks", gates=())
    index = GlyphIndex.load(tiny_model)
    index.remove("u")
    return write_with_index(load_bundle(tiny_model), index, out=tmp_path / "poor").folder


@pytest.fixture
def line(draw_line: Callable[[str], Grey]) -> Grey:
    return draw_line("Inu")


def test_the_next_request_uses_what_was_promoted(poor: Path, line: Grey) -> None:
    live = LiveReader("blocks", threads=1)
    before = live.reader()
    assert before is live.reader()
    assert before.read(line).text == "Inu"
    found = promote(poor, "blocks", gates=())
    assert live.label == f"blocks@{found.previous}"
    assert live.reader().read(line).text != "Inu"
    assert live.label == f"blocks@{found.version}"
    assert before.read(line).text == "Inu"  # a request that goes on is not disturbed
    rollback("blocks")
    assert live.reader().read(line).text == "Inu"


def test_a_request_in_the_middle_of_many_lines_ends_with_its_own_model(
    poor: Path, line: Grey
) -> None:
    live = LiveReader("blocks", threads=1)
    texts = []
    results = live.reader().read_many(line for _ in range(64))
    for number, result in enumerate(results):
        if number == 1:
            promote(poor, "blocks", gates=())
            live.reader()
        assert not isinstance(result, ReadFailure)
        texts.append(result.text)
    assert set(texts) == {"Inu"}
    assert live.reader().read(line).text != "Inu"


def test_a_damaged_version_is_logged_once_and_the_old_one_stays(
    poor: Path, line: Grey, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveReader("blocks", threads=1)
    folder = promote(poor, "blocks", gates=()).folder
    (folder / "labels.json").chmod(0o644)
    (folder / "labels.json").write_text("{}")
    with caplog.at_level(logging.ERROR):
        assert live.reader().read(line).text == "Inu"
        assert live.reader().read(line).text == "Inu"
    assert len(caplog.records) == 1
    assert "labels.json was changed" in caplog.text
    rollback("blocks")
    promote(poor, "blocks", gates=())  # copied anew
    assert live.reader().read(line).text != "Inu"


def test_several_threads_read_on_while_versions_change(poor: Path, line: Grey) -> None:
    live = LiveReader("blocks", threads=1)
    good = live.reader().read(line).text
    promote(poor, "blocks", gates=())
    bad = live.reader().read(line).text
    texts: set[str] = set()
    failed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            while not done.is_set():
                texts.add(live.reader().read(line).text)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        rollback("blocks")
        time.sleep(0.02)
        promote(poor, "blocks", gates=())
        time.sleep(0.02)
    done.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert texts <= {good, bad}
    assert live.reader().read(line).text == bad


def test_a_plain_model_folder_is_followed_too(tiny_model: Path, tmp_path: Path, line: Grey) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "mine"))
    live = LiveReader(folder, threads=1)
    assert isinstance(live.reader().read(line), Document)
    index = GlyphIndex.load(folder)
    index.remove("u")
    write_with_index(load_bundle(folder), index)
    assert live.reader().read(line).text != "Inu"


def test_a_name_that_gets_its_first_version_is_followed(
    poor: Path, tiny_model: Path, tmp_path: Path, line: Grey
) -> None:
    shutil.copytree(tiny_model, tmp_path / "home" / "models" / "mine")
    live = LiveReader("mine", threads=1)
    assert live.label == "mine"
    found = promote(poor, "mine", gates=())
    assert live.reader().read(line).text != "Inu"
    assert live.label == f"mine@{found.version}"


@pytest.mark.parametrize("place", [".", "./", ".."])
def test_a_folder_given_as_dots_is_followed_too(
    poor: Path, line: Grey, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    home = models_home() / "blocks"
    monkeypatch.chdir(home / "versions" if place == ".." else home)
    live = LiveReader(place, threads=1)
    assert live.reader().read(line).text == "Inu"
    found = promote(poor.resolve(), "blocks", gates=())
    assert live.reader().read(line).text != "Inu"
    assert live.label.endswith(f"@{found.version}")


def test_a_name_that_is_not_there_is_refused(poor: Path) -> None:
    with pytest.raises(UsageError, match="no model named"):
        LiveReader("nothing")
