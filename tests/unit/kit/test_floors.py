"""Foreign keys run down the floors, and the check notices one that does not."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from regulars.kit.floors import FLOORS, foreign_keys_run_down, points_up


def test_no_relation_of_the_application_points_up() -> None:
    assert foreign_keys_run_down(None) == []


def test_a_relation_that_points_up_is_named() -> None:
    class Favourite(models.Model):
        order = models.ForeignKey("sales.Order", on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "people"

    try:
        complaints = foreign_keys_run_down(None)
    finally:
        del apps.all_models["people"]["favourite"]
        apps.clear_cache()
    assert [str(complaint.msg) for complaint in complaints] == [
        "people.Favourite.order points up to sales.Order."
    ]


def test_the_floors_order_every_pair() -> None:
    for lower, room in enumerate(FLOORS):
        for higher, other in enumerate(FLOORS):
            assert points_up(room, other) == (higher > lower)


def test_rooms_that_are_not_ours_stand_on_no_floor() -> None:
    assert not points_up("kit", "auth")
    assert not points_up("contenttypes", "site")
