"""What the business offers, where and by whom: stores, staff, services, products."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.kit.models import Batch, User
from regulars.people.models import Tag


class Store(models.Model):
    """A place, or the online shop.

    Appointments begin on a grid of `slot_minutes`, counted from midnight by the store's clock.
    `country` names the calendar of public holidays; without one there are none.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40)
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    slot_minutes = models.SmallIntegerField(default=15, db_default=15)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(slot_minutes__in=[5, 10, 15, 20, 30, 60]), name="store_slot_minutes"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """Someone who serves customers, whether or not they sign in.

    Who `assists` takes on any step that asks for no particular hands, skilled in the service or
    not.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField(User, null=True, on_delete=models.SET_NULL)
    stores = models.ManyToManyField(Store, related_name="staff")
    assists = models.BooleanField(default=False, db_default=False)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A service or a product. Money in minor units.

    Of a service, `minutes_before` and `minutes_after` keep staff and place for getting ready and
    clearing up, not the customer; `capacity` is how many it serves at the same time; `bookable`
    says whether customers may book it by themselves.
    """

    SERVICE, PRODUCT = "service", "product"

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=160)
    category = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=80, blank=True)
    brand = models.CharField(max_length=80, blank=True)
    supplier = models.CharField(max_length=80, blank=True)
    price = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(null=True)
    minutes_before = models.SmallIntegerField(default=0, db_default=0)
    minutes_after = models.SmallIntegerField(default=0, db_default=0)
    capacity = models.SmallIntegerField(default=1, db_default=1)
    bookable = models.BooleanField(default=True, db_default=True)
    active = models.BooleanField(default=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="item_name"),
            models.Index(fields=["batch"], name="item_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["kind", "category"], name="item_category"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["service", "product"]), name="item_kind"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="item_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="item_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(minutes_before__range=(0, 240), minutes_after__range=(0, 240)),
                name="item_minutes_around",
            ),
            models.CheckConstraint(condition=Q(capacity__range=(1, 200)), name="item_capacity"),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceStep(models.Model):
    """One step of a service.

    `staff` says whose hands it needs: the `same` through the service, `any`, or `none`. While
    `waiting`, the staff is free; the place and the customer are not. `place_kind` is the kind of
    place the step needs, "" for none.
    """

    SAME, ANY, NONE = "same", "any", "none"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    minutes = models.SmallIntegerField()
    waiting = models.BooleanField(default=False)
    staff = models.CharField(max_length=4, default=SAME, db_default=SAME)
    place_kind = models.CharField(max_length=8, blank=True, default="", db_default="")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="step_position"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="step_minutes"),
            models.CheckConstraint(
                condition=Q(staff__in=["same", "any", "none"])
                & (Q(waiting=False) | Q(staff="none")),
                name="step_staff",
            ),
            models.CheckConstraint(
                condition=Q(place_kind__in=["", "chair", "basin", "room", "bed", "device"]),
                name="step_place_kind",
            ),
        ]


class AddOn(models.Model):
    """A service that may be added to another."""

    service = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="add_ons", db_index=False
    )
    extra = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="added_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "extra"], name="add_on_once"),
            models.CheckConstraint(condition=~Q(service=F("extra")), name="add_on_to_another"),
        ]


class Place(models.Model):
    """Where a customer is served: a chair, a room, a device. `units` alike count as one place."""

    KINDS = ["chair", "basin", "room", "bed", "device"]

    store = models.ForeignKey(
        Store, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=40)
    units = models.SmallIntegerField(default=1)
    position = models.SmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="place_name"),
            models.CheckConstraint(
                condition=Q(kind__in=["chair", "basin", "room", "bed", "device"]),
                name="place_kind",
            ),
            models.CheckConstraint(condition=Q(units__range=(1, 200)), name="place_units"),
        ]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """That someone does a service: at what level, price and pace.

    `price` in minor units replaces the list price, null keeps it. `pace` is the per cent of the
    planned minutes this person needs for the steps that are their own.
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="skills")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="skills", db_index=False)
    level = models.SmallIntegerField(default=1)
    price = models.BigIntegerField(null=True)
    pace = models.SmallIntegerField(default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "staff"], name="skill_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="skill_level"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="skill_price"
            ),
            models.CheckConstraint(condition=Q(pace__range=(25, 400)), name="skill_pace"),
        ]


class OpeningHours(models.Model):
    """When a store is open on a kind of day; minutes of the day, past midnight beyond 1440.

    `day` is a weekday (0 is Monday), 7 a public holiday, 8 a weekend day that is worked in
    exchange for a day off (调休). A kind of day without hours is closed, except 7 and 8, which
    then follow their weekday.
    """

    HOLIDAY, MADE_UP = 7, 8

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="hours", db_index=False)
    day = models.SmallIntegerField()
    opens = models.SmallIntegerField()
    closes = models.SmallIntegerField()

    class Meta:
        ordering = ["day", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["store", "day", "opens"], name="hours_once"),
            models.CheckConstraint(condition=Q(day__range=(0, 8)), name="hours_day"),
            models.CheckConstraint(
                condition=Q(opens__range=(0, 1439), closes__gt=F("opens"))
                & Q(closes__lte=F("opens") + 1440),
                name="hours_in_order",
            ),
        ]


class HoursException(models.Model):
    """Other hours on one day; without hours the store is closed."""

    store = models.ForeignKey(
        Store, on_delete=models.CASCADE, related_name="exceptions", db_index=False
    )
    on = models.DateField()
    opens = models.SmallIntegerField(null=True)
    closes = models.SmallIntegerField(null=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "on"], name="hours_exception_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False)
                & Q(opens__range=(0, 1439), closes__gt=F("opens"))
                & Q(closes__lte=F("opens") + 1440),
                name="hours_exception_in_order",
            ),
        ]


class BookingPolicy(models.Model):
    """What customers who book by themselves are held to. Money in minor units.

    For one service or all (null), for customers with a tag or all (null); the most particular
    one counts, the tag before the service.
    """

    item = models.ForeignKey(Item, null=True, on_delete=models.CASCADE)
    tag = models.ForeignKey(Tag, null=True, on_delete=models.CASCADE)
    lead_minutes = models.IntegerField(default=0)
    horizon_days = models.SmallIntegerField(default=60)
    change_minutes = models.IntegerField(default=0)
    deposit = models.BigIntegerField(default=0)
    no_show_fee = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "tag"], nulls_distinct=False, name="policy_once"
            ),
            models.CheckConstraint(
                condition=Q(lead_minutes__gte=0, change_minutes__gte=0)
                & Q(horizon_days__range=(1, 400)),
                name="policy_times",
            ),
            models.CheckConstraint(
                condition=Q(deposit__gte=0, no_show_fee__gte=0), name="policy_money"
            ),
        ]
