"""EffOCR as the OCR engine of OCRmyPDF 17.

    ocrmypdf --plugin effocr.ocrmypdf_plugin in.pdf out.pdf

OCRmyPDF draws the pages, turns and cleans them, and lays what is read over them; here they are
read. Its default renderer becomes `sandwich`, which takes our own text layer: that one places words
of any script and direction exactly.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ocrmypdf import hookimpl
from ocrmypdf.exceptions import BadArgsError, InputFileError
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence
from PIL import Image
from pydantic import BaseModel, Field

from effocr import __version__
from effocr.bundle import find_model
from effocr.document import Document
from effocr.errors import EffOCRError
from effocr.formats.files import document_files
from effocr.formats.pdf import text_only_pdf
from effocr.pipeline.network_lines import open_detector
from effocr.pipeline.pages import PageReader

__all__ = ["EffocrEngine", "EffocrOptions", "add_options", "check_options", "get_ocr_engine"]

SURE = 15.0  # of a turn, in the arbitrary units of OCRmyPDF: its threshold is 14 or less


class EffocrOptions(BaseModel, frozen=True, extra="forbid"):
    """Options of this engine."""

    model: str = Field("en", description="name or folder of the model")
    detector: str | None = Field(
        None, description="folder of an exported detector, or `classical`; None: that of the model"
    )


@hookimpl
def register_options() -> dict[str, type[BaseModel]]:
    """The options of this engine, by their namespace."""
    return {"effocr": EffocrOptions}


@hookimpl
def add_options(parser: ArgumentParser) -> None:
    """Options of the command line."""
    group = parser.add_argument_group("EffOCR", "OCR by retrieval")
    group.add_argument(
        "--effocr-model",
        dest="effocr_model",
        metavar="NAME|DIR",
        default="en",
        help="name or folder of the model (default: en)",
    )
    group.add_argument(
        "--effocr-detector",
        dest="effocr_detector",
        metavar="DIR|classical",
        help="finds the lines: folder of an exported detector, or the classical method",
    )


@hookimpl
def check_options(options: Any) -> None:
    """See that model and detector are there; choose our own text layer if none was asked for.

    Raises:
        BadArgsError: there is no such model or detector.
    """
    try:
        find_model(options.effocr.model)
        if options.effocr.detector is not None:
            open_detector(options.effocr.detector)
    except EffOCRError as error:
        raise BadArgsError(str(error)) from error
    if options.pdf_renderer == "auto":
        options.pdf_renderer = "sandwich"


@hookimpl
def get_ocr_engine(options: Any) -> OcrEngine | None:
    """This engine, unless Tesseract or none is asked for by name."""
    if options is not None and options.ocr_engine != "auto":
        return None
    return EffocrEngine()


class EffocrEngine(OcrEngine):
    """Reads pages for OCRmyPDF, one thread to a process."""

    @staticmethod
    def version() -> str:
        """Of EffOCR."""
        return str(__version__)

    @staticmethod
    def creator_tag(options: Any) -> str:
        """What the metadata of the PDF say."""
        return f"EffOCR {__version__}"

    def __str__(self) -> str:
        return f"EffOCR {__version__}"

    @staticmethod
    def languages(options: Any) -> set[str]:
        """None, so that `-l` is not looked at: the languages are those of the model."""
        return set()

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        """By how much the print is turned; OCRmyPDF asks where `--rotate-pages` is given."""
        with _errors_of_ocrmypdf(input_file):
            angle = _reader(options.effocr).angle(input_file)
        return OrientationConfidence(round(angle), SURE if angle else 0.0)

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        """Read a page into hOCR, for renderers other than ours."""
        document = _read(input_file, options)
        (hocr,) = document_files(document, "hocr", languages=_languages(options))
        output_hocr.write_bytes(hocr)
        output_text.write_text(document.text, encoding="utf-8")

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Any) -> None:
        """Read a page into a PDF of its text alone."""
        document = _read(input_file, options)
        output_pdf.write_bytes(text_only_pdf(document.pages[0], languages=_languages(options)))
        output_text.write_text(document.text, encoding="utf-8")


@lru_cache(maxsize=1)
def _reader(options: EffocrOptions) -> PageReader:
    """One for a process; OCRmyPDF reads its pages in several."""
    detector = None if options.detector is None else open_detector(options.detector).lines
    return PageReader(options.model, detector=detector, threads=1)


def _languages(options: Any) -> tuple[str, ...]:
    return _reader(options.effocr).manifest.languages


def _read(path: Path, options: Any) -> Document:
    """The page of an image, with the resolution that its file states."""
    with _errors_of_ocrmypdf(path):
        document = _reader(options.effocr).read(path)
    with Image.open(path) as image:
        dpi = image.info.get("dpi")
    page = replace(document.pages[0], dpi=float(dpi[0]) if dpi else None)
    return replace(document, pages=(page,))


@contextmanager
def _errors_of_ocrmypdf(path: Path) -> Iterator[None]:
    """Errors of ours as one that OCRmyPDF tells in a line."""
    try:
        yield
    except EffOCRError as error:
        raise InputFileError(f"{path.name}: {error}") from error
