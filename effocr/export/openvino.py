"""Networks in OpenVINO's form (IR: .xml and .bin), proven to decide as their ONNX files do.

A network in float must make the same decisions. One in int8, whose sums OpenVINO rounds otherwise,
must agree on 98 % of the boxes or regions.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from effocr.atomic import write_text
from effocr.bundle import LOCALIZER, RECOGNIZER, Bundle
from effocr.detector.bundle import DetectorBundle, write_manifest
from effocr.detector.onnx import OnnxMaps
from effocr.detector.page import padded, seen_page
from effocr.errors import BundleError, ParityError, UsageError
from effocr.export.detector import agree_on_regions, prove_detector_parity
from effocr.export.parity import (
    LEAST_AGREEMENT,
    box_agreement,
    compare_encoders,
    compare_localizers,
)
from effocr.frame import prepare, warp
from effocr.pipeline.onnx_engines import OnnxEncoder, OnnxLocalizer, load_engines
from effocr.pipeline.openvino_engines import (
    OpenVinoEncoder,
    OpenVinoLocalizer,
    OpenVinoMaps,
    openvino_core,
    require_openvino,
)
from effocr.versions import file_sha256

__all__ = ["REPORT", "Colours", "IrParity", "convert", "export_detector_ir", "export_model_ir"]

Grey = npt.NDArray[np.uint8]
Colours = Literal["GREY", "BGR", "RGB"]

REPORT: Final = "openvino.json"  # in a model folder: files and parity
WIDTH_STEP: Final = 8
LUMA: Final = {"RGB": (0.299, 0.587, 0.114), "BGR": (0.114, 0.587, 0.299)}  # ITU-R 601


@dataclass(frozen=True, slots=True)
class IrParity:
    """One network in OpenVINO's form against its ONNX file, on the same inputs.

    Attributes:
        network: its name.
        inputs: compared: lines, glyphs or pages.
        difference: largest absolute difference of a number of the output.
        agreement: share of boxes, characters or regions that both decide alike, 0 to 1.
        int8: whether the network is in int8.
    """

    network: str
    inputs: int
    difference: float
    agreement: float
    int8: bool = False

    def as_text(self) -> str:
        """One line for a person."""
        kind = " (int8)" if self.int8 else ""
        return (
            f"openvino {self.network}{kind}: {self.inputs} inputs, largest difference "
            f"{self.difference:.2g}, decisions agree on {self.agreement:.2%}"
        )

    def check(self) -> None:
        """Refuse a form that decides otherwise.

        Raises:
            ParityError: it agrees too little.
        """
        needed = LEAST_AGREEMENT if self.int8 else 1.0
        if not self.agreement >= needed or not np.isfinite(self.difference):
            raise ParityError(
                f"OpenVINO decides otherwise than ONNX: {self.as_text()}; {needed:.0%} are needed"
            )


def convert(graph: Path, out: Path, *, colours: Colours = "GREY") -> bool:
    """Write a network in OpenVINO's form, weights in float32 (or int8 where they are).

    Args:
        graph: ONNX file.
        out: .xml file to write; the weights go to the .bin beside it.
        colours: of a detector: GREY keeps its input, `pages` [n, height, width]; BGR and RGB make
            it `image` [n, 3, height, width] uint8, planar.

    Returns:
        Whether the network is in int8.

    Raises:
        MissingDependencyError: OpenVINO is not installed.
        BundleError: it cannot read the graph.
    """
    openvino = require_openvino()
    try:
        # convert_model reads the same way, but tells Intel by the network that it was called.
        model = openvino_core().read_model(str(graph))
    except RuntimeError as error:
        first = str(error).strip().splitlines()[0]
        raise BundleError(f"{graph}: OpenVINO cannot convert it ({first})") from error
    if colours != "GREY":
        model = _in_colour(openvino, model, LUMA[colours])
    openvino.save_model(model, str(out), compress_to_fp16=False)
    return any(node.get_type_name() == "FakeQuantize" for node in model.get_ops())


def _in_colour(openvino: Any, model: Any, luma: tuple[float, float, float]) -> Any:
    """The same model with a planar colour image as input."""
    from openvino import opset13 as ops

    image = ops.parameter([-1, 3, -1, -1], np.uint8, name="image")
    image.output(0).set_names({"image"})
    weights = ops.constant(np.array(luma, np.float32).reshape(1, 3, 1, 1))
    mixed = ops.reduce_sum(
        ops.multiply(ops.convert(image, "f32"), weights), ops.constant([1]), keep_dims=False
    )
    grey = ops.convert(ops.round(mixed, "half_away_from_zero"), "u8")
    for target in model.input(0).get_node().output(0).get_target_inputs():
        target.replace_source_output(grey.output(0))
    return openvino.Model(model.get_results(), [image], "detector")


def export_model_ir(bundle: Bundle, out: Path, lines: Sequence[Grey]) -> list[IrParity]:
    """Write localizer and recognizer of a model, and openvino.json with what was compared.

    Args:
        bundle: the model.
        out: folder; may be that of the model.
        lines: images of lines, to compare on.

    Raises:
        UsageError: no glyph is found on any of the lines.
        ParityError: a network decides otherwise; nothing is written.
    """
    manifest, engines = bundle.manifest, load_engines(bundle.folder)
    frames = [frame for line in lines if (frame := _frame(line, bundle)) is not None]
    lines_found = engines.locator.locate(list(lines))
    located = [line for line in lines_found if line is not None and len(line.located.boxes)]
    if not located:
        raise UsageError("no line with print to compare on; name images of lines with --lines PATH")
    crops = np.concatenate([engines.cutter.cut(line) for line in located])
    with tempfile.TemporaryDirectory() as folder:
        first, second = (Path(folder) / Path(name).with_suffix(".xml") for name in _NETWORKS)
        int8 = [convert(bundle.path(xml.stem + ".onnx"), xml) for xml in (first, second)]
        before, after = OnnxLocalizer(bundle.path(LOCALIZER)), OpenVinoLocalizer(first, exact=True)
        difference, changed = compare_localizers(
            before, after, frames,
            peak_threshold=manifest.peak_threshold, gap_threshold=manifest.gap_threshold,
        )  # fmt: skip
        agreement = (
            box_agreement(before, after, frames, peak_threshold=manifest.peak_threshold)
            if int8[0]
            else 1 - len(changed) / len(frames)
        )
        largest, others = compare_encoders(
            OnnxEncoder(bundle.path(RECOGNIZER)), OpenVinoEncoder(second, exact=True),
            engines.index, crops=crops,
        )  # fmt: skip
        found = [
            IrParity("localizer", len(frames), difference, agreement, int8[0]),
            IrParity("recognizer", len(crops), largest, 1 - len(others) / len(crops), int8[1]),
        ]
        for one in found:
            one.check()
        files = _moved(Path(folder), out)
    content = {"files": files, "parity": [asdict(one) for one in found]}
    write_text(out / REPORT, json.dumps(content, indent=2) + "\n")
    return found


_NETWORKS: Final = (LOCALIZER, RECOGNIZER)


def export_detector_ir(
    bundle: DetectorBundle, pages: Sequence[Grey], *, colours: Colours = "GREY"
) -> IrParity:
    """Write OpenVINO's form of a detector beside its ONNX file and name it in the manifest.

    Args:
        bundle: the exported detector.
        pages: [height, width] uint8, to compare on.
        colours: of its input, see `convert`.

    Raises:
        UsageError: there are no pages.
        ParityError: it finds other regions; nothing is written.
    """
    if not pages:
        raise UsageError("no page to compare on; name a data set with --lines PATH")
    look = bundle.manifest.look
    seen = [padded(seen_page(page, look)[0]) for page in pages]
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / bundle.graph.with_suffix(".xml").name
        int8 = convert(bundle.graph, xml, colours=colours)
        before, after = OnnxMaps(bundle.graph), OpenVinoMaps(xml, exact=True)
        proof = prove_detector_parity(before, after, seen, look)
        agreement = agree_on_regions(before, after, seen, look)
        found = IrParity("detector", proof.pages, proof.difference, agreement, int8)
        found.check()
        files = _moved(Path(folder), bundle.folder)
    told = bundle.manifest.model_copy(update={"openvino": files})
    write_manifest(bundle.folder, told, bundle.graph.with_suffix(".json").name)
    return found


def _moved(folder: Path, out: Path) -> dict[str, str]:
    """Put all files of a folder into another one; their sha256 by name."""
    out.mkdir(parents=True, exist_ok=True)
    files = {}
    for file in sorted(folder.iterdir()):
        target = out / file.name
        target.write_bytes(file.read_bytes())
        files[file.name] = file_sha256(target)
    return files


def _frame(line: Grey, bundle: Bundle) -> Grey | None:
    """A line as the localizer sees it first; None for blank paper."""
    shape = bundle.manifest.line
    prepared = prepare(line, shape)
    if prepared is None:
        return None
    width = prepared.frame_width + -prepared.frame_width % WIDTH_STEP
    return warp(prepared.grey, prepared.frame, width, shape.height)
