"""Pages of a list of n customers: each sort's first page, a page half-way down, searches.

Ours are the very calls of the customers' page: keyset pages, counts that stop at 10,000. The
other is what frameworks offer ready-made: the same conditions and orders with OFFSET and an exact
count. Names, spends and visits are generated; 40 customers have no result, as if added since the
analysis. The clock covers all questions; how long each took is among the metrics, and both must
show the same customers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.work import Contestant, Work

VAR = Path("var/bench/businesses").absolute()
SEARCHES = ("王", "曾", "zl", "zengli", "B0001")
SIZE = 50
TODAY = date(2026, 11, 1)

FILL_CUSTOMERS = """
INSERT INTO people_customer
    (number, name, sex, birth_calendar, province, city, city_tier, occupation, income_band,
     found_us, custom, created_at, joined_on, search, sort_name)
SELECT 'B' || lpad(i::text, 7, '0'), p.name, '', 'solar', '', '', '', '', '', '', '{}', now(),
       date '2020-01-01' + (i * 7919 %% 2000)::int,
       (p.keys || ' b' || lpad(i::text, 7, '0'))::tsvector, p.sorted
FROM generate_series(1, %s::bigint) AS i
JOIN bench_name p ON p.id = (i * 104729) %% %s
"""

FILL_RESULTS = """
INSERT INTO understanding_customerresult
    (run_id, customer_id, last_on, purchases, purchase_days, spend, spend_365d, stage, segment,
     r_score, f_score, m_score, no_return, no_return_low, no_return_high, no_return_n,
     expected_spend, expected_spend_low, expected_spend_high, expected_loss, cause, traits, detail)
SELECT %s, id, date '2026-10-31' - (u * 900)::int, days, days, spend, (spend * (1 - u))::bigint,
       (array['new', 'mature', 'at_risk', 'lost'])[1 + id %% 4],
       (array['champion', 'loyal', 'sleeping', 'lost'])[1 + id * 7 %% 4],
       1 + id %% 5, 1 + id * 3 %% 5, 1 + id * 7 %% 5, u, u * 0.9, u * 0.9 + 0.1, 300,
       (spend * 0.8)::bigint, (spend * 0.5)::bigint, spend, (spend * u * 0.8)::bigint,
       (array['service', 'price', 'need', 'unclear'])[1 + id * 11 %% 4],
       array['tier:' || (array['elite', 'middle', 'new', 'active', 'latent'])[1 + id * 3 %% 5],
             'age:' || 20 + 10 * (id * 13 %% 6), 'region:' || id * 7919 %% 300], '{}'
FROM (SELECT id, (id * 7919 %% 100003) / 100003.0 AS u, (1 + id * 31 %% 40)::int AS days,
             (id * 6971 %% 900007)::bigint AS spend
      FROM people_customer ORDER BY id LIMIT %s - 40) AS known
"""


FILL_LIST = """
WITH saved AS (INSERT INTO understanding_savedlist
    (name, note, filters, searched, size, run_id, at, by_name)
    VALUES ('bench', '', '{}', false, 1, %s, now(), 'bench') RETURNING id)
