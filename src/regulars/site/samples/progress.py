"""How loading tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many of its parts are done, and how many there are."""


@contextmanager
def bar() -> Iterator[Progress]:
    """Shows each step with a bar on a terminal, and as a line when done elsewhere."""
    shown = Bars(
        TextColumn("  {task.description:28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    tasks = {}
    with shown:

        def tell(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=whole)
            shown.update(tasks[what], completed=done, total=whole)

        yield tell
