"""Versions are promoted if they read no worse, rolled back, and never half there."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from effocr.bundle import find_model, list_models, load_bundle
from effocr.errors import BundleError, UsageError
from effocr.evaluation.sets import read_line_sets
from effocr.export.update import write_with_index
from effocr.learn.history import read_history
from effocr.learn.registry import promote, rollback
from effocr.learn.version_store import locked
from effocr.recognizer.index import GlyphIndex
from effocr.versions import current_id, version_id, version_ids


def test_a_name_stands_for_its_first_version(home: Path, good: Path) -> None:
    (good / "LICENSE.txt").write_text("CC0", encoding="utf-8")
    found = promote(good, "blocks", gates=())
    assert found.accepted
    assert found.previous is None
    assert find_model("blocks") == home / "blocks" / "versions" / found.version
    assert load_bundle("blocks").manifest == load_bundle(good).manifest
    assert (find_model("blocks") / "LICENSE.txt").read_text(encoding="utf-8") == "CC0"
    assert list_models()["blocks"] == home / "blocks"
    assert find_model(home / "blocks") == find_model("blocks")


def test_the_same_model_is_the_same_version_wherever_it_lies(
    home: Path, good: Path, tmp_path: Path
) -> None:
    found = promote(good, "blocks", gates=())
    assert found.version == version_id((good / "manifest.json").read_bytes())
    again = promote(Path(shutil.copytree(good, tmp_path / "copy")), "blocks", gates=())
    assert again.version == found.version
    assert version_ids(home / "blocks") == [found.version]
    assert len(read_history(home / "blocks")[0]) == 1


def test_a_worse_model_is_refused_and_recorded(
    home: Path, good: Path, poor: Path, gate: Path
) -> None:
    sets = read_line_sets([gate])
    first = promote(good, "blocks", gates=sets, threads=1)
    second = promote(poor, "blocks", gates=sets, threads=1)
    assert not second.accepted
    assert second.worse == ("gate",)
    assert current_id(home / "blocks") == first.version
    event = read_history(home / "blocks")[0][-1]
    assert event.action == "refuse"
    assert event.gates["gate"].before == 0
    assert event.gates["gate"].after > 10
    with pytest.raises(UsageError, match="was never current"):
        rollback("blocks", second.version)
    forced = promote(poor, "blocks", gates=sets, force=True, threads=1)
    assert forced.accepted
    assert read_history(home / "blocks")[0][-1].forced
    assert current_id(home / "blocks") == forced.version
    # and the better one is taken back without force
    assert promote(good, "blocks", gates=sets, threads=1).accepted


def test_a_tolerance_lets_a_little_worse_pass(
    home: Path, good: Path, poor: Path, gate: Path
) -> None:
    sets = read_line_sets([gate])
    promote(good, "blocks", gates=())
    assert not promote(poor, "blocks", gates=sets, tolerance=1.0, threads=1).accepted
    assert promote(poor, "blocks", gates=sets, tolerance=100.0, threads=1).accepted


def test_rolling_back_goes_further_back_each_time(
    home: Path, good: Path, poor: Path, tmp_path: Path
) -> None:
    index = GlyphIndex.load(poor)
    index.remove("n")
    third = write_with_index(load_bundle(poor), index, out=tmp_path / "third").folder
    ids = [promote(model, "blocks", gates=()).version for model in (good, poor, third)]
    assert [rollback("blocks").version, rollback("blocks").version] == [ids[1], ids[0]]
    assert find_model("blocks").name == ids[0]
    with pytest.raises(UsageError, match="--to VERSION"):
        rollback("blocks")
    assert rollback("blocks", ids[2][:6]).version == ids[2]
    with pytest.raises(UsageError, match="known are"):
        rollback("blocks", "ffffffffffff")
    with pytest.raises(UsageError, match="too short"):
        rollback("blocks", ids[0][:2])


def test_the_model_that_a_name_stood_for_can_be_rolled_back_to(
    home: Path, good: Path, poor: Path
) -> None:
    shutil.copytree(good, home / "blocks")
    found = promote(poor, "blocks", gates=())
    assert find_model("blocks").name == found.version
    assert found.previous == version_id((good / "manifest.json").read_bytes())
    rollback("blocks")
    assert load_bundle("blocks").manifest == load_bundle(good).manifest


def test_promoting_what_the_name_stood_for_leaves_nothing_to_roll_back_to(
    home: Path, good: Path
) -> None:
    shutil.copytree(good, home / "blocks")
    found = promote(good, "blocks", gates=())
    assert found.accepted
    assert found.previous is None
    assert [event.action for event in read_history(home / "blocks")[0]] == ["promote"]
    with pytest.raises(UsageError, match="nothing was current before"):
        rollback("blocks")


def test_an_embedded_model_is_overridden_by_versions_of_its_name_only(
    home: Path, good: Path, english_model: Path
) -> None:
    shutil.copytree(good, home / "en")
    assert find_model("en") == english_model
    found = promote(good, "en", gates=())
    assert find_model("en") == home / "en" / "versions" / found.version
    assert load_bundle(f"en@{found.previous}").manifest == load_bundle(english_model).manifest


def test_a_damaged_model_is_not_registered(home: Path, good: Path) -> None:
    with (good / "index.faiss").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match=r"index\.faiss was changed"):
        promote(good, "blocks", gates=())
    assert not home.exists()


@pytest.mark.parametrize("name", ["", "a/b", "..", ".a", "a@b", "~", "-x", "a\nb"])
def test_what_cannot_be_a_folder_cannot_be_a_name(home: Path, good: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        promote(good, name, gates=())


def test_a_changed_version_is_found_and_promoting_mends_it(home: Path, good: Path) -> None:
    folder = promote(good, "blocks", gates=()).folder
    manifest = folder / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(manifest.read_text().replace('"version": "1"', '"version": "2"'))
    with pytest.raises(BundleError, match=r"manifest\.json was changed.*rollback blocks"):
        load_bundle("blocks")
    promote(good, "blocks", gates=())
    assert load_bundle("blocks").manifest.version == "1"


def test_a_damaged_current_version_is_not_measured_against(
    home: Path, good: Path, poor: Path, gate: Path
) -> None:
    folder = promote(good, "blocks", gates=()).folder
    (folder / "labels.json").chmod(0o644)
    (folder / "labels.json").write_text("{}")
    with pytest.raises(UsageError, match=r"labels\.json was changed.*rollback blocks"):
        promote(poor, "blocks", gates=read_line_sets([gate]), threads=1)
    assert find_model("blocks") == folder
    assert promote(poor, "blocks", gates=()).accepted


def test_versions_are_never_changed_in_place(home: Path, good: Path) -> None:
    promote(good, "blocks", gates=())
    with pytest.raises(UsageError, match=r"never changes.*promote"):
        write_with_index(load_bundle("blocks"), GlyphIndex.load(find_model("blocks")))


def test_an_index_update_names_its_parent(good: Path, poor: Path) -> None:
    assert load_bundle(good).manifest.lineage is None
    lineage = load_bundle(poor).manifest.lineage
    assert lineage is not None
    assert lineage.parent == version_id((good / "manifest.json").read_bytes())
    assert lineage.method == "index"


def test_a_damaged_pointer_is_named_with_its_cure(home: Path, good: Path) -> None:
    found = promote(good, "blocks", gates=())
    (home / "blocks" / "current").write_text("", encoding="utf-8")
    with pytest.raises(BundleError, match="rollback blocks --to VERSION"):
        find_model("blocks")
    rollback("blocks", found.version)
    assert find_model("blocks").name == found.version


def test_a_history_that_was_cut_off_is_read_on(home: Path, good: Path, poor: Path) -> None:
    promote(good, "blocks", gates=())
    path = home / "blocks" / "history.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "20')
    promote(poor, "blocks", gates=())
    events, skipped = read_history(home / "blocks")
    assert [event.action for event in events] == ["promote", "promote"]
    assert [one.source for one in skipped] == [f"{path}:2"]
    assert all(json.loads(line) for line in path.read_text().splitlines() if line[-1] == "}")


def test_of_two_promotions_at_once_one_is_told_to_wait(home: Path, good: Path) -> None:
    with locked(home / "blocks"), pytest.raises(UsageError, match=r"under way \(process \d+\)"):
        promote(good, "blocks", gates=())
    assert promote(good, "blocks", gates=()).accepted


def test_many_promotions_at_once_leave_one_whole_current_version(
    home: Path, good: Path, poor: Path
) -> None:
    refused: list[str] = []
    start = threading.Barrier(4)

    def run(folder: Path) -> None:
        start.wait()
        try:
            promote(folder, "blocks", gates=())
        except UsageError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=run, args=(one,)) for one in (good, poor) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) < len(threads)
    assert all("under way" in one for one in refused)
    load_bundle("blocks")


# Kills itself with SIGKILL before its K-th change of the disk, for K = 1, 2 ... until a promotion
# ends unharmed. Every one is a fork in a home of its own, of which `blocks` has a version already.
KILLER = """
import os, shutil, signal, sys
from pathlib import Path
from effocr.learn.registry import promote

