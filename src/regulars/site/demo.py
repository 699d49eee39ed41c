"""`regulars demo`: the two sample businesses, loaded, analysed and served side by side."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One sample business: its code, its port, and what it is."""

    code: str
    port: int
    title: str


SAMPLES = (
    Sample("salon", 8000, "青禾美学: an invented salon with two stores"),
    Sample("shop", 8001, "The Complete Journey: a year of a real grocery chain"),
)


def main(argv: Sequence[str]) -> int:
    """Loads what is not there yet; with `--no-serve` prints what there is and stops."""
    parser = argparse.ArgumentParser(prog="regulars demo", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="only load, and print a summary")
    given = parser.parse_args(argv)
    begun = time.monotonic()
    from regulars.kit import postgres

    var = Path(os.environ.get("REGULARS_VAR", "var")).absolute()
    # This process holds the server open, so that it does not stop between the steps.
    postgres.address(var, SAMPLES[0].code)
    for sample in SAMPLES:
        print(sample.title, flush=True)
        for words in (["seed", "--sample", sample.code], ["analyse", "--if-old"]):
            if status := _regulars(sample, *words).wait():
                return status
    if given.no_serve:
        for sample in SAMPLES:
            _regulars(sample, "seed", "--summary").wait()
        print(f"ready in {time.monotonic() - begun:.0f} s; serve with: make demo")
        return 0
    return _serve()


def _regulars(sample: Sample, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli"]
    return subprocess.Popen([*command, "--business", sample.code, *words])


def _serve() -> int:
    running = []
    for sample in SAMPLES:
        running.append(_regulars(sample, "serve", "--port", str(sample.port)))
        running.append(_regulars(sample, "worker"))
    for sample in SAMPLES:
        print(f"\n  {sample.title}\n  http://127.0.0.1:{sample.port}", flush=True)
        _regulars(sample, "seed", "--sign-in").wait()
    print("\nCtrl-C stops everything; what was loaded stays.", flush=True)
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        time.sleep(0.5)  # Ctrl-C reaches the servers too, and perhaps before it reaches us
        print("a server stopped; what it said stands above", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
