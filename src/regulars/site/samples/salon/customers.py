"""Who the customers are and how each of them behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from regulars.people.drafts import Birth, ConsentDraft, CustomerDraft
from regulars.site.samples.salon import seasons, shop
from regulars.site.samples.salon.names import draw_name, latin

SOURCE = "salon_card"
SENSITIVE_NOTES = [
    "染发过敏：对苯二胺阳性，染前做皮试，只用植物染。",
    "头皮敏感，水温调低，不用薄荷类产品。",
    "配方：6/7 + 8/3 按 1:1，双氧 6%，停留 35 分钟。",
    "配方：底色 5 度，挑染 9/16，双氧 9%，发尾先做隔离。",
    "产后脱发，每次先看发际线，忌高温烫。",
]
NOTES = [
    "喜欢安静，不用推销。", "孩子上小学三年级，常问暑假活动。", "习惯靠窗的位置，喝温水。",
    "只留刘海到眉毛，修短容易不高兴。", "出差多，常临时改时间，先微信确认。",
    "准备年底结婚，婚礼前一个月提醒试妆造型。", "说过别家的头皮护理便宜，可以提醒次数更划算。",
    "对价格敏感，先说总价再动手。", "每次都要同一杯拿铁，不加糖。",
]  # fmt: skip
TAGS = ["偏好晚上", "喜欢新款", "价格敏感", "带孩子来", "爱买产品"]
FOUND_US = {
    "路过": 22, "朋友介绍": 0, "大众点评": 24, "美团": 14, "小红书": 18, "抖音": 10, "公司附近": 12,
}  # fmt: skip
OCCUPATIONS = [
    "公司职员",
    "教师",
    "医护",
    "自由职业",
    "个体经营",
    "公务员",
    "工程师",
    "设计师",
    "销售",
    "金融",
]
INCOME_BANDS = ["5 千以下", "5 千–1 万", "1–2 万", "2–3 万", "3 万以上"]
PHONE_PREFIXES = ["154", "161", "163", "164", "168", "169"]
NOTICES = ((date(2000, 1, 1), "2024-06"), (date(2025, 9, 1), "2025-09"))


@dataclass(frozen=True)
class Habit:
    """A way of using a salon: how often (days), and what is wanted how often."""

    name: str
    gap: int
    wants: tuple[tuple[str, int], ...]


CUTS = Habit("cut", 26, (("cut", 92), ("洗吹", 8)))
CARE = Habit(
    "cut and care", 32, (("cut", 55), ("护理·滋养", 18), ("护理·深层修护", 12), ("洗吹", 15))
)
COLOUR = Habit("colour", 37, (("染发·补根", 48), ("染发·全染", 22), ("染发·挑染", 8), ("cut", 22)))
PERM = Habit("perm", 48, (("烫发·冷烫", 14), ("烫发·热烫", 16), ("cut", 50), ("护理·深层修护", 20)))
SCALP = Habit("scalp", 16, (("头皮SPA", 62), ("头皮养护", 22), ("cut", 16)))
STYLE = Habit("style", 13, (("洗吹", 50), ("日常造型", 32), ("宴会造型", 6), ("cut", 12)))
CHILD = Habit("child", 38, (("儿童剪发", 100),))
WOMEN = ((CARE, 30), (COLOUR, 27), (PERM, 16), (CUTS, 11), (SCALP, 8), (STYLE, 5), (CHILD, 3))
MEN = ((CUTS, 78), (SCALP, 8), (PERM, 5), (COLOUR, 4), (CHILD, 5))


@dataclass
class Person:
    """A customer: the record, and what only the generator knows.

    Attributes:
        gap: usual days between visits. regularity: shape of the gamma law of the gaps; 1 comes at
            random, 10 like clockwork.
        stylist: index of the usual stylist. loyalty: the chance to insist on them.
        leaves_after: visits after which they do not return. None: by chance of each month.
        slips_on: from this day the gaps stretch, visit by visit, until they stop coming.
    """

    index: int
    sex: str
    birth_year: int
    name: str
    joined: date
    store: int
    stylist: int
    habit: Habit
    gap: float
    regularity: float
    loyalty: float
    weekend: float
    spender: float
    leaves_after: int | None
    slips_on: date | None
    referrer: int | None = None
    tags: tuple[str, ...] = ()
    note: tuple[str, bool] | None = None
    no_marketing_from: date | None = None
    visits: int = field(default=0, compare=False)

    @property
    def number(self) -> str:
        return f"QH{self.index + 1:06d}"


def draw_person(
    rng: Random,
    index: int,
    *,
    size: shop.Size,
    team: list[shop.Stylist],
    joined: date,
    existing: bool,
    until: date,
) -> Person:
    """A customer who joined on this day; `existing` ones had stayed long before the time told."""
    sex = "female" if rng.random() < 0.74 else "male"
    habit = _weighted(rng, WOMEN if sex == "female" else MEN)
    age = rng.randint(4, 11) if habit is CHILD else min(78, 17 + int(rng.gammavariate(3.2, 6.6)))
    birth_year = until.year - age
    store = rng.randrange(size.stores)
    spender = rng.lognormvariate(0, 0.4)
    stylist = _usual_stylist(rng, team, store, spender)
    only_her = stylist == 0 and rng.random() < 0.3
    weekend = rng.choice((0.35, 1.0, 1.0, 1.8))
    return Person(
        index=index,
        sex=sex,
        birth_year=birth_year,
        name=draw_name(rng, sex, birth_year),
        joined=joined,
        store=store,
        stylist=stylist,
        habit=habit,
        gap=habit.gap * rng.lognormvariate(0, 0.32),
        regularity=rng.choice((1.2, 2.0, 4.0, 6.0, 9.0)),
        loyalty=1.0 if only_her else rng.choice((0.55, 0.75, 0.9, 0.98)),
        weekend=weekend,
        spender=spender,
        leaves_after=None if existing else _short_stay(rng),
        slips_on=_slip(rng, joined, until),
        tags=_tags(rng, only_her, weekend),
        note=_note(rng, habit),
        no_marketing_from=_withdrawal(rng, joined, until),
    )


def _weighted(rng: Random, choices: tuple[tuple[Habit, int], ...]) -> Habit:
    return rng.choices([c for c, _ in choices], [weight for _, weight in choices])[0]


def _usual_stylist(rng: Random, team: list[shop.Stylist], store: int, spender: float) -> int:
    liking = {"首席": 1.2, "总监": 1.3, "资深": 1.2, "助理": 0.7}
    dear = {"首席": 2.5, "总监": 1.4, "资深": 0.8, "助理": 0.4}
    here = [n for n, stylist in enumerate(team) if stylist.store == store]
    pull = dear if spender > 1.3 else liking
    return rng.choices(here, [pull[team[n].title] for n in here])[0]


def _short_stay(rng: Random) -> int | None:
    """Newcomers: three in ten come once, some twice or thrice, the others stay."""
    chance = rng.random()
    if chance < 0.05:
        return 0
    return 1 if chance < 0.31 else 2 if chance < 0.40 else 3 if chance < 0.44 else None


SLIPPING = 0.16
"""The share of customers who begin to slip away at some time."""


def _slip(rng: Random, joined: date, until: date) -> date | None:
    if rng.random() >= SLIPPING:
        return None
    return until - timedelta(days=rng.randint(15, 300))


def _tags(rng: Random, only_her: bool, weekend: float) -> tuple[str, ...]:
    tags = [rng.choice(TAGS)] if rng.random() < 0.18 else []
    if only_her:
        tags.append(f"只约{shop.STARS[0]}")
    if weekend > 1 and rng.random() < 0.4:
        tags.append("偏好周末")
    return tuple(tags)


def _note(rng: Random, habit: Habit) -> tuple[str, bool] | None:
    """The text of a note and whether it is sensitive."""
    if habit in (COLOUR, PERM, SCALP) and rng.random() < 0.16:
        return rng.choice(SENSITIVE_NOTES), True
    return (rng.choice(NOTES), False) if rng.random() < 0.07 else None


def _withdrawal(rng: Random, joined: date, until: date) -> date | None:
    if rng.random() >= 0.05 or (until - joined).days < 60:
        return None
    return joined + timedelta(days=rng.randint(30, (until - joined).days - 1))


def record(rng: Random, person: Person, size: shop.Size) -> CustomerDraft:
    """The customer's record as the desk wrote it on the day they joined."""
    district = rng.choice(shop.DISTRICTS[person.store])
    allergic = person.note is not None and "过敏" in person.note[0]
    return CustomerDraft(
        name=person.name,
        number=person.number,
        sex=person.sex if rng.random() < 0.97 else "",
        birth=_birth(rng, person),
        province="北京市",
        city=district,
        city_tier="一线城市",
        occupation=_occupation(rng, person),
        income_band=_income(rng, person),
        found_us="朋友介绍" if person.referrer is not None else _found_us(rng),
        joined_on=person.joined,
        contacts=_contacts(rng, person),
        external=((SOURCE, person.number),),
        consents=_consents(rng, person),
        tags=tuple(sorted({*person.tags, *(["染发过敏"] if allergic else [])})),
    )


