"""Check correction samples before training on them.

The same as `effocr compat verify-training-samples`.
"""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["compat", "verify-training-samples", *sys.argv[1:]]))
