"""Synthetic training data: fonts, glyphs, text, lines and their degradation."""
