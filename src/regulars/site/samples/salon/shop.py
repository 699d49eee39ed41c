"""What the salon is: its stores, people, services, goods and prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from regulars.site.samples.salon.names import draw_name

NAME = "青禾美学"
ZONE = "Asia/Shanghai"
SLOT = 15
"""Minutes of the grid on which appointments are placed."""


@dataclass(frozen=True)
class Size:
    """How big a salon is made."""

    customers: int
    stores: int
    stylists_a_store: int


SIZES = {
    "small": Size(customers=300, stores=1, stylists_a_store=3),
    "shop": Size(customers=2_400, stores=2, stylists_a_store=6),
    "chain": Size(customers=40_000, stores=8, stylists_a_store=25),
}

STORES = ["国贸店", "望京店", "三里屯店", "中关村店", "五道口店", "亦庄店", "通州店", "回龙观店"]
DISTRICTS = [
    ["朝阳区", "东城区", "通州区"], ["朝阳区", "顺义区", "昌平区"], ["朝阳区", "东城区", "西城区"],
    ["海淀区", "西城区", "昌平区"], ["海淀区", "昌平区", "西城区"], ["大兴区", "通州区", "丰台区"],
    ["通州区", "朝阳区", "大兴区"], ["昌平区", "海淀区", "朝阳区"],
]  # fmt: skip

TITLES = ["首席", "总监", "资深", "资深", "助理"]
STARS = [
    "林晓雨",
    "周子墨",
    "何思远",
    "苏蔓",
    "唐一鸣",
    "许念",
    "程野",
    "沈之遥",
    "方可",
    "顾南",
    "叶知秋",
    "江临",
]
LEAVER = 7
"""Which of the stylists left, in the last third of the time told."""

DAYS_OFF = ((0, 2), (1, 3))
"""Weekdays, Monday being 0: everyone works from Friday to Sunday."""

CUT = {"首席": "剪发·首席", "总监": "剪发·总监", "资深": "剪发·资深", "助理": "剪发·助理"}


@dataclass(frozen=True)
class Stylist:
    """Someone who serves. `off` are the weekdays (Monday is 0) on which they do not work."""

    code: str
    name: str
    title: str
    store: int
    off: tuple[int, ...]


def stylists(size: Size) -> list[Stylist]:
    """All stylists, store by store; the same at every seed."""
    rng = Random("stylists")  # noqa: S311  a sample comes out the same each time
    team = []
    for number in range(size.stores * size.stylists_a_store):
        store, place = divmod(number, size.stylists_a_store)
        name = STARS[number] if number < len(STARS) else draw_name(rng, "female", 1993)
        title = TITLES[place % len(TITLES)]
        team.append(Stylist(f"T{number + 1:03d}", name, title, store, DAYS_OFF[number % 2]))
    return team


@dataclass(frozen=True)
class Service:
    """A service: its list price in yuan, what its materials cost, and its steps in minutes."""

    code: str
    category: str
    price: int
    cost: int
    steps: tuple[tuple[str, int, bool], ...]


def _service(code: str, category: str, price: int, cost: int, *steps: str) -> Service:
    read = [step.split() for step in steps]
    return Service(
        code, category, price, cost, tuple((name[0], int(name[1]), len(name) > 2) for name in read)
    )


_COLOUR = ("调配 10", "涂抹 35", "停留 35 等", "冲洗吹干 25")
_PERM = ("诊断 10", "卷杠 50", "停留 45 等", "定型冲洗 30", "吹整 15")

SERVICES = [
    _service("剪发·首席", "剪发", 298, 12, "洗发 10", "剪发 35", "吹整 15"),
    _service("剪发·总监", "剪发", 198, 12, "洗发 10", "剪发 35", "吹整 15"),
    _service("剪发·资深", "剪发", 128, 12, "洗发 10", "剪发 35", "吹整 15"),
    _service("剪发·助理", "剪发", 88, 10, "洗发 10", "剪发 30", "吹整 5"),
    _service("儿童剪发", "剪发", 68, 6, "剪发 30"),
    _service("染发·全染", "染发", 680, 120, *_COLOUR),
    _service("染发·补根", "染发", 398, 65, "涂抹 30", "停留 30 等", "冲洗吹干 15"),
    _service("染发·挑染", "染发", 980, 160, "分区 30", "涂抹 45", "停留 40 等", "冲洗吹干 20"),
    _service("烫发·冷烫", "烫发", 780, 130, *_PERM),
    _service("烫发·热烫", "烫发", 1_280, 210, *_PERM),
    _service("护理·滋养", "护理", 198, 30, "涂抹 10", "加热 15 等", "冲洗吹干 15"),
    _service("护理·深层修护", "护理", 398, 70, "涂抹 20", "加热 25 等", "冲洗吹干 15"),
    _service("头皮SPA", "头皮", 298, 40, "检测 10", "清洁按摩 40", "吹干 10"),
    _service("头皮养护", "头皮", 468, 85, "检测 15", "导入 30", "静置 15 等", "清洗吹干 15"),
    _service("洗吹", "造型", 58, 6, "洗发 15", "吹整 15"),
    _service("日常造型", "造型", 128, 8, "造型 30"),
    _service("宴会造型", "造型", 388, 25, "造型 60"),
]
SERVICE = {service.code: service for service in SERVICES}


@dataclass(frozen=True)
class Product:
    """Something on the shelf. Brands and suppliers are invented. Money in yuan."""

    code: str
    category: str
    brand: str
    price: int
    cost: int


PRODUCTS = [
    Product("禾叶 氨基酸洗发水 300ml", "洗发", "禾叶", 128, 52),
    Product("禾叶 蓬松洗发水 300ml", "洗发", "禾叶", 138, 56),
    Product("禾叶 柔顺护发素 250ml", "护发", "禾叶", 118, 46),
    Product("木棠 修护发膜 200g", "护发", "木棠", 238, 98),
    Product("木棠 护发精油 80ml", "护发", "木棠", 198, 76),
    Product("木棠 固色洗发水 280ml", "洗发", "木棠", 168, 70),
    Product("北序 头皮精华 50ml", "头皮", "北序", 328, 140),
    Product("北序 去屑洗发水 260ml", "洗发", "北序", 158, 64),
    Product("北序 头皮按摩梳", "工具", "北序", 88, 30),
    Product("LUMENA 发蜡 75g", "造型", "LUMENA", 98, 38),
    Product("LUMENA 定型喷雾 220ml", "造型", "LUMENA", 108, 42),
    Product("LUMENA 卷发弹力素 150ml", "造型", "LUMENA", 128, 50),
]
PRODUCT = {product.code: product for product in PRODUCTS}
SUPPLIERS = {
    "禾叶": "华北禾叶日化",
    "木棠": "上海木棠美业",
    "北序": "北序生物科技",
    "LUMENA": "拾光商贸",
}

# What sells beside what was done.
BESIDE = {
    "剪发": ["LUMENA 发蜡 75g", "LUMENA 定型喷雾 220ml", "禾叶 蓬松洗发水 300ml"],
    "染发": ["木棠 固色洗发水 280ml", "木棠 护发精油 80ml", "木棠 修护发膜 200g"],
    "烫发": ["LUMENA 卷发弹力素 150ml", "木棠 护发精油 80ml", "木棠 修护发膜 200g"],
    "护理": ["木棠 修护发膜 200g", "禾叶 柔顺护发素 250ml", "禾叶 氨基酸洗发水 300ml"],
    "头皮": ["北序 头皮精华 50ml", "北序 去屑洗发水 260ml", "北序 头皮按摩梳"],
    "造型": ["LUMENA 定型喷雾 220ml", "禾叶 氨基酸洗发水 300ml"],
}


def price_after_rise(yuan: int) -> int:
    """The list price after the one rise of the time told: about 7%, ending in 8."""
    return max(yuan, round(yuan * 1.07 / 10) * 10 - 2)


def minor(yuan: int) -> int:
    return yuan * 100


@dataclass(frozen=True)
class Prices:
    """List prices by day, in minor units. Services rose on `risen_on`; goods did not."""

    risen_on: date

    def on(self, day: date, code: str) -> int:
        if code in PRODUCT:
            return minor(PRODUCT[code].price)
        yuan = SERVICE[code].price
        return minor(price_after_rise(yuan) if day >= self.risen_on else yuan)
