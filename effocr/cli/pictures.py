"""`--draw DIR`: pictures of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from effocr.errors import UsageError
from effocr.file_names import distinct

if TYPE_CHECKING:
    from effocr.cli.inputs import Input
    from effocr.document import Document
    from effocr.pipeline.page_sources import PageChoice

__all__ = ["Pictures"]


class Pictures:
    """Writes DIR/STEM.boxes.png, or DIR/STEM-2.boxes.png for page 2 of a document of several.

    Raises:
        UsageError: the folder cannot be made.
    """

    def __init__(self, folder: Path, inputs: Sequence[Input], choice: PageChoice | None) -> None:
        from effocr.pipeline.page_sources import PageChoice

        self._folder = folder
        self._inputs = inputs
        self._stems = distinct(item.stem for item in inputs)
        self._choice = choice or PageChoice()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--draw {folder}: cannot be made ({error.strerror})") from error

    def draw(self, number: int, document: Document) -> None:
        """Draw what was read from input `number` (from 0)."""
        from effocr.pipeline.draw import draw_document
        from effocr.pipeline.page_sources import open_pages

        sources, close = open_pages(self._inputs[number].source, self._choice)
        for source, page in zip(sources, document.pages, strict=True):
            if not page.width:  # it could not be read
                continue
            name = self._stems[number] + (f"-{page.number}" if len(sources) > 1 else "")
            picture = draw_document(source.load().grey, replace(document, pages=(page,)))
            picture.save(self._folder / f"{name}.boxes.png")
        close()
