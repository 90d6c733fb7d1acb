"""`effocr models`."""

import shutil
from pathlib import Path

import pytest

from effocr.bundle import CropShape, load_manifest, write_bundle
from effocr.cli.main import main


@pytest.fixture
def home(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """$EFFOCR_HOME with the model made by hand as `mine`."""
    shutil.copytree(tiny_model, tmp_path / "models" / "mine")
    monkeypatch.setenv("EFFOCR_HOME", str(tmp_path))
    return tmp_path


def test_list_names_the_models_of_the_user(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    assert "mine\t1\t-\t3 characters" in capsys.readouterr().out


def test_list_goes_on_after_a_damaged_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(home / "models" / "mine", home / "models" / "broken")
    (home / "models" / "broken" / "manifest.json").write_text("{}")
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "broken\tdamaged: " in out
    assert "mine\t1" in out


def test_show_names_what_is_covered_by_groups(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "show", "mine"]) == 0
    out = capsys.readouterr().out
    assert "ASCII letters (3): I n u" in out
    assert "CC0-1.0" in out


def test_verify_accepts_a_whole_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "mine"]) == 0
    assert "4 files and 3 characters are as the manifest says" in capsys.readouterr().out


def test_verify_refuses_a_changed_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (home / "models" / "mine" / "labels.json").open("a") as file:
        file.write(" ")
    assert main(["models", "verify", "mine"]) == 2
    assert "labels.json was changed" in capsys.readouterr().err


def test_verify_refuses_characters_that_the_manifest_does_not_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "models" / "mine"
    promised = load_manifest(folder).model_copy(update={"charset": ("I", "n", "ß")})
    write_bundle(folder, promised, {name: folder / name for name in promised.files})
    assert main(["models", "verify", "mine"]) == 2
    assert "labels.json and the charset of the manifest differ in u ß" in capsys.readouterr().err


def test_verify_refuses_graphs_of_other_sizes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "models" / "mine"
    manifest = load_manifest(folder)
    wide = manifest.model_copy(update={"crop": CropShape(width=40)})
    write_bundle(folder, wide, {name: folder / name for name in manifest.files})
    assert main(["models", "verify", "mine"]) == 2
    err = capsys.readouterr().err
    assert "embeddings [2, 100], expected [1, 8, 32] and [2, 80]" in err
    assert err.count("\n") == 1


def test_the_embedded_model_covers_what_it_promises(english_model: Path) -> None:
    from effocr.bundle import load_manifest

    charset = set(load_manifest(english_model).charset)
    promised = {chr(point) for point in range(0x21, 0x7F)} | set("‘’“”–—£§¶†‡°¼½¾&æœ")
    promised |= set("àâçéèêëîïôùûüÿäöüßáíñóúÀÂÇÉÈÊËÎÏÔÙÛÜÄÖÁÍÑÓÚ¿¡")
    assert promised <= charset
    assert main(["models", "verify", str(english_model)]) == 0
