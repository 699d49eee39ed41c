"""What the import needs to know of each target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.intake.cells import Cells, Values
from regulars.intake.plan import Plan
from regulars.intake.work import Work
from regulars.kit.keys import DataKey, Keyring
from regulars.kit.permissions import Actor


@dataclass(frozen=True)
class Outcome:
    """What happened, or would happen, to the rows of one chunk.

    Attributes:
        accepted: rows that are new, or change what is there (`changed` of them).
        already: rows that are there as they are.
    """

    accepted: int = 0
    already: int = 0
    changed: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.accepted + other.accepted,
            self.already + other.already,
            self.changed + other.changed,
        )


@dataclass(frozen=True)
class Target:
    """One kind of thing that can be imported.

    Attributes:
        columns: what is staged besides row number, group and reasons, with SQL types.
        read_row: reads the loaded row into its group and the values of `columns`.
        arrange: SQL that makes the arranged table out of the raw one. It adds `key`, `chunk`,
            `position` and `again` (the same row stood in this file before).
        compare: what `move` would do with a chunk; notes on the rows which it would refuse.
        move: takes the rows of a chunk in; notes on the rows which it refuses.
        refers: whether rows name customers, items, staff and stores.
    """

    columns: Mapping[str, str]
    read_row: Callable[[Cells, Keyring, DataKey], tuple[str, Values]]
    arrange: Callable[[Plan, str, str], str]
    compare: Callable[[Work, int], Outcome]
    move: Callable[[Work, int, Actor, datetime], Outcome]
    refers: bool = False
