"""Names of the forms of data sets, as options take them; nothing heavy is imported for them."""

from __future__ import annotations

from typing import Literal

__all__ = ["AnyForm", "DetectionForm", "Form", "GlyphForm", "Level", "PredictionForm", "SetForm"]

GlyphForm = Literal["glyphs", "effocr", "packed"]
"""Of images of single glyphs: plain folders, the original's folders, one file."""
SetForm = Literal["coco", "pairs", GlyphForm]
"""Of lines or glyphs, that are written."""
Form = Literal[SetForm, "corrections"]
"""Of lines or glyphs, that are read; `effocr.data.forms` tells them apart."""
DetectionForm = Literal["labels", "icdar", "hiertext", "coco-text"]
"""Of detection truth; `effocr.data.detection_forms` tells them apart."""
AnyForm = Literal[Form, DetectionForm]
"""Of any data set."""
PredictionForm = Literal[DetectionForm, "jsonl"]
"""Of regions that were found."""
Level = Literal["word", "line", "paragraph"]
"""What a region of detection truth is, where it has several levels."""
