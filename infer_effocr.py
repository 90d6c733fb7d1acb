"""Read text lines with PyTorch models.

The same as `effocr compat infer-effocr`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "infer-effocr", *sys.argv[1:]]))
