"""Geometry of print on a page: words, lines and their order. Numpy only."""
