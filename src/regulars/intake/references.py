"""Customers, items, staff and stores that rows name: looked up, and made where they are missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from regulars.intake.models import Change
from regulars.intake.names import code_from
from regulars.intake.targets.who import open_who
from regulars.intake.work import Work
from regulars.kit.permissions import Actor
from regulars.offer.actions import ItemDraft, add_items, add_named_staff, add_named_stores
from regulars.people.adding import add_customers
from regulars.people.drafts import CustomerDraft

KINDS = ("customer", "item", "staff", "store")
MAIN_STORE = "main"
LONGEST_NUMBER = 40

_NAMED = """
CREATE UNLOGGED TABLE {refs} AS
SELECT 'customer' AS kind, customer AS ref,
    (array_agg(who) FILTER (WHERE who IS NOT NULL))[1] AS who, NULL AS code, NULL AS name,
    NULL::bigint AS id, 0::bigint AS found
FROM {rows} WHERE customer IS NOT NULL AND reasons IS NULL GROUP BY customer
UNION ALL
SELECT 'item', item_ref, NULL, min(item_code), mode() WITHIN GROUP (ORDER BY item_name), NULL, 0
FROM {rows} WHERE item_ref IS NOT NULL AND reasons IS NULL GROUP BY item_ref
UNION ALL
SELECT 'staff', staff, NULL, staff, staff, NULL, 0
FROM {rows} WHERE staff IS NOT NULL AND reasons IS NULL GROUP BY staff
UNION ALL
SELECT 'store', store, NULL, store, store, NULL, 0
FROM {rows} WHERE store IS NOT NULL AND reasons IS NULL GROUP BY store
"""

# Each look-up fills in what the ones before it did not find; `found` counts the candidates.
_LOOK_UPS = (
    """UPDATE {refs} r SET id = x.customer_id, found = 1 FROM people_externalid x
       WHERE r.kind = 'customer' AND x.source = %(source)s AND x.value = r.ref""",
    """UPDATE {refs} r SET id = c.id, found = 1 FROM people_customer c
       WHERE r.kind = 'customer' AND r.id IS NULL AND c.number = r.ref""",
    """UPDATE {refs} r SET id = p.id, found = p.n FROM (
           SELECT 'phone:' || encode(blind, 'hex') AS ref, min(customer_id) AS id, count(*) AS n
           FROM people_contactpoint WHERE kind = 'phone' GROUP BY blind
       ) p WHERE r.kind = 'customer' AND r.id IS NULL AND p.ref = r.ref""",
    """UPDATE {refs} r SET id = i.id, found = 1 FROM offer_item i
       WHERE r.kind = 'item' AND i.code = r.code""",
    """UPDATE {refs} r SET id = i.id, found = 1 FROM (
           SELECT lower(name) AS name, min(id) AS id FROM offer_item GROUP BY lower(name)
       ) i WHERE r.kind = 'item' AND r.id IS NULL AND r.code IS NULL AND i.name = lower(r.name)""",
    """UPDATE {refs} r SET id = i.id, found = 1 FROM offer_item i
       WHERE r.kind = 'item' AND r.id IS NULL AND r.code IS NULL AND i.code = r.name""",
    """UPDATE {refs} r SET id = f.id, found = 1 FROM (
           SELECT DISTINCT ON (word) word, id FROM (
               SELECT lower(code) AS word, id, 0 AS rank FROM offer_staff
               UNION ALL SELECT lower(name), id, 1 FROM offer_staff
           ) words ORDER BY word, rank, id
       ) f WHERE r.kind = 'staff' AND f.word = lower(r.ref)""",
    """UPDATE {refs} r SET id = s.id, found = 1 FROM (
           SELECT DISTINCT ON (word) word, id FROM (
               SELECT lower(code) AS word, id, 0 AS rank FROM offer_store
               UNION ALL SELECT lower(name), id, 1 FROM offer_store
           ) words ORDER BY word, rank, id
       ) s WHERE r.kind = 'store' AND s.word = lower(r.ref)""",
)


def look_up(work: Work) -> dict[str, int]:
    """Finds what the rows name; returns how many of each kind are missing."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {work.refs}")
        cursor.execute(_NAMED.format(refs=work.refs, rows=work.rows))
        if work.plan.target == "sales":
            _name_the_store(cursor, work)
        for look in _LOOK_UPS:
            cursor.execute(look.format(refs=work.refs), {"source": work.source})
        cursor.execute(f"ANALYZE {work.refs}")
        cursor.execute(
            f"SELECT kind, count(*) FROM {work.refs} WHERE id IS NULL AND found = 0 GROUP BY kind"
        )
        missing = dict(cursor.fetchall())
    return {kind: missing.get(kind, 0) for kind in KINDS}


