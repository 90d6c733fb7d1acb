"""Model folders: found, checked, refused."""

import json
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from effocr.bundle import Manifest, find_model, load_bundle, load_manifest, write_bundle
from effocr.errors import BundleError, UsageError
from effocr.pipeline.onnx_engines import load_engines


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_a_written_model_is_loaded_again(model: Path) -> None:
    bundle = load_bundle(model)
    assert bundle.folder == model
    assert bundle.manifest.charset == ("I", "n", "u")
    assert set(bundle.manifest.files) == {
        "localizer.onnx",
        "recognizer.onnx",
        "index.faiss",
        "labels.json",
    }


def test_glyphs_of_several_code_points_survive(model: Path) -> None:
    manifest = load_manifest(model).model_copy(update={"charset": ("ch", "x̄", "ﬁ")})
    files = {name: model / name for name in manifest.files}
    assert write_bundle(model, manifest, files).manifest.charset == ("ch", "x̄", "ﬁ")
    assert load_bundle(model).manifest.charset == ("ch", "x̄", "ﬁ")


@pytest.mark.parametrize("name", ["localizer.onnx", "recognizer.onnx", "index.faiss"])
def test_a_wrong_hash_is_refused(model: Path, name: str) -> None:
    with (model / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BundleError, match=rf"{name} was changed.*effocr export"):
        load_engines(model)


@pytest.mark.parametrize("name", ["localizer.onnx", "recognizer.onnx", "index.faiss"])
def test_a_missing_file_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(BundleError, match=f"{name} cannot be read"):
        load_engines(model)


def rewrite(model: Path, name: str, content: bytes) -> None:
    """Replace a file and its hash."""
    (model / name).write_bytes(content)
    manifest = load_manifest(model)
    write_bundle(model, manifest, {name: model / name for name in manifest.files})


def test_labels_that_do_not_match_the_index_are_refused(model: Path) -> None:
    rewrite(model, "labels.json", json.dumps({"labels": ["I", "n"]}).encode())
    with pytest.raises(BundleError, match="3 index rows, 2 labels"):
        load_engines(model)


@pytest.mark.parametrize("name", ["localizer.onnx", "recognizer.onnx", "index.faiss"])
def test_a_file_of_another_kind_is_refused(model: Path, name: str) -> None:
    rewrite(model, name, b"not what it should be")
    with pytest.raises(BundleError, match=name):
        load_engines(model)


def test_an_encoder_in_the_place_of_the_localizer_is_refused(model: Path) -> None:
    rewrite(model, "localizer.onnx", (model / "recognizer.onnx").read_bytes())
    with pytest.raises(BundleError, match="a graph from crops"):
        load_engines(model)


def test_an_index_of_another_size_is_refused(model: Path) -> None:
    manifest = load_manifest(model).model_copy(update={"embedding_size": 7})
    write_bundle(model, manifest, {name: model / name for name in manifest.files})
    with pytest.raises(BundleError, match="manifest says 7"):
        load_engines(model)


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": 2},
        {"peak_threshold": 1.5},
        {"gap_threshold": -0.1},
        {"surprise": 1},
        {"files": {"../labels.json": "0"}},
        {"files": {}},
        {"charset": None},
    ],
)
def test_a_wrong_manifest_is_refused(model: Path, change: dict[str, object]) -> None:
    path = model / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load_bundle(model)


def test_a_folder_without_a_manifest_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is this a model folder"):
        load_bundle(tmp_path)


def test_a_name_is_looked_up_in_the_users_models(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EFFOCR_HOME", str(tmp_path / "home"))
    shutil.copytree(model, tmp_path / "home" / "models" / "blocks")
    assert find_model("blocks") == tmp_path / "home" / "models" / "blocks"
    with pytest.raises(UsageError, match=r"known are .*blocks"):
        find_model("blox")


def test_a_path_is_a_path(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model.parent)
    assert find_model("./model") == Path("./model")
    assert find_model(Path("model")) == Path("model")
    assert find_model("model") == Path("model")  # no such name: a folder here
    with pytest.raises(UsageError, match="no such model folder"):
        find_model("./nothing")


@pytest.mark.parametrize("name", ["a\0b", "./a\0b", Path("a\0"), "en@\0"])
def test_a_name_with_a_nul_character_is_no_model(name: str | Path) -> None:
    with pytest.raises(UsageError, match=r"no model named .*NUL"):
        find_model(name)


def test_a_manifest_cannot_be_changed() -> None:
    manifest = Manifest(name="a", version="1", charset=("a",), licence="x", embedding_size=1)
    with pytest.raises(ValidationError):
        manifest.name = "b"  # type: ignore[misc]


def test_a_model_without_an_index_is_not_written(model: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"needs index\.faiss"):
        names = ("localizer.onnx", "recognizer.onnx", "labels.json")
        write_bundle(tmp_path / "new", load_manifest(model), {name: model / name for name in names})
