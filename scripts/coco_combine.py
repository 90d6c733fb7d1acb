"""Put two COCO data sets together.

The same as `effocr compat coco-combine`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "coco-combine", *sys.argv[1:]]))
