"""What stands before the first day told: stores, people who work there, and what is on offer."""

from __future__ import annotations

from datetime import datetime

from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import ItemDraft, StepDraft, add_items, add_staff, add_store
from regulars.site.samples.salon import shop
from regulars.site.samples.salon.appointments import arrange
from regulars.site.samples.salon.shop import Stylist, minor


def open_stores(team: list[Stylist], *, at: datetime) -> None:
    """Adds the stores with chairs and hours, their staff with skills, all services and goods."""
    count = 1 + max(stylist.store for stylist in team)
    stores = [
        add_store(f"{n + 1:02d}", f"{shop.NAME} {name}", shop.ZONE, by=SYSTEM, at=at)
        for n, name in enumerate(shop.STORES[:count])
    ]
    staff = [
        add_staff(
            stylist.code,
            stylist.name,
            title=stylist.title,
            stores=[stores[stylist.store]],
            by=SYSTEM,
            at=at,
        )
        for stylist in team
    ]
    drafts = item_drafts()
    items = dict(
        zip((draft.code for draft in drafts), add_items(drafts, by=SYSTEM, at=at), strict=True)
    )
    arrange([store.pk for store in stores], team, [one.pk for one in staff], items, at=at)


def item_drafts() -> list[ItemDraft]:
    """Everything on offer, at the prices of the first day."""
    services = [
        ItemDraft(
            code=service.code,
            kind="service",
            name=service.code,
            category=service.category,
            price=minor(service.price),
            cost=minor(service.cost),
            steps=tuple(StepDraft(*step, place_kind="chair") for step in service.steps),
        )
        for service in shop.SERVICES
    ]
    goods = [
        ItemDraft(
            code=product.code,
            kind="product",
            name=product.code,
            category=product.category,
            department="零售",
            brand=product.brand,
            supplier=shop.SUPPLIERS[product.brand],
            price=minor(product.price),
            cost=minor(product.cost),
        )
        for product in shop.PRODUCTS
    ]
    return services + goods
