"""Each number of the insight pages, counted once more in plain SQL over the rows themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.offer.scope import Scope
from regulars.understanding.insights import queries, rules
from regulars.understanding.insights.queries import Findings
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db

ORDERS = """
WITH orders AS (
    SELECT o.id, o.customer_id, o.store_id, sum(l.amount)::bigint AS amount,
           o.ordered_at AT TIME ZONE 'Asia/Shanghai' AS at
    FROM sales_order o JOIN sales_line l ON l.order_id = o.id GROUP BY o.id
),
bought AS (SELECT * FROM orders WHERE amount > 0)
"""


def asked(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(ORDERS + query, values)
        return cursor.fetchall()


@pytest.fixture
def found(analysed: Analysed) -> Findings:
    """What the owner sees."""
    findings = queries.findings(analysed.run, Scope(None, list(analysed.salon.stores), None))
    assert findings is not None
    return findings


@pytest.fixture
def at_store(analysed: Analysed) -> Findings:
    """What the manager of the second store sees."""
    store = analysed.salon.stores[1]
    findings = queries.findings(analysed.run, Scope(frozenset({store.pk}), [store], store))
    assert findings is not None
    return findings


def test_months(found: Findings) -> None:
    counted = asked("""
        SELECT date_trunc('month', at)::date::text, count(*) FILTER (WHERE amount > 0),
               count(DISTINCT customer_id) FILTER (WHERE amount > 0), sum(amount)::bigint
        FROM orders GROUP BY 1 ORDER BY 1
    """)
    shown = [
        (row["month"], row["purchases"], row["customers"], row["spend"])
        for row in found.figure("months")
    ]
    assert shown == counted


def test_months_of_one_store(at_store: Findings) -> None:
    counted = asked(
        "SELECT date_trunc('month', at)::date::text, sum(amount)::bigint"
        " FROM orders WHERE store_id = %s GROUP BY 1 ORDER BY 1",
        at_store.store.pk if at_store.store else 0,
    )
    assert [(row["month"], row["spend"]) for row in at_store.figure("months")] == counted


def test_new_customers(found: Findings) -> None:
    counted = asked("""
        SELECT date_trunc('month', first)::date::text, count(*) FROM (
            SELECT min(at) AS first FROM bought WHERE customer_id IS NOT NULL GROUP BY customer_id
        ) AS firsts GROUP BY 1 ORDER BY 1
    """)
    months = found.figure("months")
    shown = [(row["month"], row["new_customers"]) for row in months if row["new_customers"]]
    assert shown == counted


def test_active_customers(found: Findings) -> None:
    since = found.run.as_of - timedelta(days=365)
    ((counted,),) = asked("SELECT count(DISTINCT customer_id) FROM bought WHERE at >= %s", since)
    assert queries.active(found) == counted


@pytest.mark.parametrize("one_store", [False, True])
def test_concentration(found: Findings, at_store: Findings, one_store: bool) -> None:
    findings = at_store if one_store else found
    since = found.run.as_of - timedelta(days=365)
    spends = asked(
        """
        SELECT sum(amount)::bigint AS spend FROM orders
        WHERE customer_id IS NOT NULL AND at >= %s AND (%s::bigint IS NULL OR customer_id IN
            (SELECT customer_id FROM orders WHERE store_id = %s))
        GROUP BY customer_id HAVING sum(amount) > 0 ORDER BY 1 DESC
        """,
        since,
        findings.store and findings.store.pk,
        findings.store and findings.store.pk,
    )
    top = -(-len(spends) // 5)
    shown = queries.concentration(findings)
    assert shown.top == top
    assert shown.top_spend == sum(spend for (spend,) in spends[:top])
    assert shown.spend == sum(spend for (spend,) in spends)


def test_frequency(found: Findings) -> None:
    counted = dict(
        asked("""
            SELECT days, count(*) FROM (
                SELECT count(DISTINCT at::date) AS days FROM bought
                WHERE customer_id IS NOT NULL GROUP BY customer_id
            ) AS people GROUP BY 1
        """)
    )
    for row in found.figure("frequency"):
        low, high = row["purchase_days_from"], row["purchase_days_to"] or 10**9
        inside = sum(people for days, people in counted.items() if low <= days <= high)
        assert row["customers"] == inside
    assert sum(row["customers"] for row in found.figure("frequency")) == sum(counted.values())


def test_amounts(found: Findings) -> None:
    for row in found.figure("amounts"):
        low, high = row["amount_from"], row["amount_to"] or 10**12
        ((counted,),) = asked(
            "SELECT count(*) FROM bought WHERE amount BETWEEN %s AND %s", low, high
        )
        assert row["purchases"] == counted
    ((everything,),) = asked("SELECT count(*) FROM bought")
    assert sum(row["purchases"] for row in found.figure("amounts")) == everything


def test_weekday_and_hour(found: Findings) -> None:
    counted = asked("""
        SELECT extract(isodow FROM at)::int, extract(hour FROM at)::int, count(*),
               sum(amount)::bigint
        FROM bought GROUP BY 1, 2 ORDER BY 1, 2
    """)
    shown = [
        (row["weekday"], row["hour"], row["purchases"], row["spend"])
        for row in found.figure("weekday_hours")
    ]
    assert shown == counted


@pytest.mark.parametrize(
    ("figure", "column"),
    [
        ("top_category", "i.category"),
        ("top_product", "i.id"),
        ("top_staff", "l.staff_id"),
        ("top_store", "o.store_id"),
    ],
)
def test_preferences(found: Findings, figure: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT {column}::text, sum(l.amount)::bigint, count(*) FROM sales_line l
            JOIN sales_order o ON o.id = l.order_id JOIN offer_item i ON i.id = l.item_id
            WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 3 DESC
        """)
        counted = cursor.fetchall()
    shown = [(row["value"], row["spend"], row["lines"]) for row in found.figure(figure)]
    assert shown == counted


