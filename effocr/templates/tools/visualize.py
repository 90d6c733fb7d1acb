"""Draw what a text spotter reads in a video. Same as `effocr compat spotting-visualize`."""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "spotting-visualize", *sys.argv[1:]]))
