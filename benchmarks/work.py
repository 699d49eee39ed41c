"""What a work declares. Add one by writing ``benchmarks/works/<name>.py`` with a ``WORK``.

A module of a work is imported in every contestant's environment, so its own imports are the
standard library only; a contestant imports what it needs inside its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own, for a peer whose pins differ from ours."""

    name: str
    packages: tuple[str, ...]


@dataclass(frozen=True)
class Contestant:
    """One way to do the work.

    Args:
        name: told plainly: "ours", "pandas", "plain sql".
        run: gets the input path and does the work; its seconds are measured. Answers anything.
        prepare: imports and connections before the clock starts; its result is handed to ``run``.
        save: writes the answer to a path after the clock has stopped, for comparison.
        environment: None for our own.
    """

    name: str
    run: Callable[[Path, Any], Any]
    prepare: Callable[[], Any] = lambda: None
    save: Callable[[Any, Path], None] = lambda answer, path: None
    environment: Environment | None = None


@dataclass(frozen=True)
class Work:
    """A task with its contestants, the first of which is ours.

    Args:
        sizes: the n to measure, rising; growth is told from them.
        make_input: makes (once) the input of size n under a folder and answers its path.
        compare: saved answers by contestant -> what to report about each (such as agreement).
        targets: what ours should reach, in words, printed under the table.
        clean: brings the world back between two runs (an import's rows, for example).
    """

    name: str
    unit: str
    sizes: tuple[int, ...]
    make_input: Callable[[Path, int], Path]
    contestants: tuple[Contestant, ...]
    compare: Callable[[Mapping[str, Path]], Mapping[str, Mapping[str, Any]]] = field(
        default=lambda answers: {}
    )
    targets: tuple[str, ...] = ()
    repeats: int = 3
    clean: Callable[[], None] = lambda: None
