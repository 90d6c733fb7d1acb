"""`python -m effocr`: the same as the `effocr` command."""

import sys

from effocr.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
