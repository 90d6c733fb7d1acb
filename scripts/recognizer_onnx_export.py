"""Export a trained recognizer to ONNX.

The same as `effocr compat recognizer-onnx-export`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "recognizer-onnx-export", *sys.argv[1:]]))
