"""Draw the nearest neighbours of glyphs as pictures.

The same as `effocr compat viz-effocr-recognizer`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "viz-effocr-recognizer", *sys.argv[1:]]))
