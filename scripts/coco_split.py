"""Split a COCO data set into train, val and test.

The same as `effocr compat coco-split`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "coco-split", *sys.argv[1:]]))
