"""The analytics library of Regulars: from tables of sales to figures about customers.

It stands alone: no Django, no database, usable from a notebook and the command line.

    shop = insight.open_shop("my-shop/")
    insight.features.rfm.rfm(shop, as_of=date(2026, 11, 22)).to_pandas()
"""

from regulars.insight import features
from regulars.insight.shop import Shop, open_shop
from regulars.insight.tables import TableError

__all__ = ["Shop", "TableError", "features", "open_shop"]
