"""Take some images of a COCO data set.

The same as `effocr compat coco-subset`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "coco-subset", *sys.argv[1:]]))