def test_seasons(found: Findings) -> None:
    season = "CASE WHEN m IN (12, 1, 2) THEN 'winter' WHEN m <= 5 THEN 'spring'"
    season += " WHEN m <= 8 THEN 'summer' ELSE 'autumn' END"
    counted = asked(f"""
        , days AS (SELECT at::date AS day, sum(amount) AS amount FROM orders GROUP BY 1)
        SELECT {season}, sum(amount)::bigint
        FROM (SELECT amount, extract(month FROM day) AS m FROM days) AS x GROUP BY 1
    """)
    assert {row["season"]: row["spend"] for row in found.figure("seasons")} == dict(counted)
    first = date.fromisoformat(found.figure("days")[0]["day"])
    days = sum(row["days"] for row in found.figure("seasons"))
    assert days == (found.run.as_of - first).days


@pytest.mark.parametrize("one_store", [False, True])
def test_the_grid_holds_every_buyer_once(
    found: Findings, at_store: Findings, one_store: bool
) -> None:
    findings = at_store if one_store else found
    cells = rules.grid(findings.figure("rfm_grid"))
    ((buyers,),) = asked(
        "SELECT count(DISTINCT customer_id) FROM bought WHERE %s::bigint IS NULL OR store_id = %s",
        findings.store and findings.store.pk,
        findings.store and findings.store.pk,
    )
    assert sum(cell.customers for cell in cells.values()) == buyers
    for (r, f), cell in cells.items():
        standing = list(queries.cell_customers(findings, r, f))
        assert len(standing) == cell.customers
        assert sum(one.spend_365d for one in standing) == cell.spend_365d


def test_the_bands_of_the_grid_say_who_stands_there(found: Findings) -> None:
    cuts = found.run.manifest["cuts"]
    recency = rules.bands(cuts["recency"], least=1)
    frequency = rules.bands(cuts["frequency"], least=1)
    for one in found.customers:
        days = (found.run.as_of - one.last_on).days
        r, f = recency[5 - one.r_score], frequency[one.f_score - 1]
        assert (r.low or 0) <= days <= (r.high or days)
        assert (f.low or 0) <= one.purchase_days <= (f.high or one.purchase_days)


def test_every_customer_stands_in_one_stage(found: Findings, analysed: Analysed) -> None:
    stages = rules.stages(found.figure("stages"))
    assert sum(stage.customers for stage in stages) == len(analysed.salon.customers)
    ((spend,),) = asked(
        "SELECT sum(amount)::bigint FROM orders WHERE customer_id IS NOT NULL AND at >= %s",
        found.run.as_of - timedelta(days=365),
    )
    assert sum(stage.spend_365d for stage in stages) == spend


def test_each_customer_by_plain_sql(found: Findings) -> None:
    counted = {
        row[0]: row[1:]
        for row in asked("""
            SELECT customer_id, count(*) FILTER (WHERE amount > 0),
                   count(DISTINCT at::date) FILTER (WHERE amount > 0),
                   max(at::date) FILTER (WHERE amount > 0), sum(amount)::bigint
            FROM orders WHERE customer_id IS NOT NULL GROUP BY 1
        """)
    }
    for one in found.customers:
        shown = (one.purchases, one.purchase_days, one.last_on, one.spend)
        assert shown == counted[one.customer_id]
