"""Look at a page: `python -m tests.screenshot FILE.html OUT.png --width 1280` writes what a browser shows.

Prints console errors to stderr, and exits with 1 if there are any.
"""

import argparse
import sys
import time

from tests.browser import open_page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page")
    parser.add_argument("picture")
    parser.add_argument("--width", type=int, default=1280, help="CSS pixels (default: %(default)s)")
    parser.add_argument("--height", type=int, help="CSS pixels (default: the whole page)")
    parser.add_argument("--run", default="", metavar="JS", help="JavaScript to run before the picture")
    parser.add_argument("--settle", type=float, default=1.0, metavar="S", help="wait S seconds before it")
    options = parser.parse_args()
    with open_page(options.page, options.width, options.height or 900) as page:
        page.run(options.run)
        time.sleep(options.settle)
        page.screenshot(options.picture, full=options.height is None)
        errors = page.console_errors()
    print(*errors, sep="\n", end="\n" if errors else "", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
