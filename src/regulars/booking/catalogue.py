"""Turns what is asked for into what it needs: reads services, steps, skills. Three queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.booking.drafts import ServiceDraft
from regulars.booking.visits import Step, Wish
from regulars.offer.models import Item, ServiceStep, Skill, Staff


@dataclass(frozen=True)
class Service:
    """A service of the catalogue, with its price in minor units and who does it how."""

    item: Item
    steps: tuple[Step, ...]
    skills: Mapping[int, Skill]

    def price(self, staff_id: int | None) -> int | None:
        """What it costs with this person."""
        skill = self.skills.get(staff_id) if staff_id is not None else None
        return self.item.price if skill is None or skill.price is None else skill.price


@dataclass(frozen=True)
class Catalogue:
    """The services of a visit, by id, and who helps in this store."""

    services: Mapping[int, Service]
    assistants: frozenset[int]

    def wish(self, draft: ServiceDraft, position: int) -> Wish:
        """What a service needs, as it was asked for."""
        service = self.services[draft.item_id]
        able = {staff: skill.pace for staff, skill in service.skills.items()}
        if draft.staff_id is None:
            pace = able
        else:
            pace = {draft.staff_id: able[draft.staff_id]} if draft.staff_id in able else {}
        return Wish(
            item_id=draft.item_id,
            steps=service.steps,
            pace=pace,
            helpers=frozenset(able) | self.assistants,
            before=service.item.minutes_before,
            after=service.item.minutes_after,
            group=position if draft.group is None else draft.group,
            asked=draft.staff_id is not None,
        )


def read(store_id: int, item_ids: Sequence[int]) -> Catalogue:
    """The active services among these, with those who do them in this store."""
    items = Item.objects.filter(pk__in=item_ids, kind=Item.SERVICE, active=True)
    steps: dict[int, list[Step]] = {}
    for step in ServiceStep.objects.filter(item_id__in=item_ids).order_by("item_id", "position"):
        steps.setdefault(step.item_id, []).append(
            Step(step.name, step.minutes, step.staff, step.waiting, step.place_kind)
        )
    skills: dict[int, dict[int, Skill]] = {}
    assistants = set()
    for staff_id, assists, skill in _people(store_id, item_ids):
        if skill:
            skills.setdefault(skill.item_id, {})[staff_id] = skill
        if assists:
            assistants.add(staff_id)
    return Catalogue(
        {
            item.pk: Service(item, tuple(steps[item.pk]), skills.get(item.pk, {}))
            for item in items
            if item.pk in steps
        },
        frozenset(assistants),
    )


def _people(store_id: int, item_ids: Sequence[int]) -> list[tuple[int, bool, Skill | None]]:
    here = Staff.objects.filter(stores=store_id, active=True)
    skilled = Skill.objects.filter(item_id__in=item_ids, staff__in=here)
    found: list[tuple[int, bool, Skill | None]] = [(s.staff_id, False, s) for s in skilled]
    found += [(pk, True, None) for pk in here.filter(assists=True).values_list("pk", flat=True)]
    return found