INSERT INTO understanding_listmember (saved_id, customer_id)
SELECT saved.id, c.id FROM saved, people_customer c WHERE c.id * 7919 %% 10 = 0
"""


def make_input(folder: Path, n: int) -> Path:
    """A file whose name is the business that holds n customers and their results."""
    business = folder / f"bench_list_{n}"
    environment = {**os.environ, "REGULARS_VAR": str(VAR), "REGULARS_BUSINESS": business.name}
    setup = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli", "setup"]
    subprocess.run(
        setup, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    prepare()
    import psycopg

    from regulars.kit import postgres

    with psycopg.connect(postgres.address(VAR, business.name).url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM understanding_run").fetchone() is None:
            _fill(connection, n)
    business.touch()
    return business


def _fill(connection: Any, n: int) -> None:
    from regulars.people import rules
    from regulars.people.adding import quoted_lexeme

    surnames = "王王王王李李李张张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓曾"
    given = "伟芳娜敏静丽强磊军洋艳杰娟涛明超兰霞平刚英华玉萍红梅璐婷佳怡晨雨欣"
    names = [a + b + c for a in surnames for b in given for c in ("", *given[::5])]
    connection.execute(
        "CREATE TEMPORARY TABLE bench_name (id int PRIMARY KEY, name text, keys text, sorted text)"
    )
    with connection.cursor() as cursor, cursor.copy("COPY bench_name FROM STDIN") as copy:
        for place, name in enumerate(names):
            keys = " ".join(quoted_lexeme(key) for key in rules.name_keys(name))
            copy.write_row((place, name, keys, rules.sort_name(name)))
    connection.execute(FILL_CUSTOMERS, (n, len(names)))
    run = connection.execute(
        "INSERT INTO understanding_run"
        " (as_of, trigger, state, queued_at, published_at, error, step, manifest)"
        " VALUES ('2026-11-01', 'demand', 'published', now(), now(), '', '', '{}')"
        " RETURNING id"
    ).fetchone()[0]
    connection.execute(FILL_RESULTS, (run, n))
    connection.execute(FILL_LIST, (run,))
    connection.execute("VACUUM ANALYZE")


def prepare() -> None:
    os.environ["REGULARS_VAR"], os.environ["REGULARS_BUSINESS"] = str(VAR), "bench_list"
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.site.settings"
    import django

    django.setup()


def _ask(business: Path, page_of: Any) -> dict[str, Any]:
    """The answers to all questions, each with its milliseconds (the best of three)."""
    from django.db import connection
    from django.db.models import Q

    from regulars.people.queries import found_by
    from regulars.understanding.customers.filters import with_results
    from regulars.understanding.customers.listing import SORTS
    from regulars.understanding.queries import last_published

    connection.settings_dict["NAME"] = business.name
    half = int(business.name.rpartition("_")[2]) // 2
    customers, answers = with_results(last_published()), {}
    questions = [
        (f"{key} {place}", Q(), sort, skip)
        for key, sort in SORTS.items()
        for place, skip in (("first", 0), ("half-way", half))
    ]
    questions += [(f"search {text}", found_by(text), SORTS["year"], 0) for text in SEARCHES]
    questions += [
        (" ".join([*filters.used(), sort]), filters.condition(TODAY), SORTS[sort], 0)
        for filters, sort in _narrowed()
    ]
    for name, wanted, sort, skip in questions:
        order = sort.order(descending=sort.descending)
        best, ids = page_of(customers, wanted, order, skip)
        answers[name] = {"ms": round(best * 1000, 1), "ids": ids}
    return answers


def _narrowed() -> list[tuple[Any, str]]:
    """Groups of a fifth, of a few and of two at once, chances and losses, a list of a tenth."""
    from regulars.understanding.customers.filters import Filters
    from regulars.understanding.lists.models import SavedList

    return [
        (Filters(traits=("tier:elite",)), "value"),
        (Filters(traits=("region:7",)), "loss"),
        (Filters(traits=("tier:elite", "age:30")), "year"),
        (Filters(traits=("region:7", "age:30"), cause="price"), "loss"),
        (Filters(risk_from=60), "loss"),
        (Filters(risk_from=90, value_from=500_000), "value"),
        (Filters(saved=SavedList.objects.get().pk), "year"),
        (Filters(saved=SavedList.objects.get().pk, traits=("tier:elite",)), "loss"),
    ]


def run_ours(business: Path, _: None) -> dict[str, Any]:
    from regulars.understanding.customers import paging

    def page_of(customers: Any, wanted: Any, order: Any, skip: int) -> tuple[float, list[int]]:
        after = _ordered(customers, wanted, order)[skip - 1] if skip else None
        return _timed(lambda: paging.page(customers, wanted, order, after=after, size=SIZE).ids)

    return _ask(business, page_of)


def run_offset(business: Path, _: None) -> dict[str, Any]:
    def page_of(customers: Any, wanted: Any, order: Any, skip: int) -> tuple[float, list[int]]:
        def ask() -> list[int]:
            customers.filter(wanted).count()
            return list(_ordered(customers, wanted, order)[skip : skip + SIZE])

        return _timed(ask)

    return _ask(business, page_of)


def _ordered(customers: Any, wanted: Any, order: Any) -> Any:
    from django.db.models import F

    column, tie = F(order.column), F(order.tie)
    sorting = (
        [column.desc(nulls_last=True), tie.desc(nulls_last=True), "-pk"]
        if order.descending
        else [column.asc(nulls_last=True), tie.asc(nulls_last=True), "-pk"]
    )
    return customers.filter(wanted).order_by(*sorting).values_list("pk", flat=True)


def _timed(ask: Any) -> tuple[float, list[int]]:
    seconds, ids = [], []
    for _ in range(3):
        begun = time.perf_counter()
        ids = ask()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), ids


def save(answer: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(answer), encoding="utf-8")


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Milliseconds of each question, the slowest, and whether the pages are ours."""
    read = {name: json.loads(path.read_text("utf-8")) for name, path in answers.items()}
    ours = {question: answer["ids"] for question, answer in read["ours"].items()}
    return {
        name: {
            "agrees": {question: answer["ids"] for question, answer in answered.items()} == ours,
            "slowest_ms": max(answer["ms"] for answer in answered.values()),
            "ms": {question: answer["ms"] for question, answer in answered.items()},
        }
        for name, answered in read.items()
    }


WORK = Work(
    name="customer_list",
    unit="customers",
    sizes=(100_000, 1_000_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare=prepare, save=save),
        Contestant("offset and count", run_offset, prepare=prepare, save=save),
    ),
    compare=compare,
    targets=(
        "every first page, half-way page and search in under 100 ms in the database,"
        " every filter by group, chance, value or list in under 250 ms",
    ),
    repeats=1,
)
