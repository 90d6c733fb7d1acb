"""Document <-> text, jsonl, hOCR, ALTO, PAGE-XML, COCO and searchable PDF."""
