"""The analytics library of Regulars: from tables of sales to figures about customers.

It stands alone: no Django, no database, usable from a notebook and the command line.

    shop = insight.open_shop("my-shop/")
    insight.features.rfm.rfm(shop, as_of=date(2026, 11, 22)).to_pandas()
"""

from regulars.insight import features, models, quality
from regulars.insight.engines import EngineError
from regulars.insight.evidence import Estimate, Evidence, Missing
from regulars.insight.parameters import Parameters
from regulars.insight.runs import Run, RunError, load_run, run
from regulars.insight.shop import Shop, open_shop
from regulars.insight.tables import TABLES, TableError

__all__ = [
    "TABLES",
    "EngineError",
    "Estimate",
    "Evidence",
    "Missing",
    "Parameters",
    "Run",
    "RunError",
    "Shop",
    "TableError",
    "features",
    "load_run",
    "models",
    "open_shop",
    "quality",
    "run",
]
