"""`effocr export`: a model folder from a run of the localizer and one of the recognizer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from effocr.cli.export_openvino import exported_again, tell_detector_ir, tell_model_ir

__all__ = ["export"]

_CTC_IMAGES, _CTC_LINES = 10, 64  # that an exported sequence reader is compared on
_IR_LINES, _IR_PAGES = 32, 8  # that OpenVINO's form is compared on


def export(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="A run of the localizer and one of the recognizer; or one of the sequence reader; "
            "or one of the detector; or, with --openvino, an exported model or detector.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="Folder of the model.")],
    index_from: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Character-level COCO or glyph folders that fill the index; may be repeated. "
            "Default: what the recognizer learnt from.",
        ),
    ] = None,
    lines: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Character-level COCO kept aside, for confidence and parity; may be repeated. "
            "Default: the validation data of the localizer's run.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Default: the name of the folder.")] = None,
    version: Annotated[str, typer.Option(help="Of the model.")] = "1",
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="ISO 639-1; may be repeated.")
    ] = None,
    licence: Annotated[str, typer.Option(help="Of the weights, SPDX identifier.")] = "Apache-2.0",
    description: Annotated[str, typer.Option(help="One sentence.")] = "",
    rows_per_label: Annotated[
        int, typer.Option(min=1, help="Most rows of a character in the index.")
    ] = 24,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="The localizer or detector in int8: several times faster with VNNI or AMX.",
        ),
    ] = False,
    openvino: Annotated[
        bool,
        typer.Option("--openvino", help="The networks in OpenVINO's form (.xml, .bin) as well."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Chooses the rows of the index.")] = 0,
) -> None:
    """Write a model folder and prove that it decides as the runs do.

    Nothing is written when a glyph box, a word gap or a nearest character changes on the way to
    ONNX. With --int8 that holds for the form in float; the one in int8 must agree with it on 98 %
    of the boxes. Of a recognizer with --features-of, the index is filled with features of the form
    that is written. A run of the sequence reader (ctc) becomes a folder with ctc.onnx and ctc.json;
    of the options it knows --lines (line pairs too), --name, --version, --licence, --description.
    A run of the page detector becomes a folder with detector.onnx and detector.json; of the options
    it knows --lines (data sets of pages), --int8, --openvino, --name, --version, --licence,
    --description. With --openvino the networks are written in OpenVINO's form, too, and must decide
    as their ONNX files do; an exported folder as RUN gives only that form, compared on --lines.
    """
    from functools import partial

    import numpy as np

    from effocr.cli.train import glyph_source, prepare_frames, prepare_lines
    from effocr.ctc.start import KIND as CTC
    from effocr.detector.train import KIND as DETECTOR
    from effocr.errors import UsageError
    from effocr.export.assemble import ModelDetails, assemble_model
    from effocr.export.runs import data_of, runs_by_kind, sources_of, validation_of
    from effocr.recognizer.train import load_encoder
    from effocr.training.checkpoints import best_of, kind_of

    if openvino and exported_again(runs, out, lines or []):
        return
    details = {"version": version, "licence": licence, "description": description}
    kind = kind_of(runs[0]) if len(runs) == 1 else None
    if kind == CTC:
        _export_ctc(runs[0], out, lines, name, details, openvino=openvino)
        return
    if kind == DETECTOR:
        _export_detector(runs[0], out, lines, name, details, int8=int8, openvino=openvino)
        return
    localizer, recognizer = runs_by_kind(runs)
    shape = load_encoder(recognizer)[1]
    if shape.features_of and best_of(shape.features_of).resolve() != best_of(localizer).resolve():
        raise UsageError(
            f"{recognizer} looks at the features of {shape.features_of}; export it with that run, "
            f"not with {localizer}"
        )
    glyph_data = index_from or data_of(recognizer)
    line_data = lines or validation_of(localizer)
    if not glyph_data or not line_data:
        missing = "--index-from" if not glyph_data else "--lines"
        raise UsageError(f"the run does not say what it learnt from; name it with {missing} PATH")
    held_out = prepare_lines(line_data, shape.line, None if lines else sources_of(localizer).images)
    aside = held_out.lines if lines or line_data != data_of(localizer) else held_out.keep_aside()[1]
    if not aside:
        raise UsageError("no line is left to prove parity on; name some with --lines PATH")
    glyphs = prepare_frames(glyph_data, shape.line, seed=seed)
    written = assemble_model(
        out,
        localizer=localizer,
        recognizer=recognizer,
        source=partial(glyph_source, glyphs, shape),
        lines=aside,
        details=ModelDetails(
            name=name or out.resolve().name,
            version=version,
            languages=tuple(language or ()),
            licence=licence,
            description=description,
            rows_per_label=rows_per_label,
            int8=int8,
        ),
        rng=np.random.default_rng(seed),
    )
    print(written.parity.as_text())
    if openvino:
        tell_model_ir(written.bundle, out, [line.prepared.grey for line in aside[:_IR_LINES]])
    print(f"{out}: {len(written.bundle.manifest.charset)} characters")


def _export_ctc(
    run: Path,
    out: Path,
    lines: list[Path] | None,
    name: str | None,
    details: dict[str, str],
    *,
    openvino: bool,
) -> None:
    """Write the folder of a sequence reader; real lines are compared where they can be found.

    Raises:
        UsageError: OpenVINO's form is wanted.
    """
    from itertools import islice

    from effocr.cli.train import load_named
    from effocr.ctc.lines import LineFiles, PlainLine, read_plain_lines
    from effocr.data.hiertext import ground_truth, is_hiertext
    from effocr.errors import UsageError
    from effocr.export.ctc import export_ctc
    from effocr.export.runs import validation_of

    if openvino:
        raise UsageError("--openvino is for localizer, recognizer and detector")
    known = lines or [
        path
        for path in validation_of(run)
        if path.exists() and (not is_hiertext(path) or ground_truth(path, "validation").is_file())
    ]
    files = LineFiles(load_named, max_images=_CTC_IMAGES)
    read = read_plain_lines(known, files, split="validation")
    found = (line.grey for line in read if isinstance(line, PlainLine))
    greys = list(islice(found, _CTC_LINES))
    manifest, parity = export_ctc(run, out, lines=greys, name=name, details=details)
    print(parity.as_text())
    print(f"{out}: {len(manifest.alphabet)} characters")


def _export_detector(
    run: Path,
    out: Path,
    data: list[Path] | None,
    name: str | None,
    details: dict[str, str],
    *,
    int8: bool,
    openvino: bool,
) -> None:
    """Write the folder of a detector; real pages are compared where they can be found."""
    from effocr.cli.train_detector import validation_pages
    from effocr.export.detector import drawn_pages, export_detector

    pages = validation_pages(run, data)
    manifest, parity = export_detector(run, out, pages=pages, int8=int8, name=name, details=details)
    print(parity.as_text())
    if openvino:
        tell_detector_ir(out, [page.grey() for page in pages[:_IR_PAGES]] or drawn_pages())
    reached = ", ".join(f"{key} {value:.4f}" for key, value in manifest.metrics.items())
    print(f"{out}: {reached}")
