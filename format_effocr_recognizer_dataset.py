"""Cut glyphs out of COCO data sets and draw others from fonts: a recognizer's data set.

The same as `effocr compat format-effocr-recognizer-dataset`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "format-effocr-recognizer-dataset", *sys.argv[1:]]))
