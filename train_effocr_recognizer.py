"""Train a recognizer's encoder and fill its index.

The same as `effocr compat train-effocr-recognizer`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "train-effocr-recognizer", *sys.argv[1:]]))