def _name_the_store(cursor: Any, work: Work) -> None:
    """Rows that name no store were sold in the only one there is."""
    cursor.execute("SELECT code FROM offer_store ORDER BY id LIMIT 2")
    stores = [row[0] for row in cursor.fetchall()]
    if len(stores) > 1:
        return
    only = stores[0] if stores else MAIN_STORE
    cursor.execute(f"UPDATE {work.rows} SET store = %s WHERE store IS NULL", [only])
    if cursor.rowcount:
        cursor.execute(
            f"INSERT INTO {work.refs} (kind, ref, code, name, found)"
            " SELECT 'store', %(s)s, %(s)s, %(s)s, 0"
            f" WHERE NOT EXISTS (SELECT FROM {work.refs} WHERE kind = 'store' AND ref = %(s)s)",
            {"s": only},
        )


def make_missing(work: Work, *, by: Actor, at: datetime) -> None:
    """Makes the customers, items, staff and stores that rows name and nobody knows."""
    made = {
        "customer": _make_customers,
        "item": _make_items,
        "staff": _make_staff,
        "store": _make_stores,
    }
    for kind, make in made.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT ref, who, code, name FROM {work.refs}"
                " WHERE kind = %s AND id IS NULL AND found = 0 ORDER BY ref",
                [kind],
            )
            missing = cursor.fetchall()
            if not missing:
                continue
            ids = make(work, missing, by, at)
            cursor.execute(
                f"UPDATE {work.refs} r SET id = m.id, found = 1"
                " FROM unnest(%s::text[], %s::bigint[]) AS m(ref, id)"
                " WHERE r.kind = %s AND r.ref = m.ref",
                [[row[0] for row in missing], ids, kind],
            )


def _make_customers(work: Work, missing: list[Any], by: Actor, at: datetime) -> list[int]:
    drafts = []
    for ref, who, _code, _name in missing:
        name, phone = open_who(bytes(who), work.key) if who else ("", "")
        external = () if ref.startswith("phone:") else ((work.source, ref),)
        contacts = (("phone", phone),) if phone else ()
        number = number_from(work.source, ref) if external else ""
        drafts.append(CustomerDraft(name=name, number=number, contacts=contacts, external=external))
    return add_customers(drafts, by=by, at=at, batch_id=work.job.batch_id)


def number_from(source: str, code: str) -> str:
    """The number of a customer known only by a code of another system, or "" (the next free one).

    The source stands before it, so that no two systems' codes, nor a card number, are one person's.
    """
    number = f"{source}-{code}"
    return number if len(number) <= LONGEST_NUMBER else ""


def _make_items(work: Work, missing: list[Any], by: Actor, at: datetime) -> list[int]:
    category = {code: c for c, codes in work.plan.options.categories.items() for code in codes}
    drafts = [
        ItemDraft(
            code=code or code_from(name),
            kind=work.plan.options.new_items,
            name=name or code,
            category=category.get(code or name, ""),
        )
        for _ref, _who, code, name in missing
    ]
    return add_items(drafts, by=by, at=at, batch_id=work.job.batch_id)


def _make_staff(work: Work, missing: list[Any], by: Actor, at: datetime) -> list[int]:
    ids = add_named_staff([row[0] for row in missing], by=by, at=at)
    Change.objects.bulk_create(Change(by_import=work.job, staff_id=pk) for pk in ids)
    return ids


def _make_stores(work: Work, missing: list[Any], by: Actor, at: datetime) -> list[int]:
    names = {row[0]: _("Main store") if row[0] == MAIN_STORE else row[0] for row in missing}
    ids = add_named_stores(names, settings.TIME_ZONE, by=by, at=at)
    Change.objects.bulk_create(Change(by_import=work.job, store_id=pk) for pk in ids)
    return ids


_UNKNOWN = """
UPDATE {rows} SET reasons = jsonb_build_array(jsonb_build_object(
    'field', '{field}', 'code', CASE WHEN refs.found > 1 THEN 'several_customers'
                                     ELSE 'unknown_{kind}' END))
FROM {refs} refs WHERE refs.kind = '{kind}' AND refs.ref = {column} AND reasons IS NULL
    AND (refs.found > 1 OR (refs.id IS NULL AND {strict}))
"""
_COLUMN = {"customer": "customer", "item": "item_ref", "staff": "staff", "store": "store"}
_FIELD = {"customer": "customer", "item": "item_code", "staff": "staff", "store": "store"}

_HELD = """
UPDATE {rows} SET reasons = '[{{"field": "", "code": "order_held"}}]'
WHERE reasons IS NULL AND key IN (SELECT key FROM {rows} WHERE reasons IS NOT NULL)
"""


def refuse_unknown(work: Work) -> None:
    """Refuses rows that name whom or what we may not make, or that could be several people."""
    strict = "false" if work.plan.options.create_missing else "true"
    refused = 0
    with connection.cursor() as cursor:
        for kind in KINDS:
            cursor.execute(
                _UNKNOWN.format(
                    rows=work.rows, refs=work.refs, kind=kind, field=_FIELD[kind],
                    column=_COLUMN[kind], strict=strict,
                )
            )  # fmt: skip
            refused += cursor.rowcount
        if work.plan.target == "sales":
            cursor.execute(
                f"UPDATE {work.rows} SET reasons = %s WHERE store IS NULL AND reasons IS NULL",
                ['[{"field": "store", "code": "unknown_store"}]'],
            )
            if refused + cursor.rowcount:
                cursor.execute(_HELD.format(rows=work.rows))
