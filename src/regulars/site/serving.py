"""Serves the pages with waitress, on loopback unless told otherwise."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import waitress

THREADS = 8


def main(argv: Sequence[str]) -> int:
    """`regulars serve [--host H] [--port P]`."""
    parser = argparse.ArgumentParser(prog="regulars serve", description="Serves the pages.")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
    given = parser.parse_args(argv)
    from regulars.site.wsgi import application

    waitress.serve(
        application, host=given.host, port=given.port, threads=THREADS, ident=None, _quiet=True
    )
    return 0
