"""The command: ``jobcentre``, or ``python -m sim``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command. Ctrl-C is met in words from the start, while the libraries are still being read too."""
    try:
        from sim.cli import app

        app()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
