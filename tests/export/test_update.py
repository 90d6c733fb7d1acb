"""A changed index makes a whole new version of a model, or leaves the old one."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle import load_bundle
from effocr.errors import BundleError, UsageError
from effocr.export import update
from effocr.export.update import write_with_index
from effocr.recognizer.index import GlyphIndex


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "models" / "blocks"))


def changed_index(folder: Path) -> GlyphIndex:
    index = GlyphIndex.load(folder)
    index.add(np.eye(index.dim, dtype=np.float32)[:1], ["☞"])
    return index


def test_the_new_version_is_whole_and_knows_the_character(model: Path) -> None:
    (model / "LICENSE.txt").write_text("CC0", encoding="utf-8")
    for version in ("1+1", "1+2"):
        write_with_index(load_bundle(model), changed_index(model))
        bundle = load_bundle(model)
        assert bundle.manifest.version == version
    assert "☞" in bundle.manifest.charset
    assert GlyphIndex.load(model).counts()["☞"] == 2
    assert (model / "LICENSE.txt").read_text(encoding="utf-8") == "CC0"
    assert [path.name for path in model.parent.iterdir()] == ["blocks"]


def test_a_copy_leaves_the_model_alone(model: Path, tmp_path: Path) -> None:
    write_with_index(load_bundle(model), changed_index(model), out=tmp_path / "new")
    assert load_bundle(model).manifest.version == "1"
    assert load_bundle(tmp_path / "new").manifest.version == "1+1"
    with pytest.raises(UsageError, match="exists already"):
        write_with_index(load_bundle(model), changed_index(model), out=tmp_path / "new")


def test_a_failure_in_between_leaves_the_old_model(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, index = load_bundle(model), changed_index(model)
    original = Path.replace

    def fail_on_the_second(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError("no space left")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", fail_on_the_second)
    with pytest.raises(BundleError, match="no space left"):
        write_with_index(bundle, index)
    monkeypatch.undo()
    assert load_bundle(model).manifest.version == "1"
    assert [path.name for path in model.parent.iterdir()] == ["blocks"]


def test_models_of_the_program_are_not_changed_in_place(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "EMBEDDED", model.parent)
    with pytest.raises(UsageError, match="--out"):
        write_with_index(load_bundle(model), changed_index(model))


def test_an_index_of_another_encoder_is_refused(model: Path) -> None:
    with pytest.raises(BundleError, match="another encoder"):
        write_with_index(load_bundle(model), GlyphIndex.create(3))
