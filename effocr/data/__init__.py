"""Readers, writers and checkers of data sets: lines with boxes, line pairs, glyph folders."""