def _found_us(rng: Random) -> str:
    return rng.choices(list(FOUND_US), list(FOUND_US.values()))[0]


def _birth(rng: Random, person: Person) -> Birth | None:
    born = date(person.birth_year, 1, 1) + timedelta(days=rng.randrange(365))
    chance = rng.random()
    if chance < 0.16:
        return None
    if chance < (0.42 if person.birth_year < 1980 else 0.2):
        month, day = seasons.lunar_birthday(born)
        return Birth(month, day, person.birth_year, lunar=True)
    year = None if chance > 0.88 else person.birth_year
    return Birth(born.month, born.day, year)


def _occupation(rng: Random, person: Person) -> str:
    if person.habit is CHILD or rng.random() < 0.35:
        return ""
    if person.birth_year < 1966:
        return "退休"
    return "学生" if person.birth_year > 2003 else rng.choice(OCCUPATIONS)


def _income(rng: Random, person: Person) -> str:
    if person.habit is CHILD or rng.random() < 0.55:
        return ""
    return INCOME_BANDS[min(4, max(0, round(1.6 + 1.3 * (person.spender - 1) + rng.gauss(0, 0.7))))]


def _contacts(rng: Random, person: Person) -> tuple[tuple[str, str], ...]:
    prefix = PHONE_PREFIXES[person.index % len(PHONE_PREFIXES)]
    tail = (person.index // len(PHONE_PREFIXES) * 7_919 + 13) % 100_000_000
    contacts = [("phone", f"{prefix}{tail:08d}")]
    name = latin(person.name)
    if rng.random() < 0.6:
        contacts.append(("wechat", f"sample_{name}{rng.randrange(100):02d}"))
    if rng.random() < 0.12:
        contacts.append(("email", f"{name}{person.birth_year % 100:02d}@example.com"))
    return tuple(contacts)


def _consents(rng: Random, person: Person) -> tuple[ConsentDraft, ...]:
    at = datetime.combine(person.joined, time(10, 5), ZoneInfo(shop.ZONE))
    notice = notice_on(person.joined)
    evidence = rng.choice(("到店纸质登记表", "小程序勾选", "平板登记并签名"))

    def word(purpose: str, channel: str, granted: bool) -> ConsentDraft:
        return ConsentDraft(purpose, channel, granted, notice, evidence, at)

    words = [word("service", "any", True), word("profiling", "any", rng.random() < 0.82)]
    words += [word("marketing", "sms", rng.random() < 0.7)]
    words += [word("marketing", "wechat", rng.random() < 0.64)]
    if person.note and person.note[1]:
        words.append(word("sensitive", "any", True))
    return tuple(words)


def notice_on(day: date) -> str:
    """The version of the privacy notice that hung in the salon on this day."""
    return next(version for first, version in reversed(NOTICES) if first <= day)
