"""Train the text spotter of this folder. Same as `effocr compat spotting-train`."""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "spotting-train", *sys.argv[1:]]))
