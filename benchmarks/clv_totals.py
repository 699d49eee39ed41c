"""What a smaller error of spend costs in totals: ``python -m benchmarks.clv_totals``

The blend is chosen under the condition that its total on the past dates is right to so much. Prints
the mean absolute error of spend in the hold-out and its total, for several of these.
"""

from __future__ import annotations

from typing import Any

from benchmarks.sets import SETS, RetailSet, days_of, end_of
from benchmarks.works.clv_accuracy import SIMULATED

ALLOWED = (0.03, 0.06, 0.10, 0.15)


def told(one: RetailSet, lines: Any) -> list[str]:
    """Error (units of money) and total for each of ``ALLOWED``."""
    from regulars import insight
    from regulars.insight.models import clv
    from regulars.insight.models.clv import blend

    usual, cells = blend.TOTAL_OFF, []
    paid = _paid(one, lines)
    with insight.open_shop({"lines": lines}) as shop:
        try:
            for allowed in ALLOWED:
                blend.TOTAL_OFF = allowed
                value = clv.fit(shop, as_of=one.split, horizon_days=one.horizon_days)
                table = value.score(shop, as_of=one.split).select("customer_id", "expected_spend")
                rows = table.filter(table.expected_spend.notnull()).to_pyarrow().to_pylist()
                said = {row["customer_id"]: row["expected_spend"] for row in rows}
                off = sum(abs(said[who] - paid.get(who, 0)) for who in said) / len(said) / 100
                total = sum(said.values()) / sum(paid.get(who, 0) for who in said) - 1
                cells.append(f"{off:.2f}, {total:+.1%}")
        finally:
            blend.TOTAL_OFF = usual
    return cells


def _paid(one: RetailSet, lines: Any) -> dict[Any, int]:
    paid: dict[Any, int] = {}
    for row in days_of(lines).to_pylist():
        if one.split <= row["day"] < end_of(one):
            paid[row["customer_id"]] = paid.get(row["customer_id"], 0) + row["amount"]
    return paid


def main() -> None:
    print(f"| total right to | {' | '.join(f'{one:.0%}' for one in ALLOWED)} |")
    print("|---|" + "---:|" * len(ALLOWED))
    for one in (*SETS, *SIMULATED):
        if (lines := one.lines()) is not None:
            print(f"| {one.name} | {' | '.join(told(one, lines))} |", flush=True)


if __name__ == "__main__":
    main()
