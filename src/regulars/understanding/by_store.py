"""The figures of each store, beside those of the whole business.

What was sold counts where it was sold. Who the customers are does not: someone's stage and scores
are those of the whole business, and a store's grid counts the people who bought there.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from regulars import insight
from regulars.insight.portrait import figures

MOST_STORES = 30
"""With more stores than these no figures by store are made: nobody would leaf through them."""


def write_figures(
    tables: Path, results: Path, *, as_of: date, parameters: insight.Parameters, spill: Path
) -> list[int]:
    """Writes `results/stores/<store id>/<figure>.parquet`; returns the stores.

    Args:
        tables: the folder `extraction.extract` wrote.
        results: the folder of a finished run over them.
    """
    stores = _split(tables, spill / "stores")
    for store, lines in stores.items():
        folder = results / "stores" / str(store)
        folder.mkdir(parents=True)
        _write(folder, tables, lines, results / "customers.parquet", as_of, parameters)
    return list(stores)


def _split(tables: Path, folder: Path) -> dict[int, Path]:
    """Parts the lines by store; with one store or too many there is nothing to part."""
    lines = tables / "lines.parquet"
    with duckdb.connect() as duck:
        found = duck.execute(f"SELECT DISTINCT store_id FROM '{lines}' ORDER BY 1").fetchall()
        if not 1 < len(found) <= MOST_STORES:
            return {}
        folder.mkdir(parents=True)
        duck.execute(
            f"COPY (SELECT *, store_id AS part FROM '{lines}')"
            f" TO '{folder}' (FORMAT parquet, PARTITION_BY (part))"
        )
    return {store: folder / f"part={store}" for (store,) in found}


def _write(
    folder: Path,
    tables: Path,
    lines: Path,
    customers: Path,
    as_of: date,
    parameters: insight.Parameters,
) -> None:
    sources = {"lines": lines, "products": tables / "products.parquet"}
    with insight.open_shop(sources) as shop:
        shop.at(as_of).hold()
        known = shop.engine.read("results", customers)
        here = shop.at(as_of).customers
        # Those who never bought anywhere are everybody's to win.
        met = known.semi_join(here, "customer_id").union(known.filter(known.stage == "potential"))
        for name, figure in figures(shop, met, as_of=as_of, parameters=parameters).items():
            shop.engine.write_parquet(figure, folder / f"{name}.parquet")
