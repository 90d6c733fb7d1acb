"""Engines that are measured on lines: our reader, and others to compare with."""