new, template, homes = map(Path, sys.argv[1:])

def die_at(most):
    count = 0
    def counted(original):
        def call(*args, **kwargs):
            nonlocal count
            count += 1
            if count == most:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)
        return call
    os.fsync = counted(os.fsync)
    shutil.copyfile = counted(shutil.copyfile)
    for name in ("replace", "write_bytes", "mkdir", "chmod"):
        setattr(Path, name, counted(getattr(Path, name)))

for most in range(1, 200):
    home = homes / str(most)
    shutil.copytree(template, home)
    os.environ["EFFOCR_HOME"] = str(home)
    child = os.fork()
    if not child:
        die_at(most)
        promote(new, "blocks", gates=())
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(most)
"""


def test_a_kill_at_any_moment_leaves_a_whole_model(
    home: Path, good: Path, poor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = promote(good, "blocks", gates=()).version
    homes = tmp_path / "homes"
    command = [sys.executable, "-c", KILLER, str(poor), str(home.parent), str(homes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last = int(done.stdout)
    assert last > 20  # so many moments were tried
    new = version_id((poor / "manifest.json").read_bytes())
    seen = []
    for number in range(1, last + 1):
        monkeypatch.setenv("EFFOCR_HOME", str(homes / str(number)))
        assert load_bundle("blocks").folder.name in (old, new)
        seen.append(find_model("blocks").name)
        promote(poor, "blocks", gates=())  # the lock of the killed one is free
        assert load_bundle("blocks").folder.name == new
        left = [path.name for path in (homes / str(number)).rglob("versions/*")]
        assert sorted(left) == sorted([old, new])
        rollback("blocks", old)
    assert seen == sorted(seen, key=lambda one: one == new)  # once new, always new
    assert seen[0] == old
    assert seen[-1] == new
