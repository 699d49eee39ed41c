"""Elasticities of orange juice as `features.price_response` reads them: a check on public data.

`python -m benchmarks.price_response` prints the pooled figure over brand and store, week by week
(83 stores, 11 brands, the data of the R package bayesm). There is no shop around the juice, so
the busy weeks of a store are not taken out.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from csv import DictReader
from math import exp
from typing import Any

from benchmarks.sets import DATA
from regulars.insight.features.price_response import pooled, response

FILE = DATA / "orange_juice" / "orangeJuice_yx.csv.gz"


def sentence() -> str:
    """The pooled elasticity in words; says so when the data are not on this machine."""
    if not FILE.exists():
        return f"{FILE} is not on this machine."
    series: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(FILE, "rt") as text:
        for row in DictReader(text):
            units, brand = exp(float(row["logmove"])), row["brand"]
            week = {"month": int(row["week"]) * 12 / 52, "units": units, "shop_lines": 1}
            week["spend"] = units * float(row[f"price{brand}"])
            series[f"{row['store']}-{brand}"].append(week)
    found = []
    for name, weeks in series.items():
        one = response(name, sorted(weeks, key=lambda week: week["month"]))
        if one:
            found.append(one)
    whole = pooled(found)
    return (
        f"{whole.elasticity:.2f} (80% {whole.low:.2f} to {whole.high:.2f})"
        f" over {whole.items} series"
    )


if __name__ == "__main__":
    print(sentence())
