"""Reading with onnxruntime. The network has hardly learnt anything: what it reads is nonsense."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from effocr.ctc.train import CtcData
from effocr.errors import BundleError, ImageError, UsageError
from effocr.pipeline.ctc_engine import CtcDecoding, CtcReader


def test_what_is_read_does_not_depend_on_the_lines_beside_it(
    rough: Path, small_data: CtcData
) -> None:
    reader = CtcReader(rough)
    greys = [line.line.grey for line in small_data.lines] * 4
    together = [text.text for text in reader.read(greys)]
    assert together == [reader.read([grey])[0].text for grey in greys]


def test_many_images_are_read_in_order_and_bad_ones_named(
    rough: Path, small_data: CtcData, tmp_path: Path
) -> None:
    line = small_data.lines[0].line
    Image.fromarray(line.grey).save(tmp_path / "good.png")
    paths = [tmp_path / "good.png", tmp_path / "absent.png"] * 40
    results = list(CtcReader(rough).read_many(paths, threads=2))
    assert len(results) == 80
    good, bad = results[0], results[79]
    assert not isinstance(good, ImageError)
    assert good == CtcReader(rough).read([line.grey])[0]
    assert isinstance(bad, ImageError)
    assert str(bad) == f"{tmp_path / 'absent.png'}: no such file"


def test_reading_leaves_torch_alone(rough: Path) -> None:
    program = (
        "import sys, numpy\n"
        "from effocr.pipeline.ctc_engine import CtcReader\n"
        f"CtcReader({str(rough)!r}).read([numpy.full((48, 90), 255, 'uint8')])\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_wrong_graphs_and_beams_are_refused(rough: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="beam 0"):
        CtcReader(rough, decoding=CtcDecoding(beam=0))
    for name in ("ctc.onnx", "ctc.json"):
        (tmp_path / name).write_bytes((rough / name).read_bytes())
    manifest = (tmp_path / "ctc.json").read_text("utf-8")
    (tmp_path / "ctc.json").write_text(manifest.replace('"a",', '"a", "x",'), "utf-8")
    with pytest.raises(BundleError, match=r"ctc\.onnx: gives .*, expected \[33, 1, 6\]"):
        CtcReader(tmp_path)


def test_a_beam_follows_the_output_of_the_network(rough: Path, small_data: CtcData) -> None:
    greys = [line.line.grey for line in small_data.lines]
    for text in CtcReader(rough, decoding=CtcDecoding(beam=4)).read(greys):
        assert "".join(character.text for character in text.characters) == text.text
