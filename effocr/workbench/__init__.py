"""What the original EffOCR's scripts promise: its files, its trainings, its results.

The commands themselves are `effocr.cli.compat`; what is of use without them lives in the package
that it belongs to.
"""
