"""The reader: images in, Documents out."""
