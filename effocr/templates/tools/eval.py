"""Measure a text spotter by word spotting and end-to-end. Same as `effocr compat spotting-eval`."""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "spotting-eval", *sys.argv[1:]]))
