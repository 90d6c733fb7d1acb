"""Write a text spotter as ONNX and in OpenVINO's form. Same as `effocr compat spotting-export`."""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "spotting-export", *sys.argv[1:]]))
