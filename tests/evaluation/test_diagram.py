"""The reliability diagram is a well-formed picture with one disc for each filled interval."""

from xml.etree import ElementTree

import numpy as np

from effocr.evaluation.diagram import reliability_svg
from effocr.metrics.calibration import ReliabilityBin, reliability

SVG = "{http://www.w3.org/2000/svg}"


def test_a_disc_lies_at_confidence_and_accuracy() -> None:
    rows = [ReliabilityBin(0.5, 1.0, 100, 0.75, 0.5), ReliabilityBin(0.0, 0.5, 0, 0.0, 0.0)]
    root = ElementTree.fromstring(reliability_svg("a < b", {"glyphs": rows}))
    (disc,) = [disc for disc in root.iter(f"{SVG}circle") if len(disc)]
    assert (disc.get("cx"), disc.get("cy")) == ("277.0", "184.0")  # 52 + 225; 34 + 150
    assert disc.get("r") == "5.0"
    assert "a < b" in [text.text for text in root.iter(f"{SVG}text")]


def test_a_diagram_is_small() -> None:
    rng = np.random.default_rng(0)
    rows = reliability(rng.random(5000), rng.random(5000) < 0.5)
    assert len(reliability_svg("set", {"glyphs": rows, "words": rows})) < 10_000
