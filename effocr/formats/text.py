"""Document -> plain text."""

from __future__ import annotations

from effocr.document import Document

__all__ = ["document_to_text"]


def document_to_text(document: Document) -> str:
    """Lines ended by line feeds, an empty line between blocks, a form feed between pages."""
    return "\f".join(f"{page.text}\n" for page in document.pages)
