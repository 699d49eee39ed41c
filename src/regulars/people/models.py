"""Customers and all that is known of them: contacts, consent, tags, relations, notes."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from regulars.kit.models import Batch, User


class Household(models.Model):
    """People who live together and may share cards."""

    name = models.CharField(max_length=80)


class Customer(models.Model):
    """A person the business knows.

    A birth date may lack its year; `birth_calendar` says whether month and day are of the lunar
    calendar. `search` holds what the name is found by, `sort_name` what lists are sorted by (see
    `rules.name_keys` and `rules.sort_name`).
    """

    SEXES = ["", "female", "male", "other"]

    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80, blank=True)
    sex = models.CharField(max_length=8, blank=True)
    birth_year = models.SmallIntegerField(null=True, blank=True)
    birth_month = models.SmallIntegerField(null=True, blank=True)
    birth_day = models.SmallIntegerField(null=True, blank=True)
    birth_calendar = models.CharField(max_length=5, default="solar")
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    city_tier = models.CharField(max_length=20, blank=True)
    occupation = models.CharField(max_length=60, blank=True)
    income_band = models.CharField(max_length=40, blank=True)
    found_us = models.CharField(max_length=60, blank=True)
    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.SET_NULL)
    joined_on = models.DateField(null=True, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    data_key = models.BinaryField(max_length=80, null=True, blank=True)
    search = SearchVectorField(null=True, blank=True)
    sort_name = models.CharField(max_length=720, blank=True, default="", db_default="")
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="customer_search"),
            models.Index(fields=["-joined_on", "-id"], name="customer_newest"),
            models.Index(fields=["sort_name", "number"], name="customer_by_name"),
            models.Index(fields=["birth_month", "birth_day"], name="customer_birthday"),
            models.Index(fields=["batch"], name="customer_batch", condition=Q(batch__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sex__in=["", "female", "male", "other"]), name="customer_sex"
            ),
            models.CheckConstraint(
                condition=Q(birth_calendar__in=["solar", "lunar"]), name="customer_birth_calendar"
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True)
                # Spelled out, because a check that comes out NULL passes.
                | Q(birth_month__isnull=False, birth_day__isnull=False)
                & Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
                name="customer_birth_day_and_month",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True) | Q(birth_year__range=(1880, 2200)),
                name="customer_birth_year",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(data_key__isnull=True),
                name="customer_erased_has_no_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.number


class ExternalId(models.Model):
    """What another system calls this customer. One name of one source is one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="external_ids")
    source = models.CharField(max_length=40)
    value = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value", "source"], name="external_id_is_one_customer")
        ]


class ContactPoint(models.Model):
    """A phone, e-mail or WeChat id, sealed under the customer's key, found by blind indexes."""

    KINDS = ["phone", "email", "wechat"]

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", db_index=False
    )
    kind = models.CharField(max_length=8)
    sealed = models.BinaryField()
    blind = models.BinaryField(max_length=16)
    tail_blind = models.BinaryField(max_length=16, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["blind"], name="contact_blind"),
            models.Index(
                fields=["tail_blind"], name="contact_tail", condition=Q(tail_blind__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "blind"], name="contact_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "email", "wechat"]), name="contact_kind"
            ),
        ]


class Consent(models.Model):
    """One word on one purpose and channel. Append-only; what was said last (`at`) counts."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="consents", db_index=False
    )
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    granted = models.BooleanField()
    notice_version = models.CharField(max_length=20)
    evidence = models.CharField(max_length=120)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["customer", "purpose", "channel", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["service", "marketing", "profiling", "sensitive"]),
                name="consent_purpose",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["any", "phone", "sms", "email", "wechat", "store"]),
                name="consent_channel",
            ),
        ]


class Tag(models.Model):
    """A word staff put on customers."""

    name = models.CharField(max_length=30, unique=True)


class CustomerTag(models.Model):
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="tagged", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "tag"], name="tag_once")]


class Relation(models.Model):
    """`customer` brought, or is kin or friend of, `other`."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="relations", db_index=False
    )
    other = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="related_by")
    kind = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "other", "kind"], name="relation_once"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(kind="referred"), name="referred_by_one"
            ),
            models.CheckConstraint(
                condition=~Q(customer=F("other")), name="relation_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["referred", "family", "friend"]), name="relation_kind"
            ),
        ]


class Note(models.Model):
    """What staff write down, sealed under the customer's key. Sensitive ones need consent."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    sensitive = models.BooleanField(default=False)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    by_name = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"])]


class CustomField(models.Model):
    """A field the business added; values stand in `Customer.custom` under `key`."""

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)
    choices = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "date", "yes_no", "choice"]),
                name="custom_field_kind",
            )
        ]
