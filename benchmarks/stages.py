"""How well moves between stages tell the next month, on public data: `python -m benchmarks.stages`.

Prints one row a shop: months told, customers standing at their ends added up, share counted in the
wrong stage by the chain and by saying that everybody stays, and the months the chances come from.
"""

from __future__ import annotations

from benchmarks.sets import SETS, end_of
from regulars import insight
from regulars.insight.models import transitions


def rows() -> list[str]:
    """The table in Markdown; shops whose data are not on this machine are left out."""
    found = [
        "| shop | months told | customers | chain | nobody moves | chances from |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in SETS:
        lines = one.lines()
        if lines is None:
            continue
        with insight.open_shop({"lines": lines}) as shop:
            fitted = transitions.fit(shop, as_of=end_of(one))
        test = fitted.back_test
        if test is None:
            continue
        found.append(
            f"| {one.name} | {test.months} | {test.n:,} | {test.misplaced:.1%} |"
            f" {test.misplaced_if_unchanged:.1%} | {fitted.window} months |"
        )
    return found


if __name__ == "__main__":
    print("\n".join(rows()))
