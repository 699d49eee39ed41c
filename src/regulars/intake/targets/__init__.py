"""How the rows of each target are staged, compared with what is there, and moved in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regulars.intake.targets import customers, events, items, sales

if TYPE_CHECKING:
    from regulars.intake.targets.target import Target

TARGETS: Mapping[str, Target] = {
    "sales": sales.TARGET,
    "events": events.TARGET,
    "items": items.TARGET,
    "customers": customers.TARGET,
}
