"""The folder of an exported reader."""

from pathlib import Path

import pytest

from effocr.ctc.bundle import GRAPH, MANIFEST, CtcManifest, load_ctc, write_manifest
from effocr.errors import BundleError, UsageError
from effocr.versions import file_sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / GRAPH).write_bytes(b"a graph")
    digest = file_sha256(tmp_path / GRAPH)
    write_manifest(tmp_path, CtcManifest(name="x", alphabet=(" ", "a", "q̃"), sha256=digest))
    return tmp_path


def test_a_folder_comes_back_as_it_was_written(folder: Path) -> None:
    bundle = load_ctc(folder)
    assert bundle.alphabet.characters == (" ", "a", "q̃")
    assert bundle.graph == folder / GRAPH


def test_damage_is_named_and_how_to_mend_it(folder: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        load_ctc(folder / "absent")
    text = (folder / MANIFEST).read_text("utf-8")
    for wrong, message in [
        (text.replace('"a"', '" "'), "twice"),
        (text.replace('"height": 64', '"height": 32'), "height"),
        ("{", "JSON"),
    ]:
        (folder / MANIFEST).write_text(wrong, "utf-8")
        with pytest.raises(BundleError, match=message):
            load_ctc(folder)
    (folder / MANIFEST).write_text(text, "utf-8")
    (folder / GRAPH).write_bytes(b"another")
    with pytest.raises(BundleError, match=r"ctc\.onnx was changed.*effocr export"):
        load_ctc(folder)
    (folder / GRAPH).unlink()
    with pytest.raises(BundleError, match=r"ctc\.onnx: No such file"):
        load_ctc(folder)
