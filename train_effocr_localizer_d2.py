"""Train a localizer with Detectron2, or with another backend.

The same as `effocr compat train-effocr-localizer-d2`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "train-effocr-localizer-d2", *sys.argv[1:]]))
