"""Read text lines with ONNX models on several threads.

The same as `effocr compat infer-effocr-onnx-multi`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "infer-effocr-onnx-multi", *sys.argv[1:]]))
