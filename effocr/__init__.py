"""EffOCR: OCR by retrieval.

A *localizer* finds every glyph on a text line, a *recognizer* turns each glyph into an embedding,
and a nearest-neighbour *index* says which character it is.

    from effocr import PageReader, Reader

    print(PageReader("en").read("scan.jpg").text)  # whole pages, in reading order
    print(Reader("en").read("line.png").text)  # an image of one line

The map of the package, from the ground up (a module imports only what stands above it):

    errors       every exception, the tree drawn on top
    atomic       files that are written whole or not at all
    charset      character sets, Unicode policy (NFC, graphemes), glyph <-> folder name
    language     direction, spaces, fonts and characters of a language
    geometry     boxes [n, 4] and affine maps
    versions     versions of a model, and which one a name stands for
    model_names  names of models, and the folders that they stand for
    bundle       a model on disk: manifest.json, onnx files, index and labels
    exported     a network on disk: its files and a manifest
    document     Document > page > block > line > word > glyph
    shrink       images made smaller, fast
    contrast     ink and paper of an image
    frame        a line image -> the frame in which every module sees it
    metrics      CER and WER, matching of boxes
    layout       words from gaps, columns, reading order
    data         readers and writers of data sets, splits by document
    formats      Document <-> text, jsonl, hOCR, ALTO, PAGE-XML, COCO, PDF
    synth        fonts -> glyphs and lines with exact boxes
    training     what all trainers share: checkpoints, resume, trackers
    detector     page -> lines or words
    localizer    line -> glyph boxes and word gaps
    recognizer   glyph -> embedding, and the index
    ctc          line -> text: the sequence reader, a yardstick and a second opinion
    pipeline     the reader: images in, Documents out
    export       training runs -> a model folder, with a parity report
    evaluation   what `effocr evaluate` and `effocr bench` do
    learn        recipes that train a model from fonts alone; the model registry
    workbench    what the original EffOCR's scripts do, with its files
    cli          the command line, one file per command
    models       the embedded models

Importing `effocr` imports nothing heavy: the names below are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from effocr.pipeline.pages import PageReader
    from effocr.pipeline.reader import Reader, read

__all__ = ["PageReader", "Reader", "__version__", "read"]


_HOMES = {
    "PageReader": "effocr.pipeline.pages",
    "Reader": "effocr.pipeline.reader",
    "read": "effocr.pipeline.reader",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("effocr")
        except PackageNotFoundError:
            return "0.0.0+source"
    raise AttributeError(f"module 'effocr' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted(__all__)
