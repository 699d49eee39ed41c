"""How return rates did on public data: `python -m benchmarks.return_rates`, one row a shop."""

from __future__ import annotations

from benchmarks.sets import SETS, end_of
from regulars import insight
from regulars.insight.models import return_rates


def rows() -> list[str]:
    """The table in Markdown; shops whose data are not on this machine are left out."""
    found = [
        "| shop | horizon | customers | Brier | of the plain share | AUC | of recency"
        " | calibration error |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in SETS:
        lines = one.lines()
        if lines is None:
            continue
        with insight.open_shop({"lines": lines}) as shop:
            fitted = return_rates.fit(shop, as_of=end_of(one))
        test = fitted.back_test
        if test is None:
            found.append(
                f"| {one.name} | {fitted.horizon_days} days | records too short |" + " |" * 5
            )
            continue
        ranks = " | ".join(
            "–" if auc is None else f"{auc:.3f}" for auc in (test.auc, test.auc_of_recency)
        )
        found.append(
            f"| {one.name} | {fitted.horizon_days} days | {test.n:,} | {test.brier:.4f} |"
            f" {test.brier_of_share:.4f} | {ranks} | {test.calibration_error:.3f} |"
        )
    return found


if __name__ == "__main__":
    print("\n".join(rows()))
